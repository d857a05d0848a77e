"""Times of statements and waits of every connection, for the log of a defect. Values are never told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from time import perf_counter
from typing import Any, ClassVar, TypeAlias

from core.storage.postgres_connection import Driver
from core.storage.sqlite_connection import SqliteConnection
from core.storage.write_lock import WriteLock

__all__ = ["Trace", "trace_to"]

Trace: TypeAlias = Callable[[str, float, str], None]
"""Gets `statement`, `commit` or `lock`, seconds, and the statement, whose values have names in it."""


def trace_to(trace: Trace) -> None:
    """Tell a function the time of each statement and commit, and each wait for the lock of writers, from now on.

    The time of a statement includes that of reading its rows. The function is called on any thread.
    """
    _TracedDriver.trace = trace
    SqliteConnection.driver_kind = _TracedDriver
    Driver.trace = trace
    WriteLock.waited = lambda seconds: trace("lock", seconds, "")


class _TracedCursor(sqlite3.Cursor):
    """Adds up the time until the last row."""

    statement: str | None = None
    seconds = 0.0

    def __next__(self) -> Any:
        begun = perf_counter()
        try:
            return super().__next__()
        except StopIteration:
            self.seconds += perf_counter() - begun
            begun = perf_counter()
            self.tell()
            raise
        finally:
            self.seconds += perf_counter() - begun

    def __del__(self) -> None:
        self.tell()

    def tell(self) -> None:
        """Tell the time, once."""
        statement, self.statement = self.statement, None
        if statement is not None:
            _TracedDriver.trace("statement", self.seconds, statement)


class _TracedDriver(sqlite3.Connection):
    trace: ClassVar[Trace]

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        cursor = self.cursor(factory=_TracedCursor)
        begun = perf_counter()
        try:
            return cursor.execute(sql, *values)
        finally:
            cursor.seconds = perf_counter() - begun
            cursor.statement = sql
            if cursor.description is None:
                cursor.tell()

    def commit(self) -> None:
        begun = perf_counter()
        try:
            super().commit()
        finally:
            _TracedDriver.trace("commit", perf_counter() - begun, "")
