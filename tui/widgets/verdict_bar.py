"""The verdict strip: whose the address in hand is, what it does, where a fix lives, what to press."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events

from tui.state.selection import SelectionDetails
from tui.state.selection_text import strip_lines, strip_title
from tui.widgets.lines import BOLD, WARNING, Line, Lines, fold
from tui.wording.sanitize import visible

__all__ = ["VerdictBar"]


class VerdictBar(Lines):
    """A rule and three lines; on a tiny terminal all there is, folded."""

    def __init__(self, *, rule: str) -> None:
        super().__init__(id="strip")
        self._rule = rule
        self._title = "nothing in hand"
        self._body: tuple[str, ...] = ()
        self._steps: tuple[str, ...] = ()
        self._alarm = False
        self.tiny = False

    def tell(self, details: SelectionDetails, flow: Sequence[str], *, before: str = "") -> None:
        """Say what was read, and what may be done next; the rule begins with what comes `before` all that."""
        self._title = f"{before} -- {strip_title(details)}" if before else strip_title(details)
        self._steps = tuple(flow)
        self._body = strip_lines(details)
        self._alarm = " ! " in f" {self._title}"
        self.repaint()

    def clear(self, title: str = "nothing in hand", *body: str) -> None:
        self._title, self._body, self._steps, self._alarm = title, body, (), False
        self.repaint()

    def repaint(self) -> None:
        style = WARNING if self._alarm else BOLD
        width = max(self.size.width, 1)
        if self.tiny:
            parts = [Line(part, style) for part in visible(self._title).split(" -- ")]
            texts = [*self._body, self._next(width)]
            folded = [Line(part) for text in texts if text for part in fold(text, width)]
            self.show(*parts, *folded)
            return
        title = visible(self._title)
        head = f"{self._rule * 2} {title} "
        if cell_len(head) > width:
            head = f"{visible(title, max(width - 1, 0))} "
        body = [*self._body, self._next(width)]
        if len(body) > 1 and not body[1]:
            body[:2] = [*fold(body[0], width), ""][:2]
        self.show(Line(head + self._rule * max(width - cell_len(head), 0), style), *body)

    def _next(self, width: int) -> str:
        """As many steps as fit."""
        text = ""
        for step in self._steps:
            longer = f"{text}   {step}" if text else f"next: {step}"
            if cell_len(longer) > width:
                break
            text = longer
        return text

    def on_resize(self, _event: events.Resize) -> None:
        self.repaint()
