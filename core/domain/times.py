"""Points in time as an operator types them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from core.domain.addresses import quoted

__all__ = ["DAY", "MINUTE", "InvalidTime", "parse_time", "utc_of"]

MINUTE: Final = 60_000_000
"""Microseconds."""
DAY: Final = 86_400_000_000
"""Microseconds."""


class InvalidTime(ValueError):
    """Not a moment."""


_AGO: Final = re.compile(r"([0-9]{1,6})([smhdw])(?: ago)?")

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?Z?")


def parse_time(words: str, now: datetime) -> datetime:
    """A moment in UTC: ISO-8601 (no zone is UTC), a date, `21:14` (the latest not after now), or `90d` ago.

    Raises:
        InvalidTime: with what can be written.

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
            f"{quoted(words)} is no time; write 2026-11-23T03:12:00Z, 2026-11-23, 21:14 or 90d (ago)."
        ) from None


def utc_of(iso: str) -> datetime:
    """ISO-8601 as a moment in UTC; without a zone it is in UTC already. ValueError, OverflowError: it is none."""
    moment = datetime.fromisoformat(iso)
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
