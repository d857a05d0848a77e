"""The embedded database: one SQLite file, its pragmas, and the fair queue of its writers.

Writers queue fairly on a lock file before BEGIN IMMEDIATE (SQLite's busy handler alone starves some of them
for seconds) and give up as `store_busy` with nothing changed. `synchronous=FULL`: an address handed out is a
promise. Every driver error leaves here as an `EipdeckError`.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final
from urllib.parse import quote

from core.datafile import BESIDE, NOTHING, cannot_change, check_log, close_to_others, identity, prepare
from core.errors import EipdeckError, OutcomeUnknown, error
from core.gate import Gate, busy
from core.sql import Connection
from core.store import HEAD, NEWEST, WAIT_SECONDS, Store, newer

__all__ = ["EmbeddedStore", "copy", "default_path", "pour", "rest", "taken", "workplace"]

APPLICATION_ID: Final = 0x45495044
"""`EIPD`: tells an eipdeck file from any other SQLite database (PRAGMA application_id)."""

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
        self._gate = Gate(self.path)
        with _translated(self.path):
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
                with _translated(self.path):
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
        with _translated(self.path), self._reader() as connection, _begun(connection, "BEGIN"):
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
        with _translated(self.path), self._turned(end), self._gate.held(max(end - monotonic(), 0)):
            try:
                yield self._current_writer()
            except (sqlite3.Error, OutcomeUnknown):
                self._drop_writer()
                raise

    def data_version(self) -> int:
        with self.read() as connection:
            return (self._files << 48) + int(connection.execute(NEWEST).scalar())

    def health(self) -> dict[str, str]:
        with self.read() as connection:
            sound = connection.execute("PRAGMA integrity_check(1)").scalar()
            broken = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").scalar()
            mode = connection.execute("PRAGMA journal_mode").scalar()
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
        with self._following, _translated(self.path):
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
        with _translated(self.path):
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
        from core.migrations import upgrade  # noqa: PLC0415  # Alembic only when there is work

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
            return _step(connection, self.path)


def _step(connection: Connection, path: Path) -> str | None:
    """The schema step that a file has; None for an empty one.

    Raises:
        EipdeckError: it is another program's database, or a newer eipdeck's.

    """
    tables = set(connection.execute("SELECT name FROM sqlite_master").scalars())
    if not tables:
        return None
    application = connection.execute("PRAGMA application_id").scalar()
    if application != APPLICATION_ID or "alembic_version" not in tables:
        raise error(
            "store_unavailable",
            f"{path} is a database, but not one of eipdeck's.",
            hint="Nothing in it was touched; name another file.",
        )
    step: str | None = connection.execute("SELECT version_num FROM alembic_version").scalar()
    if step is not None and step > HEAD:
        raise newer(str(path), step)
    return step


def copy(connection: Connection, path: Path) -> None:
    """Copy the database that is read here, as this transaction sees it, to a file that is there, and rests.

    Raises:
        EipdeckError: `store_unavailable` when there is no room for it.

    """
    with _translated(path), closing(sqlite3.connect(path)) as target:
        connection.driver.backup(target)
        target.execute(_REST)


def taken(path: Path, target: Path) -> None:
    """Copy an inventory that nobody has to have open, of this version or an older one, to a file that is not there.

    Raises:
        EipdeckError: `store_unavailable` when it is not there, or no inventory; `schema_newer`. It was only looked at.

    """
    with _translated(path):
        if not path.is_file():
            raise error("store_unavailable", f"{path} is not there, or no file.", hint="Name another file.")
        check_log(path)
        how = "immutable=1" if cannot_change(path) else "mode=ro"
        with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, isolation_level=None)) as driver:
            source = Connection(driver)
            source.execute("BEGIN")
            if _step(source, path) is None:
                raise error("store_unavailable", f"{path} is empty.", hint="Name another file.")
            copy(source, target)


def pour(source: Connection, store: EmbeddedStore, target: Connection) -> None:
    """Put what is read here in the place of what a store has, in one transaction: who reads there sees all or nothing.

    Args:
        source: in a read transaction.
        store: where to.
        target: what its `alone` gave.

    Raises:
        EipdeckError: `store_busy` when a program that does not queue writes there, `store_unavailable`; nothing
            changed. `outcome_unknown`.

    """

    def give_up(status: int, _left: int, _all: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise busy(store.path)

    with _in_doubt():
        source.driver.backup(target.driver, progress=give_up)
    with suppress(sqlite3.Error):  # readers may still need what the log holds
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def workplace(path: Path) -> Iterator[Path]:
    """A folder of mode 0700 beside a database, gone when the block ends."""
    with _translated(path), TemporaryDirectory(prefix=".eipdeck-", dir=path.parent) as folder:
        yield Path(folder)


def rest(path: Path) -> None:
    """Leave a file that nobody has open so that no log beside it is ever taken for its own."""
    with _translated(path), closing(sqlite3.connect(path)) as driver:
        driver.execute(_REST)


_REST: Final = "PRAGMA journal_mode=DELETE"


@contextmanager
def _begun(connection: Connection, begin: str) -> Iterator[None]:
    """A transaction begun as told, committed when the block ends and undone when anything raises."""
    connection.execute(begin)
    try:
        yield
        with _in_doubt():
            connection.driver.commit()
    except BaseException:
        connection.driver.rollback()
        raise


@contextmanager
def _in_doubt() -> Iterator[None]:
    """What makes a change durable.

    Raises:
        EipdeckError: `outcome_unknown` when the disk failed: the change is undone for everybody who has the database
            open, and yet it may have reached the disk, where it is found again after a crash. Tried with a failing
            fdatasync and a SIGKILL. What cannot be written (a full disk, a quota) is told before that: then the commit
            is not whole in the log, and is undone for good.
        sqlite3.Error: anything else; nothing changed.

    """
    try:
        yield
    except sqlite3.OperationalError as problem:
        code = getattr(problem, "sqlite_errorcode", 0)
        if code & 0xFF != sqlite3.SQLITE_IOERR or code == sqlite3.SQLITE_IOERR_WRITE:
            raise
        raise error(
            "outcome_unknown",
            f"The disk failed while it was asked to commit ({problem}): the change was made, or nothing changed.",
            hint="See to the disk, then look at the history; with the same --request-id nothing can happen twice.",
        ) from problem


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """The one boundary where a driver's or the system's error becomes ours."""
    try:
        yield
    except UnicodeEncodeError as problem:
        raise error("invalid_name", "A name or a key is text; this one holds bytes that are none.") from problem
    except sqlite3.IntegrityError as problem:
        raise error(
            "conflict",
            f"The database refused it: {problem}; nothing changed.",
            hint="Somebody was faster, or this is a defect: look again, and run `eipdeck doctor`.",
        ) from problem
    except sqlite3.Error as problem:
        raise _meaning(path, str(problem)) from problem
    except OSError as problem:
        why = problem.strerror or "it cannot be opened"
        hint = "Mend that, or look with --read-only." if problem.errno in (errno.EROFS, errno.EACCES) else ""
        raise error("store_unavailable", f"{path}: {why.lower()}; nothing changed.", hint=hint) from problem


_MEANINGS: Final[tuple[tuple[str, Callable[[Path], EipdeckError]], ...]] = (
    ("locked", busy),
    ("busy", busy),
    (
        "full",
        lambda path: error(
            "store_unavailable",
            f"The disk under {path} is full; nothing changed.",
            hint="Make room and try again.",
        ),
    ),
    (
        "readonly",
        lambda path: error(
            "store_unavailable",
            f"{path} or its folder cannot be written; nothing changed.",
            hint="Mend its permissions, or look with --read-only.",
        ),
    ),
    (
        "not a database",
        lambda path: error(
            "store_unavailable",
            f"{path} is not a database.",
            hint="It was not touched; name another file with --db.",
        ),
    ),
)


def _meaning(path: Path, text: str) -> EipdeckError:
    for word, make in _MEANINGS:
        if word in text:
            return make(path)
    return error("store_unavailable", f"{path}: {text}; nothing changed.", hint="`eipdeck doctor` looks closer.")
