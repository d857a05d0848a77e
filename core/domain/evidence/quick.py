"""Lines of the format met last that hold nothing unusual: as `Plain` reads them, in a fraction of its time."""

from __future__ import annotations

import re
from typing import Final

from core.domain.evidence.addresses import PROTOCOL_WORDS, quads
from core.domain.evidence.days import Days
from core.domain.evidence.dress import SIGNS
from core.domain.evidence.format import Compiled
from core.domain.evidence.places import end_behind
from core.domain.evidence.plain import PORT_WORDS, Plain, format_stamp
from core.domain.evidence.settle import Knowledge, Seen, Stamp

_DIGITS: Final = frozenset("0123456789")
"""Characters with which neither a header nor a record of several lines begins, but for blocks of an operator."""
_SIGN: Final = re.compile(r"[{}()\[\]%\\=&\x1b]|::")
"""Characters of which one stands in all that is unusual, but for words."""
_WORDS: Final = tuple(dict.fromkeys(each.lower() for each in ("dot", 'port"', "service:", *PROTOCOL_WORDS)))
_UNUSUAL: Final = ("{", "::", *_WORDS, *(each.lower() for each in (*SIGNS, *PORT_WORDS)))
_TAIL: Final = ' "'
"""The begin of the last quoted field, the name of a browser for example; no address goes on across it."""
_MOST: Final = 4096
"""Tails that are known at once."""


class QuickLines:
    """Reads a line by the format of the one before."""

    def __init__(self, knowledge: Knowledge, plain: Plain, declares: int) -> None:
        self._plain = plain
        table = knowledge.settings.table
        self._block_of = table.block_of if _DIGITS & table.block_starts else None
        self._days = Days(knowledge, declares)
        self._entry: Compiled | None = None
        self._empty: dict[str, bool] = {}

    def take(self, number: int, text: str) -> list[Seen] | None:
        """Return the addresses of a line; None, with nothing taken, where `Plain` has to read it."""
        if text[:1] not in _DIGITS or not text.isascii():
            return None
        entry, matches = self._plain.chooser.first
        if entry is None or entry.hint not in text or (match := matches(text)) is None or text.count(":") > 6:
            return None
        words, place = match["t"], text.rfind(_TAIL)
        if place < match.end() or not self._is_empty(text[place:]):
            place = len(text)
        start, end = match.span("t")
        start -= text.startswith("[", start - 1) if start else 0
        if _is_unusual(f"{text[:start]}\n{text[end + text.startswith(']', end) : place]}"):
            return None
        if entry is not self._entry:
            self._entry = entry
            self._days.clear()
        if self._block_of is not None and self._block_of(text) is not None:
            return None
        if words is None or end_behind(text, end) is not None:
            return None
        if (moment := self._days.moment(words, number, self._stamp)) is None:
            return None
        hits = quads(text, "", place)
        if not hits:
            return None
        self._plain.begin(text)
        key, same = moment
        return [(address, key, same, number, port, None, 1) for _, _, address, port, _ in hits]

    def _is_empty(self, tail: str) -> bool:
        """Whether the end of a line, which many lines share, holds neither an address nor anything unusual."""
        empty = self._empty.get(tail)
        if empty is None:
            if len(self._empty) > _MOST:
                self._empty.clear()
            empty = self._empty[tail] = not _is_unusual(tail) and not quads(tail)
        return empty

    def _stamp(self, words: str) -> Stamp | None:
        if self._entry is None or _is_unusual(words) or words.endswith("."):
            return None
        return format_stamp(words, self._entry.format)


def _is_unusual(text: str) -> bool:
    """Whether a part of a line can hold a document, a dressed address, a port or a protocol."""
    low = text.lower()
    return any(map(low.__contains__, _WORDS)) or (
        _SIGN.search(low) is not None and any(map(low.__contains__, _UNUSUAL))
    )
