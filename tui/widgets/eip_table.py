"""The table of EIPs: it holds a few pages of them, however many there are."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial

from textual import events
from textual.message import Message

from core import EipdeckError, EipQuery, EipRow, Inventory
from tui.state import window as paging
from tui.state.marks import MarkedEips
from tui.state.window import Window
from tui.state.workers import Ask, work_on
from tui.widgets.rows import RowTable
from tui.wording.columns import Around
from tui.wording.tables import EIPS

__all__ = ["EipTable"]

_LEAST = 25
"""Rows that are read at least, also before the table is laid out."""
_MARGIN = 2
"""Screens that are read around the shown one."""


class EipTable(RowTable[EipRow]):
    """Pages of the listing around the cursor; moving beyond what is loaded reads on, and then moves."""

    class Counted(Message):
        """The rows have been counted."""

    class Failed(Message):
        """A page could not be read; the screen stays as it is."""

        def __init__(self, refusal: EipdeckError) -> None:
            super().__init__()
            self.refusal = refusal

    def __init__(self, ask: Ask, *, id: str | None = None) -> None:  # noqa: A002
        self._around = Around()
        self.offered = EIPS.pane(self._around)
        """Every column; those in `columns` are shown."""
        super().__init__([column for column in self.offered if column.standard], id=id)
        self._ask = ask
        self.window = Window(EipQuery())
        self.critical: frozenset[str] = frozenset()
        """The addresses that a critical finding is about."""
        self.marks = MarkedEips()
        self._target: int | None = None
        """The position that the cursor goes to once its row is loaded."""
        self._loading = False

    def choose(self, titles: Collection[str]) -> None:
        """Show these columns, the address always."""
        self.columns = tuple(each for each in self.offered if each.title in titles or not each.drop)
        self.repaint()

    @property
    def now(self) -> datetime | None:
        """The moment to which ages are counted."""
        return self._around.now

    def count_ages(self, now: datetime) -> None:
        """Count ages to this moment from now on."""
        if self._around.now is not None:
            self._around.now = now
            self.repaint()

    @property
    def total(self) -> int:
        return self.window.total

    @property
    def counted(self) -> bool:
        """Whether `total` counts every row."""
        return self.window.counted

    def row_at(self, position: int) -> EipRow | None:
        return self.window.row(position)

    def has_problem(self, row: EipRow) -> bool:
        return row.problem

    def is_critical(self, row: EipRow) -> bool:
        return row.eip.address in self.critical

    # marks

    def is_marked(self, row: EipRow) -> bool:
        return row.eip.id in self.marks

    def turn_mark(self) -> None:
        """Mark the selected row, or remove its mark, and go on to the next."""
        row = self.row
        if row is None:
            return
        if self.is_marked(row):
            self.marks.remove([row.eip])
        else:
            self.marks.add([row.eip])
        self.repaint()
        self.action_down()

    @property
    def _limit(self) -> int:
        return max(self.height_in_rows, _LEAST) * _MARGIN

    # moving

    def move_to(self, position: int) -> None:
        if not self.total:
            return
        target = min(max(position, 0), self.total - 1)
        if self._is_loaded(target) and not self._loading:
            self.place(target, by_operator=True)
        else:
            self._target = target
            self._load()

    def _step(self, delta: int) -> None:
        if self._target is not None:
            self.move_to(self._target + delta)
        else:
            super()._step(delta)

    def _is_loaded(self, target: int) -> bool:
        """Whether the screen around the target is loaded."""
        rows = self.height_in_rows
        top = min(max(self.top, target - rows + 1), target)
        return self.window.covers(top, top + rows)

    def _load(self) -> None:
        if not self._loading:
            self._loading = True
            work_on(self, self._load_target, "page")

    async def _load_target(self) -> None:
        """Read towards the target until it is loaded; a key pressed during the read moves the target."""
        try:
            while self._target is not None and not self._is_loaded(self._target):
                window, target = self.window, self._target
                grown = await self._ask(partial(self._towards, window=window, target=target))
                if self.window is window:
                    self.window = grown
                last = self.total - 1
                self._target = min(self._target, last) if self.total else None
        except EipdeckError as refusal:
            self._target = None
            self.post_message(self.Failed(refusal))
        finally:
            self._loading = False
        if self._target is not None:
            reached, self._target = self._target, None
            self.place(reached, by_operator=True)

    def _towards(self, inventory: Inventory, *, window: Window, target: int) -> Window:
        """Return the window around the target; far jumps go to either end only."""
        limit = self._limit
        if window.first - limit <= target < window.end + limit:
            return paging.cover(inventory, window, target - limit, target + limit)
        if target < limit:
            return paging.first_page(inventory, window.query, limit)
        if target >= window.total - limit:
            return paging.last_page(inventory, window.query, limit)
        return paging.cover(inventory, window, target - limit, target + limit)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._target_in_sight()

    def _target_in_sight(self) -> None:
        """Read the rows that a taller table shows beyond the loaded ones."""
        if self.total and self._target is None and not self.window.covers(self.top, self.top + self.height_in_rows):
            self._target = self.top if self.cursor is None else self.cursor
            self._load()

    # reading

    async def list(self, query: EipQuery, now: datetime) -> None:
        """Show another listing from its start.

        Raises:
            EipdeckError: `invalid_filter`, or the database is out of reach; nothing changes on the screen.

        """
        limit = self._limit + self.height_in_rows
        window = await self._ask(lambda inventory: paging.first_page(inventory, query, limit))
        await self._look_for_marks(query)
        self.window, self._around.now, self.top, self._target = window, now, 0, None
        self.place(0 if window.total else None)
        if not window.counted:
            work_on(self, self._count, "count", exclusive=True)

    async def _look_for_marks(self, query: EipQuery) -> None:
        """Find out which marked EIPs a listing does not hold."""
        marked = self.marks.known
        hidden = await self._ask(lambda inventory: paging.unlisted(inventory, query, marked)) if marked else frozenset()
        self.marks.hide(hidden)

    async def count(self) -> None:
        query = self.window.query
        if not self.counted:
            total = await self._ask(lambda inventory: inventory.count(query))
            if self.window.query == query:
                self.window = replace(self.window, total=max(total, self.window.end), counted=True)

    async def _count(self) -> None:
        try:
            await self.count()
        except EipdeckError as refusal:
            self.post_message(self.Failed(refusal))
        else:
            self.post_message(self.Counted())

    def action_last(self) -> None:
        if self.counted:
            super().action_last()
        else:
            self._target = sys.maxsize
            self._load()

    async def reload(self, now: datetime) -> None:
        """Read the shown rows again; the cursor stays on its EIP and on its line of the screen.

        Raises:
            EipdeckError: the database is out of reach; nothing changes on the screen.

        """
        limit = self._limit + self.height_in_rows
        while True:
            old, top, row = self.window, self.top, self.row
            address = None if row is None else row.eip.address
            window = await self._ask(partial(paging.reread, window=old, address=address, top=top, limit=limit))
            await self._look_for_marks(old.query)
            if self.window.query != old.query:
                return
            if _same(row, self.row):
                break
        offset = 0 if self.cursor is None else self.cursor - self.top
        self.window, self._around.now = window, now
        position = None if row is None else window.position_of_eip(row.eip.id)
        if position is not None:
            self.top = position - offset
        elif self.cursor is None and not old.total and window.total:
            position = 0
        self.top = max(self.top, window.first)
        self.place(position)

    async def go_to(self, address: str) -> bool:
        """Put the cursor on the EIP at an address; on no row when it is not in the list.

        Raises:
            EipdeckError: the database is out of reach; nothing changes on the screen.

        """
        position = self.window.position_of(address)
        if position is None:
            query, limit = self.window.query, self._limit + self.height_in_rows
            window = await self._ask(lambda inventory: paging.around(inventory, query, address, limit))
            if self.window.query != query:
                return False
            if window is not None:
                self.window = window
                position = window.position_of(address)
                self.top = max((position or 0) - self.height_in_rows // 2, window.first)
        self.place(position)
        return position is not None

    def _seek(self, direction: int) -> None:
        """Ask the database for the next problem row: it may be a million rows away."""
        work_on(self, partial(self._seek_problem, direction), "page")

    async def _seek_problem(self, direction: int) -> None:
        query, row = self.window.query, self.row
        try:
            address = await self._ask(
                lambda inventory: paging.problem_beyond(inventory, query, row, backwards=direction < 0)
            )
            if address is None:
                self.post_message(self.NothingFound("no EIP listed here has a problem"))
            elif self.window.query == query and await self.go_to(address):
                self.follow(by_operator=True)
        except EipdeckError as refusal:
            self.post_message(self.Failed(refusal))


def _same(row: EipRow | None, other: EipRow | None) -> bool:
    return (row and row.eip.id) == (other and other.eip.id)
