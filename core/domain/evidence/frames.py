"""The interface of a reader of records over several lines."""

from __future__ import annotations

from typing import Protocol

from core.domain.evidence.reader import Line
from core.domain.evidence.tree import Mention


class Frame(Protocol):
    """A record, or several, that has begun."""

    done: bool
    """Whether the next line belongs to something else."""

    def take(self, line: Line) -> bool:
        """Take a line; False, with nothing taken, when it does not belong here."""

    def drain(self) -> list[Mention]:
        """Return the mentions that are dated since the last call."""

    def end(self) -> list[Line]:
        """Close what is open; return the lines to read as plain ones, when the guess was wrong."""
