"""The shared database: PostgreSQL, where writers of several hosts take turns.

Writers take turns under one advisory lock, held to the end of a short transaction. So the history has one order, and
no writer retries, meets a deadlock or decides on data that another is changing. Triggers take the lock for other
programs. The time is the server's. The server ends the transaction of a client that hangs while it writes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from core.domain.errors import Code, error
from core.domain.values import stamp
from core.storage.connection import Connection
from core.storage.postgres_connection import Driver, PostgresConnection, WholeNumber
from core.storage.postgres_errors import busy, translated_errors
from core.storage.postgres_schema import schema_step
from core.storage.postgres_standby import standby_of
from core.storage.postgres_url import checked_conninfo, shown_url
from core.storage.store import APART, HEAD, NEWEST, WAIT_SECONDS, Replica, Store, elapsed

__all__ = ["TURN", "PostgresStore"]

TURN: Final = 0x45495044
"""The key of the advisory lock of writers: `EIPD`."""

_SERVER_TIME: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
"""A whole number: the digits of a float8 in text depend on a setting of the session."""
_TAKE_TURN: Final = f"{_SERVER_TIME} FROM pg_advisory_xact_lock({TURN})"
"""Waits for the turn. Returns the time at which it came."""
_BEGIN_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_BEGIN_WRITING: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
"""Overrides the default of the database: after the wait a writer has to see every earlier commit."""
_MAY_CHANGE: Final = "SELECT has_table_privilege('event', 'INSERT')"
_ENDED: Final = ("08", "57P")
"""States of a lost connection, after which the outcome is unknown."""
_PATIENCE: Final = 6
"""The wait for an answer of the server, as a multiple of the wait for a turn."""
_IDLE_SECONDS: Final = 60
"""The limit of an idle write. The server ends it then, so that others do not wait for a client that hangs."""
_READING_SECONDS: Final = 3600
"""The limit of an idle read. Others do not wait for it, and a list is read as slowly as its reader pages. It has an
end because the server keeps every replaced row for it: measured, an allocation takes ten times as long after 15,000."""


class PostgresStore(Store):
    """One database on a server."""

    embedded = False

    def __init__(self, conninfo: str, *, read_only: bool = False, wait: float = WAIT_SECONDS) -> None:
        """Connect, and when needed and allowed create or migrate the schema.

        Args:
            conninfo: as libpq takes it, a URI with its options (`sslmode`, `options` and so on).
            read_only: the server refuses every write of this store.
            wait: seconds that a writer queues.

        Raises:
            EipdeckError: `store_unavailable`, `store_busy`, `schema_newer`, or `usage` for a bad URL.

        """
        super().__init__()
        self._conninfo = checked_conninfo(conninfo)
        self._read_only = read_only
        self._wait = wait
        self._turn = threading.Lock()
        self._readers: list[PostgresConnection] = []
        """Idle connections of readers."""
        self._writer: PostgresConnection | None = None
        self._ahead = 0.0
        """Seconds by which the server's clock is ahead of `elapsed`."""
        self._standby = False
        try:
            with translated_errors(self.url):
                self._greet()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return shown_url(self._conninfo)

    @property
    def label(self) -> str:
        host = str(self._conninfo.get("host", ""))
        return f"postgresql {self._conninfo.get('dbname', '')}@{'local' if host.startswith('/') else host or 'local'}"

    def close(self) -> None:
        readers, self._readers = self._readers, []
        writer, self._writer = self._writer, None
        for connection in (*readers, *((writer,) if writer else ())):
            connection.driver.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with translated_errors(self.url), self._reader(_BEGIN_READING) as connection:
            try:
                yield connection
            finally:
                connection.driver.rollback()

    @contextmanager
    def write(self, wait: float | None = None) -> Iterator[Connection]:
        with translated_errors(self.url), self._turned(self._wait if wait is None else wait):
            connection, self._writer = self._begun(self._writer, _BEGIN_WRITING), None
            try:
                if wait is not None:
                    connection.execute(f"SET LOCAL lock_timeout = {_milliseconds(wait)}")
                self._ahead = _epoch(connection, _TAKE_TURN) - elapsed()
                yield connection
                self._commit(connection)
            except BaseException:
                _undo(connection)
                raise
            finally:
                self._writer = None if connection.driver.closed else connection

    def data_version(self) -> int:
        with translated_errors(self.url), self._reader(None) as connection:
            return connection.value(int, NEWEST) or 0

    def health(self) -> dict[str, str]:
        with self.read() as connection:
            found = {
                name: connection.value(str, f"SHOW {name}") or ""
                for name in ("server_version", "synchronous_commit", "fsync", "full_page_writes")
            }
            role = connection.value(str, "SELECT CAST(current_user AS text)") or ""
            may_change = connection.value(int, _MAY_CHANGE)
            tls = connection.value(int, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            replica = self.replica(connection)
        durable = "off" not in (found["synchronous_commit"], found["fsync"], found["full_page_writes"])
        return {
            "schema": HEAD,
            "integrity": "ok",
            "foreign_keys": "ok",
            **found,
            "durable": "yes" if durable else "no: the server may lose what it acknowledged",
            "role": role,
            "may_change": "yes" if may_change and replica is None else "no",
            **({} if replica is None else {"standby": "up to date" if replica.behind is None else replica.behind}),
            "tls": "yes" if tls else "no",
        }

    def replica(self, connection: Connection) -> Replica | None:
        return standby_of(connection) if self._standby else None

    def now(self) -> datetime:
        return datetime.fromtimestamp(elapsed() + self._ahead, UTC)

    def clock_doubt(self) -> str | None:
        host, server = datetime.fromtimestamp(time.time(), UTC), self.now()
        if abs((server - host).total_seconds()) <= APART:
            return None
        return f"the server's clock says {stamp(server)}, the clock of this host {stamp(host)}"

    def _greet(self) -> None:
        """Bring the schema up to date, and find out whether this role may write."""
        with self._reader(None) as connection:
            step = schema_step(connection, self.url)
        if step != HEAD:
            self._migrate(step)
        with self._reader(None) as connection:
            self._standby = bool(connection.value(int, "SELECT pg_is_in_recovery()"))
            if not self._read_only:
                self.writable = bool(connection.value(int, _MAY_CHANGE)) and not self._standby
        self.writable = self.writable and not self._read_only

    def _migrate(self, step: str | None) -> None:
        if self._read_only:
            raise error(
                Code.STORE_UNAVAILABLE,
                f"{self.url} has no eipdeck schema of this version, and a read-only session creates none.",
                hint="Open it once in a session that may write.",
            )
        from core.storage.migrations import upgrade  # noqa: PLC0415  # Alembic only when there is work

        try:
            with closing(psycopg.connect(make_conninfo("", **self._conninfo), autocommit=True)) as driver:
                driver.execute("SELECT set_config('lock_timeout', %s, false)", (_milliseconds(self._wait),))
                driver.autocommit = False
                driver.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
                upgrade(driver, _TAKE_TURN)
            self.founded = step is None
        except psycopg.errors.InsufficientPrivilege as problem:
            why = "has no eipdeck tables" if step is None else f"has schema {step}, this eipdeck needs {HEAD}"
            raise error(
                Code.STORE_UNAVAILABLE,
                f"{self.url} {why}, and this role may not make them.",
                hint="Let the owner of the database open it once.",
            ) from problem

    def _connect(self, idle: int) -> PostgresConnection:
        """Connect; the server ends a transaction that is idle for `idle` seconds."""
        driver = Driver.connect(make_conninfo("", **self._conninfo), autocommit=True)
        driver.patience = _PATIENCE * self._wait
        driver.adapters.register_loader("numeric", WholeNumber)
        driver.adapters.register_dumper(int, Int8Dumper)  # or a sum of small values would be a smallint
        driver.adapters.register_dumper(str, StrDumper)  # or the server would guess its type in every place
        settings: dict[str, str | None] = {
            "lock_timeout": _milliseconds(self._wait),
            "idle_in_transaction_session_timeout": f"{idle}s",
            "default_transaction_read_only": "on" if self._read_only else None,
        }
        for name, value in settings.items():
            if value is not None:
                driver.execute("SELECT set_config(%s, %s, false)", (name, value))
        driver.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection = PostgresConnection(driver)
        self._ahead = _epoch(connection, _SERVER_TIME) - elapsed()
        return connection

    def _begun(self, kept: PostgresConnection | None, begin: str | None) -> PostgresConnection:
        """Return a connection that has run `begin`; a kept one may have been lost while it was idle."""
        if kept is not None:
            try:
                kept.execute(begin or "SELECT 1")
            except psycopg.OperationalError:
                kept.driver.close()
            else:
                return kept
        fresh = self._connect(_IDLE_SECONDS if begin == _BEGIN_WRITING else _READING_SECONDS)
        if begin is not None:
            fresh.execute(begin)
        return fresh

    @contextmanager
    def _reader(self, begin: str | None) -> Iterator[PostgresConnection]:
        """Lend a connection to one reader at a time; it is kept for the next unless it was lost."""
        try:
            kept = self._readers.pop()
        except IndexError:
            kept = None
        connection = self._begun(kept, begin)
        try:
            yield connection
        finally:
            if not connection.driver.closed:
                self._readers.append(connection)

    @contextmanager
    def _turned(self, wait: float) -> Iterator[None]:
        if not self._turn.acquire(timeout=wait):
            raise busy(self.url)
        try:
            yield
        finally:
            self._turn.release()

    def _commit(self, connection: PostgresConnection) -> None:
        try:
            connection.driver.commit()
        except psycopg.OperationalError as problem:
            if problem.sqlstate is not None and not problem.sqlstate.startswith(_ENDED):
                raise
            raise error(
                Code.OUTCOME_UNKNOWN,
                f"{self.url} was lost while it was asked to commit: the change was made, or nothing changed.",
                hint="Look at the history; with the same request id nothing happens twice.",
            ) from problem


def _milliseconds(seconds: float) -> str:
    """Return milliseconds as the server's settings take them, where 0 means no limit."""
    return str(int(seconds * 1000) or 1)


def _epoch(connection: Connection, statement: str) -> float:
    """Return the server's time in seconds since the epoch, UTC."""
    return (connection.value(int, statement) or 0) / 1_000_000


def _undo(connection: PostgresConnection) -> None:
    with suppress(psycopg.Error):
        connection.driver.rollback()
