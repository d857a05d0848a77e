"""Many rows with one statement; a row that the database refuses is named by its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from core.storage.connection import R, Values, refusals
from core.storage.transaction import Transaction
from core.transfer.documents import Position

__all__ = ["chunks", "found_among", "insert"]

_AT_ONCE: Final = 512
_CHUNK: Final = 500
"""The number of values in one list of a statement."""

K = TypeVar("K", str, int)


def insert(
    transaction: Transaction,
    statement: str,
    rows: Sequence[Values],
    shared: Values,
    place: Callable[[int], Position],
) -> None:
    """Insert the rows; `shared` has the values that all rows have in common, `place` tells where the nth was read.

    Raises:
        EipdeckError: `invalid_import` for the first row that breaks a rule of the database.

    """
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        transaction.run("SAVEPOINT rows")
        try:
            transaction.connection.insert(statement, some, shared)
            transaction.connection.flush()
        except refusals():
            transaction.run("ROLLBACK TO SAVEPOINT rows")
            for nth, row in enumerate(some, start):
                with place(nth).checking():
                    transaction.connection.execute(statement, {**shared, **row})
        transaction.run("RELEASE SAVEPOINT rows")


def chunks(keys: Sequence[K]) -> Iterator[list[K]]:
    """Yield the keys in lists that one statement takes as `IN :keys`."""
    return (list(keys[start : start + _CHUNK]) for start in range(0, len(keys), _CHUNK))


def found_among(transaction: Transaction, row: type[R], statement: str, keys: Sequence[K]) -> list[R]:
    """Return the rows of a SELECT with `IN :keys`, for any number of keys."""
    return [found for chunk in chunks(keys) for found in transaction.rows(row, statement, keys=chunk)]
