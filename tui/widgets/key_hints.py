"""Keys and their labels, fitted into a line."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["fit_keys"]


def fit_keys(parts: Sequence[str], width: int, expendable: Sequence[str] = ()) -> str:
    """Return the key line in `width` cells: narrower gaps first, then without `expendable` parts, in their order."""
    chosen = list(parts)
    leaving = [part for part in expendable if part in chosen]
    while True:
        for gap in ("   ", "  "):
            line = gap.join(chosen)
            if len(line) <= width:
                return line
        if not leaving:
            return line[:width]
        chosen.remove(leaving.pop(0))
