"""The table of services: it holds one block of rows around the cursor, however many there are."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from functools import partial

from textual import events
from textual.message import Message

from core import EipdeckError, Inventory, ServiceQuery, ServiceRow, Severity
from tui.state.workers import Ask, work_on
from tui.widgets.rows import RowTable
from tui.wording.columns import Around
from tui.wording.tables import SERVICE_ROWS

__all__ = ["ServiceTable"]

_LEAST = 25
"""Rows that are read at least, also before the table is laid out."""
_SCREENS = 4
"""Screens of rows in a block."""
_PROBLEMS = 1_000
"""Problem rows that a jump to the next one looks at."""


class ServiceTable(RowTable[ServiceRow]):
    """A block of the listing; moving beyond it reads another one."""

    class Failed(Message):
        """A block could not be read; the screen stays as it is."""

        def __init__(self, refusal: EipdeckError) -> None:
            super().__init__()
            self.refusal = refusal

    def __init__(self, ask: Ask) -> None:
        super().__init__(SERVICE_ROWS.pane(Around()))
        self.query_asked = ServiceQuery()
        self._ask = ask
        self._first = self._total = 0
        self._block: tuple[ServiceRow, ...] = ()
        self._target: int | None = None
        """The position that the cursor goes to once its row is loaded."""
        self._reading = asyncio.Lock()

    @property
    def total(self) -> int:
        return self._total

    def row_at(self, position: int) -> ServiceRow | None:
        place = position - self._first
        return self._block[place] if 0 <= place < len(self._block) else None

    def has_problem(self, row: ServiceRow) -> bool:
        return row.severity is not None

    def is_critical(self, row: ServiceRow) -> bool:
        return row.severity is Severity.CRITICAL

    @property
    def _limit(self) -> int:
        return max(self.height_in_rows, _LEAST) * _SCREENS

    # reading

    async def list(self, query: ServiceQuery, *, keep: str | None = None) -> None:
        """Show another listing: around a service, when it is in it, else from the start.

        Raises:
            EipdeckError: the filter is not valid, or the database cannot be read; nothing changes then.

        """
        async with self._reading:
            rank = None if keep is None else await self._ask(lambda inventory: inventory.service_rank(query, keep))
            await self._read(query, rank or 0)
        self.cursor = (rank or 0) if self._total else None
        self._shown()

    async def reload(self) -> None:
        """Read the listing again; the cursor stays on its service, else on its place."""
        row, query = self.row, self.query_asked
        async with self._reading:
            rank = None
            if row is not None:
                rank = await self._ask(lambda inventory: inventory.service_rank(query, row.service.id))
            place = rank if rank is not None else self.cursor
            await self._read(query, place or 0)
        first_time = self.cursor is None and not self._block
        if place is not None or first_time:
            self.cursor = min(place or 0, self._total - 1) if self._total else None
        self._shown()

    async def go_to(self, service_id: str) -> bool:
        """Put the cursor on the row of a service; return False when it is not listed."""
        query = self.query_asked
        rank = await self._ask(lambda inventory: inventory.service_rank(query, service_id))
        if rank is None:
            return False
        async with self._reading:
            await self._read(query, rank)
        self.place(rank)
        return True

    def _shown(self) -> None:
        self.scroll_to_cursor()
        self.repaint()
        self.follow(by_operator=False)

    async def _read(self, query: ServiceQuery, around: int) -> None:
        limit = self._limit
        offset = max(around - limit // 2, 0)
        page = await self._ask(lambda inventory: inventory.service_page(query, offset=offset, limit=limit))
        self.query_asked, self._first, self._block, self._total = query, offset, page.rows, page.total

    # moving

    def move_to(self, position: int) -> None:
        if not self._total:
            return
        target = min(max(position, 0), self._total - 1)
        if self._target is None and self._is_loaded(target):
            self.place(target, by_operator=True)
            return
        waiting, self._target = self._target is not None, target
        if not waiting:
            work_on(self, self._load_target, "page")

    def _step(self, delta: int) -> None:
        if self._target is not None:
            self.move_to(self._target + delta)
        else:
            super()._step(delta)

    def _is_loaded(self, target: int) -> bool:
        """Whether the screen around the target is loaded."""
        rows = self.height_in_rows
        top = max(min(self.top, target), target - rows + 1)
        return self._first <= top and min(top + rows, self._total) <= self._first + len(self._block)

    async def _load_target(self) -> None:
        """Read towards the target until it is loaded; a key pressed during the read moves the target."""
        try:
            async with self._reading:
                while self._target is not None and not self._is_loaded(self._target):
                    await self._read(self.query_asked, self._target)
                    self._target = min(self._target, self._total - 1) if self._total else None
        except EipdeckError as refusal:
            self._target = None
            self.post_message(self.Failed(refusal))
        if self._target is not None:
            reached, self._target = self._target, None
            self.place(reached, by_operator=True)

    def _seek(self, direction: int) -> None:
        work_on(self, partial(self._go_to_problem, direction), "page")

    async def _go_to_problem(self, direction: int) -> None:
        query, here = self.query_asked, self.cursor
        try:
            found = await self._ask(lambda inventory: _problem_beyond(inventory, query, here, direction))
        except EipdeckError as refusal:
            self.post_message(self.Failed(refusal))
            return
        if found is None:
            self.post_message(self.NothingFound("no row here has a problem"))
        else:
            self.move_to(found)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self._total and not self._is_loaded(self.cursor or 0):
            self._target = self.cursor or 0
            work_on(self, self._load_target, "page")


def _problem_beyond(inventory: Inventory, query: ServiceQuery, here: int | None, direction: int) -> int | None:
    """Return the place of the next problem row, round the end; None without problems."""
    problems = ServiceQuery(f"{query.filter} is:problem".strip(), query.sort, query.reverse)
    rows = inventory.service_page(problems, limit=_PROBLEMS).rows
    if not rows:
        return None

    def place(row: ServiceRow) -> int:
        return inventory.service_rank(query, row.service.id) or 0

    start = -1 if here is None else here
    if direction > 0:
        return place(rows[bisect_right(rows, start, key=place) % len(rows)])
    return place(rows[bisect_left(rows, start, key=place) - 1])
