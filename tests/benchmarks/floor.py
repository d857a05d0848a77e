"""The floor: the smallest durable transaction of plain sqlite3 that could be called an allocation."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

_SCHEMA = """
CREATE TABLE pool (id TEXT PRIMARY KEY, next INTEGER NOT NULL, allocated INTEGER NOT NULL);
CREATE TABLE eip (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, address INTEGER NOT NULL, pool_id TEXT NOT NULL,
                  allocated_at INTEGER NOT NULL, released_at INTEGER);
CREATE UNIQUE INDEX live ON eip (address) WHERE released_at IS NULL;
CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, operator TEXT NOT NULL, action TEXT NOT NULL,
                    eip_id TEXT, address INTEGER, after TEXT);
INSERT INTO pool VALUES ('edge', 1, 0);
"""
_PICK = "UPDATE pool SET next = next + ?, allocated = allocated + ? WHERE id = 'edge' RETURNING next"
_EIP = "INSERT INTO eip (id, address, pool_id, allocated_at) VALUES (?, ?, 'edge', 1)"
_EVENT = "INSERT INTO event (at, operator, action, eip_id, address, after) VALUES (1, 'raw', 'allocate', ?, ?, '{}')"


class Floor:
    """A database of its own: pick, insert the EIP, insert the event, commit; `synchronous=FULL`."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SCHEMA)

    def allocate(self) -> None:
        """One address."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        (upper,) = execute(_PICK, (1, 1)).fetchone()
        execute(_EIP, (f"eip-{upper}", upper))
        execute(_EVENT, (f"eip-{upper}", upper))
        execute("COMMIT")

    def allocate_many(self, count: int) -> None:
        """A batch in one transaction, by executemany."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        (upper,) = execute(_PICK, (count, count)).fetchone()
        rows: Sequence[tuple[str, int]] = [(f"eip-{place}", place) for place in range(upper - count, upper)]
        self._connection.executemany(_EIP, rows)
        self._connection.executemany(_EVENT, rows)
        execute("COMMIT")

    def count(self) -> int:
        """How many EIPs it has."""
        return int(self._connection.execute("SELECT count(*) FROM eip").fetchone()[0])

    def close(self) -> None:
        self._connection.close()
