"""Whether a key was pressed alone, on what could be read by then: judged by when keys came from the terminal.

However late a key is looked at, it came when it came; so what was typed ahead never answers what it was not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from time import monotonic
from typing import Final

from textual import events

__all__ = ["SILENCE_AFTER", "KeyTime", "Keystrokes"]

KeyTime = Callable[[events.Key], float]
"""When a key was read from the terminal, by the same clock as everything else."""

SILENCE_BEFORE: Final = 0.3
"""Seconds without a key before one that counts; also after what it answers was painted."""
SILENCE_AFTER: Final = 0.2
"""Seconds without a key after it."""
_GRAIN: Final = 1e-6
"""Clocks are floats: 100.3 - 100.0 is a little less than 0.3."""
_NEVER: Final = float("inf")


class Keystrokes:
    """What was heard of the keyboard, and since when the question stands on the screen."""

    def __init__(self, clock: Callable[[], float] = monotonic, key_time: KeyTime = attrgetter("time")) -> None:
        self.alone = False
        """Whether the last key came after silence."""
        self._clock = clock
        self._key_time = key_time
        self._last = -_NEVER
        self._shown = _NEVER

    def hide(self) -> None:
        """Something is about to be painted that nobody has read: no key counts."""
        self._shown = _NEVER
        self.alone = False

    def show(self) -> None:
        """It is painted: keys that come after a silence count."""
        self._shown = self._clock()

    def heard(self, key: events.Key) -> None:
        """Take note of a key."""
        at = self._key_time(key)
        self.alone = at - max(self._last, self._shown) >= SILENCE_BEFORE - _GRAIN
        self._last = at

    def is_late_enough(self, key: events.Key) -> bool:
        """Whether a key came when what it answers had been on the screen for long enough."""
        return self._key_time(key) - self._shown >= SILENCE_BEFORE - _GRAIN

    def noise(self) -> None:
        """Something else happened: what comes next must wait as if a key had been pressed."""
        self._last = self._clock()
        self.alone = False
