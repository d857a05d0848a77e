"""Presence: each open dashboard announces itself at intervals, with the change that it is reviewing."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.domain.values import OtherSession, from_micros
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = ["BEAT_SECONDS", "announce", "leave", "other_sessions"]

BEAT_SECONDS: Final = 20
"""Seconds between two announcements of a session."""
_GONE: Final = 3 * BEAT_SECONDS * 1_000_000
"""Microseconds without an announcement after which a session counts as ended."""

_ANNOUNCE: Final = (
    "INSERT INTO presence (session, operator, since, at, doing, doing_since)"
    " VALUES (:session, :operator, :now, :now, :doing, :now) ON CONFLICT (session) DO UPDATE SET at = excluded.at,"
    " doing_since = CASE WHEN presence.doing = excluded.doing THEN presence.doing_since ELSE excluded.at END,"
    " doing = excluded.doing"
)
_FORGET: Final = "DELETE FROM presence WHERE at < :gone"


@reads("presence")
class _SessionRow(NamedTuple):
    operator: str
    since: int
    doing: str | None
    doing_since: int | None


_OTHERS: Final = (
    "SELECT operator, since, doing, doing_since FROM presence WHERE session <> :session AND at >= :gone"
    " ORDER BY operator, since"
)
_LEAVE: Final = "DELETE FROM presence WHERE session = :session"


def announce(connection: Connection, session: str, operator: str, now: int, doing: str | None) -> None:
    """Announce a session and the targets of the change it is reviewing; delete sessions that ended long ago.

    `now` is in microseconds.
    """
    connection.execute(_ANNOUNCE, {"session": session, "operator": operator, "now": now, "doing": doing})
    connection.execute(_FORGET, {"gone": now - 10 * _GONE})


def other_sessions(connection: Connection, session: str, now: int) -> list[OtherSession]:
    """Return the other sessions that are open; `now` is in microseconds."""
    rows = connection.rows(_SessionRow, _OTHERS, {"session": session, "gone": now - _GONE})
    return [
        OtherSession(row.operator, from_micros(row.since), row.doing, from_micros(row.doing_since or row.since))
        for row in rows
    ]


def leave(connection: Connection, session: str) -> None:
    """Delete a session that ends."""
    connection.execute(_LEAVE, {"session": session})
