"""A table of rows with a cursor; only changed cells are painted again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui.commands.bindings import bindings_for
from tui.commands.registry import Scope
from tui.widgets.columns import GUTTER, Column, fit
from tui.widgets.lines import Line, changed_regions, line_of, painted
from tui.widgets.row_parts import cells_of, gripped, gutter, head
from tui.wording.sanitize import visible

__all__ = ["PATIENCE", "RowTable"]

PATIENCE = 0.012
"""Seconds that a moved cursor waits to be painted together with the details of its row."""

Row = TypeVar("Row")

_BLANK = Line("")


class Follow(Protocol):
    """Called when a cursor is put on a row."""

    def __call__(self, *, by_operator: bool) -> None: ...


def _nobody(*, by_operator: bool) -> None:
    """Do nothing; the default."""


class RowTable(Widget, Generic[Row], can_focus=True):
    """A table whose rows have positions; the subclass decides which of them are loaded.

    A row takes one line, or more when `under` adds lines below it.
    """

    BINDINGS = bindings_for(Scope.TABLE)
    ALLOW_SELECT = False

    class Opened(Message):
        """Enter was pressed on a row."""

    class Clicked(Message):
        """A row was clicked on which keys do not act."""

    class NothingFound(Message):
        """A key finds nothing to go to; carries the sentence that says so."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, columns: Sequence[Column[Row]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.cursor: int | None = None
        """Position of the selected row in the whole listing; None when no row is selected."""
        self.top = 0
        """Position of the first row shown."""
        self.in_hand = True
        """Whether keys act on its row; the cursor of another table is kept, but not shown."""
        self.empty: tuple[str, ...] = ()
        """The lines shown when there are no rows."""
        self.sorted_by = ""
        """The title of the column by which the rows are sorted; empty when no column has the order."""
        self.sort_mark = ""
        self.under: Callable[[Row, int], Sequence[Line]] | None = None
        """Further lines of a row for so many cells; every row has the same number of them."""
        self.under_lines = 0
        self._compact = False
        """In a side column: no heads, and no cell for the operator's mark."""
        self.follow: Follow = _nobody
        """Called while the cursor is put on a row: a message would arrive after a key pressed right behind."""
        self._lines: list[Line] = []
        self._late: Timer | None = None

    @property
    @abstractmethod
    def total(self) -> int:
        """The number of rows of the listing."""

    @abstractmethod
    def row_at(self, position: int) -> Row | None:
        """Return the row at a position; None when it is not loaded."""

    @abstractmethod
    def has_problem(self, row: Row) -> bool:
        """Whether the row has a problem."""

    def is_critical(self, _row: Row) -> bool:
        """Whether the problem of the row is critical."""
        return False

    def is_marked(self, _row: Row) -> bool:
        """Whether the operator has marked the row."""
        return False

    @property
    def row(self) -> Row | None:
        """The selected row."""
        return None if self.cursor is None else self.row_at(self.cursor)

    @property
    def row_text(self) -> str:
        """The selected row as it stands on the screen."""
        row = self.row
        if row is None:
            return ""
        cells = [column.text(row) for column in self.columns]
        return "  ".join(visible(cell) for cell in cells)

    def wanted_columns(self) -> Sequence[Column[Row]]:
        """Return the columns with the widths that show everything."""
        return self.columns

    @property
    def fitting(self) -> frozenset[str]:
        """The titles of the columns that fit."""
        return frozenset(column.title for column, _width in self._fitted(self.size.width))

    def _fitted(self, width: int) -> list[tuple[Column[Row], int]]:
        return fit(self.wanted_columns(), width, self._gutter_cells)

    @property
    def _gutter_cells(self) -> int:
        return GUTTER - self._compact

    @property
    def _heads(self) -> int:
        return 0 if self._compact else 1

    def be_compact(self) -> None:
        """Take few cells: no heads, and no cell for the operator's mark."""
        self._compact = True

    @property
    def height_in_rows(self) -> int:
        return max((self.size.height - self._heads) // (1 + self._extra()), 1)

    def _extra(self) -> int:
        return self.under_lines if self.under is not None else 0

    # painting

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
        fitted = self._fitted(size.width)
        lines = [head(fitted, self._gutter_cells, self.sorted_by, self.sort_mark)] * self._heads
        for position in range(self.top, min(self.top + self.height_in_rows, self.total)):
            lines += self._row_lines(position, fitted, size.width)
        if not self.total:
            lines += [Line(text) for text in self.empty]
        return (lines + [_BLANK] * size.height)[: size.height]

    def _row_lines(self, position: int, fitted: list[tuple[Column[Row], int]], width: int) -> list[Line]:
        row = self.row_at(position)
        if row is None:
            return [Line(" " * self._gutter_cells + "...")] + [_BLANK] * self._extra()
        cursor = self.in_hand and position == self.cursor
        marked = None if self._compact else self.is_marked(row)
        before = gutter(self.mark_of(row), cursor=cursor, marked=marked)
        cells = cells_of(row, fitted, self._gutter_cells, cursor=cursor)
        line = line_of(*(gripped(before) if cursor else before), *cells)
        if self.under is None:
            return [line]
        return [line, *self.under(row, width)]

    def mark_of(self, row: Row) -> str:
        """Return `!!` before a critical problem, `!` before another, nothing before none."""
        return "!" * (1 + self.is_critical(row)) if self.has_problem(row) else ""

    def render_line(self, y: int) -> Strip:
        return painted(self, self._lines[y] if y < len(self._lines) else _BLANK, self.size.width)

    # the cursor

    def move_to(self, position: int) -> None:
        """Put the cursor on the nearest row for the operator."""
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
        """Scroll as little as possible to show the row of the cursor."""
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
        """Whether `total` counts every row."""
        return True

    async def count(self) -> None:
        """Complete `total`."""

    def action_last(self) -> None:
        self.move_to(self.total - 1)

    def action_next_problem(self) -> None:
        self._seek(1)

    def action_previous_problem(self) -> None:
        self._seek(-1)

    def _seek(self, direction: int) -> None:
        """Go to the next problem row, round the end."""
        start = -1 if self.cursor is None else self.cursor
        for step in range(1, self.total + 1):
            position = (start + direction * step) % self.total
            row = self.row_at(position)
            if row is not None and self.has_problem(row):
                self.move_to(position)
                return
        self.post_message(self.NothingFound("no row here has a problem"))

    def action_open(self) -> None:
        self.post_message(self.Opened())

    def on_resize(self, _event: events.Resize) -> None:
        self.scroll_to_cursor()
        self._lines = []
        self.repaint()

    def on_show(self, _event: events.Show) -> None:
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        position = self.top + (event.y - self._heads) // (1 + self._extra())
        if event.y >= self._heads and position < self.total:
            self.move_to(position)
            if not self.in_hand:
                self.post_message(self.Clicked())
