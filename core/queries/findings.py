"""What needs attention, how much, since when, and its remedy; and the findings somebody accepted.

A finding is read from the data, never stored: it is gone when its ground is. Its id is its code and subject,
so that an acceptance finds it again while the ground is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple

from core.domain.addresses import parse_address, parse_prefix
from core.domain.command_text import option, shell_command
from core.domain.config import Config
from core.domain.errors import error
from core.domain.filters import filter_term
from core.domain.values import BindingKind, Eip, Finding, Pool, PoolKind, Severity, from_micros, to_micros
from core.queries.eips import eips_by_id, eips_where
from core.queries.usage import DAY, pools
from core.storage.connection import Connection, Flag
from core.storage.rows import COMPUTED, reads
from core.storage.transaction import Transaction

__all__ = ["finding_by_id", "findings", "problem_addresses", "read_finding"]

_WORST_FIRST: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class _Looking:
    connection: Connection
    now: int
    config: Config


@dataclass(frozen=True, slots=True)
class _Found:
    finding: Finding
    fingerprint: str
    """What it rests on; an acceptance counts only while this is the same."""


def findings(connection: Connection, now: int, config: Config, *, accepted: bool = False) -> list[Finding]:
    """The open findings, worst first; with `accepted` also those somebody accepted."""
    found = _with_acceptances(_Looking(connection, now, config))
    return [each.finding for each in found if accepted or each.finding.accepted_reason is None]


@reads("acceptance")
class _AcceptanceRow(NamedTuple):
    finding_id: str
    ground: str
    reason: str
    until: int | None


_ACCEPTANCES: Final = "SELECT finding_id, ground, reason, until FROM acceptance"


def _with_acceptances(looking: _Looking) -> list[_Found]:
    rows = looking.connection.rows(_AcceptanceRow, _ACCEPTANCES)
    kept = {row.finding_id: row for row in rows if row.until is None or row.until > looking.now}
    found: list[_Found] = []
    for each in _all(looking):
        row = kept.get(each.finding.id)
        if row is not None and row.ground == each.fingerprint:
            until = None if row.until is None else from_micros(row.until)
            finding = replace(each.finding, accepted_reason=row.reason, accepted_until=until)
            found.append(_Found(finding, each.fingerprint))
        else:
            found.append(each)
    return sorted(found, key=lambda each: (_WORST_FIRST[each.finding.severity], each.finding.code))


def _all(looking: _Looking) -> Iterator[_Found]:
    for look in _LOOKS:
        yield from look(looking)


PROBLEMS_LISTED: Final = 1000
"""How many problem EIPs stand first in a listing; the rest follow in their places by address."""


def problem_addresses(connection: Connection, now: int, config: Config) -> tuple[int, ...]:
    """Addresses of the live EIPs that an open finding is about: landings first, then by address."""
    looking = _Looking(connection, now, config)
    first: list[int] = []
    others: set[int] = set()
    for each in _with_acceptances(looking):
        code, finding = each.finding.code, each.finding
        if finding.accepted_reason is not None:
            continue
        if code == "landed_in_default_pool":
            first.append(parse_address(finding.subject))
        elif code == "snat_mixes_owners":
            others.update(map(int, each.fingerprint.split()))
        elif code == "cidr_draining_blocked":
            others.update(_live_in(looking, finding.subject))
        elif code in ("eip_idle", "default_on_customer_service", "ownership_disagrees"):
            others.add(parse_address(finding.subject))
    return (*first, *sorted(others - set(first)))[:PROBLEMS_LISTED]


_LIVE_BETWEEN: Final = (
    "SELECT address FROM eip WHERE released_at IS NULL AND address BETWEEN :first AND :last"
    " ORDER BY address LIMIT :limit"
)


def _live_in(looking: _Looking, cidr: str) -> list[int]:
    prefix = parse_prefix(cidr)
    values = {"first": prefix.first, "last": prefix.last, "limit": PROBLEMS_LISTED}
    return looking.connection.column(int, _LIVE_BETWEEN, values)


def finding_by_id(transaction: Transaction, key: str, *, accepted: bool = False) -> Finding:
    """The finding with this id, or the landing of this EIP (id or address).

    Raises:
        EipdeckError: `finding_not_found`.

    """
    return findings_by_id(transaction, key, accepted=accepted).finding


def read_finding(kept: Mapping[str, Any]) -> Finding:
    """A finding from its JSON: an answer that is given again may be about one that is gone."""
    until = kept["accepted_until"]
    moments = {
        "since": datetime.fromisoformat(kept["since"]),
        "accepted_until": None if until is None else datetime.fromisoformat(until),
    }
    return Finding(**{**kept, **moments, "severity": Severity(kept["severity"])})


def findings_by_id(transaction: Transaction, key: str, *, accepted: bool) -> _Found:
    looking = _Looking(transaction.connection, transaction.now, transaction.config)
    for each in _with_acceptances(looking):
        landing = each.finding.code == "landed_in_default_pool" and key in (
            each.finding.subject,
            each.finding.id.partition(":")[2],
        )
        if (key == each.finding.id or landing) and (accepted or each.finding.accepted_reason is None):
            return each
    raise error(
        "finding_not_found",
        f"There is no open finding {key!r}.",
        hint="`eipdeck findings` lists them with their ids.",
        details={"finding": key},
    )


def _rooms(looking: _Looking, eips: Sequence[Eip]) -> dict[str, Pool]:
    """By region of these EIPs, the customer pool with most room; none where no pool has any."""
    if not eips:
        return {}
    found: dict[str, Pool] = {}
    for pool in pools(looking.connection, looking.now):
        best = found.get(pool.region)
        if pool.kind is PoolKind.CUSTOMER and pool.available > (best.available if best else 0):
            found[pool.region] = pool
    return found


def _move(eip: Eip, rooms: Mapping[str, Pool]) -> str:
    """The remedy for an address that is not the customer's: where it can go, and how."""
    room = rooms.get(eip.region)
    if room is None:
        return f"No customer pool of {eip.region} has room: add a CIDR, then rehome it"
    how = shell_command("rehome", eip.address, *option("--pool", room.id), "--yes")
    return f"Rehome it to {room.id} ({room.available:,} free): {how}"


def _landed(looking: _Looking) -> Iterator[_Found]:
    eips = list(_eips(looking, "e.landed_in_default AND e.released_at IS NULL"))
    rooms = _rooms(looking, eips)
    for eip in eips:
        worst = any(b.kind is not BindingKind.NIC for b in eip.bindings)
        yield _of_eip(
            eip,
            "landed_in_default_pool",
            Severity.CRITICAL if worst else Severity.WARNING,
            f"{eip.address} landed in the default pool {eip.pool_id} and {_serves(eip)}: no pool was named.",
            f"{_move(eip, rooms)}; or accept it.",
        )


_CUSTOMER_TOO: Final = (
    "NOT e.customer_owned AND e.released_at IS NULL AND e.status = 'bound' AND EXISTS (SELECT 1 FROM binding b"
    " JOIN binding o ON o.service_id = b.service_id AND o.unbound_at IS NULL AND o.eip_id <> b.eip_id"
    " JOIN eip oe ON oe.id = o.eip_id AND oe.customer_owned"
    " WHERE b.eip_id = e.id AND b.unbound_at IS NULL AND b.kind <> 'snat')"
)


def _default_on_customer_service(looking: _Looking) -> Iterator[_Found]:
    eips = list(_eips(looking, _CUSTOMER_TOO))
    rooms = _rooms(looking, eips)
    for eip in eips:
        yield _of_eip(
            eip,
            "default_on_customer_service",
            Severity.WARNING,
            f"{eip.address} is Zenlayer-assigned and {_serves(eip)}, which otherwise uses customer space.",
            f"{_move(eip, rooms)}.",
        )


_SNAT_GATEWAYS: Final = (
    "SELECT b.service_id FROM eip e CROSS JOIN binding b WHERE b.eip_id = e.id AND b.unbound_at IS NULL"
    " AND b.kind = 'snat' AND NOT e.customer_owned AND e.released_at IS NULL ORDER BY e.seq"
)


@reads("eip", "binding")
class _SnatRow(NamedTuple):
    customer_owned: Flag
    address: int
    sources: str
    bound_at: int
    all_eips: Flag


_SNAT_ON: Final = (
    "SELECT e.customer_owned, e.address, b.sources, b.bound_at, b.all_eips FROM binding b"
    " JOIN eip e ON e.id = b.eip_id WHERE b.service_id = :id AND b.unbound_at IS NULL AND b.kind = 'snat'"
)


def _snat_mixes_owners(looking: _Looking) -> Iterator[_Found]:
    for gateway in dict.fromkeys(looking.connection.column(str, _SNAT_GATEWAYS)):
        rows = looking.connection.rows(_SnatRow, _SNAT_ON, {"id": gateway})
        pairs = _mixed_entries(rows)
        if not pairs:
            continue
        mixed = sorted({row.address for pair in pairs for entry in pair for row in entry})
        every = " An entry takes every EIP of the gateway." if any(row.all_eips for row in rows) else ""
        yield _found(
            f"snat_mixes_owners:{gateway}",
            Severity.WARNING,
            gateway,
            f"SNAT on {gateway} sends the same sources out on customer-owned and on Zenlayer-assigned"
            f" addresses ({len(mixed)} EIPs).{every}",
            "Unbind or rehome the Zenlayer-assigned EIP of the gateway.",
            min(max(min(row.bound_at for row in entry) for entry in pair) for pair in pairs),
            " ".join(map(str, mixed)),
        )


def _mixed_entries(rows: Sequence[_SnatRow]) -> list[tuple[list[_SnatRow], list[_SnatRow]]]:
    """Customer-owned and Zenlayer-assigned EIPs whose sources overlap; EIPs with equal sources share an entry."""
    ours: dict[str, list[_SnatRow]] = defaultdict(list)
    theirs: dict[str, list[_SnatRow]] = defaultdict(list)
    for row in rows:
        (ours if row.customer_owned else theirs)[row.sources].append(row)
    return [(ours[some], theirs[others]) for some in ours for others in theirs if _overlap(some, others)]


def _overlap(some: str, others: str) -> bool:
    one = [parse_prefix(words) for words in _sources(some)]
    two = [parse_prefix(words) for words in _sources(others)]
    return any(a.overlaps(b) for a in one for b in two)


def _sources(words: str) -> list[str]:
    return words.strip("[]").replace('"', "").replace(",", " ").split()


@reads("pool")
class _LimitRow(NamedTuple):
    id: str
    warn_percent: float
    critical_percent: float
    at: Annotated[int, COMPUTED]
    active: Annotated[Flag, COMPUTED]


_LIMITS: Final = (
    "SELECT p.id, p.warn_percent, p.critical_percent, coalesce(k.at, p.created_at) AS at,"
    " EXISTS (SELECT 1 FROM cidr c WHERE c.pool_id = p.id AND c.state = 'active') AS active"
    " FROM pool p LEFT JOIN chain k ON k.pool_id = p.id"
)


def _pools(looking: _Looking) -> Iterator[_Found]:
    limits = {row.id: row for row in looking.connection.rows(_LimitRow, _LIMITS)}
    for pool in pools(looking.connection, looking.now):
        limit = limits[pool.id]
        if pool.kind is not PoolKind.CUSTOMER or not limit.active:
            continue
        used = 100 - 100 * pool.available / pool.total
        lasts = "" if pool.runway_days is None else f", {pool.runway_days:g} days at its trend"
        state = f"{pool.available} of {pool.total} addresses free{lasts}."
        remedy = f"Add a CIDR to pool {pool.id}, or release what is idle in it."
        if used >= limit.warn_percent:
            severity = Severity.CRITICAL if used >= limit.critical_percent else Severity.WARNING
            since = _tight_since(looking, pool, limit)
            yield _found(f"pool_near_exhaustion:{pool.id}", severity, pool.id, state, remedy, since, severity.value)
        elif pool.runway_days is not None and pool.runway_days < looking.config.runway_days:
            yield _found(f"pool_runway_short:{pool.id}", Severity.WARNING, pool.id, state, remedy, limit.at, "short")


@reads("usage_day")
class _GrownRow(NamedTuple):
    day: int
    grown: Annotated[int, COMPUTED]


_USAGE_DAYS: Final = (
    "SELECT day, allocated - released AS grown FROM usage_day WHERE pool_id = :pool ORDER BY day DESC LIMIT 400"
)


def _tight_since(looking: _Looking, pool: Pool, limit: _LimitRow) -> int:
    """Since when the pool has been past its threshold: to the day, on the day itself to its last change."""
    free, day = pool.available, looking.now // DAY
    for row in looking.connection.rows(_GrownRow, _USAGE_DAYS, {"pool": pool.id}):
        free, day = free + row.grown, row.day
        if 100 - 100 * free / pool.total < limit.warn_percent:
            break
    return min(day * DAY, limit.at) if day != looking.now // DAY else limit.at


IDLE_LISTED: Final = 1000
"""How many idle EIPs are findings, those that have been idle longest; accepted ones come on top."""


@reads("eip")
class _IdleRow(NamedTuple):
    id: str
    unbound_since: Annotated[int, "eip.unbound_since"]


_IDLE: Final = (
    "SELECT id, unbound_since FROM eip e WHERE status = 'unbound' AND unbound_since < :before AND NOT landed_in_default"
    " AND EXISTS (SELECT 1 FROM cidr c WHERE c.id = e.cidr_id AND c.state = 'active')"
    " ORDER BY unbound_since, seq LIMIT :most + (SELECT count(*) FROM acceptance WHERE finding_id LIKE 'eip_idle:%')"
)


def _idle(looking: _Looking) -> Iterator[_Found]:
    values = {"before": looking.now - looking.config.idle_days * DAY, "most": IDLE_LISTED}
    since = {row.id: row.unbound_since for row in looking.connection.rows(_IdleRow, _IDLE, values)}
    for eip in sorted(eips_by_id(looking.connection, list(since)), key=lambda eip: parse_address(eip.address)):
        days = (looking.now - since[str(eip.id)]) // DAY
        yield _found(
            f"eip_idle:{eip.id}",
            Severity.INFO,
            eip.address,
            f"{eip.address} has served nothing for {days} days.",
            f"Release it: {shell_command('release', eip.address, '--yes')}.",
            since[str(eip.id)],
            str(since[str(eip.id)]),
        )


@reads("cidr")
class _DrainingRow(NamedTuple):
    cidr: str
    allocated: int
    draining_at: int | None


_DRAINING: Final = "SELECT cidr, allocated, draining_at FROM cidr WHERE state = 'draining' AND allocated > 0"


def _draining(looking: _Looking) -> Iterator[_Found]:
    for row in looking.connection.rows(_DrainingRow, _DRAINING):
        yield _found(
            f"cidr_draining_blocked:{row.cidr}",
            Severity.WARNING,
            row.cidr,
            f"{row.allocated} live EIP{'s' if row.allocated > 1 else ''} still block the retirement of {row.cidr}.",
            f"Release or rehome each: {shell_command('eips', filter_term('cidr', row.cidr))} lists them.",
            row.draining_at or 0,
            str(row.draining_at),
        )


def _disagreeing(looking: _Looking) -> Iterator[_Found]:
    for eip in _eips(looking, "e.platform_customer_owned <> e.customer_owned AND e.released_at IS NULL"):
        said = "Zenlayer-assigned" if eip.customer_owned else "customer-owned"
        yield _of_eip(
            eip,
            "ownership_disagrees",
            Severity.CRITICAL,
            f"The platform calls {eip.address} {said}, its CIDR says otherwise.",
            "Find out which is right before you act on it; import the newest answer of the platform.",
        )


@reads("service")
class _MissingRow(NamedTuple):
    id: str
    missing_since: Annotated[int, "service.missing_since"]
    served: Annotated[int, COMPUTED]


_MISSING: Final = (
    "SELECT s.id, s.missing_since, count(*) AS served FROM service s JOIN binding b"
    " ON b.service_id = s.id AND b.unbound_at IS NULL WHERE s.missing_since IS NOT NULL"
    " GROUP BY s.id, s.missing_since"
)


def _missing(looking: _Looking) -> Iterator[_Found]:
    for row in looking.connection.rows(_MissingRow, _MISSING):
        yield _found(
            f"service_missing:{row.id}",
            Severity.WARNING,
            row.id,
            f"{row.served} binding{'s name' if row.served > 1 else ' names'} {row.id}, which no longer exists.",
            f"Unbind the EIPs that name it: {shell_command('eips', filter_term('service', row.id))} lists them.",
            row.missing_since,
            str(row.missing_since),
        )


_LOOKS: Final[tuple[Callable[[_Looking], Iterator[_Found]], ...]] = (
    _landed,
    _pools,
    _disagreeing,
    _snat_mixes_owners,
    _default_on_customer_service,
    _draining,
    _missing,
    _idle,
)


def _eips(looking: _Looking, where: str) -> Iterable[Eip]:
    """By address; read in the order of the partial index that holds just these, or all EIPs would be looked through."""
    found = eips_where(looking.connection, where, {}, "ORDER BY e.seq")
    return sorted(found, key=lambda eip: parse_address(eip.address))


def _serves(eip: Eip) -> str:
    if not eip.bindings:
        return "serves nothing"
    return "serves " + ", ".join(sorted({f"{b.kind.value} {b.service_id}" for b in eip.bindings}))


def _of_eip(eip: Eip, code: str, severity: Severity, message: str, remedy: str) -> _Found:
    fingerprint = " ".join(sorted(f"{b.kind.value}:{b.service_id}" for b in eip.bindings))
    since = to_micros(eip.allocated_at)
    return _found(f"{code}:{eip.id}", severity, eip.address, message, remedy, since, fingerprint)


def _found(
    key: str, severity: Severity, subject: str, message: str, remedy: str, since: int, fingerprint: str
) -> _Found:
    finding = Finding(
        id=key,
        code=key.partition(":")[0],
        severity=severity,
        subject=subject,
        message=message,
        remedy=remedy,
        since=from_micros(since),
        accepted_reason=None,
        accepted_until=None,
    )
    return _Found(finding, fingerprint)
