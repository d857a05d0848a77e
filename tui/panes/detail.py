"""The detail: everything about the address in hand."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.details import detail_lines
from tui.hand import Facts
from tui.text import visible
from tui.widgets.lines import Line, Lines, ScrollLines

__all__ = ["DetailPane"]


class DetailPane(Vertical):
    """A column from 120 columns on; below, a page of its own."""

    def __init__(self, *, rule: str) -> None:
        super().__init__(id="detail")
        self._rule = rule
        self.title_line = Lines(classes="title")
        self.text = ScrollLines()
        self._facts: Facts | None = None
        self._laid_out: str | None = None
        """What the lines are about."""

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.text

    def show(self, facts: Facts) -> None:
        """What is known now of the address in hand; laid out while it is seen."""
        self._facts = facts
        self._lay_out()

    def be_seen(self, *, seen: bool) -> None:
        """Stand on the screen, or not."""
        self.display = seen
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        facts, width = self._facts, self.size.width
        if facts is None or not self.display or not width:
            return
        self.text.show_whole(detail_lines(facts, width), keep_place=facts.hand.id == self._laid_out)
        self._laid_out = facts.hand.id
        head = f"{self._rule} {visible(facts.hand.id)} "
        self.title_line.show(Line(head + self._rule * max(width - len(head), 0)))
