"""Times that an operator typed, told back in full."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Final

from core import full_time
from tui.wording.sanitize import visible

__all__ = ["EXAMPLES", "told_back"]

EXAMPLES: Final = "2026-11-24 03:12, tue 03:12, 21:14, 90d"
_FULL: Final = re.compile(r"\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:[Zz]|[+-]\d{2}:?\d{2})\s*")
_SHOWN: Final = 30


def told_back(words: str, moment: datetime, local: tzinfo | None) -> str:
    """Return the full time that words mean; empty when they are a full time with its zone already."""
    if _FULL.fullmatch(words):
        return ""
    return f"{visible(words.strip(), _SHOWN)} is {full_time(moment, local)}"
