"""The splash screen: one line with the name of the program, and one with the names of the views."""

from __future__ import annotations

from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip

from tui.commands.registry import View
from tui.screen.tabs import views_line
from tui.terminal.roles import Role
from tui.widgets.lines import Line, line_of, painted

__all__ = ["SplashScreen"]


class SplashScreen(Screen[None], inherit_bindings=False):
    """Shown until the main screen is ready."""

    DEFAULT_CSS = "SplashScreen { background: $ground; color: $text; }"

    class Painted(Message):
        """The first lines are on the screen."""

    def on_mount(self) -> None:
        self.call_after_refresh(self.post_message, self.Painted())

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        opening = line_of((" eipdeck", Role.KEY), "  opening")
        return painted(self, {0: opening, 2: views_line(View.EIPS, None, width)}.get(y, Line("")), width)
