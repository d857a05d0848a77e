"""What an operator says of a looked-up text, in the words of the options of `lookup -`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from core import Code, TextFacts, error, iso
from tui.wording.times import past_moment

__all__ = ["AS_IT_STANDS", "TextReading", "read_as"]


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


def read_as(given: Mapping[str, str | bool | None], now: datetime, local: tzinfo | None) -> TextReading:
    """Return how a text is read by these options; `local` is the zone of `@local`.

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
        _past(words.get("now"), now, local),
        words.get("log_format"),
    )
    return TextReading(_past(words.get("at"), now, local), facts)


def _past(words: str | None, now: datetime, local: tzinfo | None) -> datetime | None:
    return None if words is None else past_moment(words, now, local)
