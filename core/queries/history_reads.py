"""The reads of the history: events of a subject, of a time, an action or an operator, and those after a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from core.domain.cursor import Cursor, parse_cursor
from core.domain.errors import Code, error
from core.domain.values import Event, to_micros
from core.queries.losses import follow_memory
from core.queries.service_reads import InventoryServices
from core.queries.subjects import subject_condition
from core.storage import history
from core.storage.connection import Connection, Value, Values
from core.storage.rows import reads

if TYPE_CHECKING:
    from core.domain.memory import Loss
    from core.domain.receipt import Head
    from core.domain.results import Proof

__all__ = ["EventPage", "EventQuery", "InventoryHistory"]


class EventQuery(NamedTuple):
    """The events that are asked for; what is None or empty is not asked for."""

    subject: str | None = None
    """An EIP (id), an address or a CIDR."""
    since: datetime | None = None
    until: datetime | None = None
    """The moment before which they happened."""
    actions: tuple[str, ...] = ()
    by: str | None = None
    """The operator."""


class EventPage(NamedTuple):
    """Events in the order in which they were committed."""

    events: tuple[Event, ...]
    cursor: str | None
    """The place behind them: no event before it is asked for. None: the history is empty."""


@reads("event")
class _PlaceRow(NamedTuple):
    seq: int
    hash: bytes


_NEWEST: Final = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1"
_PLACE: Final = "SELECT seq, hash FROM event WHERE seq = :seq"


class InventoryHistory(InventoryServices):
    """The history of an inventory. Every method blocks."""

    def history(
        self, subject: str | None = None, *, since: datetime | None = None, limit: int | None = None
    ) -> list[Event]:
        """Return events, newest last: all of them, or those of an EIP (id), an address or a CIDR.

        Raises:
            EipdeckError: `eip_not_found`, `cidr_not_found`, `invalid_address`, `invalid_cidr`.

        """
        return self.events(EventQuery(subject, since), limit=limit)

    def events(self, query: EventQuery, *, limit: int | None = None) -> list[Event]:
        """Return the newest `limit` events that are asked for, newest last. Raises as `history` does."""
        with self._store.read() as connection:
            where, values = self._condition(connection, query)
            return history.events(connection, where, values, limit)

    def newest_events(self, query: EventQuery | None = None, *, limit: int | None = None) -> EventPage:
        """Return what `events` does, with the place behind the newest event of all. Raises as `history` does."""
        with self._store.read() as connection:
            where, values = self._condition(connection, query or EventQuery())
            found = history.events(connection, where, values, limit)
            return EventPage(tuple(found), _newest(connection))

    def events_after(self, cursor: str | None, query: EventQuery | None = None, *, limit: int = 1_000) -> EventPage:
        """Return the first `limit` events after a place; None: from the beginning.

        Events are numbered in the order of their commits, so that reading on from the page's cursor misses none and
        repeats none, however many operators write.

        Raises:
            EipdeckError: `history_lost` when the event of the cursor is gone, as after a restoration; `usage` when it
                is not a cursor; as `history` does.

        """
        place = None if cursor is None else parse_cursor(cursor)
        with self._store.read() as connection:
            if place is not None:
                _check_place(connection, place)
            where, values = self._condition(connection, query or EventQuery())
            values = {**values, "after": 0 if place is None else place.seq}
            found = history.events_upward(connection, f"seq > :after AND ({where})", values, limit)
            place_now = found[-1].cursor if len(found) == limit else _newest(connection)
        return EventPage(tuple(found), place_now)

    def verify(self, since: Sequence[str] = ()) -> Proof:
        """Check every rule, that the rows are what the history says, and that it goes on from the heads `since`.

        It reads everything.

        Raises:
            EipdeckError: `usage` for words that are not a head.

        """
        from core.queries.integrity import proof_of  # noqa: PLC0415  # a verdict does without the proof

        return proof_of(self._store, since)

    def head(self) -> Head:
        """Return the head of the history, to keep it elsewhere; it proves nothing by itself."""
        from core.queries.integrity import head_of  # noqa: PLC0415  # as above

        return head_of(self._store)

    def loss(self, version: int = 0) -> Loss | None:
        """Return what is lost of what a `data_version` saw, and remember the version now.

        Without a version it is what this client remembers of the history: of earlier sessions, and of changes that it
        was told to be made. None: nothing is lost, or it was told. A standby that is behind lacks nothing for good.
        """
        with self._store.read() as connection:
            if self._store.replica(connection) is not None:
                return None
            return follow_memory(connection, self._memory, version, self._store.version_in(connection))

    def _condition(self, connection: Connection, query: EventQuery) -> tuple[str, Values]:
        where, values = subject_condition(connection, query.subject, self._now(connection))
        more: dict[str, tuple[str, Value]] = {}
        if query.since is not None:
            more["since"] = ("at >= :since", to_micros(query.since))
        if query.until is not None:
            more["until"] = ("at < :until", to_micros(query.until))
        if query.actions:
            more["actions"] = ("action IN :actions", list(query.actions))
        if query.by is not None:
            more["by"] = ("operator = :by", query.by)
        conditions = " AND ".join((f"({where})", *(condition for condition, _ in more.values())))
        return conditions, {**values, **{name: value for name, (_, value) in more.items()}}


def _newest(connection: Connection) -> str | None:
    found = connection.row(_PlaceRow, _NEWEST)
    return None if found is None else str(Cursor(*found))


def _check_place(connection: Connection, place: Cursor) -> None:
    found = connection.row(_PlaceRow, _PLACE, {"seq": place.seq})
    if found is None or found.hash != place.hash:
        raise error(
            Code.HISTORY_LOST,
            f"Event ev-{place.seq} of the cursor is not in this history: a backup was restored, or this is another"
            " database.",
            hint="Read the history anew, without the cursor.",
            details={"cursor": str(place)},
        )
