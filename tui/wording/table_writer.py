"""Writes rows as an aligned table, or as lines that are read aloud, each while it is read. Foreign text goes through
`visible`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TextIO

from tui.wording.columns import Column, Layout
from tui.wording.sanitize import visible

if TYPE_CHECKING:
    from tui.wording.paint import Paint

__all__ = ["MEASURED", "Measured", "write_lines", "write_table"]

MEASURED: Final = 500
"""Rows that decide the widths of a table's columns."""


class Measured(NamedTuple):
    """What decides the widths of a table's columns."""

    rows: int = MEASURED
    """The first rows, which are printed when all of them are read."""
    sample: Sequence[object] = ()
    """Rows that are not printed."""
    grows: bool = False
    """Whether a longer cell makes its column wider from there on."""


_GAP: Final = "  "
_NARROWEST: Final = 30
"""Cells below which the last column is not folded: it would be unreadable."""
_MARK: Final = "!"
"""The heading of the column that marks problems."""


def write_lines(rows: Iterable[object], layout: Layout, out: TextIO, *, header: bool = True) -> int:
    """Write each row as lines `HEADING: value`, with an empty line between rows; return the number of rows."""
    count = 0
    for count, row in enumerate(rows, 1):
        out.write("\n" if count > 1 else "")
        for column in layout.columns:
            text = visible(column.text(row))
            if column.title == _MARK:
                out.write("PROBLEM: yes\n" if text else "")
            else:
                out.write(f"{column.title}: {text}\n" if header else f"{text}\n")
    return count


def write_table(
    rows: Iterable[object],
    layout: Layout,
    out: TextIO,
    *,
    width: int | None = None,
    measured: Measured = Measured(),  # noqa: B008  # a constant
    paint: Paint | None = None,
    header: bool = True,
) -> int:
    """Write aligned columns under a heading, nothing cut; return the number of rows.

    Args:
        rows: any number.
        layout: the columns.
        out: the stream.
        width: of the terminal, in cells, where the last column is folded; None: not folded.
        measured: the rows that decide the widths.
        paint: paints words and marked rows; None: no colours.
        header: False leaves the headings out.

    """
    columns, texts = layout.columns, layout.texts
    cells = ([text(row) for text in texts] for row in rows)
    first = [[*map(visible, line)] for line in islice(cells, measured.rows)]
    if not first:
        return 0
    sample = ([visible(text(row)) for text in texts] for row in measured.sample)
    headings = [column.title if header else "" for column in columns]
    shape = _Shape(columns, _widest((headings, *first, *sample)), width)
    if header:
        out.write(shape.line(headings))
    shape.paint, count = paint, 0
    lines: Iterator[Sequence[object]] = chain(first, cells)
    for line in lines:
        if measured.grows:
            shape = shape.for_cells([visible(cell) for cell in line])
        out.write(shape.line(line))
        count += 1
    return count


def _widest(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(_cells, column)) for column in zip(*lines, strict=True)]


class _Shape:
    """Lays rows out in the widths of a table's columns."""

    def __init__(self, columns: Sequence[Column[Any]], widths: Sequence[int], width: int | None) -> None:
        self.paint: Paint | None = None
        self._columns, self._width = columns, width
        self._headings = [column.title for column in columns]
        self._right = [column.right for column in columns]
        self._widths = widths
        self._indent = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
        room = None if width is None else width - self._indent
        self._room = None if room is None or room < _NARROWEST else room

        shape = "".join(
            f"%{'' if right else '-'}{width}s{_GAP}" for right, width in zip(self._right, widths, strict=True)
        )
        self._plain = f"{shape.rpartition('%')[0]}%s" if self._room is None else None

    def for_cells(self, cells: Sequence[str]) -> _Shape:
        """Return the shape in which these cells have room, too: a table that goes on becomes wider, never narrower."""
        widths = [max(width, _cells(cell)) for width, cell in zip(self._widths, cells, strict=True)]
        if widths[:-1] == list(self._widths[:-1]):
            return self
        wider = _Shape(self._columns, widths, self._width)
        wider.paint = self.paint
        return wider

    def line(self, row: Sequence[object]) -> str:
        """Return a row, which may be hostile, as a line."""
        plain = self._plain if self.paint is None else None
        if plain is not None and (text := plain % tuple(row)).isascii() and text.isprintable():
            return f"{text.rstrip()}\n"
        cells = [visible(cell) for cell in row]
        padded = [
            _padded(cell, width, right=right)
            for cell, width, right in zip(cells[:-1], self._widths, self._right, strict=False)
        ]
        parts = [cells[-1]] if self._room is None else _folded(cells[-1], self._room)
        if self.paint is not None:
            padded = list(map(self.paint.cell, self._headings, cells, padded))
            parts[0] = self.paint.cell(self._headings[-1], cells[-1], parts[0])
        first = _GAP.join([*padded, parts[0]]).rstrip()
        lines = [first, *(" " * self._indent + part for part in parts[1:])]
        if self.paint is not None:
            lines = [self.paint.line(self._headings, cells, line) for line in lines]
        return "\n".join(lines) + "\n"


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  # slow, and needed only for text that is not ASCII

    return cell_len(text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _cells(text))
    return space + text if right else text + space


def _folded(text: str, room: int) -> list[str]:
    """Return the text in lines of at most `room` cells; a longer word stays whole."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and _cells(lines[-1]) + 1 + _cells(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines
