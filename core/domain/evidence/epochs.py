"""Seconds since 1970, or parts of them, and TAI64N labels."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from core.domain.evidence.moments import Reading

_EPOCH: Final = re.compile(
    r"(1[0-9]{9}|[2-9][0-9]{9})(?:([0-9]{9}|[0-9]{6}|[0-9]{3})|\.([0-9]{1,9}))?(?=[\s,;)\]}|\"':^&<]|$)"
)
_TAI64N: Final = re.compile(r"@?4([0-9a-f]{15})([0-9a-f]{8})(?![0-9a-zA-Z])")
_TAI_AHEAD: Final = 10
"""Seconds by which daemontools counts TAI ahead of UTC, whatever the leap seconds."""


def match_epoch(text: str, place: int, now: datetime | None) -> Reading | None:
    """Read seconds, milliseconds, microseconds, nanoseconds since 1970, or a TAI64N label.

    It lies from 2000 to tomorrow; without `now`, where a format says that the number is a time, to 2286.
    """
    if found := _EPOCH.match(text, place):
        part = found[2] or found[3] or ""
        seconds, micros = int(found[1]), int(f"{part[:6]:0<6}")
        if not part and text.startswith(":", found.end()):
            return None
    elif found := _TAI64N.match(text, place):
        seconds, micros = int(found[1], 16) - _TAI_AHEAD, int(found[2], 16) // 1000
    else:
        return None
    return instant(found.end(), seconds, min(micros, 999_999), now)


def instant(end: int, seconds: int, micros: int, now: datetime | None) -> Reading | None:
    """Return the reading of an epoch; None when it lies before 2000, or more than a day after `now`."""
    latest = 9_999_999_999 if now is None else now.timestamp() + 86_400
    if not 946_684_800 <= seconds <= latest:
        return None
    return Reading(end, instant=datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros))
