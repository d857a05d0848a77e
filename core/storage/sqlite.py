"""The embedded database: one SQLite file, and the fair queue of its writers.

Writers queue on a lock file before BEGIN IMMEDIATE, since SQLite's busy handler alone starves some of them for seconds.
They give up as `store_busy` with nothing changed. `synchronous=FULL` makes every allocation durable. Driver errors
become `EipdeckError` here.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic

from core.domain.errors import Code, OutcomeUnknown, error
from core.storage.connection import Connection
from core.storage.own_file import opened_own
from core.storage.sqlite_connection import LEAN_CACHE, READ, SqliteConnection, begun, connect
from core.storage.sqlite_copy import copy, schema_step
from core.storage.sqlite_errors import translated_errors
from core.storage.sqlite_file import BESIDE, NOTHING, check_log, close_to_others, identity, prepare
from core.storage.store import HEAD, VERSION_BITS, WAIT_SECONDS, Store, newest_version
from core.storage.write_lock import WriteLock, busy, holder

__all__ = ["EmbeddedStore", "default_path"]


def default_path() -> Path:
    """Return the path of the embedded database when no URL is given."""
    from platformdirs import user_data_path  # noqa: PLC0415  # not needed when a URL is given

    return user_data_path("eipdeck", appauthor=False) / "eipdeck.db"


class EmbeddedStore(Store):
    """A database in one SQLite file."""

    embedded = True

    def __init__(self, path: Path, *, read_only: bool = False, wait: float = WAIT_SECONDS) -> None:
        """Open, and when needed create and migrate, the database at `path`.

        Raises:
            EipdeckError: `store_unavailable`, `store_busy`, `schema_newer`.

        """
        super().__init__()
        self.path = path
        self._read_only = read_only
        self._wait = wait
        self._turn = threading.Lock()
        self._following = threading.Lock()
        self._write_lock = WriteLock(self.path)
        with translated_errors(self.path):
            prepare(self.path, read_only=read_only)
        self._readers: list[SqliteConnection] = []
        """Idle connections of readers. A new list replaces it when they become useless."""
        self._writer: SqliteConnection | None = None
        """Used only while `_turn` is held."""
        self._file = self._written = identity(self.path)
        """The identity of the file at the path, and of the file that the writer has open."""
        self._files = 0
        """The number of times that another file replaced it."""
        try:
            self._ensure_schema()
            if not read_only:
                with translated_errors(self.path):
                    close_to_others(self.path)
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    @property
    def label(self) -> str:
        return "embedded" if self.path.name == default_path().name else f"embedded {self.path.name}"

    @property
    def file(self) -> Path:
        return self.path

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.path, *(self.path.with_name(f"{self.path.name}{end}") for end in BESIDE))

    def close(self) -> None:
        with self._turn:
            self._let_go()
            self._write_lock.close()

    @contextmanager
    def read(self) -> Iterator[SqliteConnection]:
        self._follow_the_file()
        with translated_errors(self.path), self._reader() as connection, begun(connection, READ):
            yield connection

    @contextmanager
    def write(self, wait: float | None = None, *, long: str | None = None) -> Iterator[SqliteConnection]:  # noqa: ARG002  # a file ends no writer
        with self.alone(wait) as writer, begun(writer, "BEGIN IMMEDIATE"):
            yield writer

    @contextmanager
    def alone(self, wait: float | None = None) -> Iterator[SqliteConnection]:
        """Lend the writer's connection, in no transaction, while every other writer waits for a turn.

        Raises:
            EipdeckError: as `write` does.

        """
        end = monotonic() + (self._wait if wait is None else wait)
        with translated_errors(self.path), self._turned(end), self._write_lock.held(max(end - monotonic(), 0)):
            try:
                yield self._current_writer()
            except (sqlite3.Error, OutcomeUnknown):
                self._drop_writer()
                raise

    def lean(self) -> None:
        with self.alone() as writer:
            writer.driver.execute(f"PRAGMA cache_size=-{LEAN_CACHE}")

    def data_version(self) -> int:
        with self.read() as connection:
            return self.version_in(connection)

    def version_in(self, connection: Connection) -> int:
        return (self._files << VERSION_BITS) + newest_version(connection)

    def health(self) -> dict[str, str]:
        with self.read() as connection:
            sound = connection.value(str, "PRAGMA integrity_check(1)")
            broken = connection.value(int, "SELECT count(*) FROM pragma_foreign_key_check")
            mode = connection.value(str, "PRAGMA journal_mode")
        return {
            "schema": HEAD,
            "integrity": str(sound),
            "foreign_keys": "ok" if not broken else f"{broken} rows point nowhere",
            "journal": str(mode),
            "writing": holder(self.path),
        }

    def _follow_the_file(self) -> None:
        """Make later connections use the file at the path when another file has replaced it.

        Raises:
            EipdeckError: `store_unavailable` when no file is there, or one without this version's schema.

        """
        if identity(self.path) == self._file:
            return
        with self._following, translated_errors(self.path):
            found = identity(self.path)
            if found == self._file:
                return
            if found == NOTHING:
                raise error(
                    Code.STORE_UNAVAILABLE,
                    f"{self.path} is gone; nothing changed.",
                    hint="Put the file back, or start again for a new one.",
                )
            check_log(self.path)
            self._forget_readers()
            if self._schema() != HEAD:
                raise error(
                    Code.STORE_UNAVAILABLE,
                    f"Another file is at {self.path} now, without the schema of this version; nothing changed.",
                    hint="Start again to bring it up to date.",
                )
            self._file = found
            self._files += 1

    @contextmanager
    def _turned(self, end: float) -> Iterator[None]:
        if not self._turn.acquire(timeout=max(end - monotonic(), 0)):
            raise busy(self.path)
        try:
            yield
        finally:
            self._turn.release()

    def _current_writer(self) -> SqliteConnection:
        """Return the writer's connection to the file at the path; the caller holds `_turn`."""
        self._follow_the_file()
        if self._writer is not None and self._written != self._file:
            self._drop_writer()
        if self._writer is None:
            self._written = self._file
            self._writer = self._connect(writing=not self._read_only)
        return self._writer

    @contextmanager
    def _reader(self) -> Iterator[SqliteConnection]:
        """Lend a connection to one reader at a time; it is kept for the next unless the driver raised an error."""
        readers = self._readers
        try:
            connection = readers.pop()
        except IndexError:
            connection = self._connect(writing=False)
        try:
            yield connection
        except sqlite3.Error:
            connection.driver.close()
            raise
        except BaseException:
            readers.append(connection)
            raise
        readers.append(connection)

    def _connect(self, *, writing: bool) -> SqliteConnection:
        if writing:
            self._claim_log()
        return connect(self.path, writing=writing, read_only=self._read_only, wait=self._wait)

    def _claim_log(self) -> None:
        """Write the inode of the database into the lock file, for `check_log`."""
        lock = self.path.with_name(f"{self.path.name}.lock")
        words = str(identity(self.path)[1])
        with os.fdopen(opened_own(lock, os.O_RDWR, self.path), "r+", encoding="ascii", errors="replace") as file:
            if file.read() != words:
                file.seek(0)
                file.truncate()
                file.write(words)
                file.flush()
                os.fsync(file.fileno())

    def _let_go(self) -> None:
        """Close idle connections; the caller holds `_turn`."""
        self._forget_readers()
        self._drop_writer()

    def _forget_readers(self) -> None:
        """Close idle readers. A reader in use is dropped, and closed, when it returns."""
        readers, self._readers = self._readers, []
        with suppress(IndexError):
            while True:
                readers.pop().driver.close()

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(sqlite3.Error):
                writer.driver.close()

    def _ensure_schema(self) -> None:
        with translated_errors(self.path):
            found = self._schema()
            if found == HEAD:
                return
            if self._read_only:
                raise error(
                    Code.STORE_UNAVAILABLE,
                    f"{self.path} has no eipdeck schema of this version, and a read-only session creates none.",
                    hint="Open it once in a session that may write.",
                )
            with self._write_lock.held(self._wait):
                step = self._schema()
                if step != HEAD:
                    self._upgrade(step)

    def _upgrade(self, step: str | None) -> None:
        """Bring the file up to date. A copy of the old file stays beside it; a failed step changes nothing."""
        from core.storage.migrations import upgrade  # noqa: PLC0415  # Alembic only when there is work

        if step is not None:
            kept = self.path.with_name(f"{self.path.name}.schema-{step}")
            os.close(opened_own(kept, os.O_RDWR | os.O_CREAT, self.path))
            with self._reader() as connection:
                copy(connection, kept)
        connection = self._connect(writing=True)
        with closing(connection.driver):
            upgrade(connection.driver, "BEGIN IMMEDIATE")
        self.founded = step is None

    def _schema(self) -> str | None:
        with self._reader() as connection:
            return schema_step(connection, self.path)
