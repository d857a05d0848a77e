"""From typed or pasted text to verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core import InvalidTime, Inventory, parse_time
from tui.panes.lookups import Looked, is_past
from tui.state.selection import Selection, SelectionKind
from tui.wording.log_summary import times_words
from tui.wording.phrases import count_of
from tui.wording.sanitize import visible

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
    assumed: str = ""
    """What was taken for granted of its times."""

    def note(self, *, pasted: bool) -> str:
        """What to say beside the field."""
        if not pasted:
            return ""
        if self.mentioned == len(self.looked):
            return f"pasted, {count_of(self.mentioned, 'address', 'addresses')}"
        return f"{count_of(self.mentioned, 'address', 'addresses')} pasted, {len(self.looked):,} distinct"


def look_up(inventory: Inventory, text: str, told: Callable[[int], None] | None = None) -> Found:
    """The verdicts on every address in the text, at the times it names; blocks."""
    found = inventory.evidence(text.splitlines() or [text], on_progress=told)
    then = [verdict.address for verdict in found.verdicts if is_past(verdict)]
    now = {verdict.address: verdict for verdict in inventory.lookup_text(then)}
    looked = tuple(Looked(verdict, now.get(verdict.address, verdict)) for verdict in found.verdicts)
    return Found(looked, found.mentions, "; ".join(times_words(found)))


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


def hand_of(looked: Looked) -> Selection:
    """The looked-up address, to be taken in hand."""
    then = looked.then
    at = then.at if is_past(then) else None
    return Selection(SelectionKind.ADDRESS, then.address, eip=None if at else then.eip, at=at)
