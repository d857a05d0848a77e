"""Whether a key was pressed alone, or is part of something pasted: judged by time, so this is pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tui.gate import BURST_KEYS, BURST_SECONDS

__all__ = ["SILENCE_AFTER", "Keystrokes", "silent"]

SILENCE_BEFORE: Final = 0.3
"""Seconds without a key before one that counts; also after a review opens and after a typed character."""
SILENCE_AFTER: Final = 0.2
"""Seconds without a key after it."""
_GRAIN: Final = 1e-6
"""Clocks are floats: 100.3 - 100.0 is a little less than 0.3."""


def silent(since: float, now: float) -> bool:
    """Whether it has been silent long enough for a key to count."""
    return now - since >= SILENCE_BEFORE - _GRAIN


@dataclass(slots=True)
class Keystrokes:
    """What was heard of the keyboard."""

    last: float
    """When the last key came, or what is asked about was shown."""
    alone: bool = False
    """Whether the last key came after silence."""
    _run: list[tuple[float, str]] = field(default_factory=list)

    def heard(self, character: str | None, at: float, *, field_since: float | None = None) -> bool:
        """Take note of a key; whether it gives a paste away.

        Args:
            character: what it prints, if anything.
            at: when it came, in seconds of a steady clock.
            field_since: when a text field took over; what began after that is text, however fast.

        """
        self.alone = silent(self.last, at)
        self.last = at
        if character is None or not character.isprintable():
            self._run.clear()
            return False
        if self._run and at - self._run[-1][0] > BURST_SECONDS:
            self._run.clear()
        self._run.append((at, character))
        if len(self._run) < BURST_KEYS:
            return False
        first = self._run[-BURST_KEYS][0]
        return at - first <= BURST_SECONDS + _GRAIN and (field_since is None or first <= field_since)

    def noise(self, at: float) -> None:
        """Something else happened: what comes next must wait as if a key had been pressed."""
        self.last = at
        self.alone = False
        self._run.clear()

    def run_text(self) -> str:
        """What the present run of keys printed."""
        return "".join(character for _at, character in self._run)
