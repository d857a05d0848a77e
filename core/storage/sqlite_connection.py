"""Connections to the embedded database, and their transactions."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from core.domain.progress import WORK
from core.storage.connection import Connection, Cursor, Value, Values
from core.storage.sqlite_errors import in_doubt
from core.storage.sqlite_file import cannot_change

__all__ = ["READ", "SqliteConnection", "begun", "connect"]

WRITER_CACHE: Final = 65_536
LEAN_CACHE: Final = 12_288
READER_CACHE: Final = 2_048
"""KiB of pages that a connection keeps; the system's cache has the other pages a reader needs."""

LOG_BYTES: Final = 64 << 20
"""The log keeps at most so many bytes when it begins again; a reader that stays for long lets it grow."""

BUSY_SECONDS: Final = 5.0
"""The longest wait of SQLite itself for another program, which does not queue."""


READ: Final = "BEGIN"
"""Begins a read."""


def connect(path: Path, *, writing: bool, read_only: bool, wait: float) -> SqliteConnection:
    """Connect a reader or the writer. A reader's connection changes nothing in a file of another program."""
    immutable = read_only and cannot_change(path)
    driver = sqlite3.connect(
        f"file:{quote(str(path))}?immutable=1" if immutable else str(path),
        uri=immutable,
        timeout=min(wait, BUSY_SECONDS),
        isolation_level=None,  # sqlite3 must not emit BEGIN by itself
        check_same_thread=False,
        cached_statements=256,
        factory=SqliteConnection.driver_kind,
    )
    for pragma in (
        "foreign_keys=ON",
        "recursive_triggers=ON",
        *(("journal_mode=WAL", "synchronous=FULL", f"journal_size_limit={LOG_BYTES}") if writing else ()),
        *(("query_only=ON",) if read_only else ()),
        f"cache_size=-{WRITER_CACHE if writing else READER_CACHE}",
        "trusted_schema=OFF",
    ):
        driver.execute(f"PRAGMA {pragma}")
    return SqliteConnection(driver)


class SqliteConnection(Connection):
    """A connection of SQLite's driver."""

    __slots__ = ("driver",)

    words_are_indexed: ClassVar[bool] = True
    chains_events: ClassVar[bool] = False
    numbers_on: ClassVar[tuple[str, ...]] = (
        "DELETE FROM sqlite_sequence WHERE name IN ('event', 'eip', 'binding')",
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('event', :event - 1), ('eip', :eip), ('binding', :binding)",
    )
    driver_kind: ClassVar[type[sqlite3.Connection]] = sqlite3.Connection
    """The class of the driver's connections; another one traces them."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver

    def cursor(self, statement: str, values: Values) -> Cursor:
        for value in values.values():
            if type(value) is list:
                statement, values = _spread(statement, values)
                break
        found: Cursor = self.driver.execute(statement, values)
        return found

    @staticmethod
    def newest(table: str) -> str:
        return f"SELECT max(seq) FROM sqlite_sequence WHERE name = '{table}'"

    def insert(self, statement: str, rows: Sequence[Values], shared: Values) -> None:
        """Insert the rows, many with one statement.

        For each statement that a trigger can refuse, SQLite keeps a journal of the pages it touches: one statement for
        many rows takes a quarter of the time (measured).
        """
        if not rows:
            return
        names, alike = tuple(rows[0]), list(shared.values())
        start = 0
        for size in _AT_ONCE:
            while len(rows) - start >= size:
                values = [row[name] for row in rows[start : start + size] for name in names]
                self.driver.execute(_several(statement, tuple(shared), names, size), alike + values)
                start += size


_AT_ONCE: Final = (512, 32, 1)
"""Numbers of rows that a statement inserts; few sizes, so that few statements are kept prepared."""
_NAMED: Final = re.compile(r":(\w+)")


@lru_cache(maxsize=64)
def _several(statement: str, shared: tuple[str, ...], names: tuple[str, ...], count: int) -> str:
    """Return the INSERT of one row as one of `count` rows: first the shared values, then each row's own."""
    head, row = statement.split(" VALUES ")
    places = {name: place for place, name in enumerate(shared, 1)}

    def numbered(nth: int) -> str:
        own = {name: place for place, name in enumerate(names, 1 + len(shared) + nth * len(names))}
        return _NAMED.sub(lambda found: f"?{own.get(found[1]) or places[found[1]]}", row)

    return f"{head} VALUES {', '.join(map(numbered, range(count)))}"


_SPREAD: Final = 5000
"""A longer list goes in as one JSON value: SQLite limits how many values a statement has."""


def _spread(statement: str, values: Values) -> tuple[str, Values]:
    """Return `IN :ids` with a list of two as `IN (:ids__0, :ids__1)`; an empty list matches nothing, not even NULL."""
    spread: dict[str, Value] = {}
    for name, value in values.items():
        if not isinstance(value, list):
            spread[name] = value
            continue
        if len(value) > _SPREAD:
            statement = re.sub(rf":{name}\b", f"(SELECT value FROM json_each(:{name}))", statement)
            spread[name] = json.dumps(value)
            continue
        numbered: dict[str, str | int] = {}
        for place in range(len(value)):
            numbered[f"{name}__{place}"] = value[place]
        listed = ", ".join(f":{item}" for item in numbered) or "SELECT 0 WHERE 1 = 0"
        statement = re.sub(rf":{name}\b", f"({listed})", statement)
        spread.update(numbered)
    return statement, spread


@contextmanager
def begun(connection: SqliteConnection, begin: str) -> Iterator[None]:
    """Run `begin`; commit when the block ends, roll back when it raises."""
    connection.execute(begin)
    try:
        if begin == READ:
            with WORK.reading():
                yield
        else:
            yield
        with nullcontext() if begin == READ else WORK.committing(), in_doubt():
            connection.driver.commit()
    except BaseException:
        connection.driver.rollback()
        raise
