"""Statements on a driver's connection: values by name, lists spread out, rows whose columns are attributes.

SQLModel declares the tables and Alembic, over SQLAlchemy, brings a database up to date; statements go to the driver as
they are written. Measured: to import SQLAlchemy takes as long as a minimal Textual application takes to start, and
its execution of the statements of one allocation as long as their durable commit.
"""

from __future__ import annotations

import collections
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final

__all__ = ["NO_LIMIT", "Connection", "Result", "refusals"]

NO_LIMIT: Final = 1 << 62
"""As many rows as there are."""

_NO_VALUES: Final[Mapping[str, Any]] = {}


def refusals(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """What a driver raises when a constraint or a trigger of the database refuses a row; and `others`."""
    postgres = sys.modules.get("psycopg")
    return (sqlite3.IntegrityError, *others, *(() if postgres is None else (postgres.IntegrityError,)))


class Connection:
    """A connection of SQLite's driver. A statement names its values as `:name`; a list stands as `IN :name`."""

    __slots__ = ("driver",)

    words_are_indexed: ClassVar[bool] = True
    """Whether there is an index of the words in names, ids and services."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def execute(self, statement: str, values: Mapping[str, Any] = _NO_VALUES) -> Result:
        """Run one statement.

        Raises:
            Exception: as the driver has it; the store makes it ours.

        """
        for value in values.values():
            if type(value) is list:
                statement, values = _spread(statement, values)
                break
        return Result(self.driver.execute(statement, values))

    @staticmethod
    def newest(table: str) -> str:
        """Asks for the highest `seq` a table has ever had, also in rows that a restoration has taken away."""
        return f"SELECT max(seq) FROM sqlite_sequence WHERE name = '{table}'"

    def insert(self, statement: str, rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> None:
        """Run `INSERT … VALUES (…)` for each of the rows; `shared` is what all of them have alike.

        Many rows go in with one statement: SQLite keeps what a statement that a trigger can refuse has touched, to undo
        it, and does so once a statement. Measured: a quarter of the time of a statement a row.
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

    def stream(self, statement: str) -> Iterator[Any]:
        """The rows of a statement without values, however many, in flat memory."""
        return iter(self.execute(statement))


class Result:
    """What a statement answered; rows are read as they are asked for, and once."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[Any]:
        return map(self._named(), self._cursor)

    def all(self) -> list[Any]:
        """Every row."""
        return list(map(self._named(), self._cursor))

    def first(self) -> Any:
        """The first row, or None."""
        row = self._cursor.fetchone()
        return None if row is None else self._named()(row)

    def scalars(self) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self._cursor]

    def scalar(self) -> Any:
        """The first column of the first row; None when there is no row."""
        row = self._cursor.fetchone()
        return None if row is None else row[0]

    @property
    def changed(self) -> int:
        """How many rows the statement changed."""
        return int(self._cursor.rowcount)

    def _named(self) -> Callable[[Sequence[Any]], Any]:
        return _row_of(tuple([column[0] for column in self._cursor.description]))


@lru_cache(maxsize=256)
def _row_of(columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
    """Makes a row of a named tuple with these columns."""
    make_type: Any = collections.namedtuple  # noqa: PYI024  # the columns are known here only
    make: Callable[[Sequence[Any]], Any] = make_type("Row", columns, rename=True)._make
    return make


_AT_ONCE: Final = (512, 32, 1)
"""How many rows a statement inserts; few sizes, so that few statements are kept prepared."""
_NAMED: Final = re.compile(r":(\w+)")


@lru_cache(maxsize=64)
def _several(statement: str, shared: tuple[str, ...], names: tuple[str, ...], count: int) -> str:
    """The INSERT of one row as one of `count` rows: first the values that are shared, then each row's own."""
    head, row = statement.split(" VALUES ")
    places = {name: place for place, name in enumerate(shared, 1)}

    def numbered(nth: int) -> str:
        own = {name: place for place, name in enumerate(names, 1 + len(shared) + nth * len(names))}
        return _NAMED.sub(lambda found: f"?{own.get(found[1]) or places[found[1]]}", row)

    return f"{head} VALUES {', '.join(map(numbered, range(count)))}"


def _spread(statement: str, values: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """`IN :ids` with a list of two as `IN (:ids__0, :ids__1)`; nothing is in an empty one, and nothing is NULL."""
    spread: dict[str, Any] = {}
    for name, value in values.items():
        if type(value) is not list:
            spread[name] = value
            continue
        items = {f"{name}__{place}": item for place, item in enumerate(value)}
        listed = ", ".join(f":{item}" for item in items) or "SELECT 0 WHERE 1 = 0"
        statement = re.sub(rf":{name}\b", f"({listed})", statement)
        spread.update(items)
    return statement, spread
