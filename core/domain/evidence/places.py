"""Where a time stands in a line, and nowhere else: its head, a bracket, a key, a word that introduces it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from core.domain.evidence.epochs import match_epoch
from core.domain.evidence.keys import EVENT_RANK, PERIOD_RANK, WEAK_RANK, is_zone, normal, time_rank
from core.domain.evidence.moments import Reading, match
from core.domain.evidence.settle import Knowledge, Stamp
from core.domain.evidence.sighting import Doubt, Source
from core.domain.evidence.values import read_value
from core.domain.evidence.wrap import fuller

_FAR: Final = 8192
"""Characters of a line in which a time is looked for."""
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)

_LEAD: Final = re.compile(
    r"\ufeff|\s+|<\d{1,3}>(?:1 )?|[\[(\"'|*.>#$%]|\x1b\[[\d;]*m|"
    r"(?:/?[\w./-]{0,40}/)?(?:syslog|messages|secure|maillog|daemon|kern|auth)(?:-\d{8}|\.\d{1,3})?(?:\.gz)?:(?:\d+:)?(?=[A-Z\d])|"
    r"(?:RP|LC)/\d[\w/]{0,24}:|\d{1,12}:[.* ]*(?=[\S])|\d{1,9}-(?=\d{4}-)|\d{1,9}:[A-Z](?= )"
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRIT(?:ICAL)?|SEVERE|ALERT)\b[\]:|]*|[A-Z], (?=\[)"
    r"|[\w./~-]*\.(?:log|txt|csv|json|out|err)[\w.-]*:(?:\d+:)?|[\w.-]+ +\| |(?:https?|h2|grpcs?|wss?|tls) (?=\d{4}-)"
    r"|(?:[Tt]ime(?:stamp)?|[Dd]ate|[Ww]hen|[Oo]n|[Aa]t|Am|Zeit|Datum):? "
)
"""Prefixes that can stand before the time with which a line begins."""

_ALONE: Final = re.compile(
    r"\s+(?:(?:\d{1,9} +)?(?:\d\d?:\d\d:\d\d(?![\d:])|\d{1,6}\.\d{6,9} )|\d{1,9} +\d{1,3}(?:\.\d{1,3}){3}\s*$)"
)
_INNER: Final = re.compile(
    r"[\])]? (?:[\w.:-]+ )?[\w./()-]{1,48}(?:\[\d+\])?: | (?:stdout|stderr) [FP] "
    r"| [\w.:-]+ (?=\d{4}[-/]\d\d[-/]\d\d[T ])"
    r"| \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) "
)
"""The text between the head of a wrapper and the line inside it."""

_QUOTED: Final = r'"(?:[^"\\]|\\.)*+"?|[A-Za-z][A-Za-z0-9+.-]{1,10}+://\S*+|(?<=[\s=])/\S*+'
_FIELD: Final = re.compile(
    rf'(?<![\w.@?&%-])([A-Za-z_@][\w.@-]{{0,40}}+)(?:\(\d{{1,5}}\))?(?:=|:(?="))("(?:[^"\\]|\\.)*+"?|\'[^\']*+\'?|[^\s",;^|)\]}}]*+)|{_QUOTED}'
)
_OUTSIDE: Final = re.compile(
    rf"({_QUOTED})|(?<![\w./:@=&?%+-])"
    rf"(?=\d{{4}}[-/.年:]\d|\d{{1,2}}[A-Z][a-z]{{2}}\d{{4}}|\d{{8}}[T _-]?\d|\d{{1,2}}(?:st|nd|rd|th|\.)?[ /.-]+[^\W_]|"
    rf"[^\W\d_]{{3,10}}[ ,./-]{{1,2}}\d|\d{{1,2}}:\d\d)"
)
_BEFORE_OTHER: Final = re.compile(
    r"(?:until|till|expir\w*|valid\w*|lifetime|"
    r"not ?after|not ?before|before|after|renew\w*|due|last login|last seen|previous\w*|"
    r"born|bis|ends?|deadline|scheduled?|retry|next|issued|created|updated|modified|released?|built)"
    r"[ :=]*(?:on |at |to |until |from |in )?$|[<>]=? ?'$|[<>]=? $",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"[\])\"']*\s*(?:[,;\t|]|-{1,2}|\u2013|\u2014|to|until|till|bis|and|->|/)\s*[\[(\"']*")
_UNTIL: Final = re.compile(r"[\])\"']*\s*(?:-{1,2}>?|\u2013|\u2014|to|until|till|bis)\s*[\[(\"']*")
"""The text between begin and end in a format of lines, where other signs part its fields."""
_INTRODUCED: Final = re.compile(
    r"(?:^|[\s(,;])(?:at|on|since|time|date|am|um|le|el|from|between|zeit|datum)[: ]\s*$", re.IGNORECASE
)
_CELL: Final = re.compile(r'(?:^|[,;\t])"([^"]{8,40})"(?=[,;\t]|\s*$)')


def begins_alone(line: str) -> bool:
    """Whether a line is no part of the record above it, though it is indented: it has a clock or a count in front."""
    return _ALONE.match(line) is not None


def _head(line: str, now: datetime, place: int = 0) -> Reading | None:
    """Return the full time with which a line begins, behind what can stand before it."""
    for _ in range(8):
        reading = match(line, place)
        if reading is not None and reading.full:
            return reading
        epoch = match_epoch(line, place, now) if reading is None or reading.clock is None else None
        if epoch is not None:
            return epoch
        lead = _LEAD.match(line, place)
        if lead is None or lead.end() == place:
            return None
        place = lead.end()
    return None


def head_of(line: str, now: datetime) -> Stamp | None:
    """Return the time with which a line begins, when it is a date with a clock."""
    reading = _head(line, now)
    if reading is None or reading.instant is not None:
        return None
    return Stamp(reading, Source.PLACE, f"head {reading.sep}")


def place_of(line: str, knowledge: Knowledge) -> Stamp | None:
    """Return the time of a line by its place; None when it has none, or a clock without a date."""
    now = knowledge.settings.now
    reading = _head(line, now)
    if reading is not None:
        stamp = Stamp(reading, Source.PLACE, f"head {reading.sep}")
        if reading.instant is not None and (dated := _numbered(line[:_FAR], stamp, knowledge)) is not None:
            return dated
        return _wrapped(line, _lasting(line, stamp, knowledge), knowledge)
    line = line[:_FAR]
    return (
        _bracket(line, knowledge)
        or field_of(line, knowledge)
        or _introduced(line, knowledge)
        or _cell(line, knowledge)
        or field_of(line, knowledge, weak=True)
    )


def _numbered(line: str, stamp: Stamp, knowledge: Knowledge) -> Stamp | None:
    """Return the date of a cell further on, when the number that leads a row can be an identifier."""
    place = stamp.reading.end
    sign = line[place : place + 1]
    if sign not in {",", ";", "\t", " ", '"'} or "." in line[:place]:
        return None
    if sign == " ":
        beside = match(line, place + len(line[place:]) - len(line[place:].lstrip()))
        other = None if beside is None else Stamp(beside, Source.PLACE, f"line {beside.sep}")
    else:
        other = _introduced(line, knowledge) or _cell(line, knowledge)
    if other is None or not other.reading.full:
        return None
    first, second = knowledge.settle(stamp).at, knowledge.settle(other).at
    if first is None or second is None or abs(first - second) <= _MINUTE:
        return None
    return other._replace(doubts=other.doubts | Doubt.SEVERAL_TIMES, others=(stamp.reading,))


def _wrapped(line: str, outer: Stamp, knowledge: Knowledge) -> Stamp:
    """Return the time of the line that a wrapper is around, when it has one that is fuller."""
    between = _INNER.match(line, outer.reading.end)
    if between is None:
        return outer
    reading = _head(line, knowledge.settings.now, between.end())
    if reading is None or (reading.instant is not None and line[reading.end - 7 : reading.end].isdigit()):
        return outer
    return fuller(outer, Stamp(reading, Source.PLACE, f"inner {reading.sep}"), knowledge)


def _lasting(line: str, stamp: Stamp, knowledge: Knowledge) -> Stamp:
    """Return a stamp with the doubt and the zone that an end behind it brings."""
    between = _RANGE.match(line, stamp.reading.end)
    behind = match(line, between.end()) if between is not None else None
    return stamp if behind is None or not behind.full else with_end(stamp, behind, knowledge)


def end_behind(line: str, place: int) -> Reading | None:
    """Return the end behind the time of a format that ends at a place; None when there is none."""
    between = _UNTIL.match(line, place)
    behind = match(line, between.end()) if between is not None else None
    return behind if behind is not None and behind.full else None


def with_end(stamp: Stamp, behind: Reading, knowledge: Knowledge) -> Stamp:
    """Return a stamp with the doubt and the zone that its end brings."""
    if behind.zone and not (stamp.reading.zone or stamp.zone):
        stamp = stamp._replace(zone=behind.zone)
    begin, end = knowledge.settle(stamp).at, knowledge.settle(stamp._replace(reading=behind)).at
    if begin is None or end is None or abs(end - begin) <= _HOUR:
        return stamp
    return stamp._replace(doubts=stamp.doubts | Doubt.PERIOD)


def _several(found: list[Reading], where: str, line: str, knowledge: Knowledge) -> Stamp | None:
    """Return the first of several times of one rank, with the others that are more than a minute away."""
    if not found:
        return None
    stamp = _lasting(line, Stamp(found[0], Source.PLACE, f"{where} {found[0].sep}"), knowledge)
    if stamp.doubts:
        return stamp
    first = knowledge.settle(stamp).at
    between = _RANGE.match(line, found[0].end)
    behind = None if between is None else match(line, between.end())
    end = None if behind is None else knowledge.settle(stamp._replace(reading=behind)).at
    others = []
    for each in found[1:]:
        if behind is not None and each.end == behind.end and first is not None and end is not None and end >= first:
            continue
        at = knowledge.settle(stamp._replace(reading=each)).at
        if first is not None and at is not None and abs(at - first) > _MINUTE:
            others.append(each)
    return stamp._replace(doubts=Doubt.SEVERAL_TIMES, others=tuple(others)) if others else stamp


def _bracket(line: str, knowledge: Knowledge) -> Stamp | None:
    found: list[Reading] = []
    place = line.find("[", 0, 512)
    quote = line.find('"', 0, 512)
    while place >= 0 and (quote < 0 or place < quote):
        reading = match(line, place + 1)
        if reading is not None and reading.full:
            found.append(reading)
        place = line.find("[", place + 1, 512)
    return _several(found, "bracket", line, knowledge)


def fields(line: str) -> Iterator[tuple[str, int, str]]:
    """Give key, place of the value and value of each `key=value` that stands outside quotes, URLs and paths."""
    for found in _FIELD.finditer(line, 0, _FAR):
        if found[1] is not None:
            quote = found[2][:1] in {'"', "'"}
            yield found[1], found.start(2) + quote, found[2]


def field_of(line: str, knowledge: Knowledge, keys: tuple[str, ...] = (), *, weak: bool = False) -> Stamp | None:
    """Return the time that an event key of a line names, or one of the given keys."""
    if "=" not in line and not keys:
        return None
    best: tuple[int, str, Reading] | None = None
    day = clock = None
    zone = ""
    for key, place, value in fields(line):
        rank = _rank(key, keys, weak=weak)
        if is_zone(key):
            zone = value.strip("\"'")
        if rank is None:
            continue
        reading = match(line, place) or read_value(value, knowledge.settings.now)
        if reading is None:
            continue
        if reading.full and (best is None or rank < best[0]):
            best = rank, key, reading
        elif reading.clock is None:
            day = day or reading
        elif not reading.month:
            clock = clock or reading
    if day is not None and clock is not None and (best is None or best[0] >= PERIOD_RANK):
        best = PERIOD_RANK, "date", day._replace(clock=clock.clock, zone=clock.zone, end=clock.end)
    if best is None:
        return None
    return Stamp(best[2], Source.KEY, f"key {normal(best[1])} {best[2].sep}", zone if not keys or best[2].clock else "")


def _rank(key: str, keys: tuple[str, ...], *, weak: bool) -> int | None:
    if keys and key in keys:
        return keys.index(key) - len(keys)
    rank = time_rank(key)
    if keys and rank is not None and key.lower() not in EVENT_RANK:
        return None
    return None if rank is None or (rank >= WEAK_RANK) != weak else rank


def _introduced(line: str, knowledge: Knowledge) -> Stamp | None:
    """Return the time behind `at`, `on`, `since`, else the full dates outside quotes and URLs."""
    named: list[Reading] = []
    loose: list[Reading] = []
    partial: Reading | None = None
    place = 0
    while (found := _OUTSIDE.search(line, place)) is not None:
        place = max(found.end(), found.start() + 1)
        if found[1] is not None:
            continue
        reading = match(line, found.start())
        if reading is None or not (reading.full or reading.month):
            continue
        place = reading.end
        before = line[max(0, found.start() - 32) : found.start()]
        if _BEFORE_OTHER.search(before):
            continue
        if not reading.full:
            partial = partial or reading
        elif _INTRODUCED.search(before):
            named.append(reading)
        else:
            loose.append(reading)
    stamp = _several(named or loose, "line", line, knowledge)
    if stamp is None and partial is not None:
        return Stamp(partial, Source.NONE, doubts=Doubt.TIME_UNKNOWN)
    return stamp


def _cell(line: str, knowledge: Knowledge) -> Stamp | None:
    """Return the time that is the whole of a quoted cell."""
    readings = [read_value(found[1], knowledge.settings.now) for found in _CELL.finditer(line)]
    found = [each for each in readings if each is not None and each.full and each.instant is None]
    return _several(found, "cell", line, knowledge)
