"""The shared database: PostgreSQL, where writers of several hosts take turns. The only file that knows its driver.

Writers take turns under one advisory lock, held to the end of a short transaction: like that the history has one
order, and nobody retries, waits for a deadlock or decides on what another is changing. Triggers take the lock for
whoever writes past this program. The time is the server's; a client that hangs while it writes is thrown out.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from core.domain.errors import error
from core.storage.connection import Connection
from core.storage.postgres_connection import Driver, PostgresConnection, WholeNumber
from core.storage.store import HEAD, NEWEST, WAIT_SECONDS, Store, newer

__all__ = ["TURN", "PostgresStore"]

TURN: Final = 0x45495044
"""The advisory lock that writers take turns under: `EIPD`."""

_SERVER_TIME: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS float8)"
_TAKE_TURN: Final = f"{_SERVER_TIME} FROM pg_advisory_xact_lock({TURN})"
"""Waits for the turn, and tells the time at which it came."""
_BEGIN_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_BEGIN_WRITING: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
"""Whatever the database's default is: who waited for a turn has to see what was committed meanwhile."""
_MAY_CHANGE: Final = "SELECT has_table_privilege('event', 'INSERT')"
_DEFAULTS: Final[dict[str, Any]] = {
    "application_name": "eipdeck",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds: a partition is noticed, not waited for
}
"""What a URL may set otherwise."""
_ENDED: Final = ("08", "57P")
"""States in which the connection is lost, and what was being done is not known."""
_PATIENCE: Final = 6
"""How much longer than for its turn one waits for an answer of the server."""
_IDLE_SECONDS: Final = 60
"""How long a write may stand still before the server ends it: nobody waits for a client that hangs."""
_READING_SECONDS: Final = 3600
"""The same of a read, which nobody waits for: a list is read as slowly as its reader pages. Not without end, since no
row that was replaced meanwhile can be cleared away: measured, ten times the time of an allocation after 15,000."""


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
        self._conninfo = _checked(conninfo)
        self._read_only = read_only
        self._wait = wait
        self._turn = threading.Lock()
        self._readers: list[PostgresConnection] = []
        """Connections of readers that are not in use."""
        self._writer: PostgresConnection | None = None
        self._ahead = 0.0
        """Seconds that the server's clock is ahead of `_elapsed`."""
        try:
            with self._translated():
                self._greet()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        part = self._conninfo
        host = part.get("host", "")
        user, port = part.get("user"), part.get("port")
        at = f"{user}@" if user else ""
        where = f"{host}:{port}" if port else host
        if host.startswith("/"):
            return f"postgresql+psycopg://{at}/{part.get('dbname', '')}?host={host}" + (f"&port={port}" if port else "")
        return f"postgresql+psycopg://{at}{where}/{part.get('dbname', '')}"

    @property
    def label(self) -> str:
        host = self._conninfo.get("host", "")
        return f"postgresql {self._conninfo.get('dbname', '')}@{'local' if host.startswith('/') else host or 'local'}"

    def close(self) -> None:
        readers, self._readers = self._readers, []
        writer, self._writer = self._writer, None
        for connection in (*readers, *((writer,) if writer else ())):
            connection.driver.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._translated(), self._reader(_BEGIN_READING) as connection:
            try:
                yield connection
            finally:
                connection.driver.rollback()

    @contextmanager
    def write(self, wait: float | None = None) -> Iterator[Connection]:
        with self._translated(), self._turned(self._wait if wait is None else wait):
            connection, self._writer = self._begun(self._writer, _BEGIN_WRITING), None
            try:
                if wait is not None:
                    connection.execute(f"SET LOCAL lock_timeout = {_milliseconds(wait)}")
                self._ahead = _epoch(connection, _TAKE_TURN) - _elapsed()
                yield connection
                self._commit(connection)
            except BaseException:
                _undo(connection)
                raise
            finally:
                self._writer = None if connection.driver.closed else connection

    def data_version(self) -> int:
        with self._translated(), self._reader(None) as connection:
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
        durable = "off" not in (found["synchronous_commit"], found["fsync"], found["full_page_writes"])
        return {
            "schema": HEAD,
            "integrity": "ok",
            "foreign_keys": "ok",
            **found,
            "durable": "yes" if durable else "no: the server may lose what it acknowledged",
            "role": role,
            "may_change": "yes" if may_change else "no",
            "tls": "yes" if tls else "no",
        }

    def now(self) -> datetime:
        return datetime.fromtimestamp(_elapsed() + self._ahead, UTC)

    def _greet(self) -> None:
        """See to the schema, and to what this role may."""
        step = self._schema()
        if step != HEAD:
            self._migrate(step)
        with self._reader(None) as connection:
            if not self._read_only:
                self.writable = bool(connection.value(int, _MAY_CHANGE))
        self.writable = self.writable and not self._read_only

    def _schema(self) -> str | None:
        """The schema step the database has; None for one without tables of ours.

        Raises:
            EipdeckError: it is another program's database, or a newer eipdeck's.

        """
        with self._reader(None) as connection:
            if connection.value(int, "SELECT to_regclass('alembic_version') IS NULL"):
                return None
            if connection.value(int, "SELECT to_regclass('free_range') IS NULL"):
                raise error(
                    "store_unavailable",
                    f"{self.url} holds another program's tables.",
                    hint="Nothing in it was touched; name another database with --db.",
                )
            step = connection.value(str, "SELECT version_num FROM alembic_version")
        if step is not None and step > HEAD:
            raise newer(self.url, step)
        return step

    def _migrate(self, step: str | None) -> None:
        if self._read_only:
            raise error(
                "store_unavailable",
                f"{self.url} has no eipdeck schema of this version, and --read-only creates nothing.",
                hint="Open it once without --read-only.",
            )
        from core.storage.migrations import upgrade  # noqa: PLC0415  # Alembic only when there is work

        try:
            with closing(psycopg.connect(**self._conninfo, autocommit=True)) as driver:
                driver.execute("SELECT set_config('lock_timeout', %s, false)", (_milliseconds(self._wait),))
                driver.autocommit = False
                driver.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
                upgrade(driver, _TAKE_TURN)
        except psycopg.errors.InsufficientPrivilege as problem:
            why = "has no eipdeck tables" if step is None else f"has schema {step}, this eipdeck needs {HEAD}"
            raise error(
                "store_unavailable",
                f"{self.url} {why}, and this role may not make them.",
                hint="Let the owner of the database open it once.",
            ) from problem

    def _connect(self, idle: int) -> PostgresConnection:
        """A connection; the server ends a transaction on it that stands still for `idle` seconds."""
        driver = Driver.connect(**self._conninfo, autocommit=True)
        driver.patience = _PATIENCE * self._wait
        driver.adapters.register_loader("numeric", WholeNumber)
        driver.adapters.register_dumper(int, Int8Dumper)  # or a sum of small values would be a small one
        driver.adapters.register_dumper(str, StrDumper)  # or what it is would be guessed anew in every place
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
        self._ahead = _epoch(connection, _SERVER_TIME) - _elapsed()
        return connection

    def _begun(self, kept: PostgresConnection | None, begin: str | None) -> PostgresConnection:
        """A connection on which `begin` was said; a kept one may have been lost while it stood idle."""
        if kept is not None:
            try:
                kept.driver.execute(begin or "SELECT 1")
            except psycopg.OperationalError:
                kept.driver.close()
            else:
                return kept
        fresh = self._connect(_IDLE_SECONDS if begin == _BEGIN_WRITING else _READING_SECONDS)
        if begin is not None:
            fresh.driver.execute(begin)
        return fresh

    @contextmanager
    def _reader(self, begin: str | None) -> Iterator[PostgresConnection]:
        """A connection for one reader at a time; it serves the next unless it was lost."""
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
            self._busy()
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
                "outcome_unknown",
                f"{self.url} was lost while it was asked to commit: the change was made, or nothing changed.",
                hint="Look at the history; with the same --request-id nothing can happen twice.",
            ) from problem

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The one boundary where the driver's error becomes ours."""
        try:
            yield
        except UnicodeEncodeError as problem:
            raise error("invalid_name", "A name or a key is text; this one holds bytes that are none.") from problem
        except psycopg.errors.LockNotAvailable:
            self._busy()
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as problem:
            raise error(
                "read_only",
                f"The role on {self.url} may not do that: {_words(problem)}; nothing changed.",
                hint="Look only, or connect as a role that may.",
            ) from problem
        except psycopg.IntegrityError as problem:
            raise error(
                "conflict",
                f"The database refused it: {_words(problem)}; nothing changed.",
                hint="Somebody was faster, or this is a defect: look again, and run `eipdeck verify`.",
            ) from problem
        except psycopg.DataError as problem:
            raise error("invalid_name", f"The database cannot hold that: {_words(problem)}.") from problem
        except psycopg.Error as problem:
            raise error(
                "store_unavailable",
                f"{self.url}: {_words(problem)}; nothing changed.",
                hint="Try again when it can be reached; `eipdeck doctor` looks closer.",
            ) from problem

    def _busy(self) -> NoReturn:
        raise error(
            "store_busy",
            f"{self.url} is being written by others for too long; nothing changed.",
            hint="Try again; with the same --request-id nothing can happen twice.",
        )


_WELL_FORMED: Final = re.compile(r"postgresql://(?:[^@/?]*@)?[^@/?]*(?:/[^@/?]*)?(?:\?[^@]*)?")
"""A password with a character that means something in a URL reaches into the host, the port or the database's name."""


def _checked(conninfo: str) -> dict[str, Any]:
    """The parts of a URI, with our defaults.

    Raises:
        EipdeckError: `usage`; the text is not repeated, for it may hold a password.

    """
    with suppress(psycopg.Error, ValueError):
        parts = conninfo_to_dict(conninfo)
        if _WELL_FORMED.fullmatch(conninfo) and re.fullmatch("[0-9,]*", str(parts.get("port", ""))):
            return {**_DEFAULTS, **parts}
    raise error(
        "usage",
        "--db is no database URL.",
        hint="Write postgresql+psycopg://user@host/database, with libpq's options after a question mark; what is no"
        " letter or digit in a name or a password is written as % and two digits, @ as %40, / as %2F.",
    )


def _milliseconds(seconds: float) -> str:
    """As the server's settings take them, where 0 is without end."""
    return str(int(seconds * 1000) or 1)


def _elapsed() -> float:
    """Seconds that have passed, also while the host was suspended where its kernel counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _epoch(connection: Connection, statement: str) -> float:
    """Return the server's time in seconds since the epoch, UTC."""
    return connection.value(float, statement) or 0.0


def _undo(connection: PostgresConnection) -> None:
    with suppress(psycopg.Error):
        connection.driver.rollback()


def _words(problem: psycopg.Error) -> str:
    """The driver's first line, which names no value of ours."""
    said = problem.diag.message_primary or str(problem).strip() or "the connection was lost"
    return said.splitlines()[0].rstrip(".")
