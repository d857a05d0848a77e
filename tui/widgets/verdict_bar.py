"""The verdict bar: the verdict on the selection, what it does, where a fix lives, and the next steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events

from tui.widgets.lines import BOLD, WARNING, Line, Lines, fold
from tui.wording.sanitize import visible

__all__ = ["NOTHING_SELECTED", "Strip", "VerdictBar"]


@dataclass(frozen=True, slots=True)
class Strip:
    """The text of the verdict bar."""

    title: str
    body: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    alarm: bool = False


NOTHING_SELECTED: Final = Strip("nothing selected")


class VerdictBar(Lines):
    """A rule and three lines; on a tiny terminal its parts are folded."""

    def __init__(self, *, rule: str) -> None:
        super().__init__(id="strip")
        self._rule = rule
        self._strip = NOTHING_SELECTED
        self._tiny = False

    def tell(self, strip: Strip, *, tiny: bool) -> None:
        """Show a verdict; `tiny` folds it."""
        if (strip, tiny) != (self._strip, self._tiny) or not self.lines:
            self._strip, self._tiny = strip, tiny
            self.repaint()

    def repaint(self) -> None:
        strip, style = self._strip, WARNING if self._strip.alarm else BOLD
        width = max(self.size.width, 1)
        if self._tiny:
            parts = [Line(part, style) for part in visible(strip.title).split(" -- ")]
            texts = [*strip.body, self._next(width)]
            folded = [Line(part) for text in texts if text for part in fold(text, width)]
            self.show(*parts, *folded)
            return
        title = visible(strip.title)
        head = f"{self._rule * 2} {title} "
        if cell_len(head) > width:
            head = f"{visible(title, max(width - 1, 0))} "
        body = [*strip.body, self._next(width)]
        if len(body) > 1 and not body[1]:
            body[:2] = [*fold(body[0], width), ""][:2]
        self.show(Line(head + self._rule * max(width - cell_len(head), 0), style), *body)

    def _next(self, width: int) -> str:
        """Return as many steps as fit."""
        text = ""
        for step in self._strip.steps:
            longer = f"{text}   {step}" if text else f"next: {step}"
            if cell_len(longer) > width:
                break
            text = longer
        return text

    def on_resize(self, _event: events.Resize) -> None:
        self.repaint()
