"""Documents of JSON on one line each, in few shapes: as `Tree` reads them, in a fraction of its time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from core.domain.addresses import OCTET
from core.domain.evidence.addresses import OCTETS, QUAD, quads
from core.domain.evidence.days import Days
from core.domain.evidence.dress import SIGNS
from core.domain.evidence.json_shape import Shape, shape_of
from core.domain.evidence.settle import Knowledge, Moment, Seen, Stamp, moment_key
from core.domain.evidence.tree import Tree

_CLEAN: Final = re.compile(rf'"({OCTET})\.({OCTET})\.({OCTET})\.({OCTET})(?::([0-9]{{1,5}}))?+"')
"""A value that is one address, with its port."""
_DATED: Final = re.compile(r'"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]')
_EPOCH: Final = re.compile(r'"?(([1-9][0-9]{9})([0-9]{3})?(?:\.([0-9]++))?+)"?')
_SIGN: Final = re.compile(r"[%&()\[\]{}]")
_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPES: Final = 64
_CASES: Final = 256
"""Cases of one shape."""
_TEXTS: Final = 4096
"""Values without an address that are known at once."""
_FIRST: Final = 44 << 24
_PORTS: Final = 10_000


class _Case:
    """Documents of one shape with addresses in the same places, and with the same zones and protocols."""

    def __init__(self, shape: Shape, values: list[str], knowledge: Knowledge, declares: int) -> None:
        """Take values in which addresses and ports are numbered by their places."""
        self._shape, self._values, self._knowledge = shape, values, knowledge
        self._days = Days(knowledge, declares)
        self.found: list[tuple[int, int | None, str | None]] = []
        """The place of each address, of its port, and its protocol."""
        time = shape.time
        stamp = self._stamp("" if time is None else values[time])
        self._moment = None if stamp is None or stamp.reading.full else knowledge.settle(stamp)
        self._epoch: Moment | None = None
        self._latest = int(knowledge.settings.now.timestamp()) + 86_400
        if stamp is not None and stamp.reading.instant is not None and not stamp.others:
            self._epoch = knowledge.settle(stamp)

    def _stamp(self, words: str) -> Stamp | None:
        """Return the time of all addresses of a document that has this time; None when they differ."""
        shape, values = self._shape, list(self._values)
        if shape.time is not None:
            values[shape.time] = words
        tree = Tree(self._knowledge)
        if not tree.json(shape.filled(values), 0):
            return None
        self.found = [
            (int(each.address) - _FIRST, None if each.port is None else each.port - _PORTS, each.protocol)
            for each in tree.found
        ]
        stamps = {each.stamp for each in tree.found}
        return stamps.pop() if len(stamps) == 1 else None

    def moment(self, words: str, number: int) -> tuple[int, Moment] | None:
        """Return the key of the moment of a document, and a moment of the same doubts; None where `Tree` has to say."""
        if self._shape.time is None:
            return None if self._moment is None else (self._moment.key, self._moment)
        if self._epoch is None:
            return self._days.moment(words, number, self._stamp)
        found = _EPOCH.fullmatch(words)
        key = None if found is None else _epoch_key(found[1], found[2], found[3], found[4], self._latest)
        return None if key is None else (key, self._epoch)


def _epoch_key(number: str, seconds: str, millis: str | None, part: str | None, latest: int) -> int | None:
    """Return the key of the moment that `read_value` reads; it leaves out parts of a second in long numbers."""
    second = int(seconds)
    if not 946_684_800 <= second <= latest:
        return None
    micro = int(millis) * 1_000 if millis is not None else 0
    if part is not None and len(number) <= 13:
        micro = int(f"{part[:6]:0<6}")
    return second * 1_000_000 + micro + moment_key(_ZERO)


class QuickJson:
    """Reads a document by the shape of one before."""

    def __init__(self, knowledge: Knowledge, declares: int) -> None:
        self._knowledge = knowledge
        self._declares = declares
        self._shapes: dict[str, list[Shape]] = {}
        self._cases: dict[int, dict[object, _Case | None]] = {}
        self._met: Counter[str] = Counter()
        self._empty: dict[tuple[str, str], bool] = {}

    def take(self, number: int, text: str) -> list[Seen] | None:
        """Return the addresses of a line that is a document; None, with nothing taken, where `Tree` has to read it."""
        begin = text[: text.find(":")]
        for shape in self._shapes.get(begin, ()):
            if (match := shape.pattern.fullmatch(text)) is not None:
                return self._read(number, shape, match.groups()) if text.isascii() else None
        self._learn(begin, text)
        return None

    def knows(self, text: str) -> bool:
        """Whether a line is a document of a shape that was met before."""
        shapes = self._shapes.get(text[: text.find(":")], ())
        return any(shape.pattern.fullmatch(text) is not None for shape in shapes)

    def _learn(self, begin: str, text: str) -> None:
        """Take the shape of a document, from the second on that begins alike."""
        if len(self._cases) >= _SHAPES or len(begin) > _TEXTS or not text.isascii():
            return
        self._met[begin] += 1
        if self._met[begin] > 1 and (shape := shape_of(text, self._knowledge.settings.table.record_keys)) is not None:
            self._shapes.setdefault(begin, []).append(shape)
            self._cases[id(shape)] = {}

    def _read(self, number: int, shape: Shape, values: Sequence[str]) -> list[Seen] | None:
        joined = "\n".join(values)
        if joined.count(":") > 6 or "::" in joined or "dot" in joined or "DOT" in joined:
            return None
        if _SIGN.search(joined) is not None and any(map(joined.__contains__, SIGNS)):
            return None
        words = "" if shape.time is None else values[shape.time]
        dated = _DATED.match(words) is not None
        if shape.time is not None and not dated and _EPOCH.fullmatch(words) is None:
            return None
        found: dict[int, tuple[int, int | None]] = {}
        for match in QUAD.finditer(joined):
            place = joined.count("\n", 0, match.start())
            clean = _CLEAN.fullmatch(values[place])
            if clean is not None and place not in shape.odd:
                one, two, three, four, port = clean.groups()
                address = OCTETS[one] << 24 | OCTETS[two] << 16 | OCTETS[three] << 8 | OCTETS[four]
                found[place] = address, None if port is None or int(port) > 65_535 else int(port)
            elif not self._is_empty(shape.keys[place], values[place]):
                return None
        if not found:
            return []
        case = self._case(shape, values, tuple(found), dated=dated)
        if case is None or (moment := case.moment(words, number)) is None:
            return None
        key, same = moment
        return [
            (found[place][0], key, same, number, _port(found[place][1], values, port), protocol, 1)
            for place, port, protocol in case.found
        ]

    def _is_empty(self, key: str, value: str) -> bool:
        """Whether a value that many documents share holds no address and no row."""
        empty = self._empty.get((key, value))
        if empty is None:
            if len(self._empty) > _TEXTS:
                self._empty.clear()
            is_row = value[1:2].isdigit() and "," in value
            empty = self._empty[key, value] = not is_row and value[1:2] != "{" and not quads(value[1:-1], key)
        return empty

    def _case(self, shape: Shape, values: Sequence[str], places: tuple[int, ...], *, dated: bool) -> _Case | None:
        ports = tuple([place for place in shape.ports if _is_number(values[place])])
        key = dated, places, ports, tuple([values[place] for place in shape.fixed])
        cases = self._cases[id(shape)]
        if key in cases:
            return cases[key]
        if len(cases) >= _CASES:
            return None
        numbered = list(values)
        for place in ports:
            numbered[place] = str(_PORTS + place)
        for place in places:
            number = _FIRST + place
            numbered[place] = f'"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"'
        case = _Case(shape, numbered, self._knowledge, self._declares)
        cases[key] = case if sorted(place for place, *_ in case.found) == [*places] else None
        return cases[key]


def _is_number(value: str) -> bool:
    """Whether a value is read as a port."""
    text = value.strip('"')
    return text.isdigit() and len(text) < 6


def _port(own: int | None, values: Sequence[str], place: int | None) -> int | None:
    return own if own is not None or place is None else int(values[place].strip('"'))
