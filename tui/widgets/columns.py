"""The columns of a table: their widths, and which are dropped when the table is narrow."""

from __future__ import annotations

from collections.abc import Sequence
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


def fit(columns: Sequence[Column[Row]], width: int) -> list[tuple[Column[Row], int]]:
    """Return the columns that fit into `width` cells beside the gutter, each with its width.

    Columns are squeezed before one is dropped; the stretching one takes the rest.
    """
    chosen = list(columns)
    while sum(map(_least, chosen)) + len(chosen) - 1 > width and any(column.drop for column in chosen):
        chosen.remove(max(chosen, key=lambda column: column.drop))
    spare = width - sum(map(_least, chosen)) - len(chosen) + 1
    widths = []
    for column in chosen:
        more = max(min(column.width - _least(column), spare), 0)
        spare -= more
        widths.append(_least(column) + more)
    return [
        (column, cells + (max(spare, 0) if column.stretch else 0)) for column, cells in zip(chosen, widths, strict=True)
    ]


def _least(column: Column[Row]) -> int:
    return min(column.least, column.width) if column.least else column.width


def line(cells: Sequence[tuple[str, int, bool]]) -> str:
    """Return cells (text, width, right-aligned) as one line."""
    return " ".join(cell(text, width, right=right) for text, width, right in cells)


def cell(text: str, width: int, *, right: bool) -> str:
    """Return a text in exactly `width` cells."""
    shown = visible(text, width)
    pad = " " * max(width - cell_len(shown), 0)
    return pad + shown if right else shown + pad
