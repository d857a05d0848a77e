"""Pick addresses of a pool: the next ones in its order, or a given one; or say why there is none."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.values import Pool, PoolKind, from_micros, iso
from core.operations.free_space import AddressRun, CidrRef, reservation_of, take_address, take_next
from core.operations.pools import PoolRow
from core.operations.usage_days import count_usage
from core.queries.usage import PoolUsage, pool_usage, pools
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["take", "take_one"]


def take(transaction: Transaction, pool: PoolRow, count: int) -> list[AddressRun]:
    """Take the next `count` addresses of the pool.

    Raises:
        EipdeckError: `pool_exhausted`, `no_active_cidr`.

    """
    runs = take_next(transaction, pool.id, pool.order, count)
    if sum(run.hi - run.lo + 1 for run in runs) < count:
        raise _exhausted(transaction, pool, count)
    return runs


@reads("cidr")
class _CidrRow(NamedTuple):
    id: int
    cidr: str
    pool_id: str
    state: str
    first: int
    last: int


_CIDR_AT: Final = (
    "SELECT id, cidr, pool_id, state, first, last FROM cidr"
    " WHERE state <> 'retired' AND first <= :address ORDER BY first DESC LIMIT 1"
)
_HOLDER: Final = "SELECT id FROM eip WHERE address = :address AND released_at IS NULL"
_READY_AT: Final = "SELECT ready_at FROM eip WHERE address = :address ORDER BY allocated_at DESC, seq DESC LIMIT 1"
_UNRESERVE: Final = "UPDATE cidr SET reserved = reserved - 1 WHERE id = :cidr_id"


def take_one(transaction: Transaction, pool: PoolRow, address: int, *, cooling_too: bool = False) -> CidrRef:
    """Take a given address of the pool; a cooling one only with `cooling_too`.

    Raises:
        EipdeckError: `address_not_in_pool`, `cidr_not_active`, `address_in_use`, `address_cooling`, `address_reserved`.

    """
    taken = take_address(transaction, pool.id, address, cooling_too=cooling_too)
    if isinstance(taken, CidrRef):
        return taken
    words = format_address(address)
    cidr = transaction.row(_CidrRow, _CIDR_AT, address=address)
    if cidr is None or cidr.last < address or cidr.pool_id != pool.id:
        elsewhere = f" It is in pool {cidr.pool_id}." if cidr is not None and cidr.last >= address else ""
        raise error(
            Code.ADDRESS_NOT_IN_POOL,
            f"{words} is in no CIDR of pool {pool.id}.{elsewhere}",
            details={"address": words, "pool_id": pool.id},
        )
    if cidr.state != "active":
        raise error(
            Code.CIDR_NOT_ACTIVE,
            f"{words} lies in {cidr.cidr}, which is {cidr.state}; only an active CIDR gives addresses.",
            details={"address": words, "cidr": cidr.cidr, "state": cidr.state},
        )
    holder = transaction.value(str, _HOLDER, address=address)
    if holder is not None:
        raise error(
            Code.ADDRESS_IN_USE,
            f"{words} is held by EIP {holder}.",
            details={"address": words, "eip_id": holder},
        )
    if isinstance(taken, int):
        raise _cooling(words, taken)
    return _take_reserved(transaction, cidr, address, cooling_too=cooling_too)


def _cooling(words: str, ready_at: int) -> EipdeckError:
    return error(
        Code.ADDRESS_COOLING,
        f"{words} was released recently; it is free from {iso(from_micros(ready_at))}.",
        hint="Recover it to take it back now.",
        fix=Fix("recover", (words,)),
        details={"address": words, "ready_at": iso(from_micros(ready_at))},
    )


def _take_reserved(transaction: Transaction, cidr: _CidrRow, address: int, *, cooling_too: bool) -> CidrRef:
    reservation = reservation_of(transaction, cidr.id, address)
    words = format_address(address)
    if reservation is None or reservation.kind != "soft":
        why = f": {reservation.reason}" if reservation is not None and reservation.reason else ""
        raise error(
            Code.ADDRESS_RESERVED,
            f"{words} is withheld{why}.",
            hint="Lift the reservation first.",
            fix=Fix("unreserve", (cidr.cidr, words)),
            details={"address": words, "cidr": cidr.cidr},
        )
    ready_at = transaction.value(int, _READY_AT, address=address) or 0
    if ready_at > transaction.now and not cooling_too:
        raise _cooling(words, ready_at)
    transaction.run(_UNRESERVE, cidr_id=cidr.id)
    count_usage(transaction, cidr.pool_id, freed=1)  # it was not free, and its tenancy counts as if it had been
    return CidrRef(cidr.id, cidr.first, cidr.last)


def _exhausted(transaction: Transaction, pool: PoolRow, count: int) -> EipdeckError:
    usage = pool_usage(transaction.connection, pool.id, transaction.now)
    if not usage.active:
        return error(
            Code.NO_ACTIVE_CIDR,
            f"Pool {pool.id} has no active CIDR, so it has no address to give.",
            hint="Activate one of its CIDRs, or name another pool.",
            details={"pool_id": pool.id},
        )
    roomy = _with_room(transaction, pool, count)
    next_free_at = None if usage.next_free_at is None else iso(from_micros(usage.next_free_at))
    when = f" The next cooling one comes free at {next_free_at}." if next_free_at else ""
    return error(
        Code.POOL_EXHAUSTED,
        f"{_how_full(pool, usage, count)}{when}",
        hint=_where_there_is_room(pool, roomy),
        details={
            "pool_id": pool.id,
            "asked": count,
            "total": usage.total,
            "allocated": usage.allocated,
            "cooling": usage.cooling,
            "reserved": usage.reserved,
            "held": usage.held,
            "available": usage.available,
            "next_free_at": next_free_at,
            "cooldown_seconds": pool.cooldown_seconds,
            "pools_with_room": [{"pool_id": each.id, "available": each.available} for each in roomy],
        },
    )


_NAMED: Final = 3
"""Pools with room that a refusal names."""


def _with_room(transaction: Transaction, full: PoolRow, count: int) -> list[Pool]:
    """Return the customer pools of the same region that can give so many addresses, the emptiest first."""
    others = pools(transaction.connection, transaction.now)
    roomy = [
        pool
        for pool in others
        if pool.kind is PoolKind.CUSTOMER
        and pool.id != full.id
        and pool.region == full.region
        and pool.available >= count
    ]
    return sorted(roomy, key=lambda pool: (-pool.available, pool.id))[:_NAMED]


def _where_there_is_room(pool: PoolRow, roomy: list[Pool]) -> str:
    named = ", ".join(f"{each.id} ({each.available:,} free)" for each in roomy)
    other = f"Name a pool with room: {named}; or add a CIDR to {pool.id}." if named else f"Add a CIDR to {pool.id}."
    cooling = (
        f" What {pool.id} releases cools for {_hours(pool.cooldown_seconds)} first." if pool.cooldown_seconds else ""
    )
    return other + cooling


def _hours(seconds: int) -> str:
    """Return `24 h`, `90 min`, `30 s`: the largest unit that divides it."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _how_full(pool: PoolRow, usage: PoolUsage, count: int) -> str:
    if usage.total == usage.reserved:
        return f"All {usage.total} addresses of pool {pool.id} are reserved, none is in use."
    held = f", {usage.held} held in CIDRs that are not active" if usage.held else ""
    return (
        f"Pool {pool.id} has {usage.available} of {usage.total} addresses free, {count} asked for:"
        f" {usage.allocated} allocated, {usage.cooling} cooling, {usage.reserved} reserved{held}."
    )
