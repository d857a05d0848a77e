"""The base of every pane: a title, a table, a selection, and a list to load."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar
from unicodedata import normalize

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from core import Code, InvalidFilter, Inventory, Word, error, filter_words
from tui.commands.registry import View
from tui.state.order import Order
from tui.state.screen_state import ListState
from tui.state.selection import Selection
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask, run_in_thread
from tui.widgets.lines import Lines
from tui.widgets.list_table import ListTable
from tui.widgets.rows import RowTable
from tui.widgets.title import title_line
from tui.wording.columns import Around, Layout

__all__ = ["ListPane", "Navigate", "Pane"]

Row = TypeVar("Row")


class Navigate(Message):
    """Go to another view, with a filter or to a row of it."""

    def __init__(self, view: View, *, filter_: str | None = None, select: str | None = None) -> None:
        super().__init__()
        self.view = view
        self.filter = filter_
        self.select = select


class Pane(Vertical):
    """One view of the dashboard."""

    view: ClassVar[View]
    written_as: ClassVar[Layout]
    """The columns of the list, here and in files."""
    orders: ClassVar[Mapping[str, str]] = {}
    """The orders of the list in words, by their names; none when it has one alone."""

    class StatusMessage(Message):
        """A sentence for the status line."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class DetailRequested(Message):
        """Enter asks for the detail of the selection."""

    def __init__(self, ask: Ask, *, rule: str) -> None:
        super().__init__(id=self.view.name.lower())
        self.ask = ask
        self.filter = ""
        self._rule = rule
        self.title_line = Lines(classes="title")

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.table

    @property
    @abstractmethod
    def table(self) -> RowTable[Any]:
        """The rows."""

    @property
    def focus_target(self) -> Widget:
        return self.table

    @property
    @abstractmethod
    def selection(self) -> Selection | None:
        """The row under the cursor; None when there is none."""

    @abstractmethod
    async def load(self, snapshot: Snapshot) -> None:
        """Show the data as it is now.

        Raises:
            EipdeckError: what the pane reads itself cannot be read.

        """

    @abstractmethod
    async def narrow(self, text: str) -> None:
        """Filter the list.

        Raises:
            EipdeckError: `invalid_filter`; the list stays as it was.

        """

    @abstractmethod
    async def select(self, key: str) -> bool:
        """Put the cursor on the row of an address, a prefix or a pool; return False when it is not listed.

        Raises:
            EipdeckError: the database is out of reach; nothing changes on the screen.

        """

    @abstractmethod
    def summary(self) -> str:
        """Return the status line for when nothing else is said."""

    @abstractmethod
    def title(self) -> str:
        """Return the title of the pane, shown from 120 columns on."""

    @property
    def order(self) -> Order:
        """The present order."""
        return Order("")

    async def sort_by(self, order: Order) -> None:
        """List in another order; the cursor stays on its row.

        Raises:
            EipdeckError: the database is out of reach; nothing changes on the screen.

        """

    @property
    def order_words(self) -> str:
        """The present order in words."""
        return self.order.words(self.orders)

    def title_note(self) -> str:
        """Return what stands at the right of the title."""
        return f"filter: {self.filter}" if self.filter else ""

    @abstractmethod
    def exported(self) -> Callable[[Inventory], Iterable[object]]:
        """Return a blocking read of every object of the list as it is now."""

    @property
    def listed(self) -> ListState:
        """The list in the words of the bars."""
        table = self.table
        return ListState(self.summary(), self.filter, f"{table.total:,} shown" if table.counted else "counting")

    @abstractmethod
    def count_ages(self, now: datetime) -> None:
        """Count the ages of the rows to this moment, and paint them."""

    def open(self) -> None:
        """Open the selected row."""
        self.post_message(self.DetailRequested())

    def go_to(self) -> None:
        """Go to what the selected row belongs to."""

    def be_beside(self) -> None:
        """Stand beside the list in hand, in few cells: no key acts here, a click goes to the view."""
        self.table.in_hand = False
        self.table.can_focus = False
        self.add_class("beside")

    def on_row_table_clicked(self, event: RowTable.Clicked) -> None:
        event.stop()
        selection = self.selection
        self.post_message(Navigate(self.view, select=None if selection is None else selection.id))

    def show_title(self) -> None:
        focused = self.table.in_hand
        line = title_line(self.title(), self.title_note(), self.size.width, rule=self._rule, focused=focused)
        self.title_line.show(line)

    def on_resize(self) -> None:
        self.show_title()

    def on_row_table_opened(self, event: RowTable.Opened) -> None:
        event.stop()
        self.open()

    def on_row_table_nothing_found(self, event: RowTable.NothingFound) -> None:
        event.stop()
        self.post_message(self.StatusMessage(event.what))


class ListPane(Pane, Generic[Row]):
    """A pane whose whole list is in memory, filtered by substring in a thread."""

    def __init__(self, ask: Ask, *, rule: str) -> None:
        super().__init__(ask, rule=rule)
        self._all: tuple[Row, ...] = ()
        self._around = Around()
        self._table = self.make_table()

    @abstractmethod
    def make_table(self) -> ListTable[Row]:
        """Return the table with its columns."""

    @abstractmethod
    def words(self, row: Row) -> str:
        """Return the text of a row that a filter searches."""

    @property
    def table(self) -> ListTable[Row]:
        return self._table

    def be_beside(self) -> None:
        super().be_beside()
        self._table.columns = self.written_as.side(self._around)
        self._table.be_compact()

    def count_ages(self, now: datetime) -> None:
        if self._around.now is not None:
            self._around.now = now
            self._table.repaint()

    def keys(self) -> Mapping[str, Callable[[Row], str]]:
        """Return the value of a row for each `key:` of a filter."""
        return {}

    def _wanted(self, text: str) -> list[Word]:
        """Return the words of a filter.

        Raises:
            EipdeckError: `invalid_filter`.

        """
        try:
            words = filter_words(_folded(text))
        except InvalidFilter as problem:
            raise error(Code.INVALID_FILTER, str(problem)) from problem
        for word in words:
            if word.key and word.key.isalpha() and word.key not in self.keys():
                known = ", ".join(f"{each}:" for each in self.keys()) or "none"
                raise error(
                    Code.INVALID_FILTER, f"{word.key}: is not a key of the {self.view.value}; known here: {known}."
                )
        return words

    def _listed(self, row: Row, wanted: Sequence[Word]) -> bool:
        text, keys = _folded(self.words(row)), self.keys()
        for word in wanted:
            key = keys.get(word.key or "")
            found = word.text in text if key is None else _folded(key(row)) == word.value
            if found is word.negated:
                return False
        return True

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show those of other rows that the filter lets through."""
        self._all = tuple(rows)
        self._show(self.chosen(self._all, self._wanted(self.filter)))

    def _show(self, chosen: tuple[Row, ...]) -> None:
        self._table.show(chosen)
        self.show_title()

    def chosen(self, rows: tuple[Row, ...], wanted: Sequence[Word]) -> tuple[Row, ...]:
        """Return the rows that a filter lets through; may run in a thread."""
        return tuple(row for row in rows if self._listed(row, wanted)) if wanted else rows

    async def narrow(self, text: str) -> None:
        wanted = self._wanted(text)
        while True:
            rows = self._all
            chosen = await run_in_thread(partial(self.chosen, rows, wanted))
            if rows is self._all:
                break
        self.filter = text
        self._show(chosen)

    async def select(self, key: str) -> bool:
        return self._table.select(key)

    def exported(self) -> Callable[[Inventory], Iterable[object]]:
        rows = tuple(self._table.rows)
        return lambda _inventory: map(self.object, rows)

    def object(self, row: Row) -> object:
        """Return the object of a row."""
        return row

    def hidden(self) -> str:
        """Return how many rows the filter hides, as the end of a summary."""
        hidden = len(self._all) - len(self._table.rows)
        return f"; {hidden} hidden by the filter" if hidden else ""


def _folded(text: str) -> str:
    """Return a text without case, its accents composed."""
    return normalize("NFC", text.casefold())
