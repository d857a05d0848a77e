"""The CIDRs in which the EIPs of an import lie."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from core.domain.addresses import prefix_of_range
from core.domain.values import CidrState
from core.operations.free_space import take_addresses, withheld_among
from core.operations.usage_days import count_usage
from core.storage.connection import Flag
from core.storage.rows import reads
from core.storage.transaction import Transaction
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["Home", "Homes", "count_met", "take"]


@dataclass(frozen=True, slots=True)
class Home:
    """The CIDR an EIP lies in."""

    id: int
    first: int
    last: int
    pool_id: str
    customer_owned: bool
    state: str | None
    """None for a /32 that was made together with its EIP."""


@reads("cidr", "pool")
class _CidrRow(NamedTuple):
    id: int
    first: int
    last: int
    state: str
    pool_id: str
    customer_owned: Flag


_AT: Final = (
    "SELECT c.id, c.first, c.last, c.state, c.pool_id, p.customer_owned FROM cidr c JOIN pool p ON p.id = c.pool_id"
    " WHERE c.state <> 'retired' AND c.first <= :address ORDER BY c.first DESC LIMIT 1"
)


class Homes:
    """Finds the CIDRs of addresses, each read once."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._firsts: list[int] = []
        self._rows: list[_CidrRow] = []

    def of(self, address: int) -> _CidrRow | None:
        """Return the CIDR that an address lies in; None when no CIDR contains it."""
        place = bisect_right(self._firsts, address)
        if place and address <= self._rows[place - 1].last:
            return self._rows[place - 1]
        found = self._transaction.row(_CidrRow, _AT, address=address)
        if found is None or found.last < address:
            return None
        self._firsts.insert(place, found.first)
        self._rows.insert(place, found)
        return found


_COUNT: Final = (
    "UPDATE cidr SET allocated = allocated + :allocated, reserved = reserved - :reserved WHERE id = :cidr_id"
)


def take(transaction: Transaction, home: Home, addresses: Sequence[int]) -> None:
    """Take these sorted addresses of a CIDR out of its pool's free space, and count them."""
    left = take_addresses(transaction, home.pool_id, addresses) if home.state == CidrState.ACTIVE else addresses
    if len(left) < len(addresses):
        count_usage(transaction, home.pool_id, freed=len(left) - len(addresses))
    reserved = withheld_among(transaction, home.id, left)
    transaction.run(_COUNT, cidr_id=home.id, allocated=len(addresses), reserved=reserved)


def count_met(report: ImportReport, pool_id: str, first: int, last: int, *, owned: bool) -> str:
    """Count the CIDR of an EIP, and its customer pool, as unchanged unless this import made them. Returns the CIDR."""
    cidr = _prefix(first, last)
    report.count("cidr", cidr, RowOutcome.UNCHANGED)
    if owned:
        report.count("pool", pool_id, RowOutcome.UNCHANGED)
    return cidr


@lru_cache(maxsize=64)
def _prefix(first: int, last: int) -> str:
    return str(prefix_of_range(first, last))
