"""Lines of the format met last that hold nothing unusual: as `Plain` reads them, in a fraction of its time."""

from __future__ import annotations

from typing import Final

from core.domain.evidence.addresses import PROTOCOL_WORDS, Hit, quads
from core.domain.evidence.dress import SIGNS
from core.domain.evidence.format import Compiled
from core.domain.evidence.plain import PORT_WORDS, Plain, format_stamp
from core.domain.evidence.settle import Knowledge, Moment

_DIGITS: Final = frozenset("0123456789")
"""Characters with which neither a record of several lines nor a header begins."""
_UNUSUAL: Final = ("{", "::", *SIGNS, *PORT_WORDS, *PROTOCOL_WORDS)
_MOST: Final = 4096


class QuickLines:
    """Reads a line by the format of the one before."""

    def __init__(self, knowledge: Knowledge, plain: Plain, declares: int) -> None:
        self._knowledge = knowledge
        self._plain = plain
        self._declares = declares
        self._moments = knowledge.cache()
        self._entry: Compiled | None = None
        self._unusual: list[str] = []
        self._readable = False

    def begin(self, text: str) -> None:
        """Look at a whole block for what its lines can hold."""
        self._readable = text.isascii()
        self._unusual = [each for each in _UNUSUAL if each in text]

    def take(self, number: int, text: str) -> tuple[list[tuple[int, int | None]], Moment] | None:
        """Return the addresses of a line and its moment; None, with nothing taken, where `Plain` has to read it."""
        if text[:1] not in _DIGITS or not self._readable:
            return None
        for each in self._unusual:
            if each in text:
                return None
        entry, matches = self._plain.chooser.first
        if entry is None or entry.hint not in text or (match := matches(text)) is None or text.count(":") > 6:
            return None
        moment = self._moments.get(match["t"]) if entry is self._entry else None
        if moment is None and (moment := self._moment(entry, match["t"], number)) is None:
            return None
        hits = [(hit[2], hit[3]) for hit in quads(text)]
        if not hits:
            return None
        self._plain.begin(text)
        return hits, moment

    def _moment(self, entry: Compiled, words: str | None, number: int) -> Moment | None:
        """Return the moment of a time that neither teaches nor awaits anything."""
        stamp = None if words is None else format_stamp(words, entry.format)
        if stamp is None or words is None or stamp.reading.proof is not None or self._knowledge.is_pending(stamp):
            return None
        if number <= self._declares and self._knowledge.lacks_zone(stamp):
            return None
        if entry is not self._entry or len(self._moments) > _MOST:
            self._moments.clear()
            self._entry = entry
        moment = self._moments[words] = self._knowledge.settle(stamp)
        return moment
