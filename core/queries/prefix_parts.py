"""The addresses of a prefix by what holds them, in each CIDR that it overlaps; now or at a past moment.

The cost grows with the tenancies, bindings and reservations of the prefix, not with the inventory.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.domain.addresses import Prefix
from core.domain.values import CidrState
from core.queries.basis import Basis
from core.queries.cidr_row import CIDR_COLUMNS, CidrRow
from core.queries.facts import StoredFacts
from core.queries.past import cidr_at, replaced_in_cidr, withheld_at
from core.storage.connection import Connection, Values
from core.storage.rows import reads

__all__ = ["BOUND", "LIVE", "Part", "PrefixQuestion", "parts_of"]

_OVERLAPPING: Final = f"{CIDR_COLUMNS} WHERE c.first <= :last AND c.last >= :first"
_INSIDE: Final = f"{CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.first BETWEEN :first AND :last ORDER BY c.first"
_THEN: Final = (
    f"{_OVERLAPPING} AND c.created_at <= :at AND (c.retired_at IS NULL OR c.retired_at > :at) ORDER BY c.first, c.id"
)
_RETIRED: Final = f"{_OVERLAPPING} AND c.retired_at <= :at ORDER BY c.retired_at DESC LIMIT 1"
_LATER: Final = f"{_OVERLAPPING} AND c.created_at > :at ORDER BY c.created_at LIMIT 1"

LIVE: Final = (
    "e.address BETWEEN :first AND :last AND e.allocated_at <= :at AND (e.released_at IS NULL OR e.released_at > :at)"
)
"""The EIPs of the prefix that were live at the moment."""
BOUND: Final = "b.bound_at <= :at AND (b.unbound_at IS NULL OR b.unbound_at > :at)"
"""The bindings that were live at the moment."""
_ALLOCATED: Final = f"SELECT e.address FROM eip e WHERE {LIVE} ORDER BY e.address"
_SERVING: Final = (
    f"SELECT count(DISTINCT e.address) FROM eip e JOIN binding b ON b.eip_id = e.id WHERE {LIVE} AND {BOUND}"
)
_COOLING: Final = (
    "SELECT DISTINCT e.address FROM eip e WHERE e.address BETWEEN :first AND :last AND e.allocated_at <= :at"
    " AND e.released_at <= :at AND e.ready_at > :at"
)
_WITHHELD: Final = "SELECT first, last FROM reservation WHERE cidr_id = :cidr AND first <= :last AND last >= :first"


@reads("reservation")
class _SpanRow(NamedTuple):
    first: int
    last: int


class Part(NamedTuple):
    """The addresses of the prefix in one CIDR."""

    row: CidrRow
    size: int
    allocated: int
    bound: int
    cooling: int
    reserved: int

    @property
    def free(self) -> int:
        return self.size - self.allocated - self.cooling - self.reserved


@dataclass(frozen=True, slots=True)
class PrefixQuestion:
    """A prefix, and the moment that it is asked about; times are microseconds since the epoch, UTC."""

    connection: Connection
    prefix: Prefix
    at: int
    basis: Basis

    @property
    def past(self) -> bool:
        return self.at < self.basis.now

    @property
    def facts(self) -> StoredFacts:
        return StoredFacts(self.connection, self.basis.configured)

    @property
    def values(self) -> Values:
        return {"first": self.prefix.first, "last": self.prefix.last, "at": self.at}

    def retired(self) -> CidrRow | None:
        """Return the CIDR of the prefix that was the last one retired before the moment, or None."""
        return self.connection.row(CidrRow, _RETIRED, self.values)

    def later(self) -> CidrRow | None:
        """Return the CIDR of the prefix that is the first one known after the moment, or None."""
        return self.connection.row(CidrRow, _LATER, self.values)


def parts_of(asked: PrefixQuestion) -> list[Part]:
    """Return the addresses of the prefix by CIDR, in order."""
    return [_part(asked, row) for row in _cidrs(asked)]


def _cidrs(asked: PrefixQuestion) -> list[CidrRow]:
    """Return the CIDRs that the prefix overlaps, as they were at the moment, by address."""
    if asked.past:
        rows = asked.connection.rows(CidrRow, _THEN, asked.values)
        rows = [cidr_at(row, replaced_in_cidr(asked.connection, row), asked.at) for row in rows]
    else:
        around = StoredFacts(asked.connection).cidr(asked.prefix.first, None)
        inside = asked.connection.rows(CidrRow, _INSIDE, asked.values)
        rows = [] if around is None else [around]
        rows += [row for row in inside if around is None or row.id != around.id]
    return sorted([*rows, *_configured(asked)], key=lambda row: row.first)


def _configured(asked: PrefixQuestion) -> Iterator[CidrRow]:
    """Yield the configured ranges that the prefix overlaps, where nothing was written yet."""
    for row in asked.basis.configured:
        if row.first <= asked.prefix.last and row.last >= asked.prefix.first:
            written = asked.connection.row(CidrRow, f"{_OVERLAPPING} LIMIT 1", {"first": row.first, "last": row.last})
            if written is None:
                yield row


def _part(asked: PrefixQuestion, row: CidrRow) -> Part:
    first, last = max(row.first, asked.prefix.first), min(row.last, asked.prefix.last)
    values: Values = {"first": first, "last": last, "at": asked.at}
    live = asked.connection.column(int, _ALLOCATED, values)
    cooling = asked.connection.column(int, _COOLING, values) if row.state == CidrState.ACTIVE else []
    cooling = sorted(set(cooling).difference(live))
    withheld = [(max(lo, first), min(hi, last)) for lo, hi in _withheld(asked, row, values)]
    return Part(
        row,
        size=last - first + 1,
        allocated=len(live),
        bound=(asked.connection.value(int, _SERVING, values) or 0) if live else 0,
        cooling=len(cooling) - sum(_between(cooling, *span) for span in withheld),
        reserved=sum(hi - lo + 1 - _between(live, lo, hi) for lo, hi in withheld),
    )


def _between(ascending: Sequence[int], lo: int, hi: int) -> int:
    """Return how many of these addresses a range contains."""
    return bisect_right(ascending, hi) - bisect_left(ascending, lo)


def _withheld(asked: PrefixQuestion, row: CidrRow, values: Values) -> list[tuple[int, int]]:
    """Return the reserved ranges of a CIDR that overlap the prefix."""
    if not asked.past:
        found = asked.connection.rows(_SpanRow, _WITHHELD, {**values, "cidr": row.id})
        return [(each.first, each.last) for each in found]
    spans = withheld_at(asked.connection, row, asked.at)
    return [(lo, hi) for lo, hi in spans if lo <= asked.prefix.last and hi >= asked.prefix.first]
