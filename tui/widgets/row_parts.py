"""The parts of which a row of a table is painted: its gutter, and the grip of the cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tui.terminal.roles import Role
from tui.widgets.columns import GUTTER, Column, cell
from tui.widgets.lines import Line, Part

__all__ = ["cells_of", "gripped", "gutter", "head"]

_GRIP: Final = 18
"""Cells of a row under which the ground of the cursor lies at least: the gutter and the subject."""
_MARKS: Final = {"!!": Role.CRITICAL_CHIP, "!": Role.WARNING, "?": Role.WARNING}


def head(fitted: Sequence[tuple[Column[Any], int]], indent: int, sorted_by: str, mark: str) -> Line:
    """Return the titles of the columns; the one that has the order carries its mark."""
    titles = (
        cell(column.title + mark if column.title == sorted_by else column.title, width, right=column.right)
        for column, width in fitted
    )
    return Line(" " * indent + " ".join(titles), Role.LABEL)


def gutter(mark: str, *, cursor: bool, marked: bool | None) -> list[Part]:
    """Return the cells before the first column: `> !! `; `marked` None leaves out the cell of the operator's mark."""
    role = Role.WARNING_CHIP if cursor and mark == "!" else _MARKS.get(mark, Role.TEXT)
    parts = [("> "[not cursor], Role.TEXT)]
    if marked is not None:
        parts.append((" *"[marked], Role.FOCUS if marked else Role.TEXT))
    return [*parts, (mark, role), (" " * (GUTTER - 2 - len(mark)), Role.TEXT)]


def cells_of(row: Any, fitted: Sequence[tuple[Column[Any], int]], indent: int, *, cursor: bool) -> Iterator[Part]:
    """Yield the cells of a row, each with the blank before it in its own role: a change of role costs bytes.

    The grip of the cursor takes the first column, and those that begin within `_GRIP` cells up to a picture or a column
    that stretches.
    """
    cells = indent
    for number, (column, width) in enumerate(fitted):
        blank = " "[: number > 0]
        cursor = cursor and (not number or (cells < _GRIP and not column.stretch and column.parts is None))
        if column.parts is not None:
            yield from ((blank, Role.TEXT), *column.parts(row, width))
        else:
            text = blank + cell(column.fitted(row, width), width, right=column.right)
            yield text, Role.CURSOR if cursor else column.role_of(row)
        cells += len(blank) + width


def gripped(parts: Sequence[Part]) -> list[Part]:
    """Return the gutter of the selected row in the role of the cursor; a mark with a ground of its own keeps it."""
    own = (Role.CRITICAL_CHIP, Role.WARNING_CHIP)
    return [(text, role if role in own else Role.CURSOR) for text, role in parts if text]
