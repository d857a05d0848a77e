"""Findings about what EIPs share: gateways, pools, CIDRs and services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import format_address, parse_prefix
from core.domain.command_text import shell_command
from core.domain.errors import Fix
from core.domain.filters import filter_term
from core.domain.values import FindingCode, Pool, PoolKind, Severity
from core.queries.finding_parts import Fingerprinted, Remedy, Rule, RuleInput, found, plain
from core.queries.short_since import Level, short_since, tight_since
from core.queries.usage import pools
from core.storage.connection import Flag
from core.storage.rows import COMPUTED, reads

__all__ = ["SHARED_RULES"]

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


def _snat_mixes_owners(facts: RuleInput) -> Iterator[Fingerprinted]:
    for gateway in dict.fromkeys(facts.connection.column(str, _SNAT_GATEWAYS)):
        rows = facts.connection.rows(_SnatRow, _SNAT_ON, {"id": gateway})
        pairs = _mixed_entries(rows)
        if not pairs:
            continue
        mixed = sorted({row.address for pair in pairs for entry in pair for row in entry})
        every = " An entry takes every EIP of the gateway." if any(row.all_eips for row in rows) else ""
        yield found(
            FindingCode.SNAT_MIXES_OWNERS,
            gateway,
            Severity.WARNING,
            f"SNAT on {gateway} sends the same sources out on customer-owned and on Zenlayer-assigned"
            f" addresses ({len(mixed)} EIPs).{every}",
            brief="mixes owners",
            remedy=plain(
                "Unbind or rehome the Zenlayer-assigned EIP of the gateway.",
                Fix("eips", (filter_term("service", gateway),)),
            ),
            since=min(max(min(row.bound_at for row in entry) for entry in pair) for pair in pairs),
            fingerprint=" ".join(map(str, mixed)),
            eips=tuple(map(format_address, mixed)),
        )


def _mixed_entries(rows: Sequence[_SnatRow]) -> list[tuple[list[_SnatRow], list[_SnatRow]]]:
    """Return pairs of entries, one customer-owned and one Zenlayer-assigned, that cover a source in common.

    EIPs with equal sources share an entry.
    """
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
    created_at: int
    capacity: Annotated[int, COMPUTED]
    """The number of addresses of active CIDRs: held space neither eases nor raises the alarm."""


_LIMITS: Final = (
    "SELECT p.id, p.warn_percent, p.critical_percent, p.created_at,"
    " coalesce((SELECT sum(c.last - c.first + 1) FROM cidr c WHERE c.pool_id = p.id AND c.state = 'active'), 0)"
    " AS capacity"
    " FROM pool p"
)


def _pools(facts: RuleInput) -> Iterator[Fingerprinted]:
    limits = {row.id: row for row in facts.connection.rows(_LimitRow, _LIMITS)}
    for pool in pools(facts.connection, facts.now):
        limit = limits[pool.id]
        if pool.kind is not PoolKind.CUSTOMER or not limit.capacity:
            continue
        used = 100 - 100 * pool.available / limit.capacity
        if used >= limit.warn_percent:
            severity = Severity.CRITICAL if used >= limit.critical_percent else Severity.WARNING
            level = Level(pool.available + pool.cooling, limit.capacity, limit.warn_percent)
            since = tight_since(facts.connection, pool, level, facts.now, limit.created_at)
            yield _short_pool(pool, limit.capacity, FindingCode.POOL_NEAR_EXHAUSTION, severity, since, severity.value)
        elif pool.runway_days is not None and pool.runway_days < facts.config.runway_days:
            days = facts.config.runway_days
            since = short_since(facts.connection, pool, days, facts.now, limit.created_at)
            yield _short_pool(pool, limit.capacity, FindingCode.POOL_RUNWAY_SHORT, Severity.WARNING, since, "short")


def _short_pool(
    pool: Pool, capacity: int, code: FindingCode, severity: Severity, since: int, fingerprint: str
) -> Fingerprinted:
    lasts = "" if pool.runway_days is None else f", {pool.runway_days:g}"
    trend = f"{lasts} days at its trend" if lasts else ""
    return found(
        code,
        pool.id,
        severity,
        f"{pool.available} of {capacity} addresses free{trend}.",
        brief=f"{pool.available} free{lasts} d" if lasts else f"{pool.available} free",
        remedy=plain(f"Add a CIDR to pool {pool.id}, or release what is idle in it.", Fix("cidr add")),
        since=since,
        fingerprint=fingerprint,
    )


@reads("cidr")
class _DrainingRow(NamedTuple):
    cidr: str
    first: int
    last: int
    allocated: int
    draining_at: int | None


_DRAINING: Final = (
    "SELECT cidr, first, last, allocated, draining_at FROM cidr WHERE state = 'draining' AND allocated > 0"
)
_LIVE_IN: Final = (
    "SELECT address FROM eip WHERE released_at IS NULL AND address BETWEEN :first AND :last ORDER BY address"
)


def _draining(facts: RuleInput) -> Iterator[Fingerprinted]:
    for row in facts.connection.rows(_DrainingRow, _DRAINING):
        live = facts.connection.column(int, _LIVE_IN, {"first": row.first, "last": row.last})
        left = f"{row.allocated} live EIP{'s' if row.allocated > 1 else ''}"
        listed = shell_command("eips", filter_term("cidr", row.cidr))
        yield found(
            FindingCode.CIDR_DRAINING_BLOCKED,
            row.cidr,
            Severity.WARNING,
            f"{left} still block the retirement of {row.cidr}.",
            brief=f"{left} left",
            remedy=Remedy(
                f"Release or rehome each: {listed} lists them.",
                "Release or rehome each",
                Fix("cidr retire", (row.cidr,)),
            ),
            since=row.draining_at or 0,
            fingerprint=str(row.draining_at),
            eips=tuple(map(format_address, live)),
        )


@reads("service", "eip")
class _MissingRow(NamedTuple):
    id: str
    missing_since: Annotated[int, "service.missing_since"]
    address: Annotated[int, "eip.address"]


_MISSING: Final = (
    "SELECT s.id, s.missing_since, e.address FROM service s JOIN binding b"
    " ON b.service_id = s.id AND b.unbound_at IS NULL JOIN eip e ON e.id = b.eip_id"
    " WHERE s.missing_since IS NOT NULL ORDER BY s.id, e.address"
)


def _missing(facts: RuleInput) -> Iterator[Fingerprinted]:
    for _, group in groupby(facts.connection.rows(_MissingRow, _MISSING), key=lambda row: row.id):
        served = list(group)
        row = served[0]
        named = f"{len(served)} binding{'s name' if len(served) > 1 else ' names'} {row.id}, which no longer exists"
        advice = "Unbind the EIPs that name it"
        fix = Fix("eips", (filter_term("service", row.id),))
        yield found(
            FindingCode.SERVICE_MISSING,
            row.id,
            Severity.WARNING,
            f"{named}.",
            brief=named,
            remedy=Remedy(f"{advice}: {shell_command(*fix.words)} lists them.", advice, fix),
            since=row.missing_since,
            fingerprint=str(row.missing_since),
            eips=tuple(dict.fromkeys(format_address(each.address) for each in served)),
        )


SHARED_RULES: Final[tuple[Rule, ...]] = (_pools, _snat_mixes_owners, _draining, _missing)
