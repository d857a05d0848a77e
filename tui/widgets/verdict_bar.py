"""The verdict bar: the verdict on the selection, what it does, and where a fix lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events

from tui.terminal.roles import Role
from tui.widgets.lines import BOLD, WARNING, Line, Lines, fold, line_of
from tui.wording.sanitize import visible

__all__ = ["NOTHING_SELECTED", "Strip", "VerdictBar"]


@dataclass(frozen=True, slots=True)
class Strip:
    """The text of the verdict bar."""

    title: str
    body: tuple[str, ...] = ()
    alarm: bool = False


NOTHING_SELECTED: Final = Strip("nothing selected")


class VerdictBar(Lines):
    """A rule and two lines, three about a finding; on a tiny terminal its parts are folded."""

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
        strip, role = self._strip, WARNING if self._strip.alarm else BOLD
        width = max(self.size.width, 1)
        if self._tiny:
            parts = [Line(part, role) for part in visible(strip.title).split(" -- ")]
            self.show(*parts, *(Line(part) for text in strip.body if text for part in fold(text, width)))
            return
        body = strip.body
        if len(body) > 1 and not body[1]:
            body = (*(*fold(body[0], width), "")[:2], *body[2:])
        self.show(self._head(visible(strip.title), role, width), *(_labelled(text) for text in body))

    def _head(self, title: str, role: Role, width: int) -> Line:
        rule = Role.CRITICAL if role is WARNING else Role.BORDER
        if cell_len(title) + 4 > width:
            return Line(f"{visible(title, max(width - 1, 0))} ", role)
        subject, gap, words = title.partition(" -- ")
        rest = self._rule * (width - cell_len(title) - 4)
        return line_of(
            (self._rule * 2, rule), (f" {subject}", Role.STRONG), (gap, Role.BORDER), (f"{words} ", role), (rest, rule)
        )

    def on_resize(self, _event: events.Resize) -> None:
        self.repaint()


_LABELS: Final = ("serves", "remedy:", "now:", "CIDR", "left:")
"""Words that begin a line and say what it is."""


def _labelled(text: str) -> Line:
    """Return a line whose first word is painted as its label."""
    label = next((each for each in _LABELS if text.startswith(f"{each} ")), "")
    return line_of((label, Role.LABEL), text[len(label) :]) if label else Line(text)
