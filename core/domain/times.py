"""Times as an operator types them, and units of time in microseconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from core.domain.addresses import quoted
from core.domain.zone_words import WORD_CHOICES, WORD_OFFSETS

__all__ = [
    "DAY",
    "MINUTE",
    "InvalidTime",
    "full_time",
    "is_ahead",
    "named_zone",
    "names_zone",
    "parse_duration",
    "parse_time",
    "utc_of",
]

MINUTE: Final = 60_000_000
"""Microseconds."""
DAY: Final = 86_400_000_000
"""Microseconds."""
_EXAMPLES: Final = "Examples: 2026-11-24 03:12, 11-24 03:12, tue 03:12, yesterday 03:12, 21:14, 90d"


class InvalidTime(ValueError):
    """The text is not a time."""


def is_ahead(newest: int, now: int) -> bool:
    """Return whether an event is further ahead of the clock than clocks differ: 10 minutes; both in microseconds."""
    return newest - now > 10 * MINUTE


_AGO: Final = re.compile(r"([0-9]{1,6})([smhdw])( ago)?")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_ZONE: Final = re.compile(
    r"(?<=\S)(?: ?@(?P<local>local)| ?(?P<sign>z|[+-][0-9]{2}:?[0-9]{2})| (?P<word>[a-z][a-z_/+-]+))"
)
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DAYS_OFF: Final = re.compile(r"([0-9]{1,5})d(?P<ago> ago)?")
_MONTH_DAY: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_WEEKDAY: Final = re.compile(r"(?:last |next )?(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


def parse_time(words: str, now: datetime, *, ahead: bool = False, local: tzinfo | None = None) -> datetime:
    """Return the time in UTC that an operator writes: ISO-8601, a clock, `90d`, or a day with or without a clock.

    Args:
        words: UTC unless they end in a zone: `Z`, `+08:00`, `CET`, `Asia/Tokyo`, or `@local`.
        now: `21:14`, `tue 03:12` and `11-24 03:12` are the last ones that are not after it; `90d` counts from it.
        ahead: take the first ones after now instead; `90d` lies ahead unless `ago` follows.
        local: the zone of `@local`; None: there is none.

    Raises:
        InvalidTime: with examples.

    """
    text = " ".join(str(words).split()).lower()
    try:
        if match := _AGO.fullmatch(text):
            distance = timedelta(**{_UNITS[match[2]]: int(match[1])})
            return now.astimezone(UTC) + (distance if ahead and not match[3] else -distance)
        bare, zone = _zone_of(text, words, local)
        return next(_spoken(bare, now.astimezone(zone or UTC), ahead=ahead), None) or _of_iso(bare, zone or UTC)
    except InvalidTime:
        raise
    except (ValueError, OverflowError):
        raise InvalidTime(f"{quoted(words)} is not a time. {_EXAMPLES}.") from None


def names_zone(words: str) -> bool:
    """Return whether a time ends in a zone."""
    try:
        return _zone_of(" ".join(words.split()).lower(), words, UTC)[1] is not None
    except InvalidTime:
        return True


def _of_iso(text: str, zone: tzinfo) -> datetime:
    moment = datetime.fromisoformat(text.upper())
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _zone_of(text: str, words: str, local: tzinfo | None) -> tuple[str, tzinfo | None]:
    """Return the text without its zone, and the zone; None when it names none."""
    match = next((each for each in _ZONE.finditer(text) if each.end() == len(text)), None)
    if match is None:
        return text, None
    if match["local"] and local is None:
        raise InvalidTime(f"{quoted(words)}: @local needs a zone in the configuration, under [display].")
    sign = match["sign"]
    zone = local if match["local"] else _offset(sign) if sign else named_zone(str(words).split()[-1])
    return (text, None) if zone is None else (text[: match.start()], zone)


def _offset(sign: str) -> tzinfo:
    if sign == "z":
        return UTC
    minutes = int(sign[1:3]) * 60 + int(sign[-2:])
    return timezone(timedelta(minutes=-minutes if sign[0] == "-" else minutes))


def named_zone(name: str) -> tzinfo | None:
    """Return the zone of a word such as `UTC`, `CET` or `Asia/Tokyo`; None when it names none.

    Raises:
        InvalidTime: it names several.

    """
    upper = name.upper()
    if upper in {"UTC", "GMT", "UT"}:
        return UTC
    if upper in WORD_CHOICES:
        raise InvalidTime(f"{upper} means several zones. Write an offset such as +08:00.")
    if upper in WORD_OFFSETS:
        return timezone(timedelta(minutes=WORD_OFFSETS[upper]))
    try:
        return ZoneInfo(name) if "/" in name else None
    except (KeyError, ValueError, OSError):
        return None


def _spoken(text: str, now: datetime, *, ahead: bool) -> Iterator[datetime]:
    """Yield the moment that a day, a clock or both mean, in UTC; nothing for another text. `now` has the zone."""
    if not text:
        return
    day, _blank, last = text.rpartition(" ")
    match = _CLOCK.fullmatch(last)
    if match is None:
        day, clock = text, time()
    else:
        hour, minute, second = (int(part or 0) for part in match.groups())
        clock = time(hour, minute, second)
    for each in _days(day, now.date(), ahead=ahead):
        moment = datetime.combine(each, clock, now.tzinfo).astimezone(UTC)
        if _is_exact(day) or (moment > now if ahead else moment <= now):
            yield moment


def _is_exact(day: str) -> bool:
    return day in _NAMED_DAYS or _DAYS_OFF.fullmatch(day) is not None


def _days(words: str, today: date, *, ahead: bool) -> Iterator[date]:
    """Yield the days that words can mean, the likeliest first; without words every day."""
    way = 1 if ahead else -1
    if not words:
        yield from (today, today + timedelta(days=way))
    elif words in _NAMED_DAYS:
        yield today + timedelta(days=_NAMED_DAYS[words])
    elif match := _DAYS_OFF.fullmatch(words):
        yield today + timedelta(days=int(match[1]) * (-1 if match["ago"] else way))
    elif match := _WEEKDAY.fullmatch(words):
        away = (today.weekday() - _WEEKDAYS.index(match[1][:3])) * -way % 7
        yield from (today + timedelta(days=(away + more) * way) for more in (0, 7))
    elif match := _MONTH_DAY.fullmatch(words):
        yield from _anniversaries(today.year, int(match[1]), int(match[2]), way)


def _anniversaries(year: int, month: int, day: int, way: int) -> Iterator[date]:
    """Yield a day of the calendar in this year and the next ones in a direction; 29 February is in few of them."""
    date(2000, month, day)
    for each in range(year, year + 9 * way, way):
        if (month, day) != (2, 29) or (each % 4 == 0 and (each % 100 != 0 or each % 400 == 0)):
            yield date(each, month, day)


_DURATION: Final = re.compile(r"([0-9]{1,18})([smhdw]?)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def parse_duration(words: str) -> int:
    """Return the seconds of `90`, `90s`, `15m`, `24h`, `7d` or `2w`.

    Raises:
        InvalidTime: with the forms that can be written.

    """
    match = _DURATION.fullmatch(words.strip().lower())
    if match is None:
        raise InvalidTime(f"{quoted(words)} is not a duration; write seconds, or 90m, 24h or 7d.")
    return int(match[1]) * _SECONDS[match[2]]


def full_time(moment: datetime, local: tzinfo | None = None) -> str:
    """Return `Tue 2026-11-24 03:12:00Z`, followed by the same moment in another zone when one is given."""
    there = "" if local is None else f" ({moment.astimezone(local):%a %H:%M %Z})"
    return f"{moment.astimezone(UTC):%a %Y-%m-%d %H:%M:%S}Z{there}"


def utc_of(iso: str) -> datetime:
    """Return the time of ISO-8601 in UTC; a time without a zone is UTC.

    Raises:
        ValueError: the text is not ISO-8601.
        OverflowError: the time is out of range.

    """
    moment = datetime.fromisoformat(iso)
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
