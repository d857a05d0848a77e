"""Free space: the free ranges and cooling addresses of a pool, and the four ways in which they change.

Only active CIDRs have free space, so picking checks no state. No function walks a prefix: taking, returning and
finding an address cost the same in a /24 and in a /8. `open_range` and `close_range` cost as much as the range has
tenancies and free ranges; activation, drain, reserve and unreserve use them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from core.domain.values import PoolOrder
from core.operations.free_ranges import RangeRow, add_free, cool, cut, cut_out, gaps, warm
from core.operations.usage_days import count_usage
from core.storage.connection import NO_LIMIT, Connection
from core.storage.rows import COMPUTED, reads
from core.storage.transaction import Transaction

__all__ = [
    "AddressRun",
    "CidrRef",
    "ReservationRow",
    "close_range",
    "foresee_next",
    "give_back",
    "open_range",
    "reservation_of",
    "take_address",
    "take_addresses",
    "take_next",
    "withheld_among",
]


@dataclass(frozen=True, slots=True)
class CidrRef:
    """The CIDR that an address is in."""

    cidr_id: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class AddressRun:
    """Consecutive addresses taken from one CIDR, `lo` and `hi` included."""

    cidr: CidrRef
    lo: int
    hi: int


@reads("cooling", "cidr")
class _ReadyRow(NamedTuple):
    """A cooling address, and its CIDR."""

    address: int
    ready_at: int
    id: int
    first: int
    last: int


@reads("cooling")
class _CoolingRow(NamedTuple):
    address: int
    ready_at: int
    cidr_id: int


@reads("eip")
class _PastRow(NamedTuple):
    address: int
    ready_at: Annotated[int, COMPUTED]
    released_at: Annotated[int, "eip.released_at"]


@reads("reservation")
class _SpanRow(NamedTuple):
    first: int
    last: int


@reads("reservation")
class ReservationRow(NamedTuple):
    kind: str
    reason: str | None


_RANGE_AT: Final = (
    "SELECT f.lo, f.hi, c.id, c.first, c.last FROM free_range f JOIN cidr c ON c.id = f.cidr_id"
    " WHERE f.pool_id = :pool AND f.hi >= :address ORDER BY f.hi LIMIT 1"
)
_READY: Final = (
    "SELECT k.address, k.ready_at, c.id, c.first, c.last FROM cooling k JOIN cidr c ON c.id = k.cidr_id"
    " WHERE k.pool_id = :pool AND +k.ready_at <= :now ORDER BY k.released_at, k.address LIMIT :count"
)
"""The plus keeps the index on `ready_at` out: it would sort all addresses that are ready."""
_COOLING_AT: Final = (
    "SELECT k.address, k.ready_at, c.id, c.first, c.last FROM cooling k JOIN cidr c ON c.id = k.cidr_id"
    " WHERE k.pool_id = :pool AND k.address = :address"
)
_COOLING_AMONG: Final = "SELECT address, ready_at, cidr_id FROM cooling WHERE pool_id = :pool AND address IN :addresses"
_CHUNK: Final = 500
_RESERVED: Final = (
    "SELECT kind, reason FROM reservation WHERE cidr_id = :cidr_id AND first <= :address AND last >= :address"
)


def take_next(transaction: Transaction, pool_id: str, order: PoolOrder, count: int, begin: int = 0) -> list[AddressRun]:
    """Take `count` addresses in the order of the pool, fewer when it has no more; free ones from `begin` on first."""
    if order is PoolOrder.LOWEST:
        _fold_ready(transaction, pool_id)
    runs = list(_take_ranges(transaction, pool_id, count, begin))
    missing = count - sum(run.hi - run.lo + 1 for run in runs)
    if missing and order is PoolOrder.LRU:
        runs.extend(_take_ready(transaction, pool_id, missing))
    return runs


def foresee_next(connection: Connection, pool_id: str) -> None:
    """Tell ahead of what `take_next` asks first."""
    connection.ahead(_RANGE_AT, {"pool": pool_id, "address": 0})
    connection.ahead(_READY, {"pool": pool_id, "now": 0, "count": NO_LIMIT})  # a question asked ahead has no moment


def take_address(
    transaction: Transaction, pool_id: str, address: int, *, cooling_too: bool = False
) -> CidrRef | int | None:
    """Take this address and return its CIDR; for a cooling one when it comes free (microseconds), for others None."""
    found = transaction.row(RangeRow, _RANGE_AT, pool=pool_id, address=address)
    if found and found.lo <= address:
        cut(transaction, pool_id, found, address, address)
        return CidrRef(found.id, found.first, found.last)
    cooling = transaction.row(_ReadyRow, _COOLING_AT, pool=pool_id, address=address)
    if cooling is None:
        return None
    if cooling.ready_at > transaction.now and not cooling_too:
        return cooling.ready_at
    warm(transaction, pool_id, cooling.id, address, cooling.ready_at)
    return CidrRef(cooling.id, cooling.first, cooling.last)


def take_addresses(transaction: Transaction, pool_id: str, addresses: Sequence[int]) -> list[int]:
    """Remove these sorted addresses from the free and cooling space of a pool. Return those that were in neither.

    The cost is a few statements for each free range, whatever the number of addresses taken from it.
    """
    others: list[int] = []
    place = 0
    while place < len(addresses):
        found = transaction.row(RangeRow, _RANGE_AT, pool=pool_id, address=addresses[place])
        if found is None:
            others += addresses[place:]
            break
        begin = bisect_left(addresses, found.lo, place)
        end = bisect_right(addresses, found.hi, begin)
        others += addresses[place:begin]
        if begin < end:
            cut_out(transaction, pool_id, found, addresses[begin:end])
        place = end
    return _left_over(transaction, pool_id, others)


def _left_over(transaction: Transaction, pool_id: str, addresses: Sequence[int]) -> list[int]:
    """Remove those of the addresses that are cooling. Return the others."""
    cooling: set[int] = set()
    for start in range(0, len(addresses), _CHUNK):
        chunk = list(addresses[start : start + _CHUNK])
        for row in transaction.rows(_CoolingRow, _COOLING_AMONG, pool=pool_id, addresses=chunk):
            warm(transaction, pool_id, row.cidr_id, row.address, row.ready_at)
            cooling.add(row.address)
    return [address for address in addresses if address not in cooling]


def withheld_among(transaction: Transaction, cidr_id: int, addresses: Sequence[int]) -> int:
    """Return how many of these sorted addresses of a CIDR are reserved."""
    if not addresses:
        return 0
    runs = _reserved_runs(transaction, cidr_id, addresses[0], addresses[-1])
    return sum(bisect_right(addresses, last) - bisect_left(addresses, first) for first, last in runs)


def give_back(
    transaction: Transaction, pool_id: str, order: PoolOrder, cidr: CidrRef, address: int, ready_at: int
) -> None:
    """Return a released address of an active CIDR to its pool; `ready_at` in microseconds."""
    if order is PoolOrder.LOWEST and ready_at <= transaction.now:
        add_free(transaction, pool_id, cidr.cidr_id, address, address)
    else:
        cool(transaction, pool_id, cidr.cidr_id, address, released_at=transaction.now, ready_at=ready_at)


def open_range(transaction: Transaction, pool_id: str, order: PoolOrder, cidr: CidrRef, lo: int, hi: int) -> None:
    """Free the addresses of `lo`..`hi` that are neither live nor reserved.

    Addresses with a past tenancy keep their order and their cool-down.
    """
    past = {row.address: row for row in transaction.rows(_PastRow, _PAST, lo=lo, hi=hi)}
    blocked = sorted([*_reserved_runs(transaction, cidr.cidr_id, lo, hi), *_live_runs(transaction, lo, hi)])
    released, freed = sorted(past), 0
    for first, last in gaps(blocked, lo, hi):
        start, freed = first, freed + last - first + 1
        for address in released[bisect_left(released, first) : bisect_right(released, last)]:
            ready_at = past[address].ready_at
            if order is PoolOrder.LOWEST and ready_at <= transaction.now:
                continue
            if start < address:
                add_free(transaction, pool_id, cidr.cidr_id, start, address - 1)
            released_at = past[address].released_at
            cool(transaction, pool_id, cidr.cidr_id, address, released_at=released_at, ready_at=ready_at)
            start = address + 1
        if start <= last:
            add_free(transaction, pool_id, cidr.cidr_id, start, last)
    if freed:
        count_usage(transaction, pool_id, freed=freed)


def close_range(transaction: Transaction, pool_id: str, cidr: CidrRef, lo: int, hi: int) -> None:
    """Remove `lo`..`hi` from the free and cooling space of the pool."""
    freed = 0
    while (found := transaction.row(RangeRow, _RANGE_AT, pool=pool_id, address=lo)) and found.lo <= hi:
        first, last = max(lo, found.lo), min(hi, found.hi)
        cut(transaction, pool_id, found, first, last)
        freed -= last - first + 1
    for row in transaction.rows(_CoolingRow, _COOLING_IN, pool=pool_id, lo=lo, hi=hi):
        warm(transaction, pool_id, cidr.cidr_id, row.address, row.ready_at)
        freed -= 1
    if freed:
        count_usage(transaction, pool_id, freed=freed)


def reservation_of(transaction: Transaction, cidr_id: int, address: int) -> ReservationRow | None:
    """Return the reservation of an address, or None."""
    return transaction.row(ReservationRow, _RESERVED, cidr_id=cidr_id, address=address)


_COOLING_IN: Final = (
    "SELECT address, ready_at, cidr_id FROM cooling WHERE pool_id = :pool AND address BETWEEN :lo AND :hi"
)
_PAST: Final = (
    "SELECT e.address, coalesce(e.ready_at, e.released_at) AS ready_at, e.released_at FROM eip e"
    " WHERE e.address BETWEEN :lo AND :hi AND e.released_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM eip n"
    " WHERE n.address = e.address AND (n.allocated_at, n.seq) > (e.allocated_at, e.seq))"
)
"""The last tenancy of each address; the cool-down of an earlier one ended when the address was recovered."""
_LIVE: Final = "SELECT address FROM eip WHERE released_at IS NULL AND address BETWEEN :lo AND :hi ORDER BY address"
_RESERVATIONS: Final = "SELECT first, last FROM reservation WHERE cidr_id = :cidr_id AND first <= :hi AND last >= :lo"


def _live_runs(transaction: Transaction, lo: int, hi: int) -> Iterator[tuple[int, int]]:
    for address in transaction.column(int, _LIVE, lo=lo, hi=hi):
        yield address, address


def _reserved_runs(transaction: Transaction, cidr_id: int, lo: int, hi: int) -> Iterable[tuple[int, int]]:
    return transaction.rows(_SpanRow, _RESERVATIONS, cidr_id=cidr_id, lo=lo, hi=hi)


def _take_ranges(transaction: Transaction, pool_id: str, count: int, begin: int) -> Iterator[AddressRun]:
    while count:
        found = transaction.row(RangeRow, _RANGE_AT, pool=pool_id, address=begin)
        if found is None:
            if not begin:
                return
            begin = 0
            continue
        first = max(found.lo, begin)
        last = min(found.hi, first + count - 1)
        cut(transaction, pool_id, found, first, last)
        yield AddressRun(CidrRef(found.id, found.first, found.last), first, last)
        count -= last - first + 1


def _take_ready(transaction: Transaction, pool_id: str, count: int) -> Iterator[AddressRun]:
    for row in transaction.rows(_ReadyRow, _READY, pool=pool_id, now=transaction.now, count=count):
        warm(transaction, pool_id, row.id, row.address, row.ready_at)
        yield AddressRun(CidrRef(row.id, row.first, row.last), row.address, row.address)


def _fold_ready(transaction: Transaction, pool_id: str) -> None:
    """Move every address that finished cooling into the ranges, once each, so that a pick pays for one release."""
    for row in transaction.rows(_ReadyRow, _READY, pool=pool_id, now=transaction.now, count=NO_LIMIT):
        warm(transaction, pool_id, row.id, row.address, row.ready_at)
        add_free(transaction, pool_id, row.id, row.address, row.address)
