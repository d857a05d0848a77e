"""Keys and their labels, fitted into a line: keys stand out, their words do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui.terminal.roles import Role
from tui.widgets.lines import Line, Part, line_of

__all__ = ["fit_keys", "hint_parts", "hints"]

_KEYS: Final = frozenset({"up", "down", "left", "right"})
"""Keys of which a hint names several."""


def fit_keys(parts: Sequence[str], width: int, expendable: Sequence[str] = ()) -> str:
    """Return the key line in `width` cells: narrower gaps first, then without `expendable` parts, in their order."""
    return _text(_fitted(parts, width, expendable))[:width]


def hints(parts: Sequence[str], width: int, expendable: Sequence[str] = (), changing: Sequence[str] = ()) -> Line:
    """Return the key line as `fit_keys` fits it, painted; `changing` are the keys that change something."""
    return line_of(*hint_parts(_fitted(parts, width, expendable), changing))


def hint_parts(fitted: Sequence[str], changing: Sequence[str] = ()) -> list[Part]:
    """Return the parts of a key line; blanks at the start of a hint are the gap before it."""
    told: list[Part] = []
    for hint in fitted:
        bare = hint.lstrip(" ")
        gap = " " * (len(hint) - len(bare))
        words = bare.split(" ")
        keys = 1
        while keys < len(words) - 1 and words[keys] in _KEYS:
            keys += 1
        key = " ".join(words[:keys])
        told.append((f"{gap}{key}", Role.WRITE if key in changing else Role.KEY))
        told.append((bare[len(key) :], Role.DIM))
    return told


def _text(fitted: Sequence[str]) -> str:
    return "".join(fitted)


def _fitted(parts: Sequence[str], width: int, expendable: Sequence[str]) -> list[str]:
    """Return the hints that fit, each but the first with the gap before it."""
    chosen = list(parts)
    leaving = [part for part in expendable if part in chosen]
    while True:
        for gap in ("   ", "  "):
            line = [part if not number else f"{gap}{part}" for number, part in enumerate(chosen)]
            if len(_text(line)) <= width:
                return line
        if not leaving:
            return line
        chosen.remove(leaving.pop(0))
