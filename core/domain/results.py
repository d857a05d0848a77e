"""Results of the operations on a whole inventory: import, restore, verify."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.domain.receipt import EventHead, Head
from core.domain.values import Event

__all__ = [
    "KEPT",
    "AccountPlan",
    "ClockAccepted",
    "Imported",
    "KindRead",
    "MirrorKind",
    "MirrorState",
    "PlanStep",
    "Proof",
    "Restored",
    "Synced",
    "Violation",
]


KEPT: Final = "the history goes on from the head that was kept"
"""The law that a kept head breaks."""


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
    head: Head
    """The end of the history that was read."""

    @property
    def agrees(self) -> bool:
        """Whether everything agrees with itself, whatever was kept."""
        return all(broken.law == KEPT for broken in self.broken)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan: one call, or none when the account was so already."""

    step: int
    what: str
    """The state that the step brings about, such as `associate`."""
    about: str
    """The EIP, the address or the CIDR."""
    state: str
    """`noted`, `sent`, `unknown`, `done`, `refused`."""
    action: str | None
    """The action of the API; None before the call, and when nothing had to be sent."""
    sent_at: datetime | None
    settled_at: datetime | None
    code: str | None
    """The platform's code, when it refused or did not answer."""
    message: str | None
    platform_request_id: str | None


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """A change of a live account, with its steps."""

    id: str
    """The request id."""
    verb: str
    state: str
    """`open`, `done`, `refused`, `unfinished`, `undone`."""
    about: tuple[str, ...]
    """The EIPs, addresses and CIDRs."""
    done: int
    """The number of steps that are made."""
    operator: str
    reason: str | None
    at: datetime
    settled_at: datetime | None
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class KindRead:
    """One kind of rows of a live account, as a sync read it."""

    kind: str
    """The action of the API that lists them."""
    rows: int
    steady: bool
    """Whether its pages agreed; only then can a row be missing."""
    problem: str | None
    """The platform's code for why it was not read; None when it was."""


@dataclass(frozen=True, slots=True)
class Synced:
    """The result of a sync with a live account."""

    profile: str
    as_of: datetime
    """The beginning of the reading."""
    dry_run: bool
    calls: int
    """The number of calls to the API."""
    kinds: tuple[KindRead, ...]
    created: int
    changed: int
    ended: int
    """The number of EIPs that ended."""
    missing: int
    """The number of EIPs that no answer had; a later sync ends those that are missing again."""
    aside: int
    """The number of rows that a rule of the inventory refuses."""
    events: tuple[Event, ...] = ()
    """With a dry run, what the history would say."""


@dataclass(frozen=True, slots=True)
class MirrorKind:
    """One kind of rows of a live account, as it is known here."""

    kind: str
    rows: int
    read_at: datetime | None
    """The beginning of the last reading in full; None: it was never read."""
    steady: bool
    problem: str | None
    """Why the last reading failed."""


@dataclass(frozen=True, slots=True)
class MirrorState:
    """The mirror of a live account."""

    profile: str
    endpoint: str
    as_of: datetime | None
    """The time of the picture, which is that of its EIPs."""
    held: str | None
    """The reason why the last picture was not taken over."""
    aside: int
    """The number of rows that a rule of the inventory refuses."""
    kinds: tuple[MirrorKind, ...]
