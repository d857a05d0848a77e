"""The scanner: text to the addresses in it, each with the moment of its record and the doubts about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from core.domain.evidence.framer import Framer
from core.domain.evidence.reader import Line, read_lines
from core.domain.evidence.settings import Settings
from core.domain.evidence.settle import Knowledge
from core.domain.evidence.sighting import Sighting
from core.domain.evidence.tree import Mention

_DECLARES: Final = 2000
"""Lines of a text up to which a zone that is declared further down counts for what stands above it."""


def scan(pieces: Iterable[bytes] | Iterable[str], settings: Settings) -> Iterator[Sighting]:
    """Give every address of a text as its record is read.

    Bytes are decoded as UTF-8, or UTF-16, and gunzipped; text that is not valid is replaced, never refused.
    """
    return scan_lines(read_lines(pieces), settings)


def scan_lines(lines: Iterable[Line], settings: Settings) -> Iterator[Sighting]:
    """Give every address of the lines of a text as its record is read.

    Sightings whose moment the rest of the text can still decide (the order of day and month, the zone of a short
    text) come at the end, one for each distinct address and time, with a count. Memory grows with these alone.
    """
    knowledge = Knowledge(settings)
    waiting: dict[Mention, tuple[int, int]] = {}
    for mention in Framer(knowledge).read(lines):
        stamp = mention.stamp
        if knowledge.is_pending(stamp) or (mention.line <= _DECLARES and knowledge.lacks_zone(stamp)):
            key = mention._replace(line=0, stamp=stamp._replace(reading=stamp.reading._replace(end=0)))
            line, count = waiting.get(key, (mention.line, 0))
            waiting[key] = line, count + 1
        else:
            yield _sighting(knowledge, mention, mention.line, 1)
    if len(knowledge.zones) > 1:
        knowledge.forget_zone()
    for mention, (line, count) in waiting.items():
        yield _sighting(knowledge, mention, line, count)


def _sighting(knowledge: Knowledge, mention: Mention, line: int, count: int) -> Sighting:
    at, others, doubts = knowledge.settle(mention.stamp)
    source = mention.stamp.source
    return Sighting(mention.address, at, others, doubts, line, mention.port, mention.protocol, source, count)
