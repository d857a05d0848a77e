"""The rules of findings: each reads what needs attention, and says since when and how to repair it.

A rule is a function in `RULES` that yields what it finds. A new finding is a new rule: its words, its EIPs and its
command are all stated where it is yielded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.domain.addresses import format_address, parse_address, parse_prefix
from core.domain.command_text import Fix, option, shell_command
from core.domain.config import Config
from core.domain.filters import filter_term
from core.domain.serving import serves_brief, serves_targets
from core.domain.times import DAY
from core.domain.values import BindingKind, Eip, Finding, Pool, PoolKind, Severity, from_micros, to_micros
from core.queries.eips import eips_by_id, eips_where
from core.queries.usage import pools
from core.storage.connection import Connection

__all__ = ["RULES", "Facts", "Found"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules read from; `now` in microseconds."""

    connection: Connection
    now: int
    config: Config


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and what it rests on."""

    finding: Finding
    fingerprint: str
    """An acceptance counts only while this is the same."""


@dataclass(frozen=True, slots=True)
class _Remedy:
    """What to do about a finding."""

    text: str
    """The contract's text, with the command where there is one to paste."""
    advice: str
    """The text without the command."""
    fix: Fix | None = None


def _rooms(facts: Facts, eips: Sequence[Eip]) -> dict[str, Pool]:
    """Return the customer pool with the most free addresses of each region of these EIPs that has one with any."""
    if not eips:
        return {}
    found: dict[str, Pool] = {}
    for pool in pools(facts.connection, facts.now):
        best = found.get(pool.region)
        if pool.kind is PoolKind.CUSTOMER and pool.available > (best.available if best else 0):
            found[pool.region] = pool
    return found


def _rehoming(eip: Eip, rooms: Mapping[str, Pool], otherwise: str = "") -> _Remedy:
    """Return the remedy for an address that is not the customer's: the pool to move it to."""
    room = rooms.get(eip.region)
    if room is None:
        text = f"No customer pool of {eip.region} has room: add a CIDR, then rehome it{otherwise}."
        return _Remedy(text, text, Fix("rehome", (eip.address,)))
    fix = Fix("rehome", (eip.address, *option("--pool", room.id), "--yes"))
    advice = f"Rehome it to {room.id} ({room.available:,} free)"
    return _Remedy(f"{advice}: {fix.command()}{otherwise}.", advice, fix)


def _landed(facts: Facts) -> Iterator[Found]:
    eips = list(_eips(facts, "e.landed_in_default AND e.released_at IS NULL"))
    rooms = _rooms(facts, eips)
    for eip in eips:
        worst = any(b.kind is not BindingKind.NIC for b in eip.bindings)
        yield _of_eip(
            eip,
            "landed_in_default_pool",
            Severity.CRITICAL if worst else Severity.WARNING,
            f"{eip.address} landed in the default pool {eip.pool_id} and {serves_targets(eip.bindings)}:"
            " no pool was named.",
            _rehoming(eip, rooms, "; or accept it"),
            landing=eip.id,
        )


_CUSTOMER_TOO: Final = (
    "NOT e.customer_owned AND e.released_at IS NULL AND e.status = 'bound' AND EXISTS (SELECT 1 FROM binding b"
    " JOIN binding o ON o.service_id = b.service_id AND o.unbound_at IS NULL AND o.eip_id <> b.eip_id"
    " JOIN eip oe ON oe.id = o.eip_id AND oe.customer_owned"
    " WHERE b.eip_id = e.id AND b.unbound_at IS NULL AND b.kind <> 'snat')"
)


def _default_on_customer_service(facts: Facts) -> Iterator[Found]:
    eips = list(_eips(facts, _CUSTOMER_TOO))
    rooms = _rooms(facts, eips)
    for eip in eips:
        yield _of_eip(
            eip,
            "default_on_customer_service",
            Severity.WARNING,
            f"{eip.address} is Zenlayer-assigned and {serves_targets(eip.bindings)}, which otherwise uses customer"
            " space.",
            _rehoming(eip, rooms),
        )


_SNAT_GATEWAYS: Final = (
    "SELECT b.service_id FROM eip e CROSS JOIN binding b WHERE b.eip_id = e.id AND b.unbound_at IS NULL"
    " AND b.kind = 'snat' AND NOT e.customer_owned AND e.released_at IS NULL ORDER BY e.seq"
)
_SNAT_ON: Final = (
    "SELECT e.customer_owned, e.address, b.sources, b.bound_at, b.all_eips FROM binding b"
    " JOIN eip e ON e.id = b.eip_id WHERE b.service_id = :id AND b.unbound_at IS NULL AND b.kind = 'snat'"
)


def _snat_mixes_owners(facts: Facts) -> Iterator[Found]:
    for gateway in dict.fromkeys(facts.connection.execute(_SNAT_GATEWAYS).scalars()):
        rows = facts.connection.execute(_SNAT_ON, {"id": gateway}).all()
        pairs = _mixed_entries(rows)
        if not pairs:
            continue
        mixed = sorted({row.address for pair in pairs for entry in pair for row in entry})
        every = " An entry takes every EIP of the gateway." if any(row.all_eips for row in rows) else ""
        yield _found(
            "snat_mixes_owners",
            gateway,
            Severity.WARNING,
            f"SNAT on {gateway} sends the same sources out on customer-owned and on Zenlayer-assigned"
            f" addresses ({len(mixed)} EIPs).{every}",
            brief="mixes owners",
            remedy=_plain(
                "Unbind or rehome the Zenlayer-assigned EIP of the gateway.",
                Fix("eips", (filter_term("service", gateway),)),
            ),
            since=min(max(min(row.bound_at for row in entry) for entry in pair) for pair in pairs),
            fingerprint=" ".join(map(str, mixed)),
            eips=tuple(map(format_address, mixed)),
        )


def _mixed_entries(rows: Sequence[Any]) -> list[tuple[list[Any], list[Any]]]:
    """Return pairs of entries, one customer-owned and one Zenlayer-assigned, that cover a source in common.

    EIPs with equal sources share an entry.
    """
    ours: dict[str, list[Any]] = defaultdict(list)
    theirs: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        (ours if row.customer_owned else theirs)[row.sources].append(row)
    return [(ours[some], theirs[others]) for some in ours for others in theirs if _overlap(some, others)]


def _overlap(some: str, others: str) -> bool:
    one = [parse_prefix(words) for words in _sources(some)]
    two = [parse_prefix(words) for words in _sources(others)]
    return any(a.overlaps(b) for a in one for b in two)


def _sources(words: str) -> list[str]:
    return words.strip("[]").replace('"', "").replace(",", " ").split()


def _pools(facts: Facts) -> Iterator[Found]:
    limits = {
        row.id: row
        for row in facts.connection.execute(
            "SELECT p.id, p.warn_percent, p.critical_percent, coalesce(k.at, p.created_at) AS at,"
            " EXISTS (SELECT 1 FROM cidr c WHERE c.pool_id = p.id AND c.state = 'active') AS active"
            " FROM pool p LEFT JOIN chain k ON k.pool_id = p.id"
        )
    }
    for pool in pools(facts.connection, facts.now):
        limit = limits[pool.id]
        if pool.kind is not PoolKind.CUSTOMER or not limit.active:
            continue
        used = 100 - 100 * pool.available / pool.total
        if used >= limit.warn_percent:
            severity = Severity.CRITICAL if used >= limit.critical_percent else Severity.WARNING
            since = _tight_since(facts, pool, limit)
            yield _short_pool(pool, "pool_near_exhaustion", severity, since, severity.value)
        elif pool.runway_days is not None and pool.runway_days < facts.config.runway_days:
            yield _short_pool(pool, "pool_runway_short", Severity.WARNING, limit.at, "short")


def _short_pool(pool: Pool, code: str, severity: Severity, since: int, fingerprint: str) -> Found:
    lasts = "" if pool.runway_days is None else f", {pool.runway_days:g}"
    trend = f"{lasts} days at its trend" if lasts else ""
    return _found(
        code,
        pool.id,
        severity,
        f"{pool.available} of {pool.total} addresses free{trend}.",
        brief=f"{pool.available} free{lasts} d" if lasts else f"{pool.available} free",
        remedy=_plain(f"Add a CIDR to pool {pool.id}, or release what is idle in it.", Fix("cidr add")),
        since=since,
        fingerprint=fingerprint,
    )


_USAGE_DAYS: Final = (
    "SELECT day, allocated - released AS grown FROM usage_day WHERE pool_id = :pool ORDER BY day DESC LIMIT 400"
)


def _tight_since(facts: Facts, pool: Pool, limit: Any) -> int:
    """Return when the pool passed its threshold, in microseconds: the day, or its last change for today."""
    free, day = pool.available, facts.now // DAY
    for row in facts.connection.execute(_USAGE_DAYS, {"pool": pool.id}):
        free, day = free + row.grown, row.day
        if 100 - 100 * free / pool.total < limit.warn_percent:
            break
    return min(day * DAY, limit.at) if day != facts.now // DAY else int(limit.at)


IDLE_LISTED: Final = 1000
"""The number of idle EIPs that are findings, the longest idle first; accepted ones are not counted."""
_IDLE: Final = (
    "SELECT id, unbound_since FROM eip e WHERE status = 'unbound' AND unbound_since < :before AND NOT landed_in_default"
    " AND EXISTS (SELECT 1 FROM cidr c WHERE c.id = e.cidr_id AND c.state = 'active')"
    " ORDER BY unbound_since, seq LIMIT :most + (SELECT count(*) FROM acceptance WHERE finding_id LIKE 'eip_idle:%')"
)


def _idle(facts: Facts) -> Iterator[Found]:
    values = {"before": facts.now - facts.config.idle_days * DAY, "most": IDLE_LISTED}
    since = {row.id: row.unbound_since for row in facts.connection.execute(_IDLE, values)}
    for eip in sorted(eips_by_id(facts.connection, list(since)), key=lambda eip: parse_address(eip.address)):
        idle_since = since[str(eip.id)]
        fix = Fix("release", (eip.address, "--yes"))
        yield _found(
            "eip_idle",
            str(eip.id),
            Severity.INFO,
            f"{eip.address} has served nothing for {(facts.now - idle_since) // DAY} days.",
            subject=eip.address,
            brief="serves nothing",
            remedy=_Remedy(f"Release it: {fix.command()}.", "Release it", fix),
            since=idle_since,
            fingerprint=str(idle_since),
            eips=(eip.address,),
        )


LIVE_LISTED: Final = 1000
"""The number of EIPs that the finding of a draining CIDR names; its message counts all of them."""
_DRAINING: Final = (
    "SELECT cidr, first, last, allocated, draining_at FROM cidr WHERE state = 'draining' AND allocated > 0"
)
_LIVE_IN: Final = (
    "SELECT address FROM eip WHERE released_at IS NULL AND address BETWEEN :first AND :last ORDER BY address"
    f" LIMIT {LIVE_LISTED}"
)


def _draining(facts: Facts) -> Iterator[Found]:
    for row in facts.connection.execute(_DRAINING).all():
        live = facts.connection.execute(_LIVE_IN, {"first": row.first, "last": row.last}).scalars()
        left = f"{row.allocated} live EIP{'s' if row.allocated > 1 else ''}"
        listed = shell_command("eips", filter_term("cidr", row.cidr))
        yield _found(
            "cidr_draining_blocked",
            row.cidr,
            Severity.WARNING,
            f"{left} still block the retirement of {row.cidr}.",
            brief=f"{left} left",
            remedy=_Remedy(
                f"Release or rehome each: {listed} lists them.",
                "Release or rehome each",
                Fix("cidr retire", (row.cidr,)),
            ),
            since=row.draining_at or 0,
            fingerprint=str(row.draining_at),
            eips=tuple(map(format_address, live)),
        )


def _disagreeing(facts: Facts) -> Iterator[Found]:
    for eip in _eips(facts, "e.platform_customer_owned <> e.customer_owned AND e.released_at IS NULL"):
        said = "Zenlayer-assigned" if eip.customer_owned else "customer-owned"
        yield _of_eip(
            eip,
            "ownership_disagrees",
            Severity.CRITICAL,
            f"The platform calls {eip.address} {said}, its CIDR says otherwise.",
            _plain("Find out which is right before you act on it; import the newest answer of the platform."),
            brief=f"The platform calls {eip.address} {said}, its CIDR says otherwise",
        )


def _missing(facts: Facts) -> Iterator[Found]:
    rows = facts.connection.execute(
        "SELECT s.id, s.missing_since, count(*) AS served FROM service s JOIN binding b"
        " ON b.service_id = s.id AND b.unbound_at IS NULL WHERE s.missing_since IS NOT NULL"
        " GROUP BY s.id, s.missing_since"
    )
    for row in rows:
        named = f"{row.served} binding{'s name' if row.served > 1 else ' names'} {row.id}, which no longer exists"
        advice = "Unbind the EIPs that name it"
        fix = Fix("eips", (filter_term("service", row.id),))
        yield _found(
            "service_missing",
            row.id,
            Severity.WARNING,
            f"{named}.",
            brief=named,
            remedy=_Remedy(f"{advice}: {fix.command()} lists them.", advice, fix),
            since=row.missing_since,
            fingerprint=str(row.missing_since),
        )


RULES: Final[tuple[Callable[[Facts], Iterator[Found]], ...]] = (
    _landed,
    _pools,
    _disagreeing,
    _snat_mixes_owners,
    _default_on_customer_service,
    _draining,
    _missing,
    _idle,
)


def _eips(facts: Facts, where: str) -> list[Eip]:
    """Return the EIPs that match, by address.

    They are read in the order of the partial index that holds just these; another order would read all EIPs.
    """
    found = eips_where(facts.connection, where, {}, "ORDER BY e.seq")
    return sorted(found, key=lambda eip: parse_address(eip.address))


def _plain(text: str, fix: Fix | None = None) -> _Remedy:
    """Return a remedy whose text names no command."""
    return _Remedy(text, text, fix)


def _of_eip(
    eip: Eip,
    code: str,
    severity: Severity,
    message: str,
    remedy: _Remedy,
    *,
    brief: str | None = None,
    landing: str | None = None,
) -> Found:
    """Return a finding about one EIP, which is another one when what the EIP serves changes."""
    return _found(
        code,
        str(eip.id),
        severity,
        message,
        subject=eip.address,
        brief=serves_brief(eip.bindings) if brief is None else brief,
        remedy=remedy,
        since=to_micros(eip.allocated_at),
        fingerprint=" ".join(sorted(f"{each.kind.value}:{each.service_id}" for each in eip.bindings)),
        eips=(eip.address,),
        landing=landing,
    )


def _found(
    code: str,
    key: str,
    severity: Severity,
    message: str,
    *,
    remedy: _Remedy,
    brief: str,
    since: int,
    fingerprint: str,
    subject: str | None = None,
    eips: tuple[str, ...] = (),
    landing: str | None = None,
) -> Found:
    """Return a finding; its subject is its key unless given. `since` is in microseconds."""
    finding = Finding(
        id=f"{code}:{key}",
        code=code,
        severity=severity,
        subject=key if subject is None else subject,
        message=message,
        remedy=remedy.text,
        since=from_micros(since),
        accepted_reason=None,
        accepted_until=None,
        brief=brief,
        eips=eips,
        landing=landing,
        advice=remedy.advice,
        fix=remedy.fix,
    )
    return Found(finding, fingerprint)
