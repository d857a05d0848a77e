"""Judges keys before any widget sees them: split escape sequences and text pasted as keys.

A slow connection splits `ESC [ A` (arrow up), whose `A` alone would mean *allocate*. A terminal without bracketed
paste types a pasted mail as commands. Time alone tells both from typing, so the judge is pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

__all__ = ["PASTE_QUIET", "Judgement", "KeyGuard"]

BURST_KEYS: Final = 4
BURST_SECONDS: Final = 0.05
"""`BURST_KEYS` printable keys within these seconds are a paste."""
PASTE_QUIET: Final = 0.25
"""Seconds of silence that end a paste typed as keys."""
TORN_SECONDS: Final = 0.5
"""Seconds after a bare escape, and after each part, in which the next part of a split sequence may come."""


class Judgement(Enum):
    """The decision about a key."""

    PASS = auto()
    DROP = auto()
    BURST = auto()
    """The key that shows that its run is a paste: undo what the run opened; the text is collected from here on."""


@dataclass(slots=True)
class KeyGuard:
    """The keys seen so far, and what they amount to."""

    pasting: bool = False
    depth: int = 1
    """The number of open screens when the present run of keys began."""
    _typing: bool = False
    """A text field had the focus then."""
    _pasted_from: float = float("inf")
    _pasted_to: float = float("-inf")
    _run: list[tuple[float, str]] = field(default_factory=list)
    _escaped: float | None = None
    _torn: str | None = None

    def judge(
        self, key: str, character: str | None, at: float, *, typing: bool, depth: int, reviewing: bool = False
    ) -> Judgement:
        """Judge a key.

        Args:
            key: its name in Textual.
            character: the printed one, if any.
            at: the time it was read, in seconds of a monotonic clock.
            typing: a text field has the focus.
            depth: the number of open screens.
            reviewing: a review is on top, where a burst is a paste too; forms and lists take bursts as keys.

        """
        if self._is_torn(key, character, at):
            return Judgement.DROP
        text = _as_text(key, character)
        if self.pasting:
            self._run.append((at, text))
            return Judgement.DROP
        if not text:
            self._run.clear()
            return Judgement.PASS
        if not self._run or at - self._run[-1][0] > BURST_SECONDS:
            self._run.clear()
            self.depth, self._typing = depth, typing
        self._run.append((at, text))
        is_text = text.isprintable() and typing and (self.depth == 1 or self._typing)
        if not self._is_burst() or is_text or (self.depth > 1 and not reviewing):
            return Judgement.PASS
        self.pasting = True
        self._pasted_from, self._pasted_to = self._run[0][0], at
        return Judgement.BURST

    @property
    def beginning(self) -> bool:
        """The last key began a run."""
        return len(self._run) == 1

    def is_pasted(self, at: float) -> bool:
        """Return whether a key that passed belongs to the start of the latest paste."""
        return self._pasted_from <= at <= self._pasted_to

    def take(self) -> str:
        """Return the pasted text and end the paste."""
        text = "".join(part for _at, part in self._run)
        self._run.clear()
        self.pasting = False
        return text

    def _is_burst(self) -> bool:
        if len(self._run) < BURST_KEYS:
            return False
        quick = self._run[-1][0] - self._run[-BURST_KEYS][0] <= BURST_SECONDS
        letters = {text for _at, text in self._run}
        held = len(letters) == 1 and all(letter.islower() for letter in letters)
        return quick and not held

    def _is_torn(self, key: str, character: str | None, at: float) -> bool:
        """Return whether the key is part of a sequence whose escape came alone."""
        fresh = self._escaped is not None and at - self._escaped <= TORN_SECONDS
        if fresh and self._torn is not None:
            self._escaped = at
            self._torn += character or ""
            self._end_torn()
            return True
        if fresh and character is not None and character in "[O":
            self._escaped = at
            self._torn = character
            return True
        self._escaped = at if key == "escape" else None
        self._torn = None
        return self.pasting and key == "escape"

    def _end_torn(self) -> None:
        torn = self._torn or ""
        final = len(torn) == 2 if torn[0] == "O" else "@" <= torn[-1] <= "~" and len(torn) > 1
        if not final:
            return
        if torn == "[200~":
            self.pasting = True
        self._torn = None
        self._escaped = None


def _as_text(key: str, character: str | None) -> str:
    if key in ("enter", "ctrl+j"):
        return "\n"
    if key == "tab":
        return "\t"
    return character if character is not None and character.isprintable() else ""
