"""Rows with a cursor, painted line by line: nothing is painted again that has not changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui.commands.bindings import bindings_for
from tui.commands.registry import Scope
from tui.widgets.columns import Column, fit, line, sized
from tui.widgets.lines import Line, changed_regions
from tui.wording.sanitize import visible

__all__ = ["PATIENCE", "ListTable", "RowTable"]

PATIENCE = 0.012
"""Seconds that a cursor moved by the operator waits to be painted together with what is read about its row."""

Row = TypeVar("Row")

_PLAIN = Style()
_PROBLEM = Style(color="yellow")
_CRITICAL = Style(color="red")
_CURSOR = Style(reverse=True)
_HEADER = Style(bold=True)


class Follow(Protocol):
    """Hears where a cursor was put."""

    def __call__(self, *, by_operator: bool) -> None: ...


def _nobody(*, by_operator: bool) -> None:
    """Until somebody does."""


class RowTable(Widget, Generic[Row], can_focus=True):
    """A table whose rows are found by their position; what is loaded is the subclass's business.

    A row takes one line, or more when `under` adds lines below it.
    """

    BINDINGS = bindings_for(Scope.TABLE)
    ALLOW_SELECT = False

    class Opened(Message):
        """Enter was pressed on a row."""

    class Wanted(Message):
        """A key that the table cannot answer itself."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, columns: Sequence[Column[Row]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.cursor: int | None = None
        """Position of the row in hand in the whole listing; None: no row is."""
        self.top = 0
        """Position of the first row shown."""
        self.in_hand = True
        """Whether its row is what keys act on; another table's cursor is kept, but not shown."""
        self.empty: tuple[str, ...] = ()
        """What to say when there are no rows."""
        self.under: Callable[[Row, int], Sequence[str]] | None = None
        """Further lines of a row for so many cells; every row has the same number of them."""
        self.under_lines = 0
        self.follow: Follow = _nobody
        """Told where the cursor is while it is put there: a message would come after a key pressed right behind."""
        self._lines: list[Line] = []
        self._late: Timer | None = None

    @property
    @abstractmethod
    def total(self) -> int:
        """How many rows the listing has."""

    @abstractmethod
    def row_at(self, position: int) -> Row | None:
        """The row at a position, None when it is not loaded."""

    @abstractmethod
    def has_problem(self, row: Row) -> bool:
        """Whether the row carries the `!`."""

    def is_critical(self, _row: Row) -> bool:
        """Whether the row's mark is the worst there is."""
        return False

    def is_marked(self, _row: Row) -> bool:
        """Whether the operator has marked the row."""
        return False

    @property
    def row(self) -> Row | None:
        """The row in hand."""
        return None if self.cursor is None else self.row_at(self.cursor)

    @property
    def row_text(self) -> str:
        """The row in hand as it stands on the screen."""
        row = self.row
        if row is None:
            return ""
        cells = [column.text(row) for column in self.columns]
        return "  ".join(visible(cell) for cell in cells)

    def wanted_columns(self) -> Sequence[Column[Row]]:
        """The columns with the widths they would like to have."""
        return self.columns

    @property
    def fitting(self) -> frozenset[str]:
        """Titles of the columns that there is room for."""
        return frozenset(column.title for column, _width in fit(self.wanted_columns(), self.size.width))

    @property
    def height_in_rows(self) -> int:
        return max((self.size.height - 1) // (1 + self._extra()), 1)

    def _extra(self) -> int:
        return self.under_lines if self.under is not None else 0

    # what is painted

    def repaint(self) -> None:
        """Paint the lines that differ from what is on the screen."""
        if self._late is not None:
            self._late.stop()
            self._late = None
        if not self.size.height:
            return
        lines = self._compose_lines(self.size)
        old, self._lines = self._lines, lines
        if len(old) != len(lines):
            self.refresh()
            return
        changed = changed_regions(old, lines, self.size)
        if changed:
            self.refresh(*changed)

    def _compose_lines(self, size: Size) -> list[Line]:
        fitted = fit(self.wanted_columns(), size.width)
        header = line([(column.title, width, column.right) for column, width in fitted])
        lines = [Line(f"    {header}", _HEADER)]
        for position in range(self.top, min(self.top + self.height_in_rows, self.total)):
            lines += self._row_lines(position, fitted, size.width)
        if not self.total:
            lines += [Line(text, _PLAIN) for text in self.empty]
        blank = Line("", _PLAIN)
        return (lines + [blank] * size.height)[: size.height]

    def _row_lines(self, position: int, fitted: list[tuple[Column[Row], int]], width: int) -> list[Line]:
        row = self.row_at(position)
        if row is None:
            return [Line("    ...", _PLAIN)] + [Line("", _PLAIN)] * self._extra()
        problem = self.has_problem(row)
        cursor = self.in_hand and position == self.cursor
        cells = [(column.fitted(row, cells), cells, column.right) for column, cells in fitted]
        marks = ("> "[not cursor], " *"[self.is_marked(row)], " !"[problem])
        text = f"{''.join(marks)} {line(cells)}"
        style = _CURSOR if cursor else self._style(row, problem=problem)
        painted = [Line(text, style)]
        if self.under is not None:
            painted += [Line(below, _PLAIN) for below in self.under(row, width)]
        return painted

    def _style(self, row: Row, *, problem: bool) -> Style:
        if not problem:
            return _PLAIN
        return _CRITICAL if self.is_critical(row) else _PROBLEM

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width)
        painted = self._lines[y]
        text = visible(painted.text, width)
        return Strip([Segment(text, painted.style)]).adjust_cell_length(width, painted.style)

    # the cursor

    def move_to(self, position: int) -> None:
        """Put the cursor on a row by the operator's wish, as near as there is one."""
        self.place(min(max(position, 0), self.total - 1) if self.total else None, by_operator=True)

    def place(self, position: int | None, *, by_operator: bool = False) -> None:
        """Put the cursor on a loaded row, or on none, and show it."""
        self.cursor = position
        self.scroll_to_cursor()
        self.follow(by_operator=by_operator)
        if not by_operator:
            self.repaint()
        elif self._late is None:
            self._late = self.set_timer(PATIENCE, self.repaint)

    def scroll_to_cursor(self) -> None:
        """Bring the cursor's row into sight, moving as little as possible."""
        rows = self.height_in_rows
        if self.cursor is not None:
            self.top = min(max(self.top, self.cursor - rows + 1), self.cursor)
        self.top = max(min(self.top, self.total - rows), 0)

    def _step(self, delta: int) -> None:
        self.move_to(self.top if self.cursor is None else self.cursor + delta)

    def action_down(self) -> None:
        self._step(1)

    def action_up(self) -> None:
        self._step(-1)

    def action_page_down(self) -> None:
        self._step(self.height_in_rows)

    def action_page_up(self) -> None:
        self._step(-self.height_in_rows)

    def action_first(self) -> None:
        self.move_to(0)

    @property
    def counted(self) -> bool:
        """Whether `total` is all there are."""
        return True

    async def count(self) -> None:
        """See to it that `total` is all there are."""

    def action_last(self) -> None:
        self.move_to(self.total - 1)

    def action_next_problem(self) -> None:
        self._seek(1)

    def action_previous_problem(self) -> None:
        self._seek(-1)

    def _seek(self, direction: int) -> None:
        """The next problem row, going round."""
        start = -1 if self.cursor is None else self.cursor
        for step in range(1, self.total + 1):
            position = (start + direction * step) % self.total
            row = self.row_at(position)
            if row is not None and self.has_problem(row):
                self.move_to(position)
                return
        self.post_message(self.Wanted("no row here has a problem"))

    def action_open(self) -> None:
        self.post_message(self.Opened())

    def on_resize(self, _event: events.Resize) -> None:
        self.scroll_to_cursor()
        self._lines = []
        self.repaint()

    def on_show(self, _event: events.Show) -> None:
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        position = self.top + (event.y - 1) // (1 + self._extra())
        if event.y >= 1 and position < self.total:
            self.move_to(position)


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
        kept = None if self.row is None else self._key(self.row)
        first_time = not self.rows
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
