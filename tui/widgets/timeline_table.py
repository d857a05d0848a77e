"""The rows of a timeline: a rule for each day, a row for each request, its events under it when it is unfolded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from itertools import groupby
from typing import Final

from core import Event
from tui.terminal.roles import Role
from tui.widgets.columns import Column
from tui.widgets.lines import Line
from tui.widgets.list_table import ListTable
from tui.wording.columns import Around
from tui.wording.phrases import age, count_of, event_subject, quoted
from tui.wording.sanitize import visible
from tui.wording.serving import action_words

__all__ = ["RowKind", "TimelineRow", "TimelineTable", "rows_of"]

LANDED: Final = "landed_in_default"


class RowKind(Enum):
    """What a row of the timeline is."""

    DAY = auto()
    REQUEST = auto()
    EVENT = auto()


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One row."""

    kind: RowKind
    events: tuple[Event, ...]
    """The events of the request, newest first; of an event itself; of a day its newest."""

    @property
    def event(self) -> Event:
        """The newest event."""
        return self.events[0]

    @property
    def key(self) -> tuple[RowKind, object]:
        """A value that names the row while its events stay the same."""
        return self.kind, self.day if self.kind is RowKind.DAY else self.events[-1].id

    @property
    def day(self) -> date:
        """The UTC day."""
        return self.event.at.date()

    @property
    def landed(self) -> bool:
        """Whether an EIP landed in the default pool."""
        return self.kind is not RowKind.DAY and any(event.action == LANDED for event in self.events)


def rows_of(events: Sequence[Event], unfolded: Collection[object] = ()) -> Iterator[TimelineRow]:
    """Yield the rows of events that stand newest first; `unfolded` has the keys of requests that show their events."""
    for _, of_day in groupby(events, key=lambda event: event.at.date()):
        first = True
        for _, run in groupby(of_day, key=lambda event: (event.at, event.operator, event.request_id)):
            row = TimelineRow(RowKind.REQUEST, tuple(run))
            if first:
                yield TimelineRow(RowKind.DAY, (row.event,))
                first = False
            yield row
            if row.key in unfolded:
                for event in row.events:
                    yield TimelineRow(RowKind.EVENT, (event,))


def _when(row: TimelineRow) -> str:
    return f"{row.event.at:%H:%M:%S}" if row.kind is RowKind.REQUEST else ""


def _who(row: TimelineRow) -> str:
    return row.event.operator if row.kind is RowKind.REQUEST else ""


def _request(row: TimelineRow) -> str:
    return (row.event.request_id or "") if row.kind is RowKind.REQUEST else ""


def _what(row: TimelineRow) -> str:
    """Return what a request did, oldest first, and to what; of an event all that is known of it."""
    if row.kind is RowKind.DAY:
        return ""
    if row.kind is RowKind.EVENT:
        event = row.event
        parts = (f"  {action_words(event)}", event_subject(event), event.eip_id or "", quoted(event.reason))
        return " ".join(part for part in parts if part)
    words = ", ".join(dict.fromkeys(action_words(event) for event in reversed(row.events)))
    reason = next((f" {quoted(event.reason)}" for event in row.events if event.reason), "")
    return f"{_about(row.events)} {words}{reason}"


def _about(events: Sequence[Event]) -> str:
    """Return what a request was about; of several subjects their number and the first one."""
    subjects = list(dict.fromkeys(event_subject(event) for event in reversed(events)))
    if len(subjects) == 1:
        return subjects[0]
    if all(event.address is not None for event in events):
        return f"{count_of(len(subjects), 'address', 'addresses')} {subjects[0]} ..."
    return f"{subjects[0]} and {len(subjects) - 1} more"


def _columns(*, compact: bool) -> tuple[Column[TimelineRow], ...]:
    columns: list[Column[TimelineRow]] = [
        Column("WHEN", 8, _when, role=Role.DIM),
        Column("WHO", 6, _who, drop=1, role=Role.LABEL),
        Column("WHAT", 20, _what, stretch=True),
    ]
    return tuple(columns) if compact else (*columns, Column("REQUEST", 8, _request, drop=2, role=Role.DIM))


class TimelineTable(ListTable[TimelineRow]):
    """The timeline. The cursor passes over the rules of the days."""

    def __init__(self, around: Around, *, rule: str) -> None:
        super().__init__(_columns(compact=False), key=lambda row: row.key, problem=lambda row: row.landed)
        self._around = around
        self._rule = rule
        self.on_cursor: Callable[[], None] = lambda: None
        """Called when the cursor is put on a row."""

    def be_compact(self) -> None:
        super().be_compact()
        self.columns = _columns(compact=True)

    def place(self, position: int | None, *, by_operator: bool = False) -> None:
        row = None if position is None else self.row_at(position)
        if row is not None and position is not None and row.kind is RowKind.DAY:
            up = self.cursor is not None and position < self.cursor
            position = position - 1 if up and position else position + 1
        super().place(position, by_operator=by_operator)
        self.on_cursor()

    def show(self, rows: Sequence[TimelineRow]) -> None:
        super().show(rows)
        if self.row is not None and self.row.kind is RowKind.DAY:
            self.place(self.cursor)

    def scroll_to_cursor(self) -> None:
        """Show the rule of the day too when the cursor is on its first row."""
        super().scroll_to_cursor()
        above = self.row_at(self.top - 1)
        if self.cursor == self.top and above is not None and above.kind is RowKind.DAY:
            self.top -= 1

    def _row_lines(self, position: int, fitted: list[tuple[Column[TimelineRow], int]], width: int) -> list[Line]:
        row = self.row_at(position)
        if row is None or row.kind is not RowKind.DAY:
            return super()._row_lines(position, fitted, width)
        head = f"{self._rule * 2} {_day_words(row.event.at, self._around.now)} "
        return [Line(head + self._rule * max(width - len(head), 0), Role.BORDER)]


def _day_words(moment: datetime, now: datetime | None) -> str:
    """Return `Tue 24 Nov 2026, 4d ago`; today without an age."""
    day = f"{moment:%a} {moment.day} {moment:%b %Y}"
    if now is None or moment.date() == now.date():
        return visible(day)
    return f"{day}, {age(moment, now)} ago"
