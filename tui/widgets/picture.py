"""Rows of text in parts with a role each; only the cells that changed are painted again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import Final, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.roles import Role

__all__ = ["Part", "Picture", "Row", "joined", "plain", "row_of"]

Part: TypeAlias = tuple[str, Role]
"""A text that is safe to print, and its role."""
Row: TypeAlias = tuple[Part, ...]
"""One line of a picture; each character takes one cell."""

_STYLES: Final[Mapping[Role, Style]] = {
    Role.CRITICAL: Style(color="red"),
    Role.CRITICAL_CHIP: Style(color="red", reverse=True),
    Role.WARNING: Style(color="yellow"),
    Role.FOCUS: Style(bold=True),
    Role.FOCUSED: Style(reverse=True),
    Role.STRONG: Style(bold=True),
    Role.LABEL: Style(bold=True),
    Role.DIM: Style(dim=True),
    Role.FREE: Style(dim=True),
    Role.TRACK: Style(dim=True),
    Role.BORDER: Style(dim=True),
}
_PLAIN: Final = Style()


def row_of(*parts: Part | str) -> Row:
    """Return a row of parts; one without a role is plain text."""
    return tuple((part, Role.TEXT) if isinstance(part, str) else part for part in parts)


def joined(cells: Iterable[Part]) -> Row:
    """Return the row of these cells; neighbours of one role become one part."""
    return tuple(("".join(text for text, _ in run), role) for role, run in groupby(cells, key=lambda cell: cell[1]))


def plain(row: Row) -> str:
    """Return the text of a row."""
    return "".join(text for text, _ in row)


class Picture(Widget):
    """A picture; it takes as many lines as it has."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id, classes=classes)
        self.rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; equal cells are not painted again."""
        old, self.rows = self.rows, tuple(rows)
        changed = _changed(old, self.rows, self.size.width, self.size.height)
        if changed:
            self.refresh(*changed)

    @property
    def text(self) -> str:
        """The shown rows as one text."""
        return "\n".join(plain(row) for row in self.rows)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self.rows):
            return Strip.blank(width)
        segments = [Segment(text, _STYLES.get(role, _PLAIN)) for text, role in self.rows[y]]
        return Strip(segments).adjust_cell_length(width)


def _changed(old: Sequence[Row], new: Sequence[Row], width: int, height: int) -> list[Region]:
    regions = []
    for y, (was, now) in enumerate(zip_longest(old, new, fillvalue=())):
        if was != now and y < height:
            regions += [Region(first, y, end - first, 1) for first, end in _runs(was, now, width)]
    return regions


def _runs(was: Row, now: Row, width: int) -> list[tuple[int, int]]:
    """Return the first and the end cell of each change."""
    runs: list[tuple[int, int]] = []
    for x, (one, other) in enumerate(zip_longest(_cells(was), _cells(now), fillvalue=(" ", Role.TEXT))):
        if one != other and x < width:
            if runs and x == runs[-1][1]:
                runs[-1] = (runs[-1][0], x + 1)
            else:
                runs.append((x, x + 1))
    return runs


def _cells(row: Row) -> list[Part]:
    return [(char, role) for text, role in row for char in text]
