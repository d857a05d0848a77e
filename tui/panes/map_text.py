"""The text beside an address map: the CIDR, its use, the legend, and the cell under the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core import AddressMap, CellState, Cidr, CidrState
from tui.commands.registry import key_of
from tui.state.pictures import CellFacts
from tui.state.selection import SelectionDetails
from tui.state.selection_text import strip_lines, title_words
from tui.terminal.roles import Role
from tui.widgets.address_map import legend
from tui.widgets.gauge import Levels, Use, gauge_row, percent_words
from tui.widgets.lines import Line, Part, line_of
from tui.wording.sanitize import visible
from tui.wording.serving import serves_words

__all__ = ["cell_lines", "cidr_page", "legend_lines", "map_title"]

_GAUGE: Final = 26
_SHORT: Final = 11
_ENTRY: Final = 17
"""Cells of one entry of a legend."""


def map_title(shown: AddressMap) -> str:
    """Return the name of what a map shows."""
    whole = shown.cidr.partition("/")[0] == shown.first and len(shown.cells) * shown.block >= _size(shown.cidr)
    return shown.cidr if whole else f"{shown.first} - {shown.last}"


def _size(cidr: str) -> int:
    return 1 << 32 - int(cidr.partition("/")[2])


def cidr_page(
    details: SelectionDetails, cidr: Cidr, shown: AddressMap | None, width: int, *, ascii_only: bool, marks: bool
) -> list[Line | str]:
    """Return the lines about a CIDR that stand beside or under its map; `marks` adds the legend."""
    part = [] if shown is None or map_title(shown) == cidr.cidr else [Line(f"{map_title(shown)} of it", Role.STRONG)]
    lines = [*part, *_about(details, cidr), *_use(cidr, shown, width, ascii_only=ascii_only)]
    if shown is None:
        return [*lines, "", "reading the map"]
    return [*lines, "", *legend_lines(shown, width, ascii_only=ascii_only)] if marks else lines


def _about(details: SelectionDetails, cidr: Cidr) -> Iterator[Line | str]:
    whose = ("own", Role.OWN) if cidr.customer_owned else ("DEFAULT", Role.ZENLAYER)
    trouble = cidr.state in (CidrState.DRAINING, CidrState.FAILED, CidrState.VALIDATING)
    state = (cidr.state.value, Role.WARNING if trouble else Role.TEXT)
    yield line_of(whose, "   ", state, f"   pool {visible(cidr.pool_id)}")
    origin = [f"AS{cidr.asn}"] if cidr.asn else []
    yield "  ".join([*origin, *([visible(cidr.isp)] if cidr.isp else []), visible(cidr.region), f"RPKI {cidr.rpki}"])
    if cidr.state is not CidrState.ACTIVE:
        yield from (line for line in strip_lines(details) if line)


def _use(cidr: Cidr, shown: AddressMap | None, width: int, *, ascii_only: bool) -> Iterator[Line | str]:
    held = 0 if shown is None else sum(shown.counts.get(state, 0) for state in (CellState.COOLING, CellState.RESERVED))
    use = Use(cidr.allocated, held, cidr.total)
    percent = f"{percent_words(use)} % used"
    cells = _GAUGE if width >= _GAUGE + 2 + len(percent) else _SHORT
    owned = None if cidr.customer_owned else Role.ZENLAYER
    gauge = gauge_row(use, cells, Levels(), ascii_only=ascii_only, role=owned)
    yield ""
    yield line_of(*gauge.parts, f"  {percent}")


def legend_lines(shown: AddressMap, width: int, *, ascii_only: bool) -> Iterator[Line]:
    """Yield the marks of a map with their words and numbers, two a line where there is room."""
    a_line = 2 if width >= 2 * _ENTRY + 2 else 1
    parts = [_entry(*entry) for entry in legend(shown, ascii_only=ascii_only)]
    for begin in range(0, len(parts), a_line):
        line: list[Part | str] = []
        for entry in parts[begin : begin + a_line]:
            line += ["   ", *entry] if line else entry
        yield line_of(*line)
    if shown.block > 1:
        yield Line(f"one cell is {shown.block:,} addresses", Role.DIM)


def _entry(mark: Part, word: str, number: int) -> list[Part | str]:
    return [mark, f" {word:<9}{number:>6,}"]


def cell_lines(facts: CellFacts, width: int, *, rule: str) -> list[Line | str]:
    """Return a rule with the name of the cell, and what is in it."""
    name = facts.first if facts.first == facts.last else f"{facts.first} - {facts.last}"
    head = f"{rule} {name} "
    lines: list[Line | str] = [Line(head + rule * max(width - len(head), 0), Role.LABEL)]
    if facts.details is not None:
        title = title_words(facts.details)
        bad = title.startswith("!")
        return [*lines, Line(title, Role.WARNING if bad else Role.STRONG), *filter(None, strip_lines(facts.details))]
    return [*lines, *_block_lines(facts), "", Line(f"{key_of('open')} shows this block as a map", Role.DIM)]


def _block_lines(facts: CellFacts) -> Iterator[Line | str]:
    if not facts.rows:
        yield "no live EIP"
    for row in facts.rows:
        mark = ("!" if row.problem else " ", Role.WARNING)
        serves = serves_words(row.eip.bindings, nothing="serves nothing", once=True)
        role = Role.TEXT if row.eip.customer_owned else Role.ZENLAYER
        yield line_of(mark, " ", (f"{row.eip.address:<15}", role), f" {serves}")
    if facts.more:
        yield "and more"
