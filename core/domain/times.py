"""Times as an operator types them, and units of time in microseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from core.domain.addresses import quoted

__all__ = ["DAY", "MINUTE", "InvalidTime", "is_ahead", "parse_time", "utc_of"]

MINUTE: Final = 60_000_000
"""Microseconds."""
DAY: Final = 86_400_000_000
"""Microseconds."""


class InvalidTime(ValueError):
    """The text is not a time."""


def is_ahead(newest: int, now: int) -> bool:
    """Return whether an event is further ahead of the clock than clocks differ: 10 minutes; both in microseconds."""
    return newest - now > 10 * MINUTE


_AGO: Final = re.compile(r"([0-9]{1,6})([smhdw])(?: ago)?")

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?Z?")


def parse_time(words: str, now: datetime) -> datetime:
    """Return a time in UTC of ISO-8601 (UTC without a zone), a date, `21:14` (the last one before now), or `90d` ago.

    Raises:
        InvalidTime: with the forms that can be written.

    """
    text = str(words).strip()
    try:
        if match := _AGO.fullmatch(text):
            return now.astimezone(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        if match := _CLOCK.fullmatch(text):
            hour, minute, second = (int(part or 0) for part in match.groups())
            moment = now.astimezone(UTC).replace(hour=hour, minute=minute, second=second, microsecond=0)
            return moment if moment <= now else moment - timedelta(days=1)
        return utc_of(text)
    except (ValueError, OverflowError):
        raise InvalidTime(
            f"{quoted(words)} is not a time; write 2026-11-23T03:12:00Z, 2026-11-23, 21:14 or 90d (ago)."
        ) from None


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
