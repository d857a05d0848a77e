"""The address map beside the lists, on a very wide screen."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.panes.map_text import legend_lines, map_title
from tui.state.pictures import Pictures
from tui.terminal.theme import ASCII, Glyphs
from tui.widgets.lines import Lines
from tui.widgets.map_view import MapView
from tui.widgets.title import title_line

__all__ = ["MapPane"]

_LEGEND_LINES: Final = 4


class MapPane(Vertical):
    """A title, the map and its legend."""

    def __init__(self, *, glyphs: Glyphs) -> None:
        super().__init__(id="mapped")
        self._rule = glyphs.rule
        self._ascii_only = glyphs is ASCII
        self.title_line = Lines(classes="title")
        self.map = MapView(ascii_only=self._ascii_only)
        self.legend = Lines(classes="legend")
        self._pictures: Pictures | None = None

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.map
        yield self.legend

    def show_pictures(self, pictures: Pictures) -> None:
        """Show the map; without one the pane is empty."""
        self._pictures = pictures
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        shown = self._pictures.map if self._pictures else None
        if shown is None or not self.size.width:
            self.map.clear()
            self.legend.show()
            self._show_title()
            return
        width = self.size.width
        self.map.show_map(shown, self._pictures.about.address if self._pictures else None)
        self.legend.show(*list(legend_lines(shown, width, ascii_only=self._ascii_only))[:_LEGEND_LINES])
        self._show_title()

    def _show_title(self) -> None:
        """Show what the map is of, lit while it has the keys."""
        shown = self._pictures.map if self._pictures else None
        title = "no map" if shown is None else map_title(shown)
        self.title_line.show(title_line(title, "", self.size.width, rule=self._rule, focused=self.map.has_focus))

    on_descendant_focus = on_descendant_blur = _show_title
