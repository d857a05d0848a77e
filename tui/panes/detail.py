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

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.text

    def show(self, facts: Facts) -> None:
        same = self._facts is not None and self._facts.hand.id == facts.hand.id
        self._facts = facts
        self._show(keep_place=same)

    def on_resize(self) -> None:
        self._show(keep_place=True)

    def _show(self, *, keep_place: bool) -> None:
        if self._facts is None:
            return
        self.text.show_whole(detail_lines(self._facts, self.size.width), keep_place=keep_place)
        head = f"{self._rule} {visible(self._facts.hand.id)} "
        self.title_line.show(Line(head + self._rule * max(self.size.width - len(head), 0)))
