"""What a text on the screen is; `palette` has the colours."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Role"]


class Role(StrEnum):
    """The meaning of a text; each has its colour in every theme."""

    TEXT = "text"
    STRONG = "strong"
    DIM = "dim"
    LABEL = "label"
    KEY = "key"
    BORDER = "border"
    FOCUS = "focus"
    FOCUSED = "focused"
    """The active tab, the title of the pane that has the keys."""
    CURSOR = "cursor"
    OWN = "own"
    ZENLAYER = "zenlayer"
    BOUND = "bound"
    UNBOUND = "unbound"
    COOLING = "cooling"
    RESERVED = "reserved"
    FREE = "free"
    CRITICAL = "critical"
    CRITICAL_CHIP = "critical_chip"
    WARNING = "warning"
    WARNING_CHIP = "warning_chip"
    OK = "ok"
    WRITE = "write"
    """The keys that change something."""
    WRITE_CHIP = "write_chip"
    READ_ONLY_CHIP = "read_only_chip"
    TRACK = "track"
    """The free part of a bar."""
