"""The facts that an operator gives of a text, checked."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from core.domain.errors import Code, error
from core.domain.evidence import Settings
from core.domain.evidence.formats import FormatTable
from core.domain.evidence.zones import parse_zone
from core.domain.text_evidence import TextFacts

__all__ = ["text_settings"]

_YEARS: Final = range(1970, 10_000)


def text_settings(facts: TextFacts, now: datetime, at: datetime | None, table: FormatTable) -> Settings:
    """Return the settings of the scanner.

    Raises:
        EipdeckError: `usage` for a zone, a year or a log format that is not known.

    """
    if facts.year is not None and facts.year not in _YEARS:
        raise error(Code.USAGE, f"{facts.year} is not a year.", hint="Write one like 2026.")
    if facts.log_format is not None and facts.log_format not in table.names:
        raise error(
            Code.USAGE, f"There is no log format {facts.log_format!r}.", hint=f"Known: {', '.join(table.names)}."
        )
    return Settings(facts.now or now, at, _zone(facts.zone), facts.year, facts.day_first, facts.log_format, table)


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    zone = parse_zone(name)
    if zone is None or len(zone.choices) > 1:
        problem = f"{name!r} is not a zone." if zone is None else f"{name!r} names several zones."
        raise error(Code.USAGE, problem, hint="Write one like Asia/Shanghai, +08:00 or UTC.")
    return zone.choices[0]
