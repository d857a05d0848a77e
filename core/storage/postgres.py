"""The shared database: PostgreSQL, where writers of several hosts take turns.

Writers take turns under one advisory lock, held to the end of a short transaction. So the history has one order, and
no writer retries, meets a deadlock or decides on data that another is changing. Triggers take the lock for other
programs. The time is the server's. The server ends the transaction of a client that hangs while it writes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from core.domain.errors import Code, error
from core.domain.values import stamp
from core.storage.connection import Connection
from core.storage.postgres_connection import PostgresConnection, WholeNumber
from core.storage.postgres_errors import busy, translated_errors
from core.storage.postgres_pipeline import Driver, Step
from core.storage.postgres_schema import ROLE, RoleRow, schema_step
from core.storage.postgres_standby import standby_of
from core.storage.postgres_url import checked_conninfo, shown_url
from core.storage.store import APART, HEAD, NEWEST, WAIT_SECONDS, Replica, Store, elapsed

__all__ = ["TURN", "PostgresStore"]

TURN: Final = 0x45495044
"""The key of the advisory lock of writers: `EIPD`."""

_SERVER_TIME: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
"""A whole number: the digits of a float8 in text depend on a setting of the session."""
_SETTINGS: Final = (
    f"{_SERVER_TIME},"
    " set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false),"
    " set_config('default_transaction_read_only', coalesce(%s,"
    " current_setting('default_transaction_read_only')), false),"
    " set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
    " ELSE current_setting('synchronous_commit') END, false)"
).encode()
_LIMITS: Final = (
    b"SELECT set_config('lock_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)"
)
_TAKE_TURN: Final = f"{_SERVER_TIME} FROM pg_advisory_xact_lock({TURN})".encode()
"""Waits for the turn. Returns the time at which it came."""
_BEGIN_READING: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_BEGIN_WRITING: Final = b"BEGIN ISOLATION LEVEL READ COMMITTED"
"""Overrides the default of the database: after the wait a writer has to see every earlier commit."""
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
        self._idle: list[PostgresConnection] = []
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
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.driver.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with translated_errors(self.url), self._lent(Step(_BEGIN_READING)) as connection:
            yield connection

    @contextmanager
    def write(self, wait: float | None = None) -> Iterator[Connection]:
        with translated_errors(self.url), self._turned(self._wait if wait is None else wait):
            patience = _milliseconds(self._wait if wait is None else wait)
            begun = Step(_BEGIN_WRITING), Step(_LIMITS, (patience, f"{_IDLE_SECONDS}s"))
            with self._lent(*begun, Step(_TAKE_TURN, then=self._hear_time)) as connection:
                yield connection
                self._commit(connection)

    def data_version(self) -> int:
        with translated_errors(self.url), self._lent() as connection:
            return connection.value(int, NEWEST) or 0

    def health(self) -> dict[str, str]:
        with self.read() as connection:
            found = {
                name: connection.value(str, f"SHOW {name}") or ""
                for name in ("server_version", "synchronous_commit", "fsync", "full_page_writes")
            }
            role = connection.value(str, "SELECT CAST(current_user AS text)") or ""
            state = connection.row(RoleRow, ROLE)
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
            "may_change": "yes" if state is not None and state.may_change and replica is None else "no",
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
        with self._lent() as connection:
            step = schema_step(connection, self.url)
            if step == HEAD:
                self._learn(connection)
        if step != HEAD:
            self._migrate(step)
            with self._lent() as connection:
                self._learn(connection)

    def _learn(self, connection: Connection) -> None:
        state = connection.row(RoleRow, ROLE)
        self._standby = state is None or bool(state.standby)
        self.writable = not (self._read_only or self._standby) and state is not None and bool(state.may_change)

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
                upgrade(driver, _TAKE_TURN.decode())
            self.founded = step is None
        except psycopg.errors.InsufficientPrivilege as problem:
            why = "has no eipdeck tables" if step is None else f"has schema {step}, this eipdeck needs {HEAD}"
            raise error(
                Code.STORE_UNAVAILABLE,
                f"{self.url} {why}, and this role may not make them.",
                hint="Let the owner of the database open it once.",
            ) from problem

    def _connect(self) -> Driver:
        driver = Driver.connect(make_conninfo("", **self._conninfo), autocommit=True)
        driver.patience = _PATIENCE * self._wait
        driver.adapters.register_loader("numeric", WholeNumber)
        driver.adapters.register_dumper(int, Int8Dumper)  # or a sum of small values would be a smallint
        driver.adapters.register_dumper(str, StrDumper)  # or the server would guess its type in every place
        return driver

    def _opening(self) -> Sequence[Step]:
        """Return the steps that set a new connection up, and tell the time of the server."""
        wanted = (_milliseconds(self._wait), f"{_READING_SECONDS}s", "on" if self._read_only else None)
        return (Step(_SETTINGS, wanted, then=self._hear_time),)

    def _hear_time(self, row: TupleRow) -> None:
        self._ahead = row[0] / 1_000_000 - elapsed()

    @contextmanager
    def _lent(self, *begun: Step) -> Iterator[PostgresConnection]:
        """Lend a connection to one thread at a time, with a transaction that begins with these steps if any."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = PostgresConnection(self._connect, self._opening)
        if begun:
            connection.begin(*begun)
        try:
            yield connection
        finally:
            connection.end()
            if not connection.driver.closed:
                self._idle.append(connection)

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
            connection.commit()
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
