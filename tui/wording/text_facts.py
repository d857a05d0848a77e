"""What an operator says of a looked-up text, in the words of the options of `lookup -`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from core import Code, InvalidTime, TextFacts, error, iso, parse_time

__all__ = ["AS_IT_STANDS", "TextReading", "moment_of", "past_moment", "read_as"]


class TextReading(NamedTuple):
    """How a text is read."""

    at: datetime | None = None
    """The moment of records that name none."""
    facts: TextFacts = TextFacts()

    @property
    def words(self) -> str:
        """`read with --zone UTC --day-first`; empty when the operator gave nothing."""
        given = {**self.facts.given, **({} if self.at is None else {"at": iso(self.at)})}
        options = [f"--{name}" if value == "yes" else f"--{name} {value}" for name, value in given.items()]
        return " ".join(("read with", *options)) if options else ""


AS_IT_STANDS: Final = TextReading()


def read_as(given: Mapping[str, str | bool | None], now: datetime) -> TextReading:
    """Return how a text is read by these options.

    Raises:
        EipdeckError: `usage`, `invalid_time`. Zones and formats are checked when the text is read.

    """
    words = {name: value for name, value in given.items() if isinstance(value, str)}
    year = words.get("year")
    if year is not None and not (year.isascii() and year.isdigit() and len(year) < 5):
        raise error(Code.USAGE, f"{year!r} is not a year.", hint="Write one like 2026.")
    facts = TextFacts(
        words.get("zone"),
        None if year is None else int(year),
        True if given.get("day_first") else None,
        past_moment(words.get("now"), now),
        words.get("log_format"),
    )
    return TextReading(past_moment(words.get("at"), now), facts)


def past_moment(words: str | None, now: datetime) -> datetime | None:
    """Return the moment in these words, or raise `invalid_time`, also for a time to come."""
    moment = moment_of(words, now)
    if moment is not None and moment > now:
        raise error(Code.INVALID_TIME, f"{words} is in the future.", hint="A verdict is about now, or about the past.")
    return moment


def moment_of(words: str | None, now: datetime) -> datetime | None:
    """Return the moment in these words, or raise `invalid_time`."""
    if words is None:
        return None
    try:
        return parse_time(words, now)
    except InvalidTime as problem:
        raise error(Code.INVALID_TIME, str(problem)) from problem
