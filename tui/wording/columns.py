"""One column of a table, in a pane and on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len

from tui.wording.sanitize import visible

__all__ = ["Column"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A title, and the text of a row's cell under it; the text may be hostile."""

    title: str
    width: int
    """The width in a pane, in cells; the least width of a stretching column. The command line measures its rows."""
    text: Callable[[Row], str]
    right: bool = False
    stretch: bool = False
    drop: int = 0
    """When room is short, the column with the highest number is left out first; 0 always stays."""
    short: Callable[[Row], str] | None = None
    """A shorter text where the text has no room; without it the text is cut."""

    def fitted(self, row: Row, width: int) -> str:
        """Return the text of a row for `width` cells."""
        text = self.text(row)
        if self.short is None or cell_len(visible(text)) <= width:
            return text
        return self.short(row)
