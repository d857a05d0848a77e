"""A gauge of text: `######....`."""

from __future__ import annotations

from tui.terminal.theme import Glyphs

__all__ = ["gauge"]


def gauge(share: float, width: int, glyphs: Glyphs) -> str:
    """Return `width` cells of which `share` (0 to 1) is filled; it looks full or empty only when it is."""
    filled = round(share * width)
    if 0 < share < 1:
        filled = min(max(filled, 1), width - 1)
    return glyphs.full * filled + glyphs.empty * (width - filled)
