"""The grace count: the seconds between the confirmation of a change and its sending, in which it can be aborted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui.commands.registry import key_of

__all__ = ["GRACE_SECONDS", "GraceCount"]

GRACE_SECONDS = 5


class GraceCount:
    """Counts down in the status line. One count at a time."""

    def __init__(self, show: Callable[[str | None], None]) -> None:
        self.second = 1.0
        """Length of a second of the count, in seconds."""
        self._show = show
        """Shows the count; None: it is over."""
        self._abort: asyncio.Event | None = None

    @property
    def running(self) -> bool:
        return self._abort is not None

    def abort(self) -> None:
        """End the count; nothing is sent."""
        if self._abort is not None:
            self._abort.set()

    async def run(self, title: str) -> bool:
        """Count down before the change named in the title; return False if the operator aborted it."""
        verb, _blank, target = title.partition(" ")
        self._abort = asyncio.Event()
        try:
            for left in range(GRACE_SECONDS, 0, -1):
                aborts = f"{key_of('abort')} or esc aborts"
                self._show(f"{verb.upper()} {target} in {left} s.  Nothing has been sent yet.  {aborts}")
                try:
                    await asyncio.wait_for(self._abort.wait(), self.second)
                except TimeoutError:
                    continue
                return False
            return True
        finally:
            self._abort = None
            self._show(None)
