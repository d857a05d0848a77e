"""Keeps the data on the screen current: polls once a second, and reads when something was committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core import EipdeckError, Inventory, MirrorKind, OtherSession
from tui.commands.registry import key_of
from tui.state.ages import ages_of, late_since
from tui.state.snapshot import Freshness, Snapshot, load_snapshot
from tui.state.workers import Ask

__all__ = ["POLL_SECONDS", "Refresh", "Refresher"]

POLL_SECONDS = 1.0
RIPENS: Final = timedelta(minutes=1)
"""The age at which unchanged data is read again: addresses cool, acceptances end, idle EIPs age."""
LATE_SECONDS: Final = 5
"""Seconds without an answer after which the data on the screen is called old."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """The age of the data on the screen, in words."""

    age: str = ""
    """`live`, or an age; empty until the inventory has been asked."""
    short_age: str = ""
    """The same for a short line."""
    is_whole: bool = True
    """Whether all of it is as new as it should be."""
    failed: str = ""
    """Why the data is not read any more, as a sentence; empty while it is."""


class Refresher:
    """Reads and polls; passes each snapshot to `show`. After a failure the last data stays."""

    def __init__(self, ask: Ask, show: Callable[[Snapshot], Awaitable[None]]) -> None:
        self.freshness = Freshness()
        self.snapshot: Snapshot | None = None
        self.now: datetime | None = None
        """The time of the inventory at the last poll."""
        self.others: list[OtherSession] | None = None
        """The other sessions at the last poll; None when it did not ask."""
        self.readings: tuple[MirrorKind, ...] = ()
        """When each kind of rows of a live account was read."""
        self.paused = False
        self._ask = ask
        self._show = show
        self._idle = asyncio.Event()
        self._idle.set()
        self._again = False
        self._polling = False
        self._waited = 0
        self._answered: datetime | None = None
        """The last time at which the database confirmed the data on the screen."""
        self._read_at: datetime | None = None
        """The time of the last read; the snapshot may be older when it says the same."""

    def state(self, now: datetime) -> Refresh:
        """Return the age of the data at `now`."""
        since = self.freshness.failed_since
        failed = "" if since is None else f"! {self.freshness.says} {since:%H:%M:%SZ}: {self.freshness.why}"
        if self.now is None:
            return Refresh(failed=failed)
        if self.readings and self.freshness.failed_since is None:
            ages = ages_of(self.readings, now)
            return Refresh(ages.words, ages.short, ages.whole, failed)
        age = self.freshness.words(now)
        return Refresh(age, age, not failed, failed)

    def turn_pause(self) -> bool:
        """Pause or resume polling; return whether it is paused now."""
        self.paused = not self.paused
        self.freshness = self._current()
        return self.paused

    def _current(self) -> Freshness:
        if self.paused:
            return Freshness(self.now, f"paused, {key_of('pause')} resumes")
        if self.snapshot is None:
            return Freshness()
        if self.snapshot.account is not None:
            late = late_since(self.readings, self.now)
            return Freshness(late, f"{self.snapshot.account} was not read since, doctor says why", "as of")
        return Freshness(self.snapshot.behind, "the standby is behind", "as of")

    def wait(self) -> None:
        """Count another second without an answer; after `LATE_SECONDS` the data is called old."""
        self._waited += 1
        if self._waited >= LATE_SECONDS and self.freshness.failed_since is None:
            why = "the database has not answered yet" if self._idle.is_set() else "the read under way is a long one"
            self.freshness = Freshness(self._answered, why)

    async def settled(self) -> None:
        """Wait until the read that is under way is shown."""
        await self._idle.wait()

    async def poll(self) -> bool:
        """Ask for the version and read when it differs; return whether it was read."""
        if self._polling:
            return False
        self._waited = 0
        if self.paused:
            self.others = None
            self.now = await self._ask(_now)
            return False
        self._polling = True
        self.others = None
        try:
            return await self._poll()
        except EipdeckError as refusal:
            self._failed(refusal)
            return False
        finally:
            self._polling = False

    async def _poll(self) -> bool:
        self.now = await self._ask(_now)
        version, self.others, self.readings = await self._ask(_pulse)
        if self._is_behind(version):
            await self.settled()
        self._answered, known = self.now, self.snapshot
        if self._is_behind(version):
            await self.read()
            return True
        if self._idle.is_set() and (self._read_at is None or self.now - self._read_at >= RIPENS):
            await self.read(quietly=True)
            return self.snapshot is not known
        self.freshness = self._current()
        return False

    def _is_behind(self, version: int) -> bool:
        known = self.snapshot
        return known is None or known.version != version or self._is_in_doubt

    @property
    def _is_in_doubt(self) -> bool:
        """Whether the data is to be read again though nothing was committed; that an account is old is no reason."""
        return self.freshness.failed_since is not None and not (self.readings and self.freshness == self._current())

    async def read(self, *, quietly: bool = False) -> None:
        """Read everything and show it; return when it is shown. A call during a read repeats that read.

        Quietly, equal data is not shown again, so that not even an age on the screen ticks.
        """
        self._again = True
        if not self._idle.is_set():
            await self._idle.wait()
            return
        self._idle.clear()
        try:
            while self._again:
                self._again = False
                self.now = await self._ask(_now)
                snapshot = await self._ask(load_snapshot)
                self._answered = self._read_at = snapshot.read_at
                if not (quietly and self.snapshot is not None and self.snapshot.says_the_same(snapshot)):
                    await self._show(snapshot)
                    self.snapshot = snapshot
                quietly = False
                self.freshness = self._current()
        except EipdeckError as refusal:
            self._failed(refusal)
        finally:
            self._idle.set()

    def _failed(self, refusal: EipdeckError) -> None:
        since = self.freshness.failed_since or self.now
        self.freshness = Freshness(since, refusal.message)


def _now(inventory: Inventory) -> datetime:
    return inventory.now()


def _pulse(inventory: Inventory) -> tuple[int, list[OtherSession], tuple[MirrorKind, ...]]:
    return *inventory.pulse(), inventory.readings()
