"""A write transaction in progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.domain.config import Config
from core.storage.connection import Connection, Result


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a request id, and what was asked with it."""

    hash: bytes
    answer: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """A write transaction in progress: who changes what, when and why."""

    connection: Connection
    now: int
    """Microseconds; never before the newest event, so that tenancies cannot end before they began."""
    operator: str
    reason: str | None
    request_id: str | None
    config: Config
    kept: StoredAnswer | None = None
    """What the request id was answered before."""

    def run(self, statement: str, /, **values: Any) -> Result:
        """Execute one statement with bound values."""
        return self.connection.execute(statement, values)
