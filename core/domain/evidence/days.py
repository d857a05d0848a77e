"""Times that differ in the clock alone from one that was read before: a sum instead of a parse."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from core.domain.evidence.settle import Knowledge, Moment, Stamp

_CLOCK: Final = re.compile(
    r"(?<![0-9])([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?(?![0-9]|[.:,][0-9])"
)
_LATE: Final = "23:58:59"
_TO_LATE: Final = 86_339_000_000
_LASTS: Final = timedelta(days=1, minutes=1)
_DAY: Final = timedelta(days=1)
_MOST: Final = 4096


class _Day(NamedTuple):
    """The moment at which a day begins, and whether a zone that is declared further down would change it."""

    moment: Moment | None
    lacks_zone: bool


class Days:
    """Reads times; those of a day that begins and ends with one offset, and is over, without a parse."""

    def __init__(self, knowledge: Knowledge, declares: int) -> None:
        self._knowledge = knowledge
        self._declares = declares
        self._days: dict[str, _Day] = {}
        knowledge.on_learning(self.clear)
        self._words = ""
        self._last: tuple[int, Moment] | None = None

    def clear(self) -> None:
        """Forget what was read."""
        self._days.clear()
        self._words = ""

    def moment(self, words: str, number: int, stamp_of: Callable[[str], Stamp | None]) -> tuple[int, Moment] | None:
        """Return the key of the moment of a time in a line, and a moment of the same doubts.

        None where the time has to be read: it teaches something, waits for something, or its day is no plain one.
        """
        if words == self._words:
            return self._last
        clock = _CLOCK.search(words)
        if clock is None:
            return None
        hour, minute, second, part = clock.groups()
        start, end = clock.span()
        day = f"{words[:start]}\0{words[end:]}"
        known = self._days.get(day)
        if known is None:
            if len(self._days) > _MOST:
                self._days.clear()
            known = self._days[day] = self._read(words[:start], words[end:], stamp_of)
        moment = known.moment
        if moment is None or (known.lacks_zone and number <= self._declares):
            return None
        key = moment.key + (int(hour) * 3600 + int(minute) * 60 + int(second)) * 1_000_000
        if part is not None:
            key += int(f"{part[:6]:0<6}")
        self._words, self._last = words, (key, moment)
        return self._last

    def _read(self, before: str, behind: str, stamp_of: Callable[[str], Stamp | None]) -> _Day:
        knowledge = self._knowledge
        stamp = stamp_of(f"{before}00:00:00{behind}")
        late = stamp_of(f"{before}{_LATE}{behind}")
        if stamp is None or late is None or stamp.reading.proof is not None or knowledge.is_pending(stamp):
            return _Day(None, lacks_zone=False)
        first, last = knowledge.settle(stamp), knowledge.settle(late)
        is_plain = (
            last.key - first.key == _TO_LATE
            and (first.doubts, first.deltas, first.source) == (last.doubts, last.deltas, last.source)
            and first.at is not None
            and first.at + _LASTS <= knowledge.settings.now + _DAY
        )
        return _Day(first if is_plain else None, knowledge.lacks_zone(stamp))
