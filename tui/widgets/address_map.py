"""The address map as text: 16 cells a row, each an address or a block of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core import AddressMap, CellState, MapCell
from tui.terminal.roles import Role
from tui.widgets.lines import Line, Part, joined

__all__ = ["COLUMNS", "cell_glyph", "first_cells", "legend", "map_rows", "map_width"]

COLUMNS: Final = 16
_MARKS: Final = {
    CellState.BOUND: ("■", "#", Role.BOUND),
    CellState.IDLE: ("□", "o", Role.UNBOUND),
    CellState.COOLING: ("c", "c", Role.COOLING),
    CellState.RESERVED: ("r", "r", Role.RESERVED),
    CellState.FREE: ("·", ".", Role.FREE),
}
_LEVELS: Final = ("▁▂▃▄▅▆▇█", "_,-=+*##")
"""A block by the eighths of it that are live. In ASCII `.` is free, so two eighths are `,`."""
_UNCOUNTED: Final = 3
"""The level of a block whose live EIPs are not counted."""


def cell_glyph(cell: MapCell, block: int, *, ascii_only: bool = False) -> Part:
    """Return the character of a cell, and its role."""
    if cell.state is CellState.PROBLEM:
        return "!", Role.CRITICAL if cell.critical else Role.WARNING
    if cell.state is CellState.LIVE:
        level = _UNCOUNTED if cell.live is None else -(-8 * cell.live // block) - 1
        return _LEVELS[ascii_only][level], Role.BOUND
    *marks, role = _MARKS[cell.state]
    return str(marks[ascii_only]), Role(role)


def first_cells(shown: AddressMap) -> list[str]:
    """Return the label of each row: the octets of its first address from the first that differs between rows."""
    firsts = [shown.span(cell)[0].split(".") for cell in range(0, len(shown.cells), COLUMNS)]
    varied = next((place for place in range(3) if len({octets[place] for octets in firsts}) > 1), 3)
    lead = "." if varied == 3 else ""  # the last octet
    return [lead + ".".join(octets[varied:]) for octets in firsts]


def map_width(shown: AddressMap, *, gaps: bool = True) -> int:
    """Return the cells that the map takes; with gaps, the selected cell has brackets beside it."""
    return _label_width(shown) + (2 * COLUMNS + 1 if gaps else COLUMNS + 1)


def _label_width(shown: AddressMap) -> int:
    return max(4, *(len(label) for label in first_cells(shown)))


def map_rows(shown: AddressMap, cursor: int | None, width: int, *, ascii_only: bool = False) -> list[Line]:
    """Return a line of offsets and the rows of the map; without gaps where `width` is short, then `>` marks the row.

    `cursor` is the selected cell.
    """
    gaps = width >= map_width(shown)
    label = _label_width(shown)
    rows = [_offsets(shown, label, gaps=gaps)]
    for place, name in enumerate(first_cells(shown)):
        begin = place * COLUMNS
        cells = shown.cells[begin : begin + COLUMNS]
        at = cursor - begin if cursor is not None and 0 <= cursor - begin < len(cells) else None
        glyphs = [cell_glyph(cell, shown.block, ascii_only=ascii_only) for cell in cells]
        rows.append(joined([(f"{name:>{label}}", Role.DIM), *(_spaced if gaps else _close)(glyphs, at)]))
    return rows


def _spaced(glyphs: list[Part], at: int | None) -> Iterator[Part]:
    for place, glyph in enumerate(glyphs):
        chosen = at is not None and place in (at, at + 1)
        yield ("[" if place == at else "]", Role.FOCUS) if chosen else (" ", Role.TEXT)
        yield glyph
    yield ("]", Role.FOCUS) if at == len(glyphs) - 1 else (" ", Role.TEXT)


def _close(glyphs: list[Part], at: int | None) -> Iterator[Part]:
    yield (">", Role.FOCUS) if at is not None else (" ", Role.TEXT)
    for place, (text, role) in enumerate(glyphs):
        yield text, Role.FOCUSED if place == at else role


def _offsets(shown: AddressMap, label: int, *, gaps: bool) -> Line:
    """Return the offsets of every fourth column."""
    step = (2 if gaps else 1) * 4
    words = [_offset(place * 4 * shown.block) for place in range(min(4, -(-len(shown.cells) // 4)))]
    if not gaps:
        words = [word if cell_room(word, step) else "" for word in words]
    return Line(" " * (label + 1) + "".join(f"{word:<{step}}" for word in words).rstrip(), Role.DIM)


def cell_room(word: str, step: int) -> bool:
    """Whether a word leaves a blank before the next one."""
    return len(word) < step


def _offset(number: int) -> str:
    """Return `+12`, `+4.0` or `+16.0.0`: a distance between addresses."""
    octets = [number >> bits & 255 for bits in (24, 16, 8, 0)]
    while len(octets) > 1 and not octets[0]:
        octets.pop(0)
    return "+" + ".".join(map(str, octets))


_WORDS: Final = (
    CellState.BOUND,
    CellState.IDLE,
    CellState.LIVE,
    CellState.PROBLEM,
    CellState.COOLING,
    CellState.RESERVED,
    CellState.FREE,
)


def legend(shown: AddressMap, *, ascii_only: bool = False) -> list[tuple[Part, str, int]]:
    """Return for each state that the map counts its mark, its word and its number of addresses."""
    found = []
    for state in _WORDS:
        if state in shown.counts or (shown.block == 1 and state is not CellState.LIVE):
            word = "locked" if state is CellState.FREE and not shown.active else state.value
            cell = MapCell(state, live=None)
            found.append((cell_glyph(cell, shown.block, ascii_only=ascii_only), word, shown.counts.get(state, 0)))
    return found
