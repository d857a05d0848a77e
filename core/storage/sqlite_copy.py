"""Copies of a whole SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

from core.domain.errors import Code, error
from core.storage.sqlite_connection import SqliteConnection
from core.storage.sqlite_errors import in_doubt, translated_errors
from core.storage.sqlite_file import cannot_change, check_log
from core.storage.store import HEAD, newer
from core.storage.write_lock import busy

APPLICATION_ID: Final = 0x45495044
"""`EIPD`: marks a file of eipdeck (PRAGMA application_id)."""


def schema_step(connection: SqliteConnection, path: Path) -> str | None:
    """Return the schema step of a file; None for an empty file.

    Raises:
        EipdeckError: `store_unavailable` for another program's database; `schema_newer`.

    """
    tables = set(connection.column(str, "SELECT name FROM sqlite_master"))
    if not tables:
        return None
    application = connection.value(int, "PRAGMA application_id")
    if application != APPLICATION_ID or "alembic_version" not in tables:
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{path} is a database, but not one of eipdeck's.",
            hint="Nothing in it was touched; name another file.",
        )
    step = connection.value(str, "SELECT version_num FROM alembic_version")
    if step is not None and step > HEAD:
        raise newer(str(path), step)
    return step


def copy(connection: SqliteConnection, path: Path) -> None:
    """Copy the database of a read transaction to an existing file, which is left without a log.

    Raises:
        EipdeckError: `store_unavailable` when the disk has no room for it.

    """
    with translated_errors(path), closing(sqlite3.connect(path)) as target:
        connection.driver.backup(target)
        target.execute(_LEAVE_WITHOUT_LOG)


def copy_file(path: Path, target: Path) -> None:
    """Copy the file of an inventory, of this version or an older one, to a new file. The source is only read.

    Raises:
        EipdeckError: `store_unavailable` when it is missing or not an inventory; `schema_newer`.

    """
    with translated_errors(path):
        if not path.is_file():
            raise error(Code.STORE_UNAVAILABLE, f"{path} is not there, or not a file.", hint="Name another file.")
        check_log(path)
        how = "immutable=1" if cannot_change(path) else "mode=ro"
        with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, isolation_level=None)) as driver:
            source = SqliteConnection(driver)
            source.execute("BEGIN")
            if schema_step(source, path) is None:
                raise error(Code.STORE_UNAVAILABLE, f"{path} is empty.", hint="Name another file.")
            copy(source, target)


def replace_contents(source: SqliteConnection, path: Path, target: SqliteConnection) -> None:
    """Replace a database's contents with `source` in one transaction; readers see the old or the new contents.

    Args:
        source: in a read transaction.
        path: the database that is replaced.
        target: its writer's connection, from `EmbeddedStore.alone`.

    Raises:
        EipdeckError: `store_busy` when a program that does not queue writes there, `store_unavailable`; nothing
            changed. `outcome_unknown`.

    """

    def give_up(status: int, _left: int, _all: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise busy(path)

    with in_doubt():
        source.driver.backup(target.driver, progress=give_up)
    with suppress(sqlite3.Error):  # readers may still need what the log holds
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """Make a folder of mode 0700 beside a database; it is removed when the block ends."""
    with translated_errors(path), TemporaryDirectory(prefix=".eipdeck-", dir=path.parent) as folder:
        yield Path(folder)


def leave_without_log(path: Path) -> None:
    """Take a closed file out of WAL mode, so that no log beside it is taken for its own."""
    with translated_errors(path), closing(sqlite3.connect(path)) as driver:
        driver.execute(_LEAVE_WITHOUT_LOG)


_LEAVE_WITHOUT_LOG: Final = "PRAGMA journal_mode=DELETE"
