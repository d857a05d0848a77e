"""Usage of pools and CIDRs, from counters that every change keeps; trend and runway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.times import DAY, MINUTE
from core.domain.values import Cidr, CidrState, Pool, PoolKind, PoolOrder, from_micros
from core.storage.connection import Connection, Flag, Value
from core.storage.rows import COMPUTED, reads

__all__ = [
    "DEFAULT_REGIONS",
    "LEAST_DAYS",
    "TREND_DAYS",
    "Outlook",
    "PoolUsage",
    "cidr_by_prefix",
    "cidrs",
    "outlook",
    "pool_by_id",
    "pool_usage",
    "pools",
    "unknown_cidr",
    "unknown_pool",
]

DEFAULT_REGIONS: Final = "SELECT region FROM pool WHERE kind = 'default'"
"""The regions that have a default pool: something was written in them."""
TREND_DAYS: Final = 30
"""The runway goes by the last so many days; below `LEAST_DAYS` of history there is none."""
LEAST_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class PoolUsage:
    """The addresses of a pool by state; total = allocated + cooling + reserved + held + available."""

    total: int
    allocated: int
    cooling: int
    reserved: int
    held: int
    active: bool
    """Whether any CIDR of it is active."""
    next_free_at: int | None
    """The time at which the next cooling address comes free, in microseconds since the epoch, UTC."""

    @property
    def available(self) -> int:
        return self.total - self.allocated - self.cooling - self.reserved - self.held


@reads("cidr", "pool")
class _CidrRow(NamedTuple):
    id: int
    cidr: str
    first: int
    last: int
    pool_id: str
    isp: str | None
    asn: int | None
    state: str
    rpki: str
    allocated: int
    reserved: int
    region: str
    customer_owned: Flag
    cooling_later: Annotated[int, COMPUTED]
    cooling_soon: Annotated[int, COMPUTED]


_CIDRS: Final = (
    "SELECT c.id, c.cidr, c.first, c.last, c.pool_id, c.isp, c.asn, c.state, c.rpki, c.allocated, c.reserved,"
    " p.region, p.customer_owned,"
    " CASE WHEN c.state <> 'active' THEN 0 ELSE"
    "  coalesce((SELECT sum(m.count) FROM cooling_minute m WHERE m.cidr_id = c.id AND m.minute > :minute), 0)"
    " END AS cooling_later,"
    " CASE WHEN c.state <> 'active' OR NOT EXISTS (SELECT 1 FROM cooling_minute m WHERE m.cidr_id = c.id"
    "   AND m.minute = :minute AND m.count > 0) THEN 0 ELSE"
    "  (SELECT count(*) FROM cooling k WHERE k.pool_id = c.pool_id AND k.ready_at > :now"
    "   AND k.ready_at < (:minute + 1) * 60000000 AND k.cidr_id = c.id) END AS cooling_soon"
    " FROM cidr c JOIN pool p ON p.id = c.pool_id"
)


_NEXT_FREE: Final = "SELECT min(ready_at) FROM cooling WHERE pool_id = :pool AND ready_at > :now"


def _cidr_rows(connection: Connection, where: str, now: int, **values: Value) -> list[_CidrRow]:
    return connection.rows(_CidrRow, f"{_CIDRS} WHERE {where}", {"now": now, "minute": now // MINUTE, **values})


def pool_usage(connection: Connection, pool_id: str, now: int) -> PoolUsage:
    """Return how the addresses of one pool are used at `now` (microseconds since the epoch, UTC)."""
    rows = _cidr_rows(connection, "c.pool_id = :pool AND c.state <> 'retired'", now, pool=pool_id)
    usage = _usage(rows)
    if not usage.cooling:
        return usage
    ready = connection.value(int, _NEXT_FREE, {"pool": pool_id, "now": now})
    return replace(usage, next_free_at=ready)


def _usage(rows: Iterable[_CidrRow]) -> PoolUsage:
    total = allocated = cooling = reserved = held = 0
    active = False
    for row in rows:
        size = row.last - row.first + 1
        total += size
        allocated += row.allocated
        reserved += row.reserved
        cooling += row.cooling_later + row.cooling_soon
        active = active or row.state == CidrState.ACTIVE
        held += 0 if row.state == CidrState.ACTIVE else size - row.allocated - row.reserved
    return PoolUsage(total, allocated, cooling, reserved, held, active, None)


@reads("pool")
class _PoolRow(NamedTuple):
    id: str
    name: str
    kind: str
    region: str
    order: str
    cooldown_seconds: int


@reads("usage_day")
class _GrownRow(NamedTuple):
    pool_id: str
    grown: Annotated[int, COMPUTED]


@reads("usage_day")
class _BegunRow(NamedTuple):
    pool_id: str
    begun: Annotated[int, "usage_day.day"]


_POOLS: Final = 'SELECT id, name, kind, region, "order", cooldown_seconds FROM pool p'
_LEFT: Final = (
    "p.kind = 'customer' AND EXISTS (SELECT 1 FROM cidr c WHERE c.pool_id = p.id) AND NOT EXISTS (SELECT 1 FROM cidr c"
    " WHERE c.pool_id = p.id AND (c.state <> 'retired' OR c.first < c.last OR c.isp IS NOT NULL))"
)
"""A pool that an import opened for EIPs without their CIDR, after the CIDR has come into its own pool."""
_TREND: Final = (
    "SELECT pool_id, sum(allocated) - sum(released) AS grown FROM usage_day WHERE day > :since GROUP BY pool_id"
)
_BEGUN: Final = "SELECT pool_id, min(day) AS begun FROM usage_day WHERE allocated + released > 0 GROUP BY pool_id"


def pools(connection: Connection, now: int, pool_id: str | None = None) -> list[Pool]:
    """Return every pool (or the one with this id) with its usage, customer pools first, by id."""
    where, cidr_where = ("p.id = :pool", "c.pool_id = :pool AND ") if pool_id else ("TRUE", "")
    values: dict[str, Value] = {"pool": pool_id} if pool_id else {}
    by_pool: dict[str, list[_CidrRow]] = {}
    for row in _cidr_rows(connection, f"{cidr_where}c.state <> 'retired' ORDER BY c.first", now, **values):
        by_pool.setdefault(row.pool_id, []).append(row)
    growth = _growth(connection, now)
    rows = connection.rows(_PoolRow, f"{_POOLS} WHERE {where} AND NOT ({_LEFT}) ORDER BY p.kind, p.id", values)
    return [_pool(row, by_pool.get(row.id, []), growth.get(row.id)) for row in rows]


def pool_by_id(connection: Connection, now: int, pool_id: str) -> Pool:
    """Return the pool with this id.

    Raises:
        EipdeckError: `pool_not_found`.

    """
    found = pools(connection, now, pool_id)
    if not found:
        raise unknown_pool(pool_id)
    return found[0]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The next free address and the trend of a pool."""

    next_free_at: datetime | None
    """The time at which the next cooling address comes free."""
    growth_per_day: float | None
    """Addresses a day, over up to 30 days; None below 7 days of history."""


def outlook(connection: Connection, now: int, pool_id: str) -> Outlook:
    """Return the outlook of one pool; of an unknown pool an empty one."""
    ready = pool_usage(connection, pool_id, now).next_free_at
    return Outlook(None if ready is None else from_micros(ready), _growth(connection, now).get(pool_id))


def _growth(connection: Connection, now: int) -> Mapping[str, float]:
    """Return the addresses a day by which each pool grows, for pools with enough history."""
    today = now // DAY
    begun = {row.pool_id: row.begun for row in connection.rows(_BegunRow, _BEGUN)}
    grown = {row.pool_id: row.grown for row in connection.rows(_GrownRow, _TREND, {"since": today - TREND_DAYS})}
    days = {pool: min(today - first, TREND_DAYS) for pool, first in begun.items()}
    return {pool: grown.get(pool, 0) / days[pool] for pool in begun if days[pool] >= LEAST_DAYS}


def _pool(row: _PoolRow, cidr_rows: list[_CidrRow], growth: float | None) -> Pool:
    usage = _usage(cidr_rows)
    runway = round(usage.available / growth, 1) if growth is not None and growth > 0 else None
    return Pool(
        id=row.id,
        name=row.name,
        kind=PoolKind(row.kind),
        region=row.region,
        cidrs=tuple(each.cidr for each in cidr_rows),
        order=PoolOrder(row.order),
        cooldown_seconds=row.cooldown_seconds,
        total=usage.total,
        allocated=usage.allocated,
        cooling=usage.cooling,
        reserved=usage.reserved,
        held=usage.held,
        available=usage.available,
        used_percent=round(100 * usage.allocated / usage.total, 1) if usage.total else None,
        runway_days=runway,
    )


def cidrs(connection: Connection, now: int) -> list[Cidr]:
    """Return one CIDR a prefix: its present life, or its last one when it is retired; by prefix."""
    present = "c.id = (SELECT max(o.id) FROM cidr o WHERE o.cidr = c.cidr)"
    return [_cidr(row) for row in _cidr_rows(connection, f"{present} ORDER BY c.first, c.last", now)]


def cidr_by_prefix(connection: Connection, now: int, prefix: str) -> Cidr:
    """Return the prefix in its present (or last) life.

    Raises:
        EipdeckError: `cidr_not_found`.

    """
    rows = _cidr_rows(connection, "c.cidr = :cidr ORDER BY c.id DESC LIMIT 1", now, cidr=prefix)
    if not rows:
        raise unknown_cidr(prefix)
    return _cidr(rows[0])


def _cidr(row: _CidrRow) -> Cidr:
    size = row.last - row.first + 1
    free = size - row.allocated - row.reserved - row.cooling_later - row.cooling_soon
    return Cidr(
        cidr=row.cidr,
        pool_id=row.pool_id,
        isp=row.isp,
        asn=row.asn,
        region=row.region,
        state=CidrState(row.state),
        customer_owned=bool(row.customer_owned),
        rpki=row.rpki,
        total=size,
        allocated=row.allocated,
        available=free if row.state == CidrState.ACTIVE else 0,
    )


def unknown_pool(pool_id: str) -> EipdeckError:
    """Return the refusal of a pool id that no pool has."""
    return error(
        Code.POOL_NOT_FOUND,
        f"There is no pool {pool_id!r}.",
        hint="Use the id of a pool in the list.",
        fix=Fix("pools"),
        details={"pool_id": pool_id},
    )


def unknown_cidr(prefix: str) -> EipdeckError:
    """Return the refusal of a prefix that no CIDR has."""
    return error(
        Code.CIDR_NOT_FOUND,
        f"There is no CIDR {prefix}.",
        hint="Use a CIDR in the list, or add it.",
        fix=Fix("cidrs"),
        details={"cidr": prefix},
    )
