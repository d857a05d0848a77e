"""The time of a line of one log that stands in a record of another."""

from __future__ import annotations

from functools import lru_cache

from core.domain.evidence.epochs import match_epoch
from core.domain.evidence.format import Format
from core.domain.evidence.moments import match
from core.domain.evidence.places import head_of
from core.domain.evidence.settings import Settings
from core.domain.evidence.settle import Stamp
from core.domain.evidence.sighting import Source


def inner_time(line: str, settings: Settings) -> Stamp | None:
    """Return the time with which a line begins, or which the head of its format holds; None when it has neither."""
    head = head_of(line, settings.now)
    if head is not None:
        return head
    for each in settings.table.lines:
        if each.is_simple and each.hint in line and (found := each.head.match(line)) and found["t"] is not None:
            return format_stamp(found["t"], each.format)
    return None


@lru_cache(maxsize=4096)
def format_stamp(text: str, entry: Format) -> Stamp | None:
    """Return the time that the head of a format holds; logs repeat seconds, so the same text comes often."""
    reading = match(text, 0, entry.order) or match_epoch(text, 0, None)
    if reading is None or not reading.full:
        return None
    return Stamp(reading, Source.FORMAT, f"{entry.name} {reading.sep}", entry.zone)
