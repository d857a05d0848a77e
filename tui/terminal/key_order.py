"""Delivers keys one at a time: each after the widgets have answered the one before.

Textual queues a key for the widget that has the focus now. In a burst the key before may be about to move the focus:
a letter behind Enter would go into the field that Enter closes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

__all__ = ["KeyOrder"]

_PATIENCE: Final = 1.0
"""Seconds that a key waits at most for the answer to the one before."""
_LOOK_AGAIN: Final = 0.02
"""Seconds after which the focus is looked up again: a widget that is being removed answers no more."""
_QUIET_ROUNDS: Final = 2
"""Rounds without a new message that end the answer: one message may be between two queues."""


class KeyOrder:
    """The keys that wait for their turn."""

    def __init__(
        self, app: App[Any], deliver: Callable[[events.Event], Awaitable[bool]], is_reading: Callable[[], bool]
    ) -> None:
        """Deliver keys.

        Args:
            app: the application that gets the keys.
            deliver: returns whether a widget was given the key.
            is_reading: returns whether the next key must wait for a read that the one before began.

        """
        self._app = app
        self._deliver = deliver
        self._is_reading = is_reading
        self._waiting: deque[events.Event] = deque()
        self._settling: asyncio.Task[None] | None = None
        self.busy = False
        """Whether a key is not answered yet."""

    @property
    def waiting(self) -> int:
        """The number of keys whose turn has not come."""
        return len(self._waiting)

    async def take(self, *keys: events.Event) -> None:
        """Deliver these keys, in their order, behind those that wait."""
        self._waiting.extend(keys)
        if not self.busy:
            await self._next()

    async def _next(self) -> None:
        self.busy = True
        while self._waiting:
            if await self._deliver(self._waiting.popleft()):
                self._settling = asyncio.create_task(self._settle())
                return
        self.busy = False

    async def _settle(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await _answered(self._app)
                while self._is_reading():
                    await asyncio.sleep(_LOOK_AGAIN / 4)
                    await _answered(self._app)
        except TimeoutError:
            pass
        if not self._app.call_later(self._next):
            self.busy = False


async def _answered(app: App[Any]) -> None:
    """Wait until the widgets that keys pass through have no message left."""
    quiet = 0
    while quiet < _QUIET_ROUNDS:
        pumps = _pumps(app)
        quiet = quiet + 1 if await _round(pumps) and pumps == _pumps(app) and not _queued(pumps) else 0


def _pumps(app: App[Any]) -> list[MessagePump]:
    """Return the widget with the focus and everything that its unhandled keys go to, the application last."""
    if not app.screen_stack:
        return [app]
    target = app.focused or app.screen
    return [node for node in target.ancestors_with_self if node is not app] + [app]


def _queued(pumps: list[MessagePump]) -> bool:
    return any(pump.message_queue_size for pump in pumps)


async def _round(pumps: list[MessagePump]) -> bool:
    """Wait until each pump has processed what is in its queue; return False when one may have ended."""
    loop = asyncio.get_running_loop()
    processed = [loop.create_future() for _ in pumps]

    def done(future: asyncio.Future[None]) -> None:
        if not future.done():
            future.set_result(None)

    waited = [future for pump, future in zip(pumps, processed, strict=True) if pump.call_later(done, future)]
    if not waited:
        return True
    _done, pending = await asyncio.wait(waited, timeout=_LOOK_AGAIN)
    return not pending
