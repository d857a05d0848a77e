"""One connection to PostgreSQL as a `Connection`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, Final, TypeVar

import psycopg
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import Loader
from psycopg.rows import TupleRow, dict_row

from core.storage.connection import Connection, Cursor, R, Scalar, Values

T = TypeVar("T")


class PostgresConnection(Connection):
    """The same statements, with this driver's marks for values."""

    __slots__ = ("driver",)

    words_are_indexed: ClassVar[bool] = False

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def cursor(self, statement: str, values: Values) -> Cursor:
        return self.driver.execute(_marked(statement), values)

    @staticmethod
    def newest(table: str) -> str:
        return f"SELECT max(seq) FROM {table}"

    def insert(self, statement: str, rows: Sequence[Values], shared: Values) -> None:
        with self.driver.cursor() as cursor:
            cursor.executemany(_marked(statement), [{**shared, **row} for row in rows])

    def stream(self, row: type[R], statement: str) -> Iterator[R]:
        with self.driver.cursor(name="eipdeck") as cursor:
            yield from map(row._make, cursor.execute(_marked(statement), {}))

    def stream_dicts(self, statement: str) -> Iterator[dict[str, Scalar]]:
        with self.driver.cursor(name="eipdeck", row_factory=dict_row) as cursor:
            yield from cursor.execute(_marked(statement), {})


class Driver(psycopg.Connection[TupleRow]):
    """A connection that gives up waiting for an answer: a host that hangs keeps its connections open."""

    patience = 60.0
    """Seconds."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as late:  # noqa: SLF001  # it has no other name
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer for {self.patience:g} seconds") from late


class WholeNumber(Loader):
    """Loads `numeric` as int: PostgreSQL returns sums of whole numbers as `numeric`."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


_PARTS: Final = re.compile(r"('(?:[^']|'')*')|(\bIN :(\w+))|:(\w+)|(\bLIKE\b)|(%)")


@lru_cache(maxsize=512)
def _marked(statement: str) -> bytes:
    """Return the statement with `:name` as `%(name)s`, `IN :names` as `= ANY`, and LIKE as ILIKE.

    SQLite's LIKE ignores case too.
    """

    def part(found: re.Match[str]) -> str:
        text, among, names, name, like, _ = found.groups()
        if text is not None:
            return str(text).replace("%", "%%")
        if among is not None:
            return f"= ANY(%({names})s)"
        if name is not None:
            return f"%({name})s"
        return "ILIKE" if like is not None else "%%"

    return _PARTS.sub(part, statement).encode()
