"""The detail pane: everything about the selection, with a picture of a CIDR or a pool."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Container, Vertical

from core import CidrState, UseOverTime
from tui.panes.detail_text import detail_lines
from tui.panes.map_text import cell_lines, cidr_page, map_title
from tui.state.pictures import CellFacts, Pictures
from tui.state.selection import SelectionDetails, SelectionKind
from tui.state.selection_text import title_words
from tui.terminal.roles import Role
from tui.terminal.theme import ASCII, Glyphs
from tui.widgets.address_map import COLUMNS, map_width
from tui.widgets.gauge import Levels
from tui.widgets.lines import Line, Lines, ScrollLines
from tui.widgets.map_view import MapView
from tui.widgets.title import title_line
from tui.widgets.use_chart import Chart, chart_rows

__all__ = ["DetailPane", "chart_of"]

_PAGE: Final = 76
"""Cells from which the map stands beside its text, not above it."""
_CHART_LINES: Final = 7


def chart_of(use: UseOverTime) -> Chart:
    """Return the chart of the use of a pool."""
    return Chart(
        days=[(day.used, day.total) for day in use.days],
        total=use.days[-1].total,
        today=use.days[-1].day,
        growth=use.growth_per_day,
        full_in=use.runway_days,
        levels=Levels(use.warn_percent, use.critical_percent),
    )


class DetailPane(Vertical):
    """A column from 120 columns on; below, a page of its own."""

    def __init__(self, *, glyphs: Glyphs) -> None:
        super().__init__(id="detail")
        self._rule = glyphs.rule
        self._ascii_only = glyphs is ASCII
        self.title_line = Lines(classes="title")
        self.map = MapView(ascii_only=self._ascii_only)
        self.chart = Lines(classes="chart")
        self.text = ScrollLines()
        self.shows_map = True
        """Whether the map of a CIDR is here, not beside the list."""
        self._details: SelectionDetails | None = None
        self._pictures: Pictures | None = None
        self._cell: CellFacts | None = None
        self._laid_out: tuple[object, ...] = ()
        """The selection that the lines are about."""

    def compose(self) -> ComposeResult:
        yield self.title_line
        with Container(id="pictured"):
            yield self.map
            yield self.chart
            yield self.text

    @property
    def has_keys(self) -> bool:
        return self.map.has_focus or self.text.has_focus

    def show(self, details: SelectionDetails) -> None:
        """Show the details; they are laid out while the pane is on the screen."""
        if details is not self._details:
            self._details = details
            self._lay_out()

    def show_pictures(self, pictures: Pictures) -> None:
        """Show the pictures of the selection."""
        self._pictures = pictures
        self._lay_out()

    def show_cell(self, cell: CellFacts | None) -> None:
        """Show what is in the cell of the map that is selected."""
        if cell is not self._cell:
            self._cell = cell
            self._lay_out()

    def be_seen(self, *, seen: bool) -> None:
        """Show or hide the pane."""
        self.display = seen
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _drawn(self, details: SelectionDetails) -> Pictures | None:
        """Return the pictures, when they are about the selection."""
        pictures = self._pictures
        wanted = details.selection.id
        return pictures if pictures and wanted in (pictures.about.cidr, pictures.about.pool) else None

    def _lay_out(self) -> None:
        details, width = self._details, self.size.width
        if details is None or not self.display or not width:
            return
        pictures = self._drawn(details)
        self._lay_map(pictures, width, wanted=details.cidr is not None and self.shows_map)
        self._lay_chart(pictures, width, wanted=details.pool is not None)
        self.text.show_whole(
            self._lines(details, width - self.title_line.display), keep_place=details.selection.key == self._laid_out
        )
        self._laid_out = details.selection.key
        self._show_title()

    def _show_title(self) -> None:
        """Show what the pane is about, lit while it has the keys."""
        details = self._details
        if details is None or not self.size.width:
            return
        name, pictures = details.selection.id, self._drawn(details)
        if details.cidr is not None and pictures is not None and pictures.map is not None:
            name = map_title(pictures.map)
        self.title_line.show(title_line(name, "", self.size.width, rule=self._rule, focused=self.has_keys))

    on_descendant_focus = on_descendant_blur = _show_title

    def _lay_map(self, pictures: Pictures | None, width: int, *, wanted: bool) -> None:
        shown = pictures.map if pictures else None
        self.map.display = wanted
        page = wanted and width >= _PAGE
        self.set_class(page, "-page")
        if not wanted:
            return
        if shown is None:
            self.map.clear()
            return
        self.map.styles.width = map_width(shown) + 1 if page else width
        self.map.styles.height = "1fr" if page else 1 + -(-len(shown.cells) // COLUMNS)
        self.map.show_map(shown)

    def _lay_chart(self, pictures: Pictures | None, width: int, *, wanted: bool) -> None:
        use = pictures.use if pictures else None
        self.chart.display = wanted and use is not None
        if use is not None and wanted:
            self.chart.styles.height = _CHART_LINES + 2
            self.chart.show(*chart_rows(chart_of(use), width, _CHART_LINES, ascii_only=self._ascii_only))

    def _lines(self, details: SelectionDetails, width: int) -> list[Line | str]:
        if details.selection.kind is not SelectionKind.CIDR or details.cidr is None:
            return detail_lines(details, width)
        pictures = self._drawn(details)
        shown = pictures.map if pictures else None
        room = width - map_width(shown) - 1 if shown is not None and width >= _PAGE and self.shows_map else width
        lines = cidr_page(details, details.cidr.cidr, shown, room, ascii_only=self._ascii_only, marks=self.shows_map)
        if (self.title_line.display and self._cell is None) or details.cidr.cidr.state is not CidrState.ACTIVE:
            lines.insert(0, Line(title_words(details), Role.STRONG))
        if self._cell is None or shown is None:
            return lines
        cell = cell_lines(self._cell, room, rule=self._rule)
        return [*lines, "", *cell] if room < width or not self.shows_map else [*cell, "", *lines]
