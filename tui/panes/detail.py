"""The detail pane: everything about the selection."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.panes.detail_text import detail_lines
from tui.state.selection import SelectionDetails
from tui.widgets.lines import Lines, ScrollLines
from tui.widgets.title import title_line

__all__ = ["DetailPane"]


class DetailPane(Vertical):
    """A column from 120 columns on; below, a page of its own."""

    def __init__(self, *, rule: str) -> None:
        super().__init__(id="detail")
        self._rule = rule
        self.title_line = Lines(classes="title")
        self.text = ScrollLines()
        self._details: SelectionDetails | None = None
        self._laid_out: str | None = None
        """The selection that the lines are about."""

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.text

    def show(self, details: SelectionDetails) -> None:
        """Show the details; they are laid out while the pane is on the screen."""
        if details is not self._details:
            self._details = details
            self._lay_out()

    def be_seen(self, *, seen: bool) -> None:
        """Show or hide the pane."""
        self.display = seen
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        details, width = self._details, self.size.width
        if details is None or not self.display or not width:
            return
        self.text.show_whole(detail_lines(details, width), keep_place=details.selection.id == self._laid_out)
        self._laid_out = details.selection.id
        focused = self.text.has_focus
        self.title_line.show(title_line(details.selection.id, "", width, rule=self._rule, focused=focused))
