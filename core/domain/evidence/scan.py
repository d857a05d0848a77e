"""The scanner: text to the addresses in it, each with the moment of its record and the doubts about it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from core.domain.evidence.addresses import find_addresses, has_address
from core.domain.evidence.framer import Framer
from core.domain.evidence.ours_only import OursOnly, stands_alone
from core.domain.evidence.quick import QuickLines
from core.domain.evidence.quick_json import QuickJson
from core.domain.evidence.reader import Block, Line, read_blocks
from core.domain.evidence.settings import Settings
from core.domain.evidence.settle import Knowledge, Moment, Seen, key_moment
from core.domain.evidence.sighting import Doubt, Sighting, Source
from core.domain.evidence.tree import Mention
from core.domain.evidence.waiting import Waiting

_DECLARES: Final = 2000
"""Lines of a text up to which a zone that is declared further down counts for what stands above it."""


def scan(pieces: Iterable[bytes] | Iterable[str], settings: Settings) -> Iterator[Sighting]:
    """Give every address of a text as its record is read.

    Bytes are decoded as UTF-8, or UTF-16, and gunzipped; text that is not valid is replaced, never refused. Sightings
    whose moment the rest of the text can still decide (the order of day and month, the zone of a short text) come at
    the end, one for each distinct address and time, with a count. Memory grows with these alone.
    """
    scanner = Scanner(settings)
    for block in read_blocks(pieces):
        yield from map(_sighting, scanner.read(block))
    yield from map(_sighting, scanner.end())


def _sighting(seen: Seen) -> Sighting:
    address, key, moment, line, port, protocol, count = seen
    at, doubts, source = key_moment(key), moment.doubts, moment.source
    others = tuple(each for delta in moment.deltas if (each := key_moment(key + delta)) is not None)
    return Sighting(address, at, others, doubts, line, port, protocol, source, count)


class Scanner:
    """Reads a text block by block.

    Args:
        settings: facts about the whole text.
        within: the first address of each range that counts and the first one behind it, ascending; None: all count.
        eager: whether nothing waits for the rest of the text; what only that can tell is ambiguous.

    """

    def __init__(self, settings: Settings, within: Sequence[int] | None = None, *, eager: bool = False) -> None:
        self._knowledge = Knowledge(settings)
        self._framer = Framer(self._knowledge)
        self._quick = QuickLines(self._knowledge, self._framer.plain, _DECLARES)
        self._documents = QuickJson(self._knowledge, _DECLARES)
        self._within = within
        self._ours = None if within is None or settings.table.own_blocks else OursOnly(within)
        self._eager = eager
        self._waiting = Waiting()

    @property
    def waiting(self) -> int:
        """The number of distinct mentions that wait for the end of the text."""
        return self._waiting.size

    def read(self, block: Block) -> list[Seen]:
        """Return the mentions that the lines of a block complete, but for those that wait for the end."""
        found: list[Seen] = []
        framer, quick, documents, within = self._framer, self._quick, self._documents, self._within
        ours = None if self._ours is None or block.goes_on else self._ours
        if ours is not None and not ours.skips(block.text, len(block.lines)):
            ours = None
        number = block.number
        for text in block.lines:
            seen = None
            if framer.idle and not block.goes_on:
                if ours is not None and not ours.may_hold(text) and self._is_whole(text):
                    number += 1
                    continue
                seen = documents.take(number, text) if text[:1] == "{" else quick.take(number, text)
            if seen is None:
                found += self._dated(framer.take(Line(number, text, block.goes_on)))
            elif within is None:
                found += seen
            else:
                found += [each for each in seen if self._counts(each[0])]
            number += 1
        if self._eager and not framer.idle:
            found += self._open(block, {each[3] for each in found})
        return found

    def _is_whole(self, text: str) -> bool:
        """Whether a line is a record by itself, whatever stands behind it."""
        if text[:1] == "{":
            return self._documents.knows(text)
        if not stands_alone(text):
            return False
        self._framer.plain.begin(text)
        return True

    def _open(self, block: Block, dated: set[int]) -> Iterator[Seen]:
        """Give the addresses of a record that goes on behind the block."""
        first = self._framer.begun
        moment = Moment(None, (), Doubt.TIME_UNKNOWN | Doubt.AMBIGUOUS, Source.NONE)
        for number, text in enumerate(block.lines, block.number):
            if number >= first and number not in dated and has_address(text):
                for hit in find_addresses(text):
                    if self._counts(hit.address):
                        yield hit.address, moment.key, moment, number, hit.port, None, 1

    def end(self) -> list[Seen]:
        """Return the mentions that the end of the text completes."""
        found = list(self._dated(self._framer.end()))
        if len(self._knowledge.zones) > 1:
            self._knowledge.forget_zone()
        for address, stamp, line, port, protocol, count in self._waiting.all():
            moment = self._knowledge.settle(stamp)
            found.append((address, moment.key, moment, line, port, protocol, count))
        return found

    def _counts(self, address: int | str) -> bool:
        within = self._within
        return within is None or (isinstance(address, int) and bisect_right(within, address) % 2 == 1)

    def _dated(self, mentions: Iterable[Mention]) -> Iterator[Seen]:
        knowledge = self._knowledge
        for address, stamp, line, port, protocol in mentions:
            if not self._counts(address):
                continue
            if not self._eager and (knowledge.is_pending(stamp) or (line <= _DECLARES and knowledge.lacks_zone(stamp))):
                self._waiting.add(address, stamp, line, port, protocol)
            else:
                moment = knowledge.settle(stamp)
                yield address, moment.key, moment, line, port, protocol, 1
