"""The line between two panes, joined to the rules of their titles."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.roles import Role
from tui.terminal.theme import Glyphs
from tui.widgets.lines import Line, painted

__all__ = ["Wall"]


class Wall(Widget):
    """One column of cells; where a title beside it stands, it has a joint."""

    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs, *, left: Sequence[Widget], right: Sequence[Widget]) -> None:
        super().__init__(classes="wall")
        self._glyphs = glyphs
        self._left = left
        self._right = right

    def render_line(self, y: int) -> Strip:
        at = self.region.y + y
        left, right = _stands(self._left, at), _stands(self._right, at)
        glyphs = self._glyphs
        if left and right:
            char = glyphs.both
        elif left or right:
            char = glyphs.left if left else glyphs.right
        else:
            char = glyphs.wall
        return painted(self, Line(char, Role.BORDER), self.size.width)


def _stands(titles: Sequence[Widget], at: int) -> bool:
    return any(title.region.y == at and title.is_on_screen and _is_shown(title.parent) for title in titles)


def _is_shown(pane: object) -> bool:
    """Return whether a pane is shown: its title keeps its old place when it is not."""
    return isinstance(pane, Widget) and pane.display
