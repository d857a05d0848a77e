"""The time that is the whole of a value."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from core.domain.evidence.epochs import instant, match_epoch
from core.domain.evidence.moments import Reading, match

_JSON_DATE: Final = re.compile(r"/Date\((\d{13})(?:[+-]\d{4})?\)/")
_SENTENCE: Final = re.compile(r"[\s\])}\"'.,;]*(?:\([^)]*\))?\s*$")


def read_value(value: str, now: datetime) -> Reading | None:
    """Return the time that a whole value is; None when it is not a time alone."""
    text = value.strip(" \t\r\n\"'[](")
    if len(text) > 64 or not text:
        return None
    if (text.isdigit() and len(text) in {10, 13, 16, 18, 19}) or ("." in text and text.replace(".", "").isdigit()):
        if len(text) == 18 and text.isdigit():
            ticks = int(text) // 10 - 11_644_473_600_000_000
            return instant(18, ticks // 1_000_000, ticks % 1_000_000, now)
        if (epoch := match_epoch(text.partition(".")[0] if len(text) > 13 else text, 0, now)) is not None:
            return epoch
    if text.startswith("/Date(") and (found := _JSON_DATE.match(text)):
        return match_epoch(found[1], 0, now)
    reading = match(text)
    if reading is None:
        return match_epoch(text, 0, now) if text.startswith("@4") else None
    return reading if _SENTENCE.match(text, reading.end) else None
