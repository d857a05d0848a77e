"""The tables of free space: free ranges, cooling addresses, and how many addresses come free in each minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from core.domain.times import MINUTE
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["RangeRow", "add_free", "cool", "cut", "cut_out", "gaps", "warm"]


@reads("free_range", "cidr")
class RangeRow(NamedTuple):
    lo: int
    hi: int
    id: int
    first: int
    last: int


@reads("free_range")
class _NeighbourRow(NamedTuple):
    lo: int
    hi: int
    cidr_id: int


_ADD_RANGE: Final = "INSERT INTO free_range (pool_id, hi, lo, cidr_id) VALUES (:pool, :hi, :lo, :cidr_id)"
_DROP_RANGE: Final = "DELETE FROM free_range WHERE pool_id = :pool AND hi = :hi"
_MOVE_LOW: Final = "UPDATE free_range SET lo = :lo WHERE pool_id = :pool AND hi = :hi"
_LEFT: Final = "SELECT lo FROM free_range WHERE pool_id = :pool AND hi = :hi AND cidr_id = :cidr_id"
_RIGHT: Final = "SELECT lo, hi, cidr_id FROM free_range WHERE pool_id = :pool AND hi > :hi ORDER BY hi LIMIT 1"
_COOL: Final = (
    "INSERT INTO cooling (pool_id, address, ready_at, cidr_id, released_at)"
    " VALUES (:pool, :address, :ready_at, :cidr_id, :released_at)"
)
_WARM: Final = "DELETE FROM cooling WHERE pool_id = :pool AND address = :address"
_MINUTE_UP: Final = (
    "INSERT INTO cooling_minute (cidr_id, minute, count) VALUES (:cidr_id, :minute, 1)"
    " ON CONFLICT (cidr_id, minute) DO UPDATE SET count = cooling_minute.count + 1"
)
_MINUTE_DOWN: Final = "UPDATE cooling_minute SET count = count - 1 WHERE cidr_id = :cidr_id AND minute = :minute"
_MINUTES_PAST: Final = "DELETE FROM cooling_minute WHERE cidr_id = :cidr_id AND minute < :minute"


def cut(transaction: Transaction, pool_id: str, found: RangeRow, lo: int, hi: int) -> None:
    """Remove `lo`..`hi` from the free range `found`."""
    if hi < found.hi:
        transaction.run(_MOVE_LOW, pool=pool_id, hi=found.hi, lo=hi + 1)
    else:
        transaction.run(_DROP_RANGE, pool=pool_id, hi=found.hi)
    if found.lo < lo:
        transaction.run(_ADD_RANGE, pool=pool_id, hi=lo - 1, lo=found.lo, cidr_id=found.id)


def cut_out(transaction: Transaction, pool_id: str, found: RangeRow, taken: Sequence[int]) -> None:
    """Remove addresses from the free range `found`."""
    pieces = list(gaps(((address, address) for address in taken), found.lo, found.hi))
    if pieces and pieces[-1][1] == found.hi:
        transaction.run(_MOVE_LOW, pool=pool_id, hi=found.hi, lo=pieces.pop()[0])
    else:
        transaction.run(_DROP_RANGE, pool=pool_id, hi=found.hi)
    rows = [{"hi": hi, "lo": lo} for lo, hi in pieces]
    transaction.connection.insert(_ADD_RANGE, rows, {"pool": pool_id, "cidr_id": found.id})


def gaps(blocked: Iterable[tuple[int, int]], lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of `lo`..`hi` that no block covers; blocks are sorted and may overlap."""
    start = lo
    for first, last in blocked:
        if start < first:
            yield start, min(first - 1, hi)
        start = max(start, last + 1)
    if start <= hi:
        yield start, hi


def add_free(transaction: Transaction, pool_id: str, cidr_id: int, lo: int, hi: int) -> None:
    """Add a free range, merged with its neighbours of the same CIDR."""
    left = transaction.value(int, _LEFT, pool=pool_id, hi=lo - 1, cidr_id=cidr_id)
    if left is not None:
        transaction.run(_DROP_RANGE, pool=pool_id, hi=lo - 1)
        lo = left
    right = transaction.row(_NeighbourRow, _RIGHT, pool=pool_id, hi=hi)
    if right is not None and right.lo == hi + 1 and right.cidr_id == cidr_id:
        transaction.run(_MOVE_LOW, pool=pool_id, hi=right.hi, lo=lo)
    else:
        transaction.run(_ADD_RANGE, pool=pool_id, hi=hi, lo=lo, cidr_id=cidr_id)


def cool(
    transaction: Transaction, pool_id: str, cidr_id: int, address: int, *, released_at: int, ready_at: int
) -> None:
    """Add a cooling address, and count it in its minute if it is not ready yet. Minutes that are over are dropped."""
    transaction.run(_COOL, pool=pool_id, address=address, ready_at=ready_at, cidr_id=cidr_id, released_at=released_at)
    if ready_at > transaction.now:
        transaction.run(_MINUTES_PAST, cidr_id=cidr_id, minute=transaction.now // MINUTE)
        transaction.run(_MINUTE_UP, cidr_id=cidr_id, minute=ready_at // MINUTE)


def warm(transaction: Transaction, pool_id: str, cidr_id: int, address: int, ready_at: int) -> None:
    """Remove a cooling address, and its count if it is not ready yet."""
    transaction.run(_WARM, pool=pool_id, address=address)
    if ready_at > transaction.now:
        transaction.run(_MINUTE_DOWN, cidr_id=cidr_id, minute=ready_at // MINUTE)
