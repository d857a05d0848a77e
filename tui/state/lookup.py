"""Verdicts on the addresses of a typed or pasted text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from core import InvalidTime, Inventory, iso, parse_time
from tui.state.selection import Selection, SelectionKind
from tui.wording.doubts import doubt_counts, doubt_words
from tui.wording.log_summary import ahead_words
from tui.wording.phrases import count_of, with_port
from tui.wording.reports import Looked, is_past
from tui.wording.sanitize import visible
from tui.wording.text_facts import AS_IT_STANDS, TextReading
from tui.wording.times import EXAMPLES, told_back

__all__ = ["Found", "in_full", "look_up", "selection_of", "wrong_time"]

_SHOWN: Final = 9
"""Cells of a mistyped time that are repeated, so that an example fits beside it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The addresses of a text."""

    looked: tuple[Looked, ...]
    """Distinct addresses and times, in order of appearance."""
    mentioned: int
    """Addresses in the text, counted each time."""
    assumed: str = ""
    """The kinds of doubt about its times, counted; a list of bare addresses has marks enough."""

    def note(self, *, pasted: bool) -> str:
        """Return the note beside the field."""
        read_with = self.looked[0].read_with if self.looked else ""
        if read_with or not pasted:
            return read_with
        if self.mentioned == len(self.looked):
            return f"pasted, {count_of(self.mentioned, 'address', 'addresses')}"
        return f"{count_of(self.mentioned, 'address', 'addresses')} pasted, {len(self.looked):,} distinct"


def look_up(
    inventory: Inventory,
    text: str,
    on_progress: Callable[[int], None] | None = None,
    reading: TextReading = AS_IT_STANDS,
) -> Found:
    """Return the verdicts on every address of the text, at the times it names; blocks.

    Args:
        inventory: is read.
        text: one address, or lines of a log.
        on_progress: called with the number of lines read so far.
        reading: settles doubts about the text.

    """
    found = inventory.evidence([text], reading.at, reading.facts, on_progress=on_progress)
    if not reading.words and len(text.split()) == 1 and len(found.verdicts) == 1 and found.verdicts[0].at is None:
        asked = found.verdicts[0]
        verdict = inventory.lookup(with_port(asked.address, asked.port, asked.protocol))  # one word asks about now
        return Found((Looked(verdict, verdict),), 1)
    now = inventory.lookup_many(verdict.address for verdict in found.verdicts if is_past(verdict))
    looked = tuple(Looked(verdict, now.get(verdict.address, verdict), reading.words) for verdict in found.verdicts)
    timed = len(looked) == 1 or any(verdict.at is not None for verdict in found.verdicts)
    ahead = sum(verdict.at is not None and verdict.at > verdict.as_of for verdict in found.verdicts)
    said = filter(None, (doubt_counts(found.doubts), ahead_words(ahead, found.doubts)))
    return Found(looked, found.mentions, "; ".join(said) if timed else "")


def in_full(text: str, now: datetime, local: tzinfo | None) -> tuple[str, str]:
    """Return a typed `ADDRESS @ TIME` with its time in full, and the sentence that tells it; other text as it is."""
    address, at, words = text.partition("@")
    if not at or wrong_time(text, now, local) is not None:
        return text, ""
    moment = parse_time(words, now, local=local)
    return f"{address}@ {iso(moment)}", told_back(words, moment, local)


def wrong_time(text: str, now: datetime, local: tzinfo | None) -> str | None:
    """Return what is wrong with the time after the `@` of a typed lookup; None when it is valid or absent."""
    _address, at, words = text.partition("@")
    if not at:
        return None
    try:
        parse_time(words, now, local=local)
    except InvalidTime:
        return f"@ {visible(words.strip(), _SHOWN)} is not a time. Examples: {EXAMPLES}"
    return None


def selection_of(looked: Looked) -> Selection:
    """Return the looked-up address as a selection."""
    then = looked.then
    at = then.at if is_past(then) else None
    return Selection(
        SelectionKind.ADDRESS,
        then.address,
        eip=None if at else then.eip,
        at=at,
        doubts=doubt_words(then),
        port=then.port,
        protocol=then.protocol,
        read_with=looked.read_with,
    )
