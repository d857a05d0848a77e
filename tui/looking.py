"""From typed or pasted text to verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core import Desk, InvalidTime, Verdict, parse_time
from tui.hand import Hand, HandKind
from tui.panes.lookups import Looked, is_past
from tui.text import visible
from tui.words import count_of

__all__ = ["Found", "hand_of", "look_up", "wrong_time"]

_SHOWN: Final = 12
"""Cells of a mistyped time that are repeated: how one is written has to fit beside it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text named."""

    looked: tuple[Looked, ...]
    """Distinct addresses and times, in order of appearance."""
    mentioned: int
    """Addresses in the text, counted each time."""

    def note(self, *, pasted: bool) -> str:
        """What to say beside the field."""
        if not pasted:
            return ""
        if self.mentioned == len(self.looked):
            return f"pasted, {count_of(self.mentioned, 'address', 'addresses')}"
        return f"{count_of(self.mentioned, 'address', 'addresses')} pasted, {len(self.looked)} distinct"


def look_up(desk: Desk, text: str) -> Found:
    """The verdicts on every address in the text, at the times it names; blocks."""
    verdicts = desk.lookup_text(text.splitlines() or [text])
    looked = tuple(Looked(verdict, _now(desk, verdict)) for verdict in verdicts)
    return Found(looked, sum(verdict.count for verdict in verdicts))


def _now(desk: Desk, verdict: Verdict) -> Verdict:
    return desk.lookup(verdict.address) if is_past(verdict) and ":" not in verdict.address else verdict


def wrong_time(text: str, now: datetime) -> str | None:
    """What is wrong with the time after the `@` of a typed lookup; None: nothing, or there is none."""
    _address, at, words = text.partition("@")
    if not at:
        return None
    try:
        parse_time(words, now)
    except InvalidTime:
        example = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
        return f"@ {visible(words.strip(), _SHOWN)} is no time; write {example}, {example[:10]}, 21:14 or 90d"
    return None


def hand_of(looked: Looked) -> Hand:
    """The looked-up address, to be taken in hand."""
    then = looked.then
    at = then.at if is_past(then) else None
    return Hand(HandKind.ADDRESS, then.address, eip=None if at else then.eip, at=at)
