"""A database: its short reads and its writes, whichever kind it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final

from core.domain.errors import Code, EipdeckError, error
from core.storage.connection import Connection

__all__ = ["HEAD", "NEWEST", "WAIT_SECONDS", "Store", "newer"]

HEAD: Final = "0003"
"""The schema step this program was written for."""

WAIT_SECONDS: Final = 10.0
"""How long a writer queues before it gives up as `store_busy`."""

NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM event"
"""What grows by every change; writers take turns, so it grows in the order in which they commit."""


class Store(ABC):
    """One database. Thread-safe; every method may block and none may be called on an event loop."""

    embedded: ClassVar[bool]
    """Whether it is this host's own file, which only people of this host write."""
    writable: bool = True
    """Whether who opened it may change anything."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The database as `--db` takes it, without a password."""

    @property
    @abstractmethod
    def label(self) -> str:
        """What the top line calls it, a word or two."""

    @property
    def file(self) -> Path | None:
        """The file it is in; None on a server."""
        return None

    @property
    def files(self) -> tuple[Path, ...]:
        """That file, and those that belong to it: nobody writes anything else there."""
        return ()

    @abstractmethod
    def close(self) -> None:
        """Let go of every connection."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """A short read transaction with one consistent picture of the data.

        Raises:
            EipdeckError: `store_unavailable`.

        """

    @abstractmethod
    def write(self, wait: float | None = None) -> AbstractContextManager[Connection]:
        """A write transaction: durable when the block ends, undone when it raises.

        Args:
            wait: seconds of queueing; None: as long as the store was told when it was opened.

        Raises:
            EipdeckError: `store_busy` after these seconds; `store_unavailable` when it cannot be
                reached or written; nothing has changed then. `outcome_unknown` when the connection was lost,
                or the disk failed, between the request to commit and its answer.

        """

    @abstractmethod
    def data_version(self) -> int:
        """A number that changes whenever anybody has committed, or put another database in the place of this one.

        Cheap enough to ask every second.
        """

    @abstractmethod
    def health(self) -> dict[str, str]:
        """What `doctor` says of it: schema, integrity, foreign keys, and how it keeps what it was given."""

    def now(self) -> datetime:
        """The time that operators of this database share, UTC."""
        return datetime.now(UTC)


def newer(where: str, step: str) -> EipdeckError:
    """The refusal of a schema of a later version."""
    return error(
        Code.SCHEMA_NEWER,
        f"{where} has schema {step}, this eipdeck knows {HEAD} and older.",
        hint="Nothing in it was changed; use the version of eipdeck that wrote it, or a newer one.",
        details={"found": step, "known": HEAD},
    )
