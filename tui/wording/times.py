"""Times that an operator typed, told back in full."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Final

from core import Code, InvalidTime, error, full_time, parse_time
from tui.wording.sanitize import visible

__all__ = ["EXAMPLES", "moment_of", "past_moment", "told_back"]

EXAMPLES: Final = "2026-11-24 03:12, tue 03:12, 21:14, 90d"
_FULL: Final = re.compile(r"\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:[Zz]|[+-]\d{2}:?\d{2})\s*")
_SHOWN: Final = 30


def told_back(words: str, moment: datetime, local: tzinfo | None) -> str:
    """Return the full time that words mean; empty when they are a full time with its zone already."""
    if _FULL.fullmatch(words):
        return ""
    return f"{visible(words.strip(), _SHOWN)} is {full_time(moment, local)}"


def moment_of(words: str, now: datetime, local: tzinfo | None, *, ahead: bool = False) -> datetime:
    """Return the moment in these words, or raise `invalid_time`; a span of time lies `ahead` or behind."""
    try:
        return parse_time(words, now, ahead=ahead, local=local)
    except InvalidTime as problem:
        raise error(Code.INVALID_TIME, str(problem)) from problem


def past_moment(words: str, now: datetime, local: tzinfo | None) -> datetime:
    """Return the moment in these words, or raise `invalid_time`, also for a time to come."""
    moment = moment_of(words, now, local)
    if moment > now:
        raise error(Code.INVALID_TIME, f"{words} is in the future.", hint="A verdict is about now, or about the past.")
    return moment
