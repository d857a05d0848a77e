"""Keeping the screen true: asks once a second whether anything was committed, and reads only then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from core import EipdeckError, Inventory
from tui.commands.registry import key_of
from tui.state.snapshot import Freshness, Snapshot, load_snapshot
from tui.state.workers import Ask

__all__ = ["POLL_SECONDS", "Refresher"]

POLL_SECONDS = 1.0
RIPENS: Final = timedelta(minutes=1)
"""After how long it is read again though nobody committed: addresses cool, acceptances end, idle EIPs age."""
LATE_SECONDS: Final = 5
"""Seconds without an answer after which the data on the screen is called old."""


class Refresher:
    """Reads and polls; what is read goes to `show`. A failure leaves the last data where it is."""

    def __init__(self, ask: Ask, show: Callable[[Snapshot], Awaitable[None]]) -> None:
        self.freshness = Freshness()
        self.snapshot: Snapshot | None = None
        self.now: datetime | None = None
        """The desk's time at the last poll."""
        self.paused = False
        self._ask = ask
        self._show = show
        self._idle = asyncio.Event()
        self._idle.set()
        self._again = False
        self._polling = False
        self._waited = 0
        self._answered: datetime | None = None
        """When the database last said that the data on the screen is true."""
        self._read_at: datetime | None = None
        """When it was last read; the inventory on the screen may be older when it says the same."""

    def turn_pause(self) -> bool:
        """Read no more by itself, or go on; whether it is paused now."""
        self.paused = not self.paused
        self.freshness = (
            Freshness(self.now, f"refreshing is paused, {key_of('pause')} goes on") if self.paused else Freshness()
        )
        return self.paused

    def wait(self) -> None:
        """Another second went by without an answer: the data is not live for long."""
        self._waited += 1
        if self._waited >= LATE_SECONDS and self.freshness.failed_since is None:
            self.freshness = Freshness(self._answered, "the database has not answered yet")

    async def poll(self) -> None:
        """Ask for the version; read when it is another, or when it could not be asked before."""
        if self._polling:
            return
        self._waited = 0
        if self.paused:
            self.now = await self._ask(_now)
            return
        self._polling = True
        try:
            self.now = await self._ask(_now)
            version = await self._ask(_version)
        except EipdeckError as refusal:
            self._failed(refusal)
        else:
            self._answered, known = self.now, self.snapshot
            stale = self.freshness.failed_since is not None
            if stale or known is None or known.version != version:
                await self.read()
            elif self._read_at is None or self.now - self._read_at >= RIPENS:
                await self.read(quietly=True)
        finally:
            self._polling = False

    async def read(self, *, quietly: bool = False) -> None:
        """Read everything and show it; asked for while reading, it reads once more. Returns when it is shown.

        Quietly, what says the same is not shown again, so that not even an age on the screen ticks.
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
                self.freshness = (
                    Freshness(self.now, f"refreshing is paused, {key_of('pause')} goes on")
                    if self.paused
                    else Freshness()
                )
        except EipdeckError as refusal:
            self._failed(refusal)
        finally:
            self._idle.set()

    def _failed(self, refusal: EipdeckError) -> None:
        since = self.freshness.failed_since or self.now
        self.freshness = Freshness(since, refusal.message)


def _now(inventory: Inventory) -> datetime:
    return inventory.now()


def _version(inventory: Inventory) -> int:
    return inventory.data_version()
