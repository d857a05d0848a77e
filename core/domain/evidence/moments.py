"""One grammar of times: what a date and a clock say, read at a given place.

Nothing is searched here: a pattern is matched where the caller says that a time can stand.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from core.domain.evidence.words import MONTHS, WEEKDAYS
from core.domain.evidence.zones import ZONE, parse_zone
from core.domain.zone_words import WORD_OFFSETS


class Reading(NamedTuple):
    """Fields of a time as they are written; settling them is not decided here."""

    end: int
    """Place behind the time."""
    year: int | None = None
    month: int = 0
    """1 to 12; 0 stands for no date."""
    day: int = 0
    clock: tuple[int, int, int, int] | None = None
    """Hour, minute, second, microsecond; None when there is a date alone."""
    zone: str = ""
    sep: str = ""
    """The separator of a date of three numbers; empty for any other date."""
    swap: bool = False
    """Whether month and day of such a date can change places."""
    proof: bool | None = None
    """Whether the day has to stand first; None when the date does not prove its order."""
    turned: tuple[int, int, int] | None = None
    """Year, month and day when a date of two digits each can have its year in front as well."""
    instant: datetime | None = None
    """The moment of an epoch."""

    @property
    def full(self) -> bool:
        """Whether it is a moment: a date and a clock, or an epoch."""
        return self.instant is not None or (self.month > 0 and self.clock is not None)


class _Date(NamedTuple):
    end: int
    year: int | None
    month: int
    day: int
    sep: str = ""
    swap: bool = False
    proof: bool | None = None
    turned: tuple[int, int, int] | None = None


_YMD: Final = re.compile(r"([12][0-9]{3})([-/.:])([0-9]{1,2})\2([0-9]{1,2})(?![0-9]|\.[0-9])")
_CJK: Final = re.compile(r"([12][0-9]{3}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일]")
_BASIC: Final = re.compile(
    r"(20[0-9]{2})([01][0-9])([0-3][0-9])(?=[Tt _:-]?[0-2][0-9]:?[0-5][0-9](?:(?!:)|:?[0-6][0-9]))"
)
_ORDINAL: Final = re.compile(r"([12][0-9]{3})-([0-3][0-9]{2})(?=[Tt ])")
_WEEK: Final = re.compile(r"([12][0-9]{3})-?W([0-5][0-9])-?([1-7])(?=[Tt ])")
_DAY_MONTH: Final = re.compile(
    r"([0-3]?[0-9])(?:st|nd|rd|th|\.)?[ /.-]{1,2}(?:de |of )?([^\W\d_]{3,12})\.?,?"
    r"(?:[ /.-](?:de )?([12][0-9]{3})(?![0-9])|-([0-9]{2})(?![0-9:]))?"
    r"|([0-3]?[0-9])([A-Z][a-z]{2})([12][0-9]{3})(?![0-9])"
    r"|([12][0-9]{3})[ -]([A-Z][a-z]{2})[ -]{1,2}([0-3]?[0-9])(?![0-9:])"
)
_MONTH_DAY: Final = re.compile(
    r"([^\W\d_]{3,12})\.?[ /-]{1,2}([0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9:])"
    r"(?:,? ?[ /-]([12][0-9]{3})(?![0-9:])|-([0-9]{2})(?= [0-9]))?"
)
_NUMBERS: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([12][0-9]{3}|[0-9]{2})(?![0-9]|\.[0-9])")
_ZONE_BEFORE: Final = re.compile(r"([A-Z]{3,4}) (?=[A-Z0-9])")
_WEEKDAY: Final = re.compile(r"([^\W\d_]{2,10})\.?,? {1,2}")
_BETWEEN: Final = re.compile(
    r"::|[Tt_:/\t-]|[,;]?[ \u00a0]{1,4}-?(?:(?:at|um|à|a las|alle|kl\.?|om|@) )?|,|\] ?\[|\", ?\""
)
_CLOCK: Final = re.compile(
    r"(?P<before>上午|下午|오전|오후)? ?([0-2]?[0-9])[:时時](?P<minute>[0-5][0-9])"
    r"(?:[:分](?P<second>[0-6][0-9])(?:\.(?P<part>[0-9]{1,9})|,(?P<comma>[0-9]{3}(?:[0-9]{3})?)(?![0-9./:-])|:(?P<colon>[0-9]{3})(?![0-9]))?)?秒?"
    r"(?![0-9]|:[0-9])(?: ?(?P<half>[AaPp]\.?[Mm]\.?)(?![A-Za-z]))?(?: Uhr)?"
)
_BASIC_CLOCK: Final = re.compile(r"([0-2][0-9])([0-5][0-9])(?:([0-6][0-9]))?(?:[.,]([0-9]{1,9}))?(?![0-9:])")
_DOTTED_CLOCK: Final = re.compile(r"-([0-2][0-9])\.([0-5][0-9])\.([0-6][0-9])(?:\.([0-9]{1,9}))?(?![0-9])")
_YEAR_BEHIND: Final = re.compile(r" ([12][0-9]{3})(?![0-9:./-])")
_DATE_BEHIND: Final = re.compile(r",? (?:on |am |, ?)?(?=[0-9A-Z])")


def match(text: str, place: int = 0, order: str = "") -> Reading | None:
    """Read the time that begins at a place of a text; None when none does.

    `order` says what a date of three numbers means: `mdy`, `dmy`, `ymd`, or empty when it is not known. With `md` and
    `yymmdd` a date without a year, and one of six digits, are read too.
    """
    if text[place : place + 1].isupper() and (word := _ZONE_BEFORE.match(text, place)) and parse_zone(word[1]):
        found = match(text, word.end(), order) if word[1] in WORD_OFFSETS or word[1] in {"UTC", "GMT"} else None
        return found._replace(zone=found.zone or word[1]) if found is not None and found.full else None
    if (day := _short(text, place, order) if order in _SHORT else _date(text, place, order)) is not None:
        return _with_clock(text, day)
    if (clock := _clock(text, place)) is None:
        return None
    end, hours = clock
    end, zone = _zone(text, end)
    behind = _DATE_BEHIND.match(text, end)
    later = None if behind is None else _date(text, behind.end(), order)
    if later is None:
        return Reading(end, clock=hours, zone=zone)
    end = later.end
    if not zone:
        end, zone = _zone(text, end)
    return _reading(end, later, later.year, hours, zone)


def _reading(end: int, day: _Date, year: int | None, clock: tuple[int, int, int, int] | None, zone: str) -> Reading:
    return Reading(end, year, day.month, day.day, clock, zone, day.sep, day.swap, day.proof, day.turned)


def _with_clock(text: str, day: _Date) -> Reading:
    between = _BETWEEN.match(text, day.end)
    clock = None
    if between is not None:
        clock = _clock(text, between.end())
        if clock is None and not day.sep and (text[day.end - 8 : day.end].isdigit() or between[0] in {"T", "t"}):
            clock = _basic_clock(text, between.end())
        if clock is None and (found := _DOTTED_CLOCK.match(text, day.end)):
            clock = _checked(found.end(), int(found[1]), int(found[2]), int(found[3]), found[4] or "")
    elif day.end < len(text) and text[day.end].isdigit():
        clock = (_clock if text[day.end - 1] in "日일" else _basic_clock)(text, day.end)
    if clock is None:
        return _reading(day.end, day, day.year, None, "")
    end, hours = clock
    end, zone = _zone(text, end)
    year = day.year
    if year is None and (behind := _YEAR_BEHIND.match(text, end)):
        end, year = behind.end(), int(behind[1])
        if not zone:
            end, zone = _zone(text, end)
    return _reading(end, day, year, hours, zone)


def _zone(text: str, place: int) -> tuple[int, str]:
    found = ZONE.match(text, place)
    if found is None or parse_zone(found["zone"]) is None:
        return place, ""
    return found.end(), found["zone"].strip()


def _clock(text: str, place: int) -> tuple[int, tuple[int, int, int, int]] | None:
    found = _CLOCK.match(text, place)
    if found is None:
        return None
    hour, half = int(found[2]), (found["half"] or "").lower()
    if found["before"]:
        half = "p" if found["before"] in "下午오후" else "a"
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    part = found["part"] or found["comma"] or found["colon"] or ""
    return _checked(found.end(), hour, int(found["minute"]), int(found["second"] or 0), part)


def _basic_clock(text: str, place: int) -> tuple[int, tuple[int, int, int, int]] | None:
    """Read `074530`; only behind a date of eight digits, or one with a T behind it, it is a clock."""
    found = _BASIC_CLOCK.match(text, place)
    if found is None:
        return None
    return _checked(found.end(), int(found[1]), int(found[2]), int(found[3] or 0), found[4] or "")


def _checked(end: int, hour: int, minute: int, second: int, part: str) -> tuple[int, tuple[int, int, int, int]] | None:
    if hour > 24 or second > 60 or (hour == 24 and (minute or second)):
        return None
    return end, (hour, minute, second, int(f"{part[:6]:0<6}") if part else 0)


def _date(text: str, place: int, order: str) -> _Date | None:
    first = text[place : place + 1]
    if first.isdigit():
        return _digits(text, place, order)
    if not first.isalpha():
        return None
    weekday = _WEEKDAY.match(text, place)
    if weekday is not None and weekday[1].lower() in WEEKDAYS:
        behind = weekday.end()
        found = _digits(text, behind, order) if text[behind : behind + 1].isdigit() else _month_day(text, behind)
        if found is not None:
            return found
    return _month_day(text, place)


_SHORT: Final = {
    "md": re.compile(r"(?P<month>[01][0-9])[/-]?(?P<day>[0-3][0-9])(?=[ -])"),
    "yymmdd": re.compile(r"(?P<year>[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?=[ ])"),
}


def _short(text: str, place: int, order: str) -> _Date | None:
    found = _SHORT[order].match(text, place)
    if found is None:
        return _date(text, place, "")
    year = 2000 + int(found["year"]) if order == "yymmdd" else None
    return _valid(found.end(), year, int(found["month"]), int(found["day"]))


def _digits(text: str, place: int, order: str) -> _Date | None:
    if found := _YMD.match(text, place):
        return _valid(found.end(), int(found[1]), int(found[3]), int(found[4]))
    if found := _NUMBERS.match(text, place):
        return _numbers(found, order)
    if found := _BASIC.match(text, place):
        return _valid(found.end(), int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_MONTH.match(text, place):
        month = MONTHS.get((found[2] or found[6] or found[9]).lower())
        if month is None:
            return None
        year = found[3] or (found[4] and f"20{found[4]}") or found[7] or found[8]
        return _valid(found.end(), int(year) if year else None, month, int(found[1] or found[5] or found[10]))
    if found := _CJK.match(text, place):
        return _valid(found.end(), int(found[1]), int(found[2]), int(found[3]))
    return _counted(text, place)


def _counted(text: str, place: int) -> _Date | None:
    """Read an ordinal date or a week date."""
    try:
        if found := _ORDINAL.match(text, place):
            day = date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
            return _Date(found.end(), day.year, day.month, day.day) if day.year == int(found[1]) else None
        if found := _WEEK.match(text, place):
            day = date.fromisocalendar(int(found[1]), int(found[2]), int(found[3]))
            return _Date(found.end(), day.year, day.month, day.day)
    except (ValueError, OverflowError):
        pass
    return None


def _month_day(text: str, place: int) -> _Date | None:
    found = _MONTH_DAY.match(text, place)
    month = None if found is None else MONTHS.get(found[1].lower())
    if found is None or month is None:
        return None
    year = found[3] or (found[4] and f"20{found[4]}")
    return _valid(found.end(), int(year) if year else None, month, int(found[2]))


def _numbers(found: re.Match[str], order: str) -> _Date | None:
    """Read a date of three numbers; month first and swappable when both orders are possible."""
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    year = third if third > 99 else 2000 + third
    if order == "ymd":
        return _valid(found.end(), 2000 + first, second, third)
    if order:
        first, second = (second, first) if order == "dmy" else (first, second)
        return _valid(found.end(), year, first, second)
    if first > 12 or second > 12:
        month, day = (second, first) if first > 12 else (first, second)
        valid = _valid(found.end(), year, month, day)
        if valid is None and first > 12 and third < 32:
            return _valid(found.end(), 2000 + first, second, third)
        front = _valid(found.end(), 2000 + first, second, third) if first > 12 and third < 32 else None
        turned = None if front is None else (2000 + first, second, third)
        return None if valid is None else valid._replace(sep=found[2], proof=first > 12, turned=turned)
    return _Date(found.end(), year, first, second, found[2], first != second)


def _valid(end: int, year: int | None, month: int, day: int) -> _Date | None:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return None
    return _Date(end, year, month, day)
