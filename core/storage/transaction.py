"""A write transaction in progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from core.domain.config import Config
from core.storage.connection import Connection, R, V, Value


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a request id, with a hash of the request."""

    hash: bytes
    answer: str


class ChainHead(NamedTuple):
    """The end of a chain after a transaction wrote to it."""

    length: int
    hash: bytes
    written: int
    """Events that the transaction had written by then, of every chain."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A write transaction in progress: who changes the inventory, when and why."""

    connection: Connection
    now: int
    """Microseconds since the epoch, UTC; never before the newest event, so that no tenancy ends before it began."""
    operator: str
    reason: str | None
    request_id: str
    config: Config
    made_id: bool = False
    """The request id was made here, not by the caller."""
    kept: StoredAnswer | None = None
    """The earlier answer to the request id."""
    heads: dict[str, ChainHead] = field(default_factory=dict)
    """The chains that this transaction has written to, the last one last."""

    def run(self, statement: str, /, **values: Value) -> int:
        """Run one statement. Returns how many rows it changed."""
        return self.connection.execute(statement, values)

    def rows(self, row: type[R], statement: str, /, **values: Value) -> list[R]:
        """Return every row."""
        return self.connection.rows(row, statement, values)

    def row(self, row: type[R], statement: str, /, **values: Value) -> R | None:
        """Return the first row, or None."""
        return self.connection.row(row, statement, values)

    def column(self, kind: type[V], statement: str, /, **values: Value) -> list[V]:
        """Return the first column of every row, which is of this type."""
        return self.connection.column(kind, statement, values)

    def value(self, kind: type[V], statement: str, /, **values: Value) -> V | None:
        """Return the first column of the first row, which is of this type; None when there is no row."""
        return self.connection.value(kind, statement, values)
