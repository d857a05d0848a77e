"""The panes and their layout: one at a time, or three columns from 120."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.commands.registry import View, key_of
from tui.panes.cidrs import CidrsPane
from tui.panes.detail import DetailPane
from tui.panes.eips import EipsPane
from tui.panes.findings import FindingsPane
from tui.panes.lookups import LookupsPane
from tui.panes.map_pane import MapPane
from tui.panes.pane import Pane
from tui.panes.pools import PoolsPane
from tui.panes.services import ServicesPane
from tui.panes.timeline import TimelinePane
from tui.state.pictures import Pictures
from tui.state.screen_state import ROOMY, VERY_WIDE, WIDE, Shape, shape_of
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask
from tui.terminal.kept import Kept
from tui.terminal.theme import Glyphs
from tui.widgets.map_view import MapView
from tui.widgets.wall import Wall

__all__ = ["Panes"]

_SIDE = (View.POOLS, View.FINDINGS)
_ORDER = (*_SIDE, View.EIPS, View.CIDRS, View.SERVICES, View.TIMELINE, View.LOOKUPS)
"""The order of the panes for the key that turns to the next one."""
MAP_LINES = 40
"""Lines from which the address map stands beside the lists of a very wide screen."""


class Panes(Horizontal):
    """Every pane. The shape of the screen and the view decide which are shown."""

    def __init__(self, ask: Ask, glyphs: Glyphs, kept: Kept) -> None:
        super().__init__(id="panes")
        rule = glyphs.rule
        self.eips = EipsPane(ask, glyphs=glyphs, kept=kept)
        self.pools = PoolsPane(ask, glyphs=glyphs)
        self.cidrs = CidrsPane(ask, rule=rule)
        self.findings = FindingsPane(ask, rule=rule)
        self.services = ServicesPane(ask, rule=rule)
        self.timeline = TimelinePane(ask, glyphs=glyphs)
        self.lookups = LookupsPane(ask, rule=rule)
        self.detail = DetailPane(glyphs=glyphs)
        self.mapped = MapPane(glyphs=glyphs)
        """The address map, above the latest events, on a very wide and tall screen."""
        self.aside = TimelinePane(ask, glyphs=glyphs)
        """The latest events, beside everything else on a very wide screen."""
        self.aside.add_class("aside")
        self._beside: tuple[Pane, ...] = (PoolsPane(ask, glyphs=glyphs), FindingsPane(ask, rule=rule))
        """What stands at the left of the list in hand, unless it is that list."""
        for pane in (self.aside, *self._beside):
            pane.be_beside()
        panes = (self.eips, self.pools, self.cidrs, self.services, self.findings, self.timeline, self.lookups)
        self.panes: dict[View, Pane] = {pane.view: pane for pane in panes}
        self.column = True
        """Whether the wide shape has its detail column."""
        self.zoomed = False
        """One pane has the whole width, however wide the screen is."""
        self.zoom_out: Callable[[], bool] = lambda: False
        """Goes back from the map of a block; returns False when there is none."""
        self.on_opened: Callable[[], None] = lambda: None
        """Called when the detail gets the keys beside the list."""
        self._last = View.EIPS
        """The last view that does not stand at the left."""
        self._left = Vertical(id="left")
        self._middle = Vertical(id="centre")
        self._right = Vertical(id="right")
        self._walls = self._build_walls(glyphs)

    def _build_walls(self, glyphs: Glyphs) -> tuple[Wall, ...]:
        """Return the lines between the columns."""
        centre = [pane.title_line for pane in self.panes.values()]
        side, detail = [pane.title_line for pane in self._beside], [self.detail.title_line]
        return (
            Wall(glyphs, left=side, right=centre),
            Wall(glyphs, left=centre, right=detail),
            Wall(glyphs, left=detail, right=[self.mapped.title_line, self.aside.title_line]),
        )

    def compose(self) -> ComposeResult:
        with self._left:
            yield from self._beside
        yield self._walls[0]
        with self._middle:
            yield from self.panes.values()
        yield self._walls[1]
        yield self.detail
        yield self._walls[2]
        with self._right:
            yield self.mapped
            yield self.aside

    @property
    def shape(self) -> Shape:
        """The layout for the size of the screen."""
        width, height = self.app.size
        return shape_of(width, height, zoomed=self.zoomed)

    async def load(self, snapshot: Snapshot) -> None:
        """Show the data as it is now.

        Raises:
            EipdeckError: a pane cannot read what it shows beside the snapshot.

        """
        for pane in (*self.panes.values(), *self._beside, self.aside):
            await pane.load(snapshot)

    def count_ages(self, now: datetime) -> None:
        """Count the ages in every list to this moment."""
        for pane in (*self.panes.values(), *self._beside, self.aside):
            pane.count_ages(now)

    def show_panes(self, view: View, *, detail_page: bool) -> bool:
        """Show the panes of the view; `detail_page` puts the detail in its place when narrow.

        Returns:
            Whether the timeline at the side was not shown before: it is not read while it is hidden.

        """
        shape = self.shape
        wide = shape is Shape.WIDE
        if view not in _SIDE:
            self._last = view
        self.display = shape is not Shape.TINY
        for pane in self.panes.values():
            pane.title_line.display = wide
            pane.display = pane.view is view and (wide or not detail_page)
            pane.table.in_hand = pane.view is view
            pane.table.repaint()
            pane.show_title()
        for pane in self._beside:
            pane.display = pane.view is not view
        self._left.display = wide
        self._middle.display = wide or not detail_page
        self.detail.be_seen(seen=self.column if wide else detail_page)
        self.detail.title_line.display = wide
        hidden = not self.aside.display
        self.aside.display = wide and self.app.size.width >= VERY_WIDE and view is not View.TIMELINE
        self.mapped.display = self.aside.display and self.app.size.height >= MAP_LINES
        self.detail.shows_map = not self.mapped.display
        self._right.display = self.aside.display
        shown = (wide, wide and self.column, self.aside.display)
        for wall, seen in zip(self._walls, shown, strict=True):
            wall.display = seen
        self.call_after_refresh(self._join_walls)
        self.set_class(wide and self.app.size.width >= ROOMY, "-roomy")
        self.set_class(wide, "-wide")
        return hidden and self.aside.display

    def _join_walls(self) -> None:
        """Draw the joints where the titles stand now: only a layout moves them."""
        for wall in self._walls:
            wall.refresh()

    def focus_on(self, view: View, *, detail: bool, mapped: bool = False) -> None:
        """Give the keys to the list of a view, or to the detail: with `mapped` to its map, wherever that stands."""
        if not detail:
            self.screen.set_focus(self.panes[view].focus_target)
            return
        if mapped:
            self.map_view.display = True
        self.screen.set_focus(self.map_view if mapped else self.detail.text)

    @property
    def map_view(self) -> MapView:
        """The address map that is on the screen."""
        return self.mapped.map if self.mapped.display else self.detail.map

    @property
    def detail_has_keys(self) -> bool:
        """Whether the keys are in the detail or in the map that belongs to it."""
        return self.detail.has_keys or self.mapped.map.has_focus

    def show_pictures(self, pictures: Pictures) -> None:
        """Show the pictures of the selection wherever they have a place."""
        self.detail.show_pictures(pictures)
        self.mapped.show_pictures(pictures)

    def view_beside(self, view: View, step: int) -> View | None:
        """Return the view of the next pane on the screen; None when no other pane is shown."""
        seen = [*_SIDE, self._last]
        return seen[(seen.index(view) + step) % len(seen)] if self.shape is Shape.WIDE else None

    def turn_zoom(self) -> str:
        """Zoom one pane, or take the zoom back; return a sentence when that makes no difference."""
        self.zoomed = not self.zoomed
        return "" if self.app.size.width >= WIDE else f"one pane has the whole width below {WIDE} columns"

    def turn_column(self) -> str:
        """Show or hide the detail column; return a sentence when the screen has none."""
        if self.shape is not Shape.WIDE:
            return f"the detail has a column of its own from {WIDE} columns on; here {key_of('open')} opens it"
        self.column = not self.column
        return ""
