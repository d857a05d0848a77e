"""The server behind a connection: its time, whether it is a standby, and the timeline that it writes."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import psycopg

from core.storage.connection import Connection
from core.storage.rows import COMPUTED, reads

__all__ = ["TURN", "Asked", "ServerRow", "milliseconds"]

TURN: Final = 0x45495044
"""The key of the advisory lock under which the schema is brought up to date: `EIPD`."""


@reads()
class ServerRow(NamedTuple):
    time: Annotated[int, COMPUTED]
    """Microseconds since the epoch, UTC: a whole number, since the digits of a float8 depend on a setting."""
    standby: Annotated[bool, COMPUTED]
    system: Annotated[int | None, COMPUTED]
    """The identifier of the cluster."""
    timeline: Annotated[int | None, COMPUTED]
    """The number that every promotion raises; None on a standby."""


_TIME: Final = (
    "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS time, pg_is_in_recovery() AS standby"
)
_TOLD: Final = (
    f"{_TIME}, (SELECT system_identifier FROM pg_control_system()) AS system,"
    " CASE WHEN NOT pg_is_in_recovery() THEN"
    " CAST(CAST('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS bit(32)) AS bigint) END AS timeline"
)
"""The timeline of the current WAL file: `pg_control_checkpoint` keeps the old one until the first checkpoint."""
_UNTOLD: Final = f"{_TIME}, CAST(NULL AS bigint) AS system, CAST(NULL AS bigint) AS timeline"
_UNABLE: Final = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.ObjectNotInPrerequisiteState,
)


def milliseconds(seconds: float) -> str:
    """Return milliseconds as the server's settings take them, where 0 means no limit."""
    return str(int(seconds * 1000) or 1)


class Asked:
    """Asks servers. One that does not let this role see its timeline is asked for the rest."""

    def __init__(self) -> None:
        self._statement = _TOLD

    def now(self, connection: Connection) -> ServerRow:
        """Ask outside of a transaction."""
        try:
            return _row(connection, self._statement)
        except _UNABLE:
            self._statement = _UNTOLD
            return _row(connection, self._statement)

    def in_turn(self, connection: Connection) -> ServerRow:
        """Wait for the turn of writers, then ask."""
        return _row(connection, f"{self._statement} FROM take_turn()")


def _row(connection: Connection, statement: str) -> ServerRow:
    return connection.row(ServerRow, statement) or ServerRow(0, standby=False, system=None, timeline=None)
