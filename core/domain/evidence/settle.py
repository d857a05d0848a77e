"""From what a time says to the moment it means, and the doubts that are left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple, TypeAlias

from core.domain.evidence.moments import Reading
from core.domain.evidence.settings import Settings
from core.domain.evidence.sighting import Doubt, Source
from core.domain.evidence.zones import Zone, parse_zone

_DAY: Final = timedelta(days=1)


class Stamp(NamedTuple):
    """A time as a record gives it, not settled yet."""

    reading: Reading
    source: Source
    column: str = ""
    """Dates of one column have one order of day and month."""
    zone: str = ""
    """The zone that the record or its format declares for clocks without one."""
    others: tuple[Reading, ...] = ()
    doubts: Doubt = Doubt.NONE


UNKNOWN: Final = Stamp(Reading(0), Source.NONE, doubts=Doubt.TIME_UNKNOWN)


class Moment:
    """A settled time: `at` in UTC, None when the text does not tell; its other readings, ascending; its doubts."""

    __slots__ = ("at", "deltas", "doubts", "key", "number", "others", "source")

    def __init__(self, at: datetime | None, others: tuple[datetime, ...], doubts: Doubt, source: Source) -> None:
        self.at, self.others, self.doubts, self.source = at, others, doubts, source
        self.key = moment_key(at)
        self.deltas = tuple(moment_key(each) - self.key for each in others)
        """The other readings, by their distance in microseconds."""
        self.number: int | None = None
        """A place for the number by which a reader knows moments of the same doubts, distances and source."""


Seen: TypeAlias = tuple[int | str, int, Moment, int, int | None, str | None, int]
"""An address, the key of its moment, a moment of the same doubts, line, port, protocol, and the number of mentions.

There are millions: a plain tuple is made in a third of the time.
"""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SHIFT: Final = 1 << 60


def moment_key(at: datetime | None) -> int:
    """Return the microseconds of a moment as a positive number below 2^62; 0 for None."""
    return 0 if at is None else (at - _EPOCH) // _MICROSECOND + _SHIFT


def key_moment(key: int) -> datetime | None:
    """Return the moment of a `moment_key`."""
    return _EPOCH + (key - _SHIFT) * _MICROSECOND if key else None


def micros_of(key: int) -> int | None:
    """Return microseconds since the epoch from a `moment_key`."""
    return key - _SHIFT if key else None


class Knowledge:
    """The facts that a text has given so far about its zone, its year and the order of its dates."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.zone = ""
        self.zones: set[str] = set()
        self.year: int | None = None
        self._orders: dict[str, set[bool]] = {}
        self._settled: dict[Stamp, Moment] = {}
        self._on_learning: list[Callable[[], None]] = []

    def declare_zone(self, text: str) -> None:
        """Take the zone that a sentence or a header names for the clocks behind it."""
        if parse_zone(text) is not None:
            self.zone = text
            self.zones.add(text)
            self._forget()

    def _forget(self) -> None:
        self._settled.clear()
        for forget in self._on_learning:
            forget()

    def on_learning(self, forget: Callable[[], None]) -> None:
        """Call this whenever something is learnt that can change a moment."""
        self._on_learning.append(forget)

    def forget_zone(self) -> None:
        """Take back what was declared: a text that names two zones does not say which is whose."""
        self.zone = ""
        self._forget()

    def declare_year(self, year: int) -> None:
        """Take the year that a header names for dates without one."""
        self.year = year
        self._forget()

    def observe(self, column: str, *, day_first: bool) -> None:
        """Take a date of which only one order is possible as evidence for its column."""
        known = self._orders.setdefault(column, set())
        if day_first not in known:
            known.add(day_first)
            self._forget()

    def order(self, column: str) -> bool | None:
        """Return whether the dates of a column have the day first; None when that is open."""
        if self.settings.day_first is not None:
            return self.settings.day_first
        known = self._orders.get(column, set())
        return next(iter(known)) if len(known) == 1 else None

    def settle(self, stamp: Stamp) -> Moment:
        """Return the moment of a stamp by what is known now; stamps are settled once."""
        if (known := self._settled.get(stamp)) is None:
            if len(self._settled) > 4096:
                self._settled.clear()
            known = self._settled[stamp] = self._settle(stamp)
        return known

    def is_pending(self, stamp: Stamp) -> bool:
        """Whether later text can still change the moment."""
        reading = stamp.reading
        return reading.swap and self.order(stamp.column) is None

    def lacks_zone(self, stamp: Stamp) -> bool:
        """Whether a zone that is declared further down would change the moment."""
        reading = stamp.reading
        return not (reading.zone or stamp.zone or reading.instant or self.zone or self.settings.zone) and reading.full

    def _settle(self, stamp: Stamp) -> Moment:
        settings, reading = self.settings, stamp.reading
        doubts = stamp.doubts
        moments: list[datetime] = []
        if reading.full:
            moments, found = self._moments(reading, stamp)
            doubts |= found
        if not moments:
            begin = self._begin(reading)
            doubts = Doubt.NONE if settings.at else doubts | Doubt.TIME_UNKNOWN
            return Moment(settings.at, begin, doubts, stamp.source)
        others = set(moments[1:])
        for each in stamp.others:
            others.update(self._moments(each, stamp)[0][:1])
        if moments[0] > settings.now + _DAY:
            doubts |= Doubt.FUTURE
        return Moment(moments[0], tuple(sorted(others - {moments[0]})), doubts, stamp.source)

    def _moments(self, reading: Reading, stamp: Stamp) -> tuple[list[datetime], Doubt]:
        """Return every moment that a full reading can mean, the likeliest first."""
        if reading.instant is not None:
            return [reading.instant], Doubt.NONE
        doubts = Doubt.NONE
        days = [(reading.month, reading.day)]
        if reading.swap:
            day_first = self.order(stamp.column)
            if day_first is None:
                doubts |= Doubt.AMBIGUOUS
            swapped = (reading.day, reading.month)
            first = day_first if day_first is not None else reading.sep in ".-"
            days = [swapped, *days] if first else [*days, swapped]
            days = days if day_first is None else days[:1]
        year = reading.year
        if year is None:
            year = self.settings.year or self.year
            doubts |= Doubt.NONE if year else Doubt.YEAR_ASSUMED
        zone, doubt = self._zone(reading, stamp)
        moments = [each for day in days for each in self._in_zone(reading, year, day, zone)]
        if reading.swap:
            moments.sort(key=lambda each: each > self.settings.now + _DAY)
        if reading.turned is not None and self.settings.day_first is None:
            turned_year, *turned = reading.turned
            moments += self._in_zone(reading, turned_year, (turned[0], turned[1]), zone)
            moments.sort(key=lambda each: (each > self.settings.now + _DAY, abs(self.settings.now - each)))
            return moments, doubts | doubt | Doubt.AMBIGUOUS
        if len(zone.choices) == 1 and len(moments) > len(days):
            doubts |= Doubt.AMBIGUOUS
        return moments, doubts | doubt

    def _zone(self, reading: Reading, stamp: Stamp) -> tuple[Zone, Doubt]:
        zone = parse_zone(reading.zone) or parse_zone(stamp.zone) or parse_zone(self.zone)
        if zone is None:
            chosen: tzinfo = self.settings.zone or UTC
            zone = Zone((chosen,), Doubt.NONE if self.settings.zone else Doubt.ZONE_ASSUMED)
        return zone, zone.doubt

    def _in_zone(self, reading: Reading, year: int | None, day: tuple[int, int], zone: Zone) -> list[datetime]:
        moments: list[datetime] = []
        for each in zone.choices:
            if year is not None:
                moments += _of_clock(reading, year, day, each)
                continue
            for candidate in range((self.settings.now + _DAY).year, 1999, -1):
                found = _of_clock(reading, candidate, day, each)
                if found and found[0] <= self.settings.now + _DAY:
                    moments += found
                    break
        return moments

    def _begin(self, reading: Reading) -> tuple[datetime, ...]:
        """Return the begin of a day without a clock, as another reading of an unknown time."""
        if not reading.month or reading.clock is not None or reading.year is None:
            return ()
        return (datetime(reading.year, reading.month, reading.day, tzinfo=UTC),)


def _of_clock(reading: Reading, year: int, day: tuple[int, int], zone: tzinfo) -> list[datetime]:
    """Return the moments of a wall clock in a zone: two in the hour that is passed twice, or that is left out."""
    hour, minute, second, micro = reading.clock or (0, 0, 0, 0)
    try:
        if zone is UTC and hour < 24:
            return [datetime(year, day[0], day[1], hour, minute, 0, micro, tzinfo=UTC) + timedelta(seconds=second)]
        wall = datetime(year, day[0], day[1], hour % 24, minute, 0, micro, tzinfo=zone)
        found = [wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)]
        found = sorted({each + timedelta(seconds=second) + (_DAY if hour == 24 else timedelta()) for each in found})
    except (ValueError, OverflowError):
        return []
    return found
