"""The memory of a client: the newest event that it saw of a history, the server that it saw, and its own changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

__all__ = ["Lineage", "Loss", "Memory", "Noted", "OwnChange", "Recall"]


class Lineage(NamedTuple):
    """The server that a history is written on: its identifier, and the timeline that each promotion raises."""

    system: int
    timeline: int


class Noted(NamedTuple):
    """An event that a client saw."""

    origin: int
    """The mark of the oldest event of its history: another history has another one."""
    seq: int
    mark: int
    """The first bytes of its hash."""


class OwnChange(NamedTuple):
    """A change that this client was told to be made."""

    request_id: str
    at: datetime
    what: str
    """The verb and its subject."""
    by: str
    """The operator."""


class Loss(NamedTuple):
    """Changes that a client saw and that are in the history no more."""

    since: datetime
    """The time of the newest event before them."""
    own: tuple[OwnChange, ...]
    """Changes of this client."""


_OWN: Final = 500
"""The number of own changes that are remembered."""


class Memory:
    """The memory that one client has of one database. This one ends with the process."""

    where: str | None = None
    """The file that has it."""

    def __init__(self) -> None:
        self._seen: Noted | None = None
        self._lineage: Lineage | None = None
        self._own: deque[OwnChange] = deque(maxlen=_OWN)

    def seen(self) -> Noted | None:
        """Return the newest event that was seen; None when none was."""
        return self._seen

    def lineage(self) -> Lineage | None:
        """Return the server that was written last; None when it is not known."""
        return self._lineage

    def own(self) -> Sequence[OwnChange]:
        """Return the newest changes of this client, the newest one last."""
        return tuple(self._own)

    def keep(self, seen: Noted | None, lineage: Lineage | None, own: OwnChange | None = None) -> None:
        """Remember an event, a server and a change; what is None is not known."""
        self._seen, self._lineage = seen or self._seen, lineage or self._lineage
        if own is not None:
            self._own.append(own)

    def forget_own(self) -> None:
        """Forget the changes of this client: it was told which of them are lost."""
        self._own.clear()


Recall = Callable[[str], Memory]
"""Gets the URL of a database without its password, and returns what is remembered of it."""
