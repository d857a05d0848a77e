"""The address map of a CIDR: at most 256 cells, each an address or a block of addresses, and the state it shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import Prefix, format_address
from core.domain.errors import Code, error
from core.domain.values import CidrState
from core.queries.map_cells import AddressMap, CellState, MapCell, MapProblems
from core.queries.usage import cidr_by_prefix, unknown_cidr
from core.storage.connection import Connection, Values
from core.storage.rows import COMPUTED, reads

__all__ = ["address_map"]

CELLS: Final = 256
COUNTED: Final = 4096
"""Addresses up to which the blocks of a map are counted; beyond, an index is probed once for each block."""
COOLING_READ: Final = 512
"""Cooling addresses of a pool that are read for a map whose blocks are probed."""


@reads("cidr")
class _PlaceRow(NamedTuple):
    id: int
    cidr: str
    first: int
    last: int
    pool_id: str
    state: str
    allocated: int
    reserved: int


@reads("eip")
class _LiveRow(NamedTuple):
    address: int
    status: str


@reads("eip")
class _BlockRow(NamedTuple):
    cell: Annotated[int, COMPUTED]
    number: Annotated[int, COMPUTED]


@reads("reservation")
class _SpanRow(NamedTuple):
    first: int
    last: int


_PLACE: Final = (
    "SELECT id, cidr, first, last, pool_id, state, allocated, reserved FROM cidr WHERE cidr = :cidr"
    " ORDER BY id DESC LIMIT 1"
)
_LIVE: Final = "SELECT address, status FROM eip WHERE released_at IS NULL AND address BETWEEN :first AND :last"
_LIVE_BLOCKS: Final = (
    "SELECT (address - :first) / :block AS cell, count(*) AS number FROM eip"
    " WHERE released_at IS NULL AND address BETWEEN :first AND :last GROUP BY 1"
)
_COOLING_BLOCKS: Final = (
    "SELECT (address - :first) / :block AS cell, count(*) AS number FROM cooling"
    " WHERE pool_id = :pool AND address BETWEEN :first AND :last AND ready_at > :now GROUP BY 1"
)
_COOLING_NEWEST: Final = (
    "SELECT address FROM cooling WHERE pool_id = :pool AND ready_at > :now ORDER BY ready_at DESC LIMIT :most"
)
_RESERVED: Final = "SELECT first, last FROM reservation WHERE cidr_id = :cidr AND first <= :last AND last >= :first"


def _each_block(source: str) -> str:
    """Return a statement for the blocks that have an address: one probe of an index by address for each block."""
    return (
        "WITH RECURSIVE block(cell) AS (SELECT 0 UNION ALL SELECT cell + 1 FROM block WHERE cell < :cells - 1)"
        f" SELECT cell FROM block WHERE (SELECT address FROM {source} AND address BETWEEN :first + cell * :block"
        " AND :first + cell * :block + :block - 1 ORDER BY address LIMIT 1) IS NOT NULL"
    )


LIVE_PROBES: Final = _each_block("eip WHERE released_at IS NULL")
COOLED_PROBES: Final = _each_block("cooling WHERE pool_id = :pool")


@dataclass(frozen=True, slots=True)
class _Area:
    """The addresses of a map."""

    place: _PlaceRow
    first: int
    last: int
    block: int
    now: int

    @property
    def cells(self) -> int:
        return (self.last - self.first + 1) // self.block

    @property
    def counted(self) -> bool:
        return self.last - self.first < COUNTED

    @property
    def values(self) -> Values:
        return {"first": self.first, "last": self.last}

    @property
    def by_block(self) -> Values:
        return {**self.values, "block": self.block}

    @property
    def probed(self) -> Values:
        """The values of a probe for each block."""
        return {"first": self.first, "block": self.block, "cells": self.cells}

    def cell_of(self, address: int) -> int:
        return (address - self.first) // self.block

    def cells_of(self, first: int, last: int) -> range:
        """Return the cells that a range of addresses touches."""
        return range(self.cell_of(max(first, self.first)), self.cell_of(min(last, self.last)) + 1)


@dataclass(slots=True)
class _Seen:
    """The cells in which each state was found; `live` has the number of EIPs where it is counted."""

    bound: set[int] = field(default_factory=set)
    idle: set[int] = field(default_factory=set)
    live: dict[int, int | None] = field(default_factory=dict)
    cooling: set[int] = field(default_factory=set)
    reserved: set[int] = field(default_factory=set)


def address_map(connection: Connection, cidr: str, part: Prefix | None, problems: MapProblems, now: int) -> AddressMap:
    """Return the map of a prefix in its present (or last) life, or of a part of it. `now` is in microseconds.

    A cell is one address of a /24 or a longer prefix, else a 256th of the addresses. Down to `COUNTED` addresses the
    blocks are counted; a larger map costs one probe of an index for each block and state, whatever it holds.

    Raises:
        EipdeckError: `cidr_not_found`; `address_not_in_pool` when the part is not within the prefix.

    """
    place = connection.row(_PlaceRow, _PLACE, {"cidr": cidr})
    if place is None:
        raise unknown_cidr(cidr)
    first, last = (place.first, place.last) if part is None else (part.first, part.last)
    if first < place.first or last > place.last:
        raise error(Code.ADDRESS_NOT_IN_POOL, f"{part} is not within {cidr}.", details={"cidr": cidr})
    area = _Area(place, first, last, max((last - first + 1) // CELLS, 1), now)
    seen = _Seen()
    if place.state != CidrState.RETIRED:
        _see_live(connection, area, seen)
        _see_cooling(connection, area, seen)
        _see_reserved(connection, area, seen)
    cells = tuple(_cells(area, seen, problems))
    return AddressMap(
        cidr=cidr,
        first=format_address(first),
        last=format_address(last),
        block=area.block,
        active=place.state == CidrState.ACTIVE,
        cells=cells,
        counts=_counts(connection, area, cells, problems, whole=part is None),
    )


def _see_live(connection: Connection, area: _Area, seen: _Seen) -> None:
    if area.block == 1:
        for row in connection.rows(_LiveRow, _LIVE, area.values):
            cell = area.cell_of(row.address)
            seen.live[cell] = 1
            (seen.bound if row.status == "bound" else seen.idle).add(cell)
    elif area.counted:
        seen.live.update(connection.rows(_BlockRow, _LIVE_BLOCKS, area.by_block))
    else:
        seen.live.update(dict.fromkeys(connection.column(int, LIVE_PROBES, area.probed)))


def _see_cooling(connection: Connection, area: _Area, seen: _Seen) -> None:
    """See the cooling blocks; many cooling addresses are not read, then a block released before cools as well."""
    pool: Values = {"pool": area.place.pool_id, "now": area.now}
    if area.counted:
        rows = connection.rows(_BlockRow, _COOLING_BLOCKS, {**area.by_block, **pool})
        seen.cooling.update(row.cell for row in rows)
        return
    newest = connection.column(int, _COOLING_NEWEST, {**pool, "most": COOLING_READ})
    if len(newest) < COOLING_READ:
        seen.cooling.update(area.cell_of(each) for each in newest if area.first <= each <= area.last)
    else:
        seen.cooling.update(connection.column(int, COOLED_PROBES, {**area.probed, "pool": area.place.pool_id}))


def _see_reserved(connection: Connection, area: _Area, seen: _Seen) -> None:
    for row in connection.rows(_SpanRow, _RESERVED, {**area.values, "cidr": area.place.id}):
        seen.reserved.update(area.cells_of(row.first, row.last))


def _cells(area: _Area, seen: _Seen, problems: MapProblems) -> Iterator[MapCell]:
    for cell in range(area.cells):
        first = area.first + cell * area.block
        critical = _within(problems.critical, first, first + area.block - 1) > 0
        live = seen.live.get(cell, None if not area.counted else 0)
        if critical or _within(problems.warning, first, first + area.block - 1):
            yield MapCell(CellState.PROBLEM, critical, live)
        else:
            yield MapCell(_state(cell, seen), live=live)


def _state(cell: int, seen: _Seen) -> CellState:
    """Return the state of a cell without a problem."""
    found = (
        (seen.bound, CellState.BOUND),
        (seen.idle, CellState.IDLE),
        (seen.live, CellState.LIVE),
        (seen.cooling, CellState.COOLING),
        (seen.reserved, CellState.RESERVED),
    )
    return next((state for cells, state in found if cell in cells), CellState.FREE)


def _within(addresses: tuple[int, ...], first: int, last: int) -> int:
    """Return how many of these ascending addresses are in a range."""
    return bisect_right(addresses, last) - bisect_left(addresses, first)


def _counts(
    connection: Connection, area: _Area, cells: tuple[MapCell, ...], problems: MapProblems, *, whole: bool
) -> dict[CellState, int]:
    if area.block == 1:
        return dict(Counter(cell.state for cell in cells))
    troubled = {*_between(problems.warning, area), *_between(problems.critical, area)}
    counts = {CellState.PROBLEM: len(troubled)}
    if area.counted:
        counts[CellState.LIVE] = sum(cell.live or 0 for cell in cells)
    if whole:
        usage = cidr_by_prefix(connection, area.now, area.place.cidr)
        live, reserved, free = usage.allocated, area.place.reserved, usage.available
        if area.place.state != CidrState.ACTIVE:
            free = usage.total - live - reserved
        cooling = usage.total - live - reserved - free
        counts |= {CellState.LIVE: live, CellState.COOLING: cooling}
        counts |= {CellState.RESERVED: reserved, CellState.FREE: free}
    return counts


def _between(addresses: tuple[int, ...], area: _Area) -> tuple[int, ...]:
    return addresses[bisect_left(addresses, area.first) : bisect_right(addresses, area.last)]
