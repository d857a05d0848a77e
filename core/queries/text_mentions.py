"""The addresses of a text, counted by address and moment, in at most 200 bytes for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from core.domain.evidence import Doubt, Source
from core.domain.evidence.settle import Moment, Seen, micros_of
from core.domain.evidence.waiting import address_number, number_address
from core.domain.text_evidence import DoubtCount

__all__ = ["Mention", "Mentions", "ended"]

_TOGETHER: Final = 1 << 16
"""Characters of the lines that are read at once."""
_AT: Final = 62
_SHAPE: Final = 31
_PROTOCOL: Final = 8
_PORT: Final = 17
_COUNT: Final = 32
_ONE: Final = 1 << _SHAPE + _PROTOCOL + _PORT
_LINE: Final = _SHAPE + _PROTOCOL + _PORT + _COUNT
_SAME: Final = _ONE - 1
"""The bits of shape, protocol and port."""
_PORT_AT: Final = _SHAPE + _PROTOCOL
_COUNT_AT: Final = _PORT_AT + _PORT
_AT_BITS: Final = (1 << _AT) - 1
_SHAPE_BITS: Final = (1 << _SHAPE) - 1
_PROTOCOL_BITS: Final = (1 << _PROTOCOL) - 1
_PORT_BITS: Final = (1 << _PORT) - 1
_COUNT_BITS: Final = (1 << _COUNT) - 1


class _Shape(NamedTuple):
    """The parts of a moment that many moments share; the other readings by their distance in microseconds."""

    doubts: Doubt
    others: tuple[int, ...]
    source: Source


Mention: TypeAlias = tuple[int | str, int | None, int, int, int | None, str | None, tuple[int, ...], Doubt, Source]
"""Address, moment in microseconds, first line, count, port, protocol, other moments, doubts, source of the time."""


class Mentions:
    """The addresses of a text, counted by address and moment; the one object that counts for its scanner."""

    def __init__(self) -> None:
        self.lines = 0
        self._found: dict[int, int] = {}
        self._shapes: list[_Shape] = []
        self._numbers: dict[_Shape, int] = {}
        self._protocols: list[str | None] = [None]
        self._doubted: dict[Doubt, tuple[int, int]] = {}

    @property
    def doubts(self) -> tuple[DoubtCount, ...]:
        """The kinds of doubt about the mentions."""
        return tuple(_counts(self._doubted))

    @property
    def size(self) -> int:
        """The number of entries that are held: one for each address and moment, more for moments of many readings."""
        return len(self._found) + 2 * len(self._shapes)

    def clear(self) -> None:
        """Forget the mentions; a scanner's moments go on to be those of this object."""
        self._found.clear()
        self._doubted.clear()

    def add(self, some: Iterable[Seen]) -> None:
        """Count mentions."""
        found = self._found
        for address, at, moment, line, port, protocol, count in some:
            shape = moment.number
            if shape is None:
                shape = moment.number = self._shape(moment)
            if protocol is not None or port is not None:
                shape |= self._end(port, protocol)
            key = (address if isinstance(address, int) else address_number(address)) << _AT | at
            known = found.get(key)
            if known is None:
                found[key] = line << _LINE | count * _ONE | shape
            elif known & _SAME == shape and known >> _LINE <= line:
                found[key] = known + count * _ONE
            else:
                found[key] = self._merged(known, shape, line, count)
            if moment.doubts:
                total, first = self._doubted.get(moment.doubts, (0, line))
                self._doubted[moment.doubts] = total + count, min(first, line)

    def _shape(self, moment: Moment) -> int:
        asked = moment.source is Source.NONE and moment.at is not None
        return self._number(_Shape(moment.doubts, moment.deltas, Source.ASKED if asked else moment.source))

    def _number(self, shape: _Shape) -> int:
        number = self._numbers.setdefault(shape, len(self._shapes))
        if number == len(self._shapes):
            self._shapes.append(shape)
        return number

    def _end(self, port: int | None, protocol: str | None) -> int:
        if protocol not in self._protocols:
            self._protocols.append(protocol)
        place = 0 if port is None else port + 1
        return (place << _PROTOCOL | self._protocols.index(protocol)) << _SHAPE

    def _merged(self, known: int, other: int, line: int, count: int) -> int:
        """Return two counts of an address and a moment as one; ports that differ name none."""
        first, second = self._shapes[known & _SHAPE_BITS], self._shapes[other & _SHAPE_BITS]
        others = first.others if first.others == second.others else tuple(sorted({*first.others, *second.others}))
        number = self._number(_Shape(first.doubts | second.doubts, others, first.source))
        low = known & _SAME
        ends = (low ^ (other & _SAME)) >> _SHAPE
        if ends >> _PROTOCOL:
            low &= (1 << _SHAPE + _PROTOCOL) - 1
        if ends & _PROTOCOL_BITS:
            low &= ~(_PROTOCOL_BITS << _SHAPE)
        low = low >> _SHAPE << _SHAPE | number
        total = (known >> _COUNT_AT & _COUNT_BITS) + count
        return min(line, known >> _LINE) << _LINE | total * _ONE | low

    def addresses(self) -> Iterator[int]:
        """Give the IPv4 addresses, some of them often."""
        return (key >> _AT for key in self._found if not key >> _AT + 32)

    def in_order(self) -> Iterator[Mention]:
        """Give the mentions by their first lines; the scanner gives some of them late."""
        found = self._found
        shapes, protocols = self._shapes, self._protocols
        for key in found if self._is_ordered() else sorted(found, key=lambda each: found[each] >> _LINE):
            value = found[key]
            moment = key & _AT_BITS
            port = value >> _PORT_AT & _PORT_BITS
            doubts, others, source = shapes[value & _SHAPE_BITS]
            yield (
                number_address(key >> _AT),
                micros_of(moment),
                value >> _LINE,
                value >> _COUNT_AT & _COUNT_BITS,
                port - 1 if port else None,
                protocols[value >> _SHAPE & _PROTOCOL_BITS],
                tuple([micros_of(moment + each) or 0 for each in others]) if others else (),
                doubts,
                source,
            )

    def _is_ordered(self) -> bool:
        last = 0
        for value in self._found.values():
            line = value >> _LINE
            if line < last:
                return False
            last = line
        return True


def ended(text: Iterable[str] | Iterable[bytes]) -> Iterator[str | bytes]:
    """Give the pieces of a text; lines are put together, and one without an end gets one."""
    lines: list[str] = []
    size = 0
    for each in text:
        if isinstance(each, bytes):
            yield each
            continue
        lines.append(each if each.endswith("\n") else f"{each}\n")
        size += len(each)
        if size > _TOGETHER:
            yield "".join(lines)
            lines, size = [], 0
    if lines:
        yield "".join(lines)


def _counts(doubted: dict[Doubt, tuple[int, int]]) -> Iterator[DoubtCount]:
    for flag in Doubt:
        some = [counted for doubts, counted in doubted.items() if flag in doubts]
        if some and flag.name is not None:
            yield DoubtCount(flag.name.lower(), sum(count for count, _ in some), min(line for _, line in some))
