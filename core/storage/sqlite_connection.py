"""Connections to the embedded database, and their transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from core.storage.connection import Connection
from core.storage.sqlite_errors import in_doubt
from core.storage.sqlite_file import cannot_change

__all__ = ["begun", "connect"]

WRITER_CACHE: Final = 65_536
READER_CACHE: Final = 2_048
"""KiB of pages that a connection keeps; the system's cache has the other pages a reader needs."""

BUSY_SECONDS: Final = 5.0
"""The longest wait of SQLite itself for another program, which does not queue."""


def connect(path: Path, *, writing: bool, read_only: bool, wait: float) -> Connection:
    """Connect a reader or the writer. A reader's connection changes nothing in a file of another program."""
    immutable = read_only and cannot_change(path)
    driver = sqlite3.connect(
        f"file:{quote(str(path))}?immutable=1" if immutable else str(path),
        uri=immutable,
        timeout=min(wait, BUSY_SECONDS),
        isolation_level=None,  # sqlite3 must not emit BEGIN by itself
        check_same_thread=False,
        cached_statements=256,
    )
    for pragma in (
        "foreign_keys=ON",
        "recursive_triggers=ON",
        *(("journal_mode=WAL", "synchronous=FULL") if writing else ()),
        *(("query_only=ON",) if read_only else ()),
        f"cache_size=-{WRITER_CACHE if writing else READER_CACHE}",
        "trusted_schema=OFF",
    ):
        driver.execute(f"PRAGMA {pragma}")
    return Connection(driver)


@contextmanager
def begun(connection: Connection, begin: str) -> Iterator[None]:
    """Run `begin`; commit when the block ends, roll back when it raises."""
    connection.execute(begin)
    try:
        yield
        with in_doubt():
            connection.driver.commit()
    except BaseException:
        connection.driver.rollback()
        raise
