"""Zones as a clock names them."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.domain.evidence.sighting import Doubt
from core.domain.zone_words import NAME_OFFSETS, WORD_CHOICES, WORD_OFFSETS

WORDS: Final = "|".join(sorted([*WORD_OFFSETS, *WORD_CHOICES], key=len, reverse=True))
"""Alternatives of a regular expression: the short words, longest first."""

ZONE: Final = re.compile(
    r"(?P<open> ?[(\[\uff08]|\]\[)?(?P<zone>"
    r" ?(?:UTC|GMT|UT|utc|gmt|Utc|Gmt)(?: ?[+\u2212-][0-9]{1,2}(?::?[0-9]{2})?)?(?![0-9A-Za-z+-]|:[0-9])"
    r"| ?[Zz](?![0-9A-Za-z])"
    r"| {0,2}[+\u2212-](?:0[0-9]|1[0-4]):?[0-5][0-9](?![0-9]|[.:][0-9])"
    r"| ?[+\u2212-](?:0[0-9]|1[0-4])(?![0-9.:/-])|[+\u2212-][1-9](?![0-9.:/-])"
    r"| ?Etc/(?:GMT|UTC)(?:[+-][0-9]{1,2})?(?![0-9A-Za-z])"
    r"| ?[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?"
    rf"|(?(open)| )(?:{WORDS})(?![0-9A-Za-z])| ?(?:{'|'.join(NAME_OFFSETS)})"
    r")(?(open)[)\]\uff09])"
)
"""A zone directly behind a clock, with the space between."""

_OFFSET: Final = re.compile(r"(?:UTC|GMT|UT)? ?([+-])([0-9]{1,2}):?([0-9]{2})?")


class Zone(NamedTuple):
    """Zones that a text can mean, the likeliest first, and the doubt that follows."""

    choices: tuple[tzinfo, ...]
    doubt: Doubt


@lru_cache(maxsize=512)
def parse_zone(text: str) -> Zone | None:
    """Return the zone that a text names; None when it names none."""
    name = text.strip(" ()[]\uff08\uff09\"'").replace("\u2212", "-")
    upper = name.upper()
    if upper in {"Z", "UTC", "GMT", "UT"}:
        return Zone((UTC,), Doubt.NONE)
    if match := _OFFSET.fullmatch(upper):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return None if minutes > 14 * 60 else Zone((_fixed(minutes if match[1] == "+" else -minutes),), Doubt.NONE)
    if name in NAME_OFFSETS:
        return Zone((_fixed(NAME_OFFSETS[name]),), Doubt.NONE)
    if name in WORD_OFFSETS:
        return Zone((_fixed(WORD_OFFSETS[name]),), Doubt.ZONE_ASSUMED)
    if name in WORD_CHOICES:
        return Zone(tuple(_fixed(each) for each in WORD_CHOICES[name]), Doubt.AMBIGUOUS)
    return _iana(name)


def _fixed(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def _iana(name: str) -> Zone | None:
    if "/" not in name:
        return None
    try:
        return Zone((ZoneInfo(name),), Doubt.NONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
