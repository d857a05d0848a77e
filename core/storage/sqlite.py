"""The embedded database: one SQLite file, its pragmas, and the fair queue of its writers.

Writers queue fairly on a lock file before BEGIN IMMEDIATE (SQLite's busy handler alone starves some of them
for seconds) and give up as `store_busy` with nothing changed. `synchronous=FULL`: an address handed out is a
promise. Every driver error leaves here as an `EipdeckError`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import quote

from core.domain.errors import OutcomeUnknown, error
from core.storage.connection import Connection
from core.storage.sqlite_copy import copy, schema_step
from core.storage.sqlite_errors import in_doubt, translated_errors
from core.storage.sqlite_file import BESIDE, NOTHING, cannot_change, check_log, close_to_others, identity, prepare
from core.storage.store import HEAD, NEWEST, WAIT_SECONDS, Store
from core.storage.write_lock import WriteLock, busy

__all__ = ["EmbeddedStore", "default_path"]


WRITER_CACHE: Final = 65_536
READER_CACHE: Final = 2_048
"""KiB of pages that a connection keeps; what more a reader needs is in the system's cache."""

BUSY_SECONDS: Final = 5.0
"""How long at most SQLite itself waits for a writer that does not queue, another program."""


def default_path() -> Path:
    """Where the embedded database lives unless told otherwise."""
    from platformdirs import user_data_path  # noqa: PLC0415  # not needed when a URL is given

    return user_data_path("eipdeck", appauthor=False) / "eipdeck.db"


class EmbeddedStore(Store):
    """One file."""

    embedded = True

    def __init__(self, path: Path, *, read_only: bool = False, wait: float = WAIT_SECONDS) -> None:
        """Open, and when needed create and migrate, the database at `path`.

        Raises:
            EipdeckError: `store_unavailable`, `store_busy`, `schema_newer`.

        """
        self.path = path
        self._read_only = read_only
        self._wait = wait
        self._turn = threading.Lock()
        self._following = threading.Lock()
        self._gate = WriteLock(self.path)
        with translated_errors(self.path):
            prepare(self.path, read_only=read_only)
        self._readers: list[Connection] = []
        """Connections of readers that are not in use; another list once they are of no use any more."""
        self._writer: Connection | None = None
        """Touched by whose turn it is only."""
        self._file = self._written = identity(self.path)
        """What stands at the path, and what the writer has open."""
        self._files = 0
        """How often another file was put in its place."""
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
            self._gate.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self._follow_the_file()
        with translated_errors(self.path), self._reader() as connection, _begun(connection, "BEGIN"):
            yield connection

    @contextmanager
    def write(self, wait: float | None = None) -> Iterator[Connection]:
        with self.alone(wait) as writer, _begun(writer, "BEGIN IMMEDIATE"):
            yield writer

    @contextmanager
    def alone(self, wait: float | None = None) -> Iterator[Connection]:
        """The writer's connection, in no transaction, while everybody else who would write waits for a turn.

        Raises:
            EipdeckError: as of `write`.

        """
        end = monotonic() + (self._wait if wait is None else wait)
        with translated_errors(self.path), self._turned(end), self._gate.held(max(end - monotonic(), 0)):
            try:
                yield self._current_writer()
            except (sqlite3.Error, OutcomeUnknown):
                self._drop_writer()
                raise

    def data_version(self) -> int:
        with self.read() as connection:
            return (self._files << 48) + (connection.value(int, NEWEST) or 0)

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
        }

    def _follow_the_file(self) -> None:
        """Open connections would go on with a file that was moved away: what stands at the path counts.

        Raises:
            EipdeckError: `store_unavailable` when nothing does, or something that is not of this version.

        """
        if identity(self.path) == self._file:
            return
        with self._following, translated_errors(self.path):
            found = identity(self.path)
            if found == self._file:
                return
            if found == NOTHING:
                raise error(
                    "store_unavailable",
                    f"{self.path} is gone; nothing changed.",
                    hint="Put the file back, or start again for a new one.",
                )
            check_log(self.path)
            self._forget_readers()
            if self._schema() != HEAD:
                raise error(
                    "store_unavailable",
                    f"Another file was put at {self.path}, and it has not this version's schema; nothing changed.",
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

    def _current_writer(self) -> Connection:
        """The writer's connection to what stands at the path; whose turn it is asks for it."""
        self._follow_the_file()
        if self._writer is not None and self._written != self._file:
            self._drop_writer()
        if self._writer is None:
            self._written = self._file
            self._writer = self._connect(writing=not self._read_only)
        return self._writer

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        """A connection for one reader at a time; it serves the next when no error came of it."""
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

    def _connect(self, *, writing: bool) -> Connection:
        """A connection of a reader, or of the writer: the first to look must not change a stranger's file."""
        database = str(self.path)
        immutable = self._read_only and cannot_change(self.path)
        if writing:
            self._claim_log()
        driver = sqlite3.connect(
            f"file:{quote(database)}?immutable=1" if immutable else database,
            uri=immutable,
            timeout=min(self._wait, BUSY_SECONDS),
            isolation_level=None,  # sqlite3 must not emit BEGIN by itself
            check_same_thread=False,
            cached_statements=256,
        )
        for pragma in (
            "foreign_keys=ON",
            "recursive_triggers=ON",
            *(("journal_mode=WAL", "synchronous=FULL") if writing else ()),
            *(("query_only=ON",) if self._read_only else ()),
            f"cache_size=-{WRITER_CACHE if writing else READER_CACHE}",
            "trusted_schema=OFF",
        ):
            driver.execute(f"PRAGMA {pragma}")
        return Connection(driver)

    def _claim_log(self) -> None:
        """Note in the gate's file whose log is written from here on: see `check_log`."""
        lock = self.path.with_name(f"{self.path.name}.lock")
        words = str(identity(self.path)[1])
        if lock.read_text(encoding="ascii", errors="replace") != words:
            with lock.open("w", encoding="ascii") as file:
                file.write(words)
                file.flush()
                os.fsync(file.fileno())

    def _let_go(self) -> None:
        """Close what is idle; whose turn it is asks for it."""
        self._forget_readers()
        self._drop_writer()

    def _forget_readers(self) -> None:
        """Close those that are idle; one at work closes its connection by forgetting it."""
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
                    "store_unavailable",
                    f"{self.path} has no eipdeck schema of this version, and --read-only creates nothing.",
                    hint="Open it once without --read-only.",
                )
            with self._gate.held(self._wait):
                step = self._schema()
                if step != HEAD:
                    self._upgrade(step)

    def _upgrade(self, step: str | None) -> None:
        """Bring the file up to date; as it was it stays beside it, and in its place when a step fails."""
        from core.storage.migrations import upgrade  # noqa: PLC0415  # Alembic only when there is work

        if step is not None:
            kept = self.path.with_name(f"{self.path.name}.schema-{step}")
            kept.touch(mode=0o600)
            with self._reader() as connection:
                copy(connection, kept)
        connection = self._connect(writing=True)
        with closing(connection.driver):
            upgrade(connection.driver, "BEGIN IMMEDIATE")

    def _schema(self) -> str | None:
        """As `_step`."""
        with self._reader() as connection:
            return schema_step(connection, self.path)


@contextmanager
def _begun(connection: Connection, begin: str) -> Iterator[None]:
    """A transaction begun as told, committed when the block ends and undone when anything raises."""
    connection.execute(begin)
    try:
        yield
        with in_doubt():
            connection.driver.commit()
    except BaseException:
        connection.driver.rollback()
        raise
