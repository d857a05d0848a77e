"""The values that a review shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tui.modals.lines import Line

__all__ = ["TYPEABLE", "Later", "Reread", "Review", "Sections", "Tier"]

TYPEABLE: Final = frozenset("0123456789./")
"""Characters that a confirmation by typing takes."""

Sections = tuple[tuple[Line, ...], ...]
"""The lines of a review; a rule separates the sections."""

Reread = Callable[[], Awaitable[list[str]]]
"""Reads the target again; returns one sentence for each change since the review opened."""

Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after a number of seconds."""


class Tier(StrEnum):
    """The effort of a confirmation."""

    PLAIN = "plain"
    """`y` sends at once."""
    COUNT = "count"
    """`y`, then a grace count of five seconds."""
    TYPED = "typed"
    """The operator types a text exactly, then `y`, then the grace count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything a review shows, and what confirms it."""

    title: str
    target_copy: str
    """The text that `a` copies."""
    sections: Sections
    command: str
    """The command line that does the same; empty if there is none."""
    more_commands: tuple[str, ...] = ()
    """Further command lines, if one is not enough."""
    tier: Tier
    reread: Reread
    latest: Callable[[], Sections] | None = None
    """Returns the sections as last read, for values that may change without a new confirmation. Their number stays."""
    typed: str = ""
    prompt: str = ""
    """Names the text to type."""
    reason: str = ""
    reason_required: bool = False
    closing: str = ""
    """The way to undo the change, or that nothing undoes it."""
