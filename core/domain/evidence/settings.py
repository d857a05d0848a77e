"""Facts about a text that the scanner takes."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import NamedTuple

from core.domain.evidence.formats import BUILT_IN, FormatTable


class Settings(NamedTuple):
    """Facts about the whole text that the operator gives; None where he gives none."""

    now: datetime
    """The text was written by this moment. It has a zone."""
    at: datetime | None = None
    """The moment of every address that has no time of its own."""
    zone: tzinfo | None = None
    """The zone of clocks that name none."""
    year: int | None = None
    """The year of dates that name none."""
    day_first: bool | None = None
    """The order of 03/04/2026: True is 3 April, False is 4 March."""
    log_format: str | None = None
    """Name of an entry of the format table that is tried first, and for which its hint is not needed."""
    table: FormatTable = BUILT_IN
    """The formats that are known."""
