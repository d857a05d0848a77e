"""A table of rows that are all in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tui.widgets.columns import Column, sized
from tui.widgets.rows import RowTable

__all__ = ["ListTable"]

Row = TypeVar("Row")


class ListTable(RowTable[Row]):
    """A table of rows that are all in memory; for lists that stay short."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], object],
        problem: Callable[[Row], bool],
        critical: Callable[[Row], bool] | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(columns, id=id)
        self.rows: tuple[Row, ...] = ()
        self._key = key
        self._problem = problem
        self._critical = critical
        self._kept: object = None
        """The key of the selected row before a filter hid every row."""

    @property
    def total(self) -> int:
        return len(self.rows)

    def row_at(self, position: int) -> Row | None:
        return self.rows[position] if 0 <= position < len(self.rows) else None

    def wanted_columns(self) -> Sequence[Column[Row]]:
        return sized(self.columns, self.rows)

    def has_problem(self, row: Row) -> bool:
        return self._problem(row)

    def is_critical(self, _row: Row) -> bool:
        return self._critical is not None and self._critical(_row)

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows; the cursor stays on the row it was on, else on its place."""
        first_time = not self.rows
        if self.row is not None:
            self._kept = self._key(self.row)
        kept = None if self.row is None and not first_time else self._kept
        self.rows = tuple(rows)
        place = None if kept is None else self._place(kept)
        if place is not None:
            self.cursor = place
        elif self.cursor is not None or first_time:
            self.cursor = min(self.cursor or 0, len(self.rows) - 1) if self.rows else None
        self.scroll_to_cursor()
        self.repaint()
        self.follow(by_operator=False)

    def select(self, key: str) -> bool:
        """Put the cursor on the row with this key, when there is one."""
        place = self._place(key)
        if place is not None:
            self.place(place)
        return place is not None

    def _place(self, key: object) -> int | None:
        return next((place for place, row in enumerate(self.rows) if self._key(row) == key), None)
