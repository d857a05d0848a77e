"""A database of either kind: short reads and writes."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from core.domain.errors import Code, EipdeckError, error
from core.domain.memory import Lineage
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = [
    "APART",
    "HEAD",
    "MIRRORED",
    "NEWEST",
    "VERSION_BITS",
    "WAIT_SECONDS",
    "Replica",
    "Seen",
    "Store",
    "elapsed",
    "mark_of",
    "newer",
    "newest_version",
]

HEAD: Final = "0010"
"""The schema step of this version."""

WAIT_SECONDS: Final = 10.0
"""The longest wait of a writer; then it raises `store_busy`."""

MIRRORED: Final = "SELECT profile FROM mirror"
"""The profile of the live account that the database mirrors; no row for an embedded platform."""

NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM event"
"""The highest event number; it grows in commit order."""


@reads("event")
class _NewestRow(NamedTuple):
    seq: int
    hash: bytes


_NEWEST: Final = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1"
_SEQ_BITS: Final = 48
_MARK: Final = 8
"""Bytes of a hash that tell two events with one number apart."""
VERSION_BITS: Final = _SEQ_BITS + 8 * _MARK


class Seen(NamedTuple):
    """The newest event of a data version."""

    seq: int
    mark: int
    """The first bytes of its hash."""

    @staticmethod
    def of(version: int) -> Seen:
        """Return what `data_version` saw."""
        return Seen(version >> 8 * _MARK & ((1 << _SEQ_BITS) - 1), version & ((1 << 8 * _MARK) - 1))

    def is_event(self, found: bytes) -> bool:
        """Return whether an event of this number, with this hash, is the one that was seen."""
        return mark_of(found) == self.mark


def mark_of(hashed: bytes) -> int:
    """Return the mark of an event by its hash."""
    return int.from_bytes(hashed[:_MARK])


def newest_version(connection: Connection) -> int:
    """Return the number and the mark of the newest event as one number, which grows in commit order."""
    row = connection.row(_NewestRow, _NEWEST)
    return 0 if row is None else (row.seq << 8 * _MARK) + mark_of(row.hash)


class Replica(NamedTuple):
    """The state of a database that follows another one."""

    as_of: int | None
    """The time of the last commit that it has replayed, in microseconds; None: it has replayed none since its start."""
    behind: str | None
    """The reason why its data may be old; None when it has replayed everything."""


APART: Final = 86_400.0
"""Seconds by which two clocks may part; then one of them is wrong."""


class Store(ABC):
    """One database. Thread-safe. Every method may block, so none may be called on an event loop."""

    embedded: ClassVar[bool]
    """Whether it is a file of this host, which only this host's users write."""
    writable: bool = True
    """Whether this session may change anything."""
    acting: str | None = None
    """The name under which the database lets this session write; None: the one that it claims."""
    lineage: Lineage | None = None
    """The lineage of the server that this session last wrote to; None for a file, and for a server that hides it."""
    is_far: bool = False
    """Whether a round trip to it takes so long that a change is rehearsed before its turn."""
    founded: bool = False
    """Whether this session made the database, which was empty or missing."""

    def __init__(self) -> None:
        self._began = time.time() - elapsed()
        """Seconds by which the clock of this host was ahead of `elapsed` at the start."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Return the path or URL that opens the database, without a password."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Return its name for the header, a word or two."""

    @property
    def file(self) -> Path | None:
        """Return its file; None on a server."""
        return None

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the file and its side files, which no export or backup may overwrite."""
        return ()

    def refusal(self, done: str) -> EipdeckError:
        """Return the refusal of a write in a session that only reads; `done` says what was not done."""
        return error(
            Code.READ_ONLY,
            f"This session is read-only; nothing was {done}.",
            hint="Open a session that may write.",
        )

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """Begin a short read transaction; every statement in it sees the same data.

        Raises:
            EipdeckError: `store_unavailable`.

        """

    @abstractmethod
    def write(self, wait: float | None = None, *, long: str | None = None) -> AbstractContextManager[Connection]:
        """Begin a write transaction: durable when the block ends, undone when it raises.

        Args:
            wait: seconds to queue; None: the store's own limit.
            long: the name of a block that computes for long between its statements: a server waits longer for the next
                one, and `doctor` tells the name.

        Raises:
            EipdeckError: `store_busy` after these seconds; `store_unavailable` when it cannot be reached or written.
                Nothing changed then. `outcome_unknown` when the connection was lost, or the disk failed, between the
                request to commit and its answer.

        """

    def lean(self) -> None:  # noqa: B027  # a server keeps its pages elsewhere
        """Keep few pages of the database in memory from now on."""

    def replica(self, connection: Connection) -> Replica | None:  # noqa: ARG002  # a server is asked
        """Return the state of a database that follows another one; None for any other."""
        return None

    def version_in(self, connection: Connection) -> int:
        """Return the `data_version` of a read transaction."""
        return newest_version(connection)

    def mirrored(self) -> str | None:
        """Return the profile of the live account that the database mirrors; None: it mirrors none."""
        with self.read() as connection:
            return connection.value(str, MIRRORED)

    @abstractmethod
    def data_version(self) -> int:
        """Return a number that changes with every commit, and when another history replaces this one.

        Cheap enough to be called every second.
        """

    @abstractmethod
    def health(self) -> dict[str, str]:
        """Return the lines of `doctor`: schema, integrity, foreign keys, durability."""

    def weak_rules(self, connection: Connection) -> tuple[tuple[str, str], ...]:
        """Return the triggers and constraints of the schema that are missing or changed, each with how."""
        from core.storage.migrations.rules import weak_rules  # noqa: PLC0415  # Alembic only when there is work

        return weak_rules(connection, embedded=self.embedded)

    def now(self) -> datetime:
        """Return the time that all operators of this database share, UTC."""
        return datetime.fromtimestamp(time.time(), UTC)

    def clock_doubt(self) -> str | None:
        """Return a sentence when the clock and another one have parted by more than a day, else None."""
        moved = time.time() - elapsed() - self._began
        if abs(moved) <= APART:
            return None
        return f"the clock of this host moved by {moved / APART:+.1f} days while the program ran"

    def trust_clock(self) -> None:
        """Go on by the clock of this host, after it was accepted."""
        self._began = time.time() - elapsed()


def elapsed() -> float:
    """Return seconds of a clock that also counts while the host is suspended, where the kernel has one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def newer(where: str, step: str) -> EipdeckError:
    """Return the refusal of a later version's schema."""
    return error(
        Code.SCHEMA_NEWER,
        f"{where} has schema {step}, this eipdeck knows {HEAD} and older.",
        hint="Nothing in it was changed; use the version of eipdeck that wrote it, or a newer one.",
        details={"found": step, "known": HEAD},
    )
