"""The server behind a connection: its time, whether it is a standby, and the timeline that it writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Annotated, Final, NamedTuple

import psycopg
from psycopg.rows import TupleRow

from core.storage.postgres_pipeline import APART, Driver, Step, sent
from core.storage.rows import COMPUTED, reads

__all__ = ["TURN", "Asked", "ServerRow", "milliseconds", "named"]

TURN: Final = 0x45495044
"""The key of the advisory lock under which the schema is brought up to date: `EIPD`."""


@reads()
class ServerRow(NamedTuple):
    time: Annotated[int, COMPUTED]
    """Microseconds since the epoch, UTC: a whole number, since the digits of a float8 depend on a setting."""
    standby: Annotated[bool, COMPUTED]
    backend: Annotated[int, COMPUTED]
    """The process that answers."""
    system: Annotated[int | None, COMPUTED]
    """The identifier of the cluster."""
    timeline: Annotated[int | None, COMPUTED]
    """The number that every promotion raises; None on a standby."""


_TIME: Final = (
    "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS time, pg_is_in_recovery() AS standby,"
    " pg_backend_pid() AS backend"
)
_TOLD: Final = (
    f"{_TIME}, (SELECT system_identifier FROM pg_control_system()) AS system,"
    " CASE WHEN NOT pg_is_in_recovery() THEN"
    " CAST(CAST('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS bit(32)) AS bigint) END AS timeline"
)
"""The timeline of the current WAL file: `pg_control_checkpoint` keeps the old one until the first checkpoint."""
_UNTOLD: Final = f"{_TIME}, CAST(NULL AS bigint) AS system, CAST(NULL AS bigint) AS timeline"
_FAR_SECONDS: Final = 0.01
"""A round trip from which on questions are asked ahead; beside the server it would only take time."""
_UNABLE: Final = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.ObjectNotInPrerequisiteState,
)


def milliseconds(seconds: float) -> str:
    """Return milliseconds as the server's settings take them, where 0 means no limit."""
    return str(int(seconds * 1000) or 1)


def named(name: str) -> Step:
    """Return the step that gives the session a name, in `pg_stat_activity`, for one transaction."""
    return Step(b"SELECT set_config('application_name', %s, true)", (name,))


class Asked:
    """Asks servers. One that does not let this role see its timeline is asked for the rest."""

    def __init__(self) -> None:
        self._statement = _TOLD

    def first(self, driver: Driver, more: Sequence[str]) -> ServerRow:
        """Ask on a new connection, in one round trip; `driver.told` gets the answers to `more`."""
        try:
            return self._first(driver, more)
        except psycopg.errors.UndefinedTable:
            return self._first(driver)
        except _UNABLE:
            self._statement = _UNTOLD
            return self._first(driver)

    def _first(self, driver: Driver, more: Sequence[str] = ()) -> ServerRow:
        told: list[TupleRow] = []
        others = {statement: Step(statement.encode()) for statement in more}
        begun = monotonic()
        sent(driver, [self._step("", told.append), APART, *others.values()])
        driver.far, driver.told = monotonic() - begun > _FAR_SECONDS, others
        return ServerRow(*told[0])

    def in_turn(self, then: Callable[[TupleRow], None]) -> Step:
        """Return the step that waits for the turn of writers, then asks; `then` gets the row."""
        return self._step(" FROM take_turn()", then)

    def _step(self, behind: str, then: Callable[[TupleRow], None]) -> Step:
        return Step(f"{self._statement}{behind}".encode(), then=then)
