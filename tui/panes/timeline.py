"""The timeline: the events of one address or of everything, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core import Event
from tui.commands.registry import View, key_of
from tui.panes.pane import ListPane, Navigate
from tui.state.selection import Selection, SelectionKind
from tui.state.snapshot import Snapshot
from tui.widgets.list_table import ListTable
from tui.wording.phrases import by_words, count_of, event_subject
from tui.wording.reports import EVENTS

__all__ = ["TimelinePane"]

LIMIT = 500
"""Events read at most."""


class TimelinePane(ListPane[Event]):
    """The newest events on top."""

    view = View.TIMELINE
    written_as = EVENTS
    subject: str | None = None
    """The address or CIDR whose events are asked for; None for everything."""
    _shown: str | None = None
    """The subject of the events in the list."""

    def make_table(self) -> ListTable[Event]:
        return ListTable(
            EVENTS.pane(self._around),
            key=lambda event: event.id,
            problem=lambda event: event.action == "landed_in_default",
        )

    @property
    def selection(self) -> Selection | None:
        event = self._table.row
        if event is None:
            return None
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
        if subject == self.subject:
            self.show_rows(events[::-1])
            if subject != self._shown:
                self._shown = subject
                self.table.place(0 if events else None)

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
        return f"{count_of(len(self._table.rows), 'event')}{most} of {whose}{self.hidden()}"

    def title(self) -> str:
        return f"{key_of('timeline')} Timeline" + (f" of {self.subject}" if self.subject else "")

    def go_to(self) -> None:
        selection = self.selection
        if selection is None:
            return
        views = {SelectionKind.ADDRESS: View.EIPS, SelectionKind.CIDR: View.CIDRS, SelectionKind.POOL: View.POOLS}
        self.post_message(Navigate(views[selection.kind], select=selection.id))
