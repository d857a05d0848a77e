"""Statements on a driver's connection: values by name, lists spread out, rows of a declared type.

SQLModel declares the tables and Alembic, over SQLAlchemy, brings a database up to date; statements go to the driver as
they are written. `storage/tables` gives the figures.
"""

from __future__ import annotations

import sqlite3
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple, Protocol, TypeAlias, TypeVar, cast

__all__ = ["NO_LIMIT", "NO_VALUES", "Connection", "Cursor", "Flag", "Question", "Scalar", "Value", "Values", "refusals"]

NO_LIMIT: Final = 1 << 62
"""A limit that no number of rows reaches."""

Scalar: TypeAlias = str | int | float | bytes | None
"""A value of a column."""
Value: TypeAlias = Scalar | list[str] | list[int]
"""A value of a statement; a list stands after `IN`."""
Values: TypeAlias = Mapping[str, Value]
Question: TypeAlias = tuple[str, Values]
"""A statement that changes nothing, and its values."""
Flag: TypeAlias = int
"""A boolean column in a row: SQLite has 0 and 1, PostgreSQL has False and True."""

R = TypeVar("R", bound=NamedTuple)
V = TypeVar("V", str, int, float, bytes)

NO_VALUES: Final[Values] = {}


def refusals(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """Return what a driver raises when a constraint or a trigger refuses a row, and `others`."""
    postgres = sys.modules.get("psycopg")
    return (sqlite3.IntegrityError, *others, *(() if postgres is None else (postgres.IntegrityError,)))


class Cursor(Protocol):
    """The part of a driver's cursor that is used here."""

    @property
    def rowcount(self) -> int: ...

    @property
    def description(self) -> Sequence[Sequence[object]] | None: ...

    def fetchone(self) -> tuple[Scalar, ...] | None: ...

    def __iter__(self) -> Iterator[tuple[Scalar, ...]]: ...


class Connection(ABC):
    """A connection of one of the drivers.

    A statement names its values as `:name`; a list stands as `IN :name`. Every method raises what the driver raises;
    the store translates it.
    """

    __slots__ = ()

    words_are_indexed: ClassVar[bool]
    """Whether names, ids and services have a text index."""
    chains_events: ClassVar[bool]
    """Whether the database itself moves the chain of an event."""
    numbers_on: ClassVar[tuple[str, ...]]
    """Statements after which the numbers of events, EIPs and bindings are above `:event`, `:eip` and `:binding`; a
    server notes `:system` and `:timeline` with them."""

    def execute(self, statement: str, values: Values = NO_VALUES) -> int:
        """Run one statement. Returns how many rows it changed."""
        return self.cursor(statement, values).rowcount

    def later(self, statement: str, values: Values = NO_VALUES) -> None:
        """Run one statement whose answer nobody needs; a server gets it with the next question, or the commit."""
        self.execute(statement, values)

    def ahead(self, statement: str, values: Values = NO_VALUES) -> None:  # noqa: B027  # a file has no distance
        """Tell of a question that is asked soon: a server answers it together with the next one.

        Its answer is forgotten when a table that it reads is changed first.
        """

    def foresee(self, question: Callable[[Connection], object]) -> None:  # noqa: B027  # a file has no distance
        """Tell ahead of everything that a function asks when it finds nothing."""

    def rehearse(self, change: Callable[[Connection], object]) -> Sequence[Question]:  # noqa: ARG002  # as above
        """Return what a change asks, in a read transaction: it is made without changing anything."""
        return ()

    def flush(self) -> None:  # noqa: B027  # a file has no distance
        """Wait for what is not answered yet, to get its errors here."""

    def rows(self, row: type[R], statement: str, values: Values = NO_VALUES) -> list[R]:
        """Return every row, its columns in the order of the fields."""
        return list(map(row._make, self.cursor(statement, values)))

    def row(self, row: type[R], statement: str, values: Values = NO_VALUES) -> R | None:
        """Return the first row, or None."""
        found = self.cursor(statement, values).fetchone()
        return None if found is None else row._make(found)

    def column(self, kind: type[V], statement: str, values: Values = NO_VALUES) -> list[V]:  # noqa: ARG002  # for mypy
        """Return the first column of every row, which is of this type."""
        return cast("list[V]", [row[0] for row in self.cursor(statement, values)])

    def value(self, kind: type[V], statement: str, values: Values = NO_VALUES) -> V | None:  # noqa: ARG002  # for mypy
        """Return the first column of the first row, a value of this type. None: the answer has no row."""
        found = self.cursor(statement, values).fetchone()
        return None if found is None else cast("V | None", found[0])

    def stream(self, row: type[R], statement: str) -> Iterator[R]:
        """Yield the rows of a statement without values in flat memory."""
        return map(row._make, self.cursor(statement, NO_VALUES))

    def stream_dicts(self, statement: str) -> Iterator[dict[str, Scalar]]:
        """Yield rows of any table, by the names of their columns, in flat memory."""
        return _dicts(self.cursor(statement, NO_VALUES))

    @abstractmethod
    def cursor(self, statement: str, values: Values) -> Cursor:
        """Run one statement. Returns the driver's cursor."""

    @staticmethod
    @abstractmethod
    def newest(table: str) -> str:
        """Return a statement for the highest `seq` a table has ever had, lost rows of a restoration included."""

    @abstractmethod
    def insert(self, statement: str, rows: Sequence[Values], shared: Values) -> None:
        """Run `INSERT … VALUES (…)` for each of the rows; `shared` has the values that all rows have in common."""


def _dicts(cursor: Cursor) -> Iterator[dict[str, Scalar]]:
    names = [str(column[0]) for column in cursor.description or ()]
    return (dict(zip(names, row, strict=True)) for row in cursor)
