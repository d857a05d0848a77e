"""The number of calls a second: a bucket that fills slowly, at half the pace after a refusal for too many."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

__all__ = ["Budget"]

_FASTER: Final = 1.05
"""The pace grows by this factor with each answer, up to the allowed one."""
_SLOWEST: Final = 1 / 64
"""The slowest pace, as a share of the allowed one."""


class Budget:
    """Calls that may be sent: `rate` a second, after a pause up to `burst` at once."""

    def __init__(self, rate: float = 5.0, burst: float = 10.0, *, clock: Callable[[], float] = monotonic) -> None:
        self._allowed = rate
        self._burst = burst
        self._clock = clock
        self._rate = rate
        self._left = burst
        self._at = clock()

    @property
    def rate(self) -> float:
        """The present pace in calls a second."""
        return self._rate

    def delay(self) -> float:
        """Take the right to one call; return the seconds to wait before it is sent."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._left / self._rate)

    def refused(self) -> None:
        """Halve the pace, and forget what was saved up: the platform refused a call as one too many."""
        self._rate = max(self._rate / 2, self._allowed * _SLOWEST)
        self._left = min(self._left, 0.0)

    def answered(self) -> None:
        """Come back to the allowed pace by a little."""
        self._rate = min(self._rate * _FASTER, self._allowed)
