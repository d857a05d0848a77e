"""Writes the same cells with fewer bytes: only the cells that differ from what the terminal shows already.

Textual paints whole spans again, each text with all of its colours and a reset. A slow line carries them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.terminal.pen import PLAIN, UNSEEN, Pen, Written, blank, change, pen_of, writes

__all__ = ["FORGET", "ShownCells"]

FORGET: Final = "\x1b[eipdeck forget"
"""Written instead of a text when the terminal may show something else: after a change of its size, after a stop."""

_TOKEN: Final = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[([0-9]+);([0-9]+)H|([^\x1b\r\n]+)|(\r?\n)|\x1b", re.DOTALL)
_PAINTS_NOTHING: Final = re.compile(r"(?:\x1b\[\?[0-9;]+[hl]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\))+")
"""Modes and commands to the operating system, such as copying."""
_CLEARS: Final = re.compile(r"\x1b\[\?(?:47|1047|1049)[hl]")
_SYNC_BEGIN: Final = "\x1b[?2026h"
_SYNC_END: Final = "\x1b[?2026l"
_AT_ONCE: Final = 256
"""Bytes that a terminal shows at once without being told where the frame ends."""
_NEAR: Final = 4
"""Cells that are written again rather than jumped over."""
_SORTED: Final = (100, 8_000)
"""Bytes of a frame between which another order of its cells is tried."""


Size = tuple[int, int]
"""The columns and the rows of a terminal."""
_Cell = Written | None
"""None while it is not known what the terminal shows."""


class _Run(NamedTuple):
    """Cells beside each other that are written."""

    row: int
    column: int
    cells: list[Written]
    whole: bool = False
    """Some are of a width on which terminals differ: the cursor is elsewhere afterwards."""


class ShownCells:
    """The cells that a terminal shows, and the position and the pen that it writes with."""

    def __init__(self) -> None:
        self._rows: dict[int, list[_Cell]] = {}
        self._writer = _Writer(self._rows)
        self._sync: bool | None = None
        """Whether the begin of a frame was written; None outside a frame."""

    def forget(self) -> None:
        """Take nothing for known any more."""
        self._rows.clear()
        self._writer.at = None

    def paint(self, text: str, size: Size | None = None) -> str:
        """Return what to write for a text of Textual; empty when the terminal shows all of it already.

        `size` is that of the terminal now: of a frame laid out for a larger one it shows no one knows what.
        """
        if text == FORGET:
            self.forget()
            return ""
        if text == _SYNC_BEGIN:
            self._sync = False
            return ""
        if text == _SYNC_END:
            begun, self._sync = self._sync, None
            return _SYNC_END if begun else ""
        runs: list[_Run] = []
        end = self._read(text, runs)
        if end is None:
            return self._foreign(text)
        painted = self._in_one_frame(self._written(runs, end))
        if size is not None and self._reaches_beyond(size):
            self.forget()
        return painted

    def _reaches_beyond(self, size: Size) -> bool:
        columns, rows = size
        return any(row > rows or len(known) > columns + 1 for row, known in self._rows.items())

    def _in_one_frame(self, painted: str) -> str:
        if self._sync is not False or len(painted) <= _AT_ONCE:
            return painted
        self._sync = True
        return f"{_SYNC_BEGIN}{painted}"

    def _foreign(self, text: str) -> str:
        """Return a text that is no frame, with a plain pen before it."""
        if not _PAINTS_NOTHING.fullmatch(text) or _CLEARS.search(text):
            self.forget()
        plain, self._writer.pen = change(self._writer.pen, PLAIN), PLAIN
        return f"{plain}{text}"

    def _read(self, text: str, runs: list[_Run]) -> tuple[int, int] | None:
        """Note the cells of a frame that differ; return where it leaves the cursor, or None for another text."""
        pen, row, column, whole = PLAIN, -1, 0, False
        for found in _TOKEN.finditer(text):
            codes, down, right, piece, end = found.groups()
            if codes is not None:
                pen = pen_of(codes)
            elif down is not None:
                row, column, whole = int(down), int(right), False
            elif end is not None:
                row = -1
            elif piece is None or row < 0:
                return None
            else:
                whole = whole or not _is_narrow(piece)
                cells = [(char, blank(pen) if char == " " else pen) for char in piece]
                runs += [self._unknown(row, column, cells)] if whole else self._different(row, column, cells)
                column += cell_len(piece) if whole else len(piece)
        return row, column

    def _different(self, row: int, column: int, cells: list[Written]) -> Iterator[_Run]:
        """Take cells for shown; yield the runs of those that were not."""
        known, end = _row(self._rows, row, column + len(cells)), column + len(cells)
        before: list[_Cell] = known[column:end]
        if before == cells:
            return
        known[column:end] = cells
        begin: int | None = None
        for at, (old, new) in enumerate(zip(before, cells, strict=True)):
            if old == new:
                if begin is not None:
                    yield _Run(row, column + begin, cells[begin:at])
                begin = None
            elif begin is None:
                begin = at
        if begin is not None:
            yield _Run(row, column + begin, cells[begin:])

    def _unknown(self, row: int, column: int, cells: list[Written]) -> _Run:
        """Take no cell from here on for known: terminals differ on the width of these."""
        known = _row(self._rows, row, column)
        del known[column:]
        return _Run(row, column, cells, whole=True)

    def _as_it_is(self, run: _Run) -> _Run:
        """Return a run with its cells at the end of the frame, which may paint a cell twice."""
        now = _row(self._rows, run.row, run.column + len(run.cells))[run.column : run.column + len(run.cells)]
        return run._replace(cells=[cell or old for cell, old in zip(now, run.cells, strict=True)])

    def _written(self, runs: list[_Run], end: tuple[int, int]) -> str:
        """Return the shorter of two ways to write the runs: as they stand, and one pen after the other."""
        runs = [run if run.whole else self._as_it_is(run) for run in runs]
        plain = self._writer.wrote(runs, end)
        if _SORTED[0] < plain.size < _SORTED[1] and not any(run.whole for run in runs):
            by_pen = self._writer.wrote(_by_pen(runs, self._writer.pen), end)
            plain = min(plain, by_pen, key=lambda writer: writer.size)
        painted, plain.out = "".join(plain.out), []
        self._writer = plain
        return painted


def _by_pen(runs: Iterable[_Run], first: Pen) -> list[_Run]:
    """Return the runs cut where the pen changes, and sorted by it; a blank goes with what stands before it."""
    sorted_: dict[Pen, list[_Run]] = {first: []}
    for row, column, cells, _whole in runs:
        begin, pen = 0, cells[0][1]
        for at, cell in enumerate(cells):
            if writes(pen, cell):
                continue
            if all(writes(cell[1], each) for each in cells[begin:at]):
                pen = cell[1]
                continue
            sorted_.setdefault(pen, []).append(_Run(row, column + begin, cells[begin:at]))
            begin, pen = at, cell[1]
        sorted_.setdefault(pen, []).append(_Run(row, column + begin, cells[begin:]))
    return [run for of_pen in sorted_.values() for run in of_pen]


@dataclass(slots=True)
class _Writer:
    """Writes cells where the cursor is, with the pen that is in use."""

    rows: dict[int, list[_Cell]]
    at: tuple[int, int] | None = None
    """The row and the column of the cursor; None when it is not known."""
    pen: Pen = PLAIN
    out: list[str] = field(default_factory=list)
    sure: bool = True
    """The cursor is where it is taken to be; not so behind characters on whose width terminals differ."""

    @property
    def size(self) -> int:
        return sum(map(len, self.out))

    def wrote(self, runs: Iterable[_Run], end: tuple[int, int]) -> _Writer:
        """Return a writer that has written these runs and left the cursor at a position."""
        writer = _Writer(self.rows, self.at, self.pen, sure=self.sure)
        for run in runs:
            if not run.whole:
                writer.make_sure()
            writer.go_to(run.row, run.column, near=not run.whole)
            for cell in run.cells:
                writer.put(cell)
            if run.whole:
                writer.at = (run.row, run.column + cell_len("".join(char for char, pen_of in run.cells)))
                writer.sure = False
        if end[0] > 0:
            writer.make_sure()
            writer.go_to(*end)
        return writer

    def make_sure(self) -> None:
        """Take the position for unknown behind characters on whose width terminals differ."""
        if not self.sure:
            self.at, self.sure = None, True

    def put(self, cell: Written) -> None:
        """Write a cell where the cursor is."""
        char, pen = cell
        if not writes(self.pen, cell):
            if char == " " and not pen.attributes and UNSEEN.issuperset(self.pen.attributes):
                pen = Pen(self.pen.attributes, self.pen.colour, pen.ground)
            self.out.append(change(self.pen, pen))
            self.pen = pen
        self.out.append(char)
        if self.at is not None:
            self.at = (self.at[0], self.at[1] + 1)

    def go_to(self, row: int, column: int, *, near: bool = True) -> None:
        """Move the cursor by the shortest way."""
        here, self.at = self.at, (row, column)
        if here == (row, column):
            return
        if here is None or here[0] != row or here[1] > column or not near:
            self.out.append("\x1b[H" if (row, column) == (1, 1) else f"\x1b[{row};{column}H")
            return
        between = _row(self.rows, row, column)[here[1] : column]
        written = [cell[0] for cell in between if cell is not None and writes(self.pen, cell)]
        if len(between) == len(written) <= _NEAR:
            self.out += written
        else:
            self.out.append(f"\x1b[{len(between) if len(between) > 1 else ''}C")


def _row(rows: dict[int, list[_Cell]], row: int, end: int) -> list[_Cell]:
    """Return a row that has at least so many cells."""
    known = rows.setdefault(row, [])
    known.extend([None] * (end - len(known)))
    return known


@lru_cache(8192)
def _is_narrow(text: str) -> bool:
    """Whether every character takes one cell."""
    return text.isascii() or all(cell_len(char) == 1 for char in text)
