"""Statements on a driver's connection: values by name, lists spread out, rows of a declared type.

SQLModel declares the tables and Alembic, over SQLAlchemy, brings a database up to date; statements go to the driver as
they are written. `storage/tables` gives the figures.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final, NamedTuple, Protocol, TypeAlias, TypeVar

__all__ = ["NO_LIMIT", "Connection", "Flag", "Value", "Values", "refusals"]

NO_LIMIT: Final = 1 << 62
"""A limit that no number of rows reaches."""

Value: TypeAlias = str | int | float | bytes | list[str] | list[int] | None
"""A value of a statement; a list stands after `IN`."""
Values: TypeAlias = Mapping[str, Value]
Flag: TypeAlias = int
"""A boolean column in a row: SQLite has 0 and 1, PostgreSQL has False and True."""

R = TypeVar("R", bound=NamedTuple)
V = TypeVar("V", str, int, float, bytes)

_NO_VALUES: Final[Values] = {}


def refusals(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """Return what a driver raises when a constraint or a trigger refuses a row, and `others`."""
    postgres = sys.modules.get("psycopg")
    return (sqlite3.IntegrityError, *others, *(() if postgres is None else (postgres.IntegrityError,)))


class Cursor(Protocol):
    """The part of a driver's cursor that is used here."""

    @property
    def rowcount(self) -> int: ...

    @property
    def description(self) -> Sequence[Sequence[Any]] | None: ...

    def fetchone(self) -> tuple[Any, ...] | None: ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...


class Connection:
    """A connection of SQLite's driver.

    A statement names its values as `:name`; a list stands as `IN :name`. Every method raises what the driver raises;
    the store translates it.
    """

    __slots__ = ("driver",)

    words_are_indexed: ClassVar[bool] = True
    """Whether names, ids and services have a text index."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def execute(self, statement: str, values: Values = _NO_VALUES) -> int:
        """Run one statement. Returns how many rows it changed."""
        return self.cursor(statement, values).rowcount

    def rows(self, row: type[R], statement: str, values: Values = _NO_VALUES) -> list[R]:
        """Return every row, its columns in the order of the fields."""
        return list(map(row._make, self.cursor(statement, values)))

    def row(self, row: type[R], statement: str, values: Values = _NO_VALUES) -> R | None:
        """Return the first row, or None."""
        found = self.cursor(statement, values).fetchone()
        return None if found is None else row._make(found)

    def column(self, kind: type[V], statement: str, values: Values = _NO_VALUES) -> list[V]:  # noqa: ARG002  # for mypy
        """Return the first column of every row, which is of this type."""
        return [row[0] for row in self.cursor(statement, values)]

    def value(self, kind: type[V], statement: str, values: Values = _NO_VALUES) -> V | None:  # noqa: ARG002  # for mypy
        """Return the first column of the first row, which is of this type; None when there is no row."""
        found = self.cursor(statement, values).fetchone()
        return None if found is None else found[0]

    def stream(self, row: type[R], statement: str) -> Iterator[R]:
        """Yield the rows of a statement without values in flat memory."""
        return map(row._make, self.cursor(statement, _NO_VALUES))

    def stream_dicts(self, statement: str) -> Iterator[dict[str, Any]]:
        """Yield rows of any table, by the names of their columns, in flat memory."""
        return _dicts(self.cursor(statement, _NO_VALUES))

    def cursor(self, statement: str, values: Values) -> Cursor:
        """Run one statement. Returns the driver's cursor."""
        for value in values.values():
            if type(value) is list:
                statement, values = _spread(statement, values)
                break
        found: Cursor = self.driver.execute(statement, values)
        return found

    @staticmethod
    def newest(table: str) -> str:
        """Return a statement for the highest `seq` a table has ever had, lost rows of a restoration included."""
        return f"SELECT max(seq) FROM sqlite_sequence WHERE name = '{table}'"

    def insert(self, statement: str, rows: Sequence[Values], shared: Values) -> None:
        """Run `INSERT … VALUES (…)` for each of the rows; `shared` has the values that all rows have in common.

        Many rows go in with one statement. For each statement that a trigger can refuse, SQLite keeps a journal of the
        pages it touches: one statement for many rows takes a quarter of the time (measured).
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


def _dicts(cursor: Cursor) -> Iterator[dict[str, Any]]:
    names = [column[0] for column in cursor.description or ()]
    return (dict(zip(names, row, strict=True)) for row in cursor)


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
