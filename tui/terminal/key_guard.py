"""Judges keys before any widget sees them: split escape sequences and keys that arrive in a burst.

A slow connection splits `ESC [ A` (arrow up), whose `A` alone would mean *allocate*; it also delivers keys typed ahead
in one packet, and a terminal without bracketed paste types a pasted mail as commands. In a burst only keys that change
nothing run. Time alone tells a burst from typing, so the judge is pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

__all__ = ["PASTE_QUIET", "Burst", "Judgement", "KeyGuard"]

BURST_KEYS: Final = 4
BURST_SECONDS: Final = 0.05
"""`BURST_KEYS` printable keys within these seconds are a burst."""
PASTE_QUIET: Final = 0.25
"""Seconds of silence that end a burst."""
TORN_SECONDS: Final = 0.5
"""Seconds after a bare escape, and after each part, in which the next part of a split sequence may come."""
_ADDRESS: Final = re.compile(r"(?<!\d)\d{1,3}(?:\[?\.\]?\d{1,3}){3}(?!\d)")


class Judgement(Enum):
    """The decision about a key."""

    PASS = auto()
    DROP = auto()
    STOP = auto()
    """The key that stops its burst; the text is collected from here on."""


class _Role(Enum):
    """What a key does."""

    TEXT = auto()
    """It is for a text field."""
    RUNS = auto()
    SKIPPED = auto()
    """Neither runs in a burst nor stops it."""
    STOPS = auto()


@dataclass(frozen=True, slots=True)
class _Pressed:
    at: float
    text: str
    role: _Role


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst that has ended."""

    text: str
    stopped_at: str
    """The key that stopped it; empty when none did."""
    pasted: bool
    """Whether it is a paste: an address stands among keys that did not run, or its bracketed start was split."""


def _runs(_key: str) -> bool:
    return True


def _stops(key: str) -> bool:
    return len(key) == 1 and (key.isupper() or key in "yqxi")


@dataclass(slots=True)
class KeyGuard:
    """The keys seen so far, and what they amount to."""

    runs: Callable[[str], bool] = _runs
    """Whether a key runs in a burst on the main screen."""
    stops: Callable[[str], bool] = _stops
    """Whether a key stops a burst on the main screen."""
    pasting: bool = False
    """A burst was stopped: its keys are collected, and none runs."""
    opened: bool = False
    """A key that must not run in a burst ran before the burst was recognised, or a review was on top."""
    depth: int = 1
    """The number of open screens when the present run of keys began."""
    _typing: bool = False
    """A text field had the focus then."""
    _bursting: bool = False
    _stopped_at: str = ""
    _run: list[_Pressed] = field(default_factory=list)
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
            reviewing: a review is on top, where any burst is a paste; forms and lists take bursts as keys.

        """
        if self._is_torn(key, character, at):
            return Judgement.DROP
        text = _as_text(key, character)
        if self.pasting:
            self._run.append(_Pressed(at, text, _Role.STOPS))
            return Judgement.DROP
        if not text:
            if not self._bursting:
                self._run.clear()
            return Judgement.PASS
        self._continue_run(at, typing=typing, depth=depth)
        pressed = _Pressed(at, text, self._role(key, text, typing=typing, depth=depth))
        self._run.append(pressed)
        self._bursting = self._bursting or self._is_burst()
        if not self._bursting or pressed.role is _Role.TEXT or (self.depth > 1 and not reviewing):
            return Judgement.PASS
        return self._judge_in_burst(pressed, reviewing=reviewing)

    def _continue_run(self, at: float, *, typing: bool, depth: int) -> None:
        """Begin another run of keys when the last one was long ago."""
        pause = PASTE_QUIET if self._bursting else BURST_SECONDS
        if not self._run or at - self._run[-1].at > pause:
            self._run.clear()
            self._bursting = False
            self.depth, self._typing = depth, typing

    def _role(self, key: str, text: str, *, typing: bool, depth: int) -> _Role:
        if text.isprintable() and typing and (self.depth == 1 or self._typing):
            return _Role.TEXT
        if key in ("enter", "ctrl+j") or (typing and key == "tab"):
            return _Role.RUNS
        if depth > self.depth or self.stops(key):
            return _Role.STOPS
        return _Role.RUNS if self.runs(key) else _Role.SKIPPED

    def _judge_in_burst(self, pressed: _Pressed, *, reviewing: bool) -> Judgement:
        stopping = next((each for each in self._run if each.role is _Role.STOPS), None)
        if reviewing or stopping is not None or self._is_paste(pressed):
            self.pasting = True
            self.opened = reviewing or (stopping is not None and stopping is not pressed)
            self._stopped_at = "" if reviewing and self.depth > 1 else (stopping or pressed).text
            return Judgement.STOP
        return Judgement.DROP if pressed.role is _Role.SKIPPED else Judgement.PASS

    def _is_paste(self, pressed: _Pressed) -> bool:
        """Return whether a key behind an address shows that the burst is a text of several words or lines."""
        behind_enter = len(self._run) > 1 and self._run[-2].text == "\n"
        goes_on = pressed.role is _Role.SKIPPED or (behind_enter and pressed.text.isdigit())
        return goes_on and _ADDRESS.search(self._text) is not None

    @property
    def _text(self) -> str:
        return "".join(pressed.text for pressed in self._run)

    @property
    def bursting(self) -> bool:
        """A burst is under way: it ends with `PASTE_QUIET` seconds of silence."""
        return self._bursting or self.pasting

    @property
    def beginning(self) -> bool:
        """The last key began a run."""
        return len(self._run) == 1

    def end(self) -> Burst:
        """End the burst after its silence, and return it."""
        text = self._text
        skipped = any(each.role is _Role.SKIPPED for each in self._run)
        shown = _ADDRESS.search(text) is not None and (self.pasting or skipped)
        burst = Burst(text, self._stopped_at, shown or (self.pasting and not self._stopped_at))
        self._run.clear()
        self.pasting = self._bursting = False
        self._stopped_at = ""
        return burst

    def _is_burst(self) -> bool:
        if len(self._run) < BURST_KEYS:
            return False
        quick = self._run[-1].at - self._run[-BURST_KEYS].at <= BURST_SECONDS
        letters = {pressed.text for pressed in self._run}
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
