"""Results of the operations on a whole inventory: import, restore, verify."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.domain.receipt import EventHead

__all__ = ["ClockAccepted", "Imported", "Proof", "Restored", "Violation"]


@dataclass(frozen=True, slots=True)
class ClockAccepted:
    """The clock, accepted again after it was ahead."""

    at: datetime
    """The time that the clock says."""
    was: datetime | None
    """The time of the newest event, which was ahead of the clock; None when no event was."""
    since: datetime | None
    """The time of the newest event that was not ahead; the times between it and `at` are doubtful."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Numbers of objects that an import created, changed and left unchanged."""

    created: int
    changed: int
    unchanged: int
    notes: tuple[str, ...] = ()
    """Sentences about what the files lack: pages of an answer that were not imported."""
    request_id: str | None = field(default=None, compare=False)
    """None when nothing was kept under an id: no event was written, and no id was named."""
    event: EventHead | None = field(default=None, compare=False)
    """The last event that it wrote; None when it wrote none, as an export that brings its own."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A restoration: the EIPs and events that it restores, and the events that it loses."""

    eips: int
    """The number of live EIPs restored."""
    as_of: datetime | None
    """The time of the newest event restored; None for a backup without events."""
    lost: int
    """The number of events lost."""
    lost_since: datetime | None
    """The time of the oldest event lost."""
    kept: str | None
    """The file with the database from before; None when nothing was done yet."""
    request_id: str | None = field(default=None, compare=False)
    event: EventHead | None = field(default=None, compare=False)
    """The event that notes the restoration; None when nothing was done yet."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that a subject violates."""

    law: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of `verify`: how much was checked, and the violations."""

    ok: bool
    eips: int
    events: int
    chains: int
    broken: tuple[Violation, ...]
    """At most 20 subjects of each invariant, and the first broken link of each chain."""
