"""The timeline: the events of one address or of everything, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from textual.app import ComposeResult
from textual.timer import Timer

from core import Event, Inventory
from tui.commands.registry import View, key_of
from tui.panes.pane import ListPane, Navigate
from tui.state.pictures import REST_SECONDS
from tui.state.screen_state import ListState
from tui.state.selection import Selection, SelectionKind, is_address
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask
from tui.terminal.theme import ASCII, Glyphs
from tui.widgets.lines import Lines, line_of
from tui.widgets.list_table import ListTable
from tui.widgets.tenancy_bar import Span, spans_of, tenancy_rows
from tui.widgets.timeline_table import RowKind, TimelineTable, rows_of
from tui.wording.phrases import by_words, count_of, event_subject
from tui.wording.reports import EVENTS

__all__ = ["TimelinePane"]

LIMIT = 500
"""Events read at most."""
_MARGIN: Final = 1
"""Blanks beside the bar."""


class TimelinePane(ListPane[Event]):
    """The newest requests on top; the bar of an address above them."""

    view = View.TIMELINE
    written_as = EVENTS
    subject: str | None = None
    """The address or CIDR whose events are asked for; None for everything."""
    _shown: str | None = None
    """The subject of the events in the list."""

    def __init__(self, ask: Ask, *, glyphs: Glyphs) -> None:
        self._ascii_only = glyphs is ASCII
        super().__init__(ask, rule=glyphs.rule)
        self.bar = Lines(classes="tenancy")
        self._chosen: tuple[Event, ...] = ()
        self._unfolded: set[object] = set()
        """The keys of the requests that show their events."""
        self._spans: tuple[Span, ...] = ()
        self._resting: Timer | None = None
        self._timeline.on_cursor = self._cursor_moved

    def make_table(self) -> ListTable[Any]:
        return TimelineTable(self._around, rule=self._rule)

    @property
    def _timeline(self) -> TimelineTable:
        assert isinstance(self._table, TimelineTable)  # noqa: S101  # `make_table` made it
        return self._table

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.bar
        yield self.table

    def be_beside(self) -> None:
        self.table.in_hand = self.table.can_focus = False
        self.add_class("beside")
        self._table.be_compact()

    @property
    def selection(self) -> Selection | None:
        row = self._timeline.row
        if row is None:
            return None
        event = row.event
        if event.address is not None:
            return Selection(SelectionKind.ADDRESS, event.address)
        if event.cidr is not None:
            return Selection(SelectionKind.CIDR, event.cidr)
        return None if event.pool_id is None else Selection(SelectionKind.POOL, event.pool_id)

    async def load(self, snapshot: Snapshot) -> None:
        self._around.now = snapshot.read_at
        if self.display:
            await self.read()

    async def read(self) -> None:
        """Read the events of the subject.

        Raises:
            EipdeckError: the database is out of reach; nothing changes on the screen.

        """
        subject = self.subject
        events = await self.ask(lambda inventory: inventory.history(subject, limit=LIMIT))
        spans = await self._read_spans(subject)
        if subject == self.subject:
            self._spans = spans
            self.show_rows(events[::-1])
            if subject != self._shown:
                self._shown = subject
                self._unfolded.clear()
                self.table.place(0 if events else None)
            self._show_bar()

    async def _read_spans(self, subject: str | None) -> tuple[Span, ...]:
        """Read who held an address; nothing for another subject."""
        if subject is None or not is_address(subject):
            return ()

        def read(inventory: Inventory) -> tuple[Span, ...]:
            return spans_of(inventory.tenancies(subject), inventory.cooled_until(subject), inventory.now())

        return await self.ask(read)

    def _show(self, chosen: tuple[Event, ...]) -> None:
        self._chosen = chosen
        self._timeline.show(tuple(rows_of(chosen, self._unfolded)))
        self.show_title()

    def _cursor_moved(self) -> None:
        """Mark the selected event in the bar, when the cursor rests."""
        if self._spans:
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(REST_SECONDS, self._show_bar)

    def _show_bar(self) -> None:
        self.bar.display = bool(self._spans)
        row, width = self._timeline.row, self.size.width - 2 * _MARGIN
        moment = None if row is None else row.event.at
        lines = tenancy_rows(self._spans, width, ascii_only=self._ascii_only, event=moment)
        self.bar.show(*(line_of(" " * _MARGIN, *(line.parts or ((line.text, line.style),))) for line in lines))

    def on_resize(self) -> None:
        super().on_resize()
        self._show_bar()

    def open(self) -> None:
        """Unfold or fold a request; open the detail of one event."""
        row = self._timeline.row
        if row is None:
            return
        if row.kind is RowKind.EVENT:
            super().open()
            return
        self._unfolded ^= {row.key}
        self._show(self._chosen)

    def exported(self) -> Callable[[Inventory], Iterable[Any]]:
        events = self._chosen
        return lambda _inventory: events

    @property
    def listed(self) -> ListState:
        return ListState(self.summary(), self.filter, f"{len(self._chosen):,} shown")

    def hidden(self) -> str:
        hidden = len(self._all) - len(self._chosen)
        return f"; {hidden} hidden by the filter" if hidden else ""

    def keys(self) -> Mapping[str, Callable[[Event], str]]:
        return {
            "by": lambda event: event.operator,
            "action": lambda event: event.action,
            "pool": lambda event: event.pool_id or "",
            "cidr": lambda event: event.cidr or "",
        }

    def words(self, row: Event) -> str:
        return f"{by_words(row)} {row.action} {event_subject(row)} {row.eip_id or ''} {row.reason or ''}"

    def summary(self) -> str:
        whose = "everything" if self.subject is None else f"{self.subject}, {key_of('timeline')} again: everything"
        most = " (the newest)" if len(self._all) == LIMIT else ""
        requests = sum(row.kind is RowKind.REQUEST for row in self._timeline.rows)
        count = f"{count_of(len(self._chosen), 'event')}{most} in {count_of(requests, 'request')}"
        return f"{count} of {whose}{self.hidden()}"

    def title(self) -> str:
        return f"{key_of('timeline')} Timeline" + (f" of {self.subject}" if self.subject else "")

    def go_to(self) -> None:
        selection = self.selection
        if selection is None:
            return
        views = {SelectionKind.ADDRESS: View.EIPS, SelectionKind.CIDR: View.CIDRS, SelectionKind.POOL: View.POOLS}
        self.post_message(Navigate(views[selection.kind], select=selection.id))
