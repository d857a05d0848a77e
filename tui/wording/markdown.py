"""Foreign text in Markdown."""

from __future__ import annotations

import re
from typing import Final

from tui.wording.sanitize import visible

__all__ = ["markdown_cell", "markdown_text"]

_LIVE: Final = re.compile(r"@\w|[#!$]\d|://|\bwww\.|\bmailto:|\bGH-\d|&#?\w+;", re.IGNORECASE)
"""Text that a ticket system makes a mention, a reference or a link of, also where it is escaped."""


def markdown_text(value: object) -> str:
    """Return a value as text of one line of Markdown: no image, link, mention or HTML comes of it."""
    shown = visible(value)
    if not _LIVE.search(shown):
        return re.sub(r"([\\`*_~\[\]<>&|])", r"\\\1", shown)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def markdown_cell(value: object) -> str:
    """Escape a value so that it stays in its cell."""
    shown = visible(value)
    if _LIVE.search(shown):
        return markdown_text(shown).replace("|", "\\|")
    return re.sub(r"([\\`*_~{}\[\]<>()#!|&])", r"\\\1", shown)
