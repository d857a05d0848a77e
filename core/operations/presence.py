"""Who is on the deck: each session says now and then that it is there, and what it is about to change."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.domain.values import OtherSession, from_micros
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = ["BEAT_SECONDS", "announce", "leave", "other_sessions"]

BEAT_SECONDS: Final = 20
"""How often a session says that it is there."""
_GONE: Final = 3 * BEAT_SECONDS * 1_000_000
"""Microseconds after which a session that said nothing is taken for gone."""

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


_COMPANY: Final = (
    "SELECT operator, since, doing, doing_since FROM presence WHERE session <> :session AND at >= :gone"
    " ORDER BY operator, since"
)
_LEAVE: Final = "DELETE FROM presence WHERE session = :session"


def announce(connection: Connection, session: str, operator: str, now: int, doing: str | None) -> None:
    """Say that a session is there, and what it is about to change; those long gone are forgotten."""
    connection.execute(_ANNOUNCE, {"session": session, "operator": operator, "now": now, "doing": doing})
    connection.execute(_FORGET, {"gone": now - 10 * _GONE})


def other_sessions(connection: Connection, session: str, now: int) -> list[OtherSession]:
    """The other sessions that are there."""
    rows = connection.rows(_SessionRow, _COMPANY, {"session": session, "gone": now - _GONE})
    return [
        OtherSession(row.operator, from_micros(row.since), row.doing, from_micros(row.doing_since or row.since))
        for row in rows
    ]


def leave(connection: Connection, session: str) -> None:
    """A session ends."""
    connection.execute(_LEAVE, {"session": session})
