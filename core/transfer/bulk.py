"""Rows into a table: many with one statement, and the one that the database refuses by its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from core.storage.connection import refusals
from core.storage.transaction import Transaction
from core.transfer.documents import Position

__all__ = ["chunks", "found_among", "insert"]

_AT_ONCE: Final = 512
_CHUNK: Final = 500
"""How many values stand in one list of a statement."""


def insert(
    transaction: Transaction,
    statement: str,
    rows: Sequence[Mapping[str, Any]],
    shared: Mapping[str, Any],
    place: Callable[[int], Position],
) -> None:
    """Insert the rows; `shared` is what all have alike, `place` where the nth was read.

    Raises:
        EipdeckError: `invalid_import` for the first row that breaks a rule of the database.

    """
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        transaction.run("SAVEPOINT rows")
        try:
            transaction.connection.insert(statement, some, shared)
        except refusals():
            transaction.run("ROLLBACK TO SAVEPOINT rows")
            for nth, row in enumerate(some, start):
                with place(nth).checking():
                    transaction.run(statement, **shared, **row)
        transaction.run("RELEASE SAVEPOINT rows")


def chunks(keys: Sequence[Any]) -> Iterator[list[Any]]:
    """The keys, as many at a time as one statement takes as `IN :keys`."""
    return (list(keys[start : start + _CHUNK]) for start in range(0, len(keys), _CHUNK))


def found_among(transaction: Transaction, statement: str, keys: Sequence[Any]) -> list[Any]:
    """The rows of a SELECT that asks for `IN :keys`, however many keys there are."""
    return [row for chunk in chunks(keys) for row in transaction.run(statement, keys=chunk)]
