"""The evidence of a text: the facts that the operator knows of it, and the verdicts on its addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.domain.values import Verdict, iso

__all__ = ["DoubtCount", "Evidence", "LineVerdicts", "Progress", "TextFacts", "TextVerdicts"]

Progress = Callable[[int], None]
"""Called at intervals with the number of lines read."""


class TextFacts(NamedTuple):
    """Facts about a whole text that settle doubts; None where the operator gives none."""

    zone: str | None = None
    """The zone of clocks that name none: `Asia/Shanghai`, `+08:00`, `UTC`."""
    year: int | None = None
    """The year of dates that name none."""
    day_first: bool | None = None
    """The order of 03/04/2026: True is 3 April, False is 4 March."""
    now: datetime | None = None
    """The text was written by this moment."""
    log_format: str | None = None
    """The name of the log format that is tried first."""

    @property
    def given(self) -> dict[str, str]:
        """The facts that the operator gives, as text, by their names on the command line; `yes` for a switch."""
        given = {name.replace("_", "-"): value for name, value in self._asdict().items() if value is not None}
        return {name: _text(value) for name, value in given.items()}


def _text(value: str | int | datetime) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return iso(value) if isinstance(value, datetime) else str(value)


class DoubtCount(NamedTuple):
    """A kind of doubt and the mentions that it is about."""

    doubt: str
    mentions: int
    line: int
    """The line of the first of them."""


@dataclass(frozen=True, slots=True)
class TextVerdicts:
    """The verdicts on a text that has been read; each is made when it is taken."""

    verdicts: Iterator[Verdict]
    """One for each distinct address and moment, in order of appearance, each with its count; taken once."""
    lines: int
    doubts: tuple[DoubtCount, ...] = ()


class LineVerdicts(NamedTuple):
    """A line of a text that goes on, and the verdicts on its addresses, each counted in the lines that came with it."""

    number: int
    text: str | None
    """None for a line that was given before: the rest of its record tells its time."""
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The verdicts on a text, with figures of its lines."""

    verdicts: list[Verdict]
    """One for each distinct address and moment, in order of appearance, each with its count."""
    lines: int
    doubts: tuple[DoubtCount, ...] = ()

    @property
    def mentions(self) -> int:
        """The number of addresses in the text, repeated ones counted each time."""
        return sum(verdict.count for verdict in self.verdicts)
