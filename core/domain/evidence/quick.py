"""Lines of the format met last that hold nothing unusual: as `Plain` reads them, in a fraction of its time."""

from __future__ import annotations

from typing import Final

from core.domain.evidence.addresses import PROTOCOL_WORDS, quads
from core.domain.evidence.days import Days
from core.domain.evidence.dress import SIGNS
from core.domain.evidence.format import Compiled
from core.domain.evidence.plain import PORT_WORDS, Plain, format_stamp
from core.domain.evidence.settle import Knowledge, Moment, Stamp

_DIGITS: Final = frozenset("0123456789")
"""Characters with which neither a record of several lines nor a header begins."""
_UNUSUAL: Final = ("{", "::", *SIGNS, *PORT_WORDS, *PROTOCOL_WORDS)


class QuickLines:
    """Reads a line by the format of the one before."""

    def __init__(self, knowledge: Knowledge, plain: Plain, declares: int) -> None:
        self._plain = plain
        self._days = Days(knowledge, declares)
        self._entry: Compiled | None = None
        self._unusual: list[str] = []
        self._readable = False

    def begin(self, text: str) -> None:
        """Look at a whole block for what its lines can hold."""
        self._readable = text.isascii()
        self._unusual = [each for each in _UNUSUAL if each in text]

    def take(self, number: int, text: str) -> tuple[list[tuple[int, int | None]], int, Moment] | None:
        """Return the addresses of a line with their ports, the key of its moment, and a moment of the same doubts.

        None, with nothing taken, where `Plain` has to read the line.
        """
        if text[:1] not in _DIGITS or not self._readable:
            return None
        for each in self._unusual:
            if each in text:
                return None
        entry, matches = self._plain.chooser.first
        if entry is None or entry.hint not in text or (match := matches(text)) is None or text.count(":") > 6:
            return None
        words = match["t"]
        if entry is not self._entry:
            self._entry = entry
            self._days.clear()
        if words is None or (moment := self._days.moment(words, number, self._stamp)) is None:
            return None
        hits = [(hit[2], hit[3]) for hit in quads(text)]
        if not hits:
            return None
        self._plain.begin(text)
        return hits, *moment

    def _stamp(self, words: str) -> Stamp | None:
        return None if self._entry is None else format_stamp(words, self._entry.format)
