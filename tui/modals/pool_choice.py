"""The pools of a form, the customer pool with most room first, and the pool before and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from core import Cidr, CidrState, Pool, PoolKind
from tui.commands.registry import key_of
from tui.modals.fields import Option
from tui.modals.lines import Line

__all__ = ["by_room", "gives_out", "pool_option", "pool_options", "too_few", "usage_lines", "way_out"]

_RULE: Final = "-------- not your addresses --------"
_NAMED: Final = 2
"""Pools with room that are named."""
_ROOM: Final = 60
"""Cells that a review of 80 columns has for a text."""


def by_room(pools: Iterable[Pool]) -> list[Pool]:
    """Most room first."""
    return sorted(pools, key=lambda pool: (-pool.available, pool.id))


def gives_out(pool: Pool, cidrs: Iterable[Cidr]) -> bool:
    """Whether the pool has an active CIDR; if none of its CIDRs is known, whether it has room."""
    states = _states(pool, cidrs)
    return CidrState.ACTIVE in states if states else pool.available > 0


def _states(pool: Pool, cidrs: Iterable[Cidr]) -> list[CidrState]:
    return [cidr.state for cidr in cidrs if cidr.pool_id == pool.id]


def pool_options(pools: Sequence[Pool], cidrs: Sequence[Cidr], *, runway_days: int) -> list[Option[str]]:
    """Return customer pools, then the default pools under a rule. A pool that gives out nothing cannot be chosen."""
    regions = len({pool.region for pool in pools}) > 1
    customer = by_room(pool for pool in pools if pool.kind is PoolKind.CUSTOMER)
    giving = [pool for pool in customer if gives_out(pool, cidrs)]
    rest = [pool for pool in customer if pool not in giving]
    options = [pool_option(pool, cidrs, region=regions, runway_days=runway_days) for pool in (*giving, *rest)]
    default = [pool for pool in pools if pool.kind is PoolKind.DEFAULT]
    if default:
        options.append(Option(None, (_RULE,)))
    for pool in sorted(default, key=lambda pool: (pool.region, pool.id)):
        where = (pool.region,) if regions else ()
        options.append(Option(pool.id, (pool.id, "DEFAULT", *where, "Zenlayer-assigned, not yours")))
    return options


def pool_option(pool: Pool, cidrs: Sequence[Cidr], *, runway_days: int, region: bool = False) -> Option[str]:
    """Return a customer pool as a row, marked if it is full or has fewer than `runway_days` days left."""
    where = (pool.region,) if region else ()
    if not gives_out(pool, cidrs):
        return Option(None, (pool.id, "customer", *where, _why_nothing(pool, cidrs)))
    room = f"{pool.available:,} free of {pool.total:,}"
    used = "" if pool.used_percent is None else f"{pool.used_percent:3.0f} %"
    runway = "" if pool.runway_days is None else f"runway {pool.runway_days:.0f} d"
    low = not pool.available or (pool.runway_days is not None and pool.runway_days < runway_days)
    return Option(pool.id, (pool.id, "customer", *where, room + (" !" if low else ""), used, runway))


def _why_nothing(pool: Pool, cidrs: Sequence[Cidr]) -> str:
    states = _states(pool, cidrs)
    for state in (CidrState.DRAINING, CidrState.VALIDATING, CidrState.FAILED, CidrState.RETIRED):
        if state in states:
            return f"{state.value}: no allocations"
    return "no free address" if pool.total else "no CIDR"


def too_few(pool: Pool, wanted: int) -> str | None:
    """Return why the pool refuses to give so many addresses, or None."""
    if wanted <= pool.available:
        return None
    if not pool.available:
        full = f"is full, none of its {pool.total:,} addresses is free" if pool.total else "has no address at all"
        return f"{pool.id} {full}: refused"
    return f"{pool.id} has {pool.available:,} free of {pool.total:,}: {wanted:,} are refused"


def way_out(full: Pool, wanted: int, pools: Iterable[Pool], cidrs: Sequence[Cidr]) -> Iterator[Line]:
    """Yield what helps when a pool has too few addresses: pools of its region with room, and why releasing does not."""
    if full.kind is PoolKind.DEFAULT:
        return
    others = (pool for pool in pools if pool.kind is PoolKind.CUSTOMER and pool.region == full.region)
    roomy = [pool for pool in by_room(others) if pool.available >= wanted and gives_out(pool, cidrs)]
    named = ", ".join(f"{pool.id} has {pool.available:,} free" for pool in roomy[:_NAMED])
    choose = f"{named}: choose it in the list; or add" if named else "No other pool has the room: add"
    yield Line("", f"{choose} a CIDR to {full.id} ({key_of('cidr_add')} in the main screen)")
    lasting = _lasting(full.cooldown_seconds)
    if full.cooldown_seconds:
        yield Line("", f"releasing does not help now: {full.id} reuses no address for {lasting}")


def _lasting(seconds: int) -> str:
    """Return `24 h`, `90 min`, `30 s`: the largest unit that divides it."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def usage_lines(pool: Pool, taken: int, *, cooling: int = 0, held: int = 0, label: str = "pool") -> list[Line]:
    """Return the lines about a pool before and after a change.

    Args:
        pool: the pool before the change.
        taken: the number of addresses allocated; negative if they are given back.
        cooling: how many of those given back cool down first.
        held: how many of those given back lie in a CIDR that gives out nothing.
        label: the word before `before` and `after`.

    Addresses taken beyond the free ones were reserved softly and asked for by address.

    """
    keeps_back = bool(pool.held or held)
    was = _counts(pool, keeps_back=keeps_back)
    will = _counts(pool, taken, cooling, held, keeps_back=keeps_back)
    widths = [max(len(one), len(other)) for one, other in zip(was, will, strict=True)]
    gap = "   " if sum(widths) + 3 * (len(widths) - 1) <= _ROOM else "  "
    return [
        Line(f"{label} {when}".strip(), gap.join(f"{count:>{w}}" for count, w in zip(counts, widths, strict=True)))
        for when, counts in (("before", was), ("after", will))
    ]


def _counts(pool: Pool, taken: int = 0, cooling: int = 0, held: int = 0, *, keeps_back: bool = False) -> list[str]:
    allocated = pool.allocated + taken
    free = pool.available - taken - cooling - held
    return [
        f"{allocated:,} allocated",
        f"{pool.cooling + cooling:,} cooling",
        f"{max(pool.reserved + min(free, 0), 0):,} reserved",
        *([f"{pool.held + held:,} held"] if keeps_back else []),
        f"{max(free, 0):,} free",
        f"{100 * allocated / pool.total:.0f} %" if pool.total else "no CIDR",
    ]
