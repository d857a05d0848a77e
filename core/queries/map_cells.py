"""The values of an address map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from core.domain.addresses import format_address, parse_address
from core.domain.values import Finding, Severity

__all__ = ["AddressMap", "CellState", "MapCell", "MapProblems", "map_problems"]


class CellState(StrEnum):
    """The state that a cell shows: the worst one in it."""

    PROBLEM = "problem"
    """A live EIP there is in an open finding of severity warning or critical."""
    LIVE = "live"
    """A block with live EIPs."""
    BOUND = "bound"
    IDLE = "idle"
    COOLING = "cooling"
    RESERVED = "reserved"
    FREE = "free"
    """Not taken; allocatable while the CIDR is active."""


class MapCell(NamedTuple):
    """One cell of an address map."""

    state: CellState
    critical: bool = False
    """Whether one of its problems is critical."""
    live: int | None = None
    """Its live EIPs; None where they are not counted."""


@dataclass(frozen=True, slots=True)
class AddressMap:
    """The map of a CIDR, or of a block of it."""

    cidr: str
    first: str
    last: str
    block: int
    """The addresses of one cell."""
    active: bool
    """Whether the CIDR is active: else its free addresses cannot be allocated."""
    cells: tuple[MapCell, ...]
    counts: Mapping[CellState, int]
    """The addresses by shown state, as far as they are known without counting."""

    def span(self, cell: int) -> tuple[str, str]:
        """Return the first and the last address of a cell."""
        first = parse_address(self.first) + cell * self.block
        return format_address(first), format_address(first + self.block - 1)

    def cell_of(self, address: str) -> int | None:
        """Return the cell of an address; None when the map does not show it."""
        cell = (parse_address(address) - parse_address(self.first)) // self.block
        return cell if 0 <= cell < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class MapProblems:
    """The addresses that a map marks as problems, each list ascending."""

    warning: tuple[int, ...] = ()
    critical: tuple[int, ...] = ()


def map_problems(found: Iterable[Finding]) -> MapProblems:
    """Return the addresses of the EIPs in findings of severity warning and critical."""
    warning, critical = set[int](), set[int]()
    for finding in found:
        if finding.severity is not Severity.INFO:
            chosen = critical if finding.severity is Severity.CRITICAL else warning
            chosen.update(map(parse_address, finding.eips))
    return MapProblems(tuple(sorted(warning)), tuple(sorted(critical)))
