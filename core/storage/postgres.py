"""The shared database: PostgreSQL, where writers of several hosts take turns.

Writers take turns under one lock on a table, held to the end of a short transaction. So the history has one order, and
no writer retries, meets a deadlock or decides on data that another is changing. Triggers take the lock for other
programs. The time is the server's. The server ends the transaction of a client that hangs while it writes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.memory import Lineage, Recall
from core.domain.progress import WORK
from core.domain.values import stamp
from core.storage.connection import Connection
from core.storage.postgres_connection import PostgresConnection, WholeNumber
from core.storage.postgres_errors import OutdatedError, busy, translated_errors
from core.storage.postgres_health import ACTING, MAY_CHANGE, health_of
from core.storage.postgres_hosts import connected
from core.storage.postgres_pipeline import Driver, Step, UnfitError
from core.storage.postgres_schema import GREETING, migrate, schema_step
from core.storage.postgres_server import TURN, Asked, ServerRow, milliseconds, named
from core.storage.postgres_standby import standby_of
from core.storage.postgres_url import checked_parts, hosts_of, shown_url, with_defaults
from core.storage.store import APART, HEAD, MIRRORED, WAIT_SECONDS, Replica, Store, elapsed, newest_version

__all__ = ["TURN", "PostgresStore"]

_LIMITS: Final = (
    b"SELECT set_config('lock_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true),"
    b" set_config('client_connection_check_interval', CASE WHEN version() LIKE '%%linux%%' THEN '1s'"
    b" ELSE current_setting('client_connection_check_interval') END, true)"
)
"""Of one transaction: behind a pooler, others get the connection after it. A statement ends with its client."""
_WRITING: Final = (
    b"SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
    b" ELSE current_setting('synchronous_commit') END, true), set_config('tcp_user_timeout', %s, true)"
)
_BEGIN_READING: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_BEGIN_WRITING: Final = b"BEGIN ISOLATION LEVEL READ COMMITTED"
"""Overrides the default of the database: after the wait a writer has to see every earlier commit."""
_BEGIN_IN_VAIN: Final = b"BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY"
_ENDED: Final = ("08", "57P")
"""States of a lost connection, after which the outcome is unknown."""
_PATIENCE: Final = 6
"""The wait for an answer of the server, as a multiple of the wait for a turn."""
_IDLE_SECONDS: Final = 5
"""The limit of an idle write, below the wait for a turn: others do not wait for a client that hangs or is cut off."""
_LONG_SECONDS: Final = 60
"""The limit of an idle write that computes for long between its statements."""
_READING_SECONDS: Final = 3600
"""The limit of an idle read: the server keeps every replaced row for it (15,000 make a write ten times slower)."""


class PostgresStore(Store):
    """One database on a server."""

    embedded = False

    def __init__(
        self, conninfo: str, *, read_only: bool = False, wait: float = WAIT_SECONDS, recall: Recall | None = None
    ) -> None:
        """Connect, and when needed and allowed create or migrate the schema.

        Args:
            conninfo: as libpq takes it, a URI with its options (`sslmode`, `options` and so on).
            read_only: the server refuses every write of this store.
            wait: seconds that a writer queues.
            recall: tells the server that this client saw last; an older timeline of it is refused.

        Raises:
            EipdeckError: `store_unavailable`, `store_busy`, `schema_newer`, or `usage` for a bad URL.

        """
        super().__init__()
        self._parts = checked_parts(conninfo)
        self._conninfo = with_defaults(self._parts, read_only=read_only)
        self._read_only = read_only
        self._wait = wait
        self.lineage = None if recall is None else recall(self.url).lineage()
        self._turn = threading.Lock()
        self._idle: list[PostgresConnection] = []
        self._ahead = 0.0
        """Seconds by which the server's clock is ahead of `elapsed`."""
        self._asked = Asked()
        self._greeted = False
        self._standby = False
        """Whether a server that this session has read from was a standby."""
        self._profile: str | None = None
        try:
            with translated_errors(self.url):
                self._greet()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return shown_url(self._parts)

    @property
    def label(self) -> str:
        (host, _), *others = hosts_of(self._parts)
        where = "local" if host.startswith("/") or not host else host
        return f"postgresql {self._parts.get('dbname', '')}@{where}{f'+{len(others)}' if others else ''}"

    def close(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.driver.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        limits = Step(_LIMITS, (milliseconds(self._wait), f"{_READING_SECONDS}s"))
        with translated_errors(self.url), self._lent(Step(_BEGIN_READING), limits) as connection:
            yield connection

    @contextmanager
    def write(self, wait: float | None = None, *, long: str | None = None) -> Iterator[Connection]:
        """Begin a write. Its turn is taken with its first question, in one round trip."""
        with translated_errors(self.url), self._turned(self._wait if wait is None else wait):
            patience = milliseconds(self._wait if wait is None else wait)
            idle = f"{_LONG_SECONDS if long else _IDLE_SECONDS}s"
            steps = (
                Step(_BEGIN_IN_VAIN if self._read_only else _BEGIN_WRITING),
                Step(_LIMITS, (patience, idle)),
                Step(_WRITING, (idle,)),
                *([] if long is None else [named(f"eipdeck {long}")]),
                self._asked.in_turn(self._take_turn),
            )
            with self._lent(*steps) as connection:
                yield connection
                self._commit(connection)

    def refusal(self, done: str) -> EipdeckError:
        if self._read_only or not self._standby:
            return super().refusal(done)
        return error(
            Code.STORE_UNAVAILABLE,
            f"{self.url} is a standby, which takes no writes; nothing was {done}.",
            hint="Name every server of the cluster, postgresql+psycopg://user@host1,host2/database: a writer takes the"
            " primary.",
        )

    def mirrored(self) -> str | None:
        return self._profile

    def data_version(self) -> int:
        with translated_errors(self.url), self._lent() as connection:
            return newest_version(connection)

    def health(self) -> dict[str, str]:
        with self.read() as connection:
            return health_of(connection, self.lineage, self.replica(connection))

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
        self._profile = connection.value(str, MIRRORED)
        self.acting = connection.value(str, ACTING)
        may_change = bool(connection.value(int, MAY_CHANGE))
        self.writable = may_change and not (self._read_only or self._standby)

    def _migrate(self, step: str | None) -> None:
        if self._read_only:
            raise error(
                Code.STORE_UNAVAILABLE,
                f"{self.url} has no eipdeck schema of this version, and a read-only session creates none.",
                hint="Open it once in a session that may write.",
            )
        migrate(self._conninfo, self.url, step, self._wait)
        self.founded = step is None

    def _connect(self) -> Driver:
        return connected(self._conninfo, self._prepared)

    def _prepared(self, driver: Driver) -> None:
        """Set a new connection up and hear what server it is, in one round trip."""
        driver.patience = _PATIENCE * self._wait
        driver.adapters.register_loader("numeric", WholeNumber)
        driver.adapters.register_dumper(int, Int8Dumper)  # or a sum of small values would be a smallint
        driver.adapters.register_dumper(str, StrDumper)  # or the server would guess its type in every place
        driver.add_notice_handler(driver.hear)
        server = self._asked.first(driver, () if self._greeted else GREETING)
        self._greeted, self.is_far = True, driver.far
        if (outdated := self._outdated(server)) is not None:
            raise OutdatedError(outdated)
        if server.backend != driver.info.backend_pid:
            driver.pooled, driver.prepare_threshold = True, None  # what is prepared may stay with another server
        self._see(server)
        self._standby = self._standby or server.standby

    def apart(self) -> PostgresConnection:
        """Return a connection for one holder, who closes it; in no transaction."""
        with translated_errors(self.url):
            return PostgresConnection(self._connect)

    def _take_turn(self, row: TupleRow) -> None:
        server = ServerRow(*row)
        unfit = "it is a standby, which takes no writes" if server.standby else self._outdated(server)
        if unfit is not None:
            raise UnfitError(unfit)
        self._see(server)

    def _see(self, server: ServerRow) -> None:
        self._ahead = server.time / 1_000_000 - elapsed()
        if server.system is not None and server.timeline is not None:
            self.lineage = Lineage(server.system, server.timeline)

    def _outdated(self, server: ServerRow) -> str | None:
        """Return a reason when this session has seen a later timeline of the same cluster."""
        seen = self.lineage
        if seen is None or server.timeline is None or server.system != seen.system or server.timeline >= seen.timeline:
            return None
        return f"is an older primary (timeline {server.timeline}; {seen.timeline} was seen)"

    @contextmanager
    def _lent(self, *begun: Step) -> Iterator[PostgresConnection]:
        """Lend a connection to one thread at a time, with a transaction that begins with these steps if any."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = PostgresConnection(self._connect)
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
        connection.driver.unreplicated = False
        try:
            with WORK.committing():
                connection.commit()
        except psycopg.OperationalError as problem:
            if problem.sqlstate is not None and not problem.sqlstate.startswith(_ENDED):
                raise
            if connection.driver.unreplicated:
                raise self._unreplicated() from problem
            raise error(
                Code.OUTCOME_UNKNOWN,
                f"{self.url} was lost while it was asked to commit: the change was made, or nothing changed.",
                hint="Look at the history; with the same request id nothing happens twice.",
            ) from problem
        if connection.driver.unreplicated:
            raise self._unreplicated()

    def _unreplicated(self) -> EipdeckError:
        return error(
            Code.OUTCOME_UNKNOWN,
            f"{self.url} was told to wait no longer for its standby: the change is made, and is lost if this server"
            " is lost before the standby has it.",
            hint="Look whether a standby is connected.",
            fix=Fix("doctor"),
            details={"on_this_server": True},
        )
