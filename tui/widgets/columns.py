"""The columns of a table: their widths, and which are dropped when the table is narrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from rich.cells import cell_len

from tui.wording.columns import Column
from tui.wording.sanitize import visible

__all__ = ["GUTTER", "Column", "cell", "fit", "line", "sized"]

Row = TypeVar("Row")

_WIDEST = 27
"""Cells that a column takes at most for its texts."""
GUTTER = 5
"""Cells before the first column: cursor, the operator's mark, two of the problem's mark, a blank."""


_MEASURED: Final = 500
"""Rows that decide the widths; a paste can have a hundred thousand."""


def sized(columns: Sequence[Column[Row]], rows: Sequence[Row]) -> list[Column[Row]]:
    """Return the columns as wide as the texts of the first rows."""
    measured = rows[:_MEASURED]
    return [
        column
        if column.stretch
        else replace(column, width=max(_natural(column, row) for row in measured) if measured else column.width)
        for column in columns
    ]


def _natural(column: Column[Row], row: Row) -> int:
    return min(max(cell_len(column.title), cell_len(visible(column.text(row)))), _WIDEST)


def fit(columns: Sequence[Column[Row]], width: int, gutter: int = GUTTER) -> list[tuple[Column[Row], int]]:
    """Return the columns for `width` cells with their gutter, each with its width; the stretching one takes the rest.

    Columns are squeezed first, the one with most to spare by one cell after the other. A column is left out only
    where the least widths of all have no room.
    """
    width -= gutter
    chosen = list(columns)
    while _needed(_least(column) for column in chosen) > width and any(column.drop for column in chosen):
        chosen.remove(max(chosen, key=lambda column: column.drop))
    widths = [column.width for column in chosen]
    for _ in range(_needed(widths) - width):
        spare = [cells - _least(column) for cells, column in zip(widths, chosen, strict=True)]
        if not any(spare):
            break
        widths[spare.index(max(spare))] -= 1
    rest = max(width - _needed(widths), 0)
    return [(each, cells + (rest if each.stretch else 0)) for each, cells in zip(chosen, widths, strict=True)]


def _least(column: Column[Row]) -> int:
    return min(column.least or column.width, column.width)


def _needed(widths: Iterable[int]) -> int:
    cells = list(widths)
    return sum(cells) + max(len(cells) - 1, 0)


def line(cells: Sequence[tuple[str, int, bool]]) -> str:
    """Return cells (text, width, right-aligned) as one line."""
    return " ".join(cell(text, width, right=right) for text, width, right in cells)


def cell(text: str, width: int, *, right: bool) -> str:
    """Return a text in exactly `width` cells."""
    shown = visible(text, width)
    pad = " " * max(width - cell_len(shown), 0)
    return pad + shown if right else shown + pad
