"""Judges whether a key was pressed alone, and after its question could be read.

It uses the time at which the terminal sent a key, so keys typed ahead never answer a question painted later.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from time import monotonic
from typing import Final

from textual import events

__all__ = ["SILENCE_AFTER", "KeyTime", "Keystrokes"]

KeyTime = Callable[[events.Key], float]
"""Returns when a key was read from the terminal, in seconds of the same clock."""

SILENCE_BEFORE: Final = 0.3
"""Seconds without a key before a key that counts; also seconds after its question was painted."""
SILENCE_AFTER: Final = 0.2
"""Seconds without a key after a key that counts."""
_GRAIN: Final = 1e-6
"""Clocks are floats: 100.3 - 100.0 is a little less than 0.3."""
_NEVER: Final = float("inf")


class Keystrokes:
    """The times of the last key and of the painting of a question."""

    def __init__(self, clock: Callable[[], float] = monotonic, key_time: KeyTime = attrgetter("time")) -> None:
        self.alone = False
        """Whether the last key came alone."""
        self.late = False
        """Whether the last key came at least 300 ms after its question was painted."""
        self._clock = clock
        self._key_time = key_time
        self._last = -_NEVER
        self._shown = _NEVER

    def hide(self) -> None:
        """Something new is being painted: no key counts."""
        self._shown = _NEVER
        self.alone = False

    def show(self) -> None:
        """It is painted: a key that comes alone counts from now on."""
        self._shown = self._clock()

    def note(self, key: events.Key) -> None:
        """Note a key."""
        at = self._key_time(key)
        self.alone = at - max(self._last, self._shown) >= SILENCE_BEFORE - _GRAIN
        self.late = self.is_late_enough(key)
        self._last = at

    def is_late_enough(self, key: events.Key) -> bool:
        """Whether a key came at least 300 ms after its question was painted."""
        return self._key_time(key) - self._shown >= SILENCE_BEFORE - _GRAIN

    def noise(self) -> None:
        """Treat another event as a key: the next key must wait."""
        self._last = self._clock()
        self.alone = False
