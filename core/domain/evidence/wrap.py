"""A line inside a line: which of two times is the event's."""

from __future__ import annotations

from datetime import timedelta

from core.domain.evidence.settle import Knowledge, Stamp
from core.domain.evidence.sighting import Doubt

_NEAR = timedelta(days=1)


def _fullness(stamp: Stamp) -> int:
    reading = stamp.reading
    if reading.instant is not None:
        return 3
    return 2 * (reading.year is not None) + bool(reading.zone or stamp.zone)


def fuller(outer: Stamp, inner: Stamp, knowledge: Knowledge) -> Stamp:
    """Return the time of a record that stands in another.

    It is the inner one when both lie within a day and it tells no less; else the outer one, which has several times
    when they are further apart.
    """
    if outer.reading.year is None and outer.reading.instant is None and outer.reading.month:
        year = inner.reading.year or (inner.reading.instant.year if inner.reading.instant else None)
        compared = outer._replace(reading=outer.reading._replace(year=year))
    else:
        compared = outer
    first, second = knowledge.settle(compared).at, knowledge.settle(inner).at
    if first is None or not outer.reading.full:
        return inner
    if second is None:
        return outer
    if abs(first - second) <= _NEAR:
        return inner if _fullness(inner) >= _fullness(outer) else outer
    return outer._replace(doubts=outer.doubts | Doubt.SEVERAL_TIMES, others=(inner.reading,))
