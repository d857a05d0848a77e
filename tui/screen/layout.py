"""The panes and their layout: one at a time, or three columns from 120."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.commands.registry import View, key_of
from tui.panes.cidrs import CidrsPane
from tui.panes.detail import DetailPane
from tui.panes.eips import EipsPane
from tui.panes.findings import FindingsPane
from tui.panes.lookups import LookupsPane
from tui.panes.pane import Pane
from tui.panes.pools import PoolsPane
from tui.panes.services import ServicesPane
from tui.panes.timeline import TimelinePane
from tui.state.screen_state import ROOMY, VERY_WIDE, WIDE, Shape, shape_of
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask
from tui.terminal.kept import Kept
from tui.terminal.theme import Glyphs
from tui.widgets.wall import Wall

__all__ = ["Panes"]

_SIDE = (View.POOLS, View.FINDINGS)
_ORDER = (*_SIDE, View.EIPS, View.CIDRS, View.SERVICES, View.TIMELINE, View.LOOKUPS)
"""The order of the panes for the key that turns to the next one."""


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
        self.timeline = TimelinePane(ask, rule=rule)
        self.lookups = LookupsPane(ask, rule=rule)
        self.detail = DetailPane(rule=rule)
        self.aside = TimelinePane(ask, rule=rule)
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
        self._last = View.EIPS
        """The last view that does not stand at the left."""
        self._left = Vertical(id="left")
        self._middle = Vertical(id="centre")
        centre = [pane.title_line for pane in panes]
        side, detail = [pane.title_line for pane in self._beside], [self.detail.title_line]
        self._walls = (
            Wall(glyphs, left=side, right=centre),
            Wall(glyphs, left=centre, right=detail),
            Wall(glyphs, left=detail, right=[self.aside.title_line]),
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

    def focus_on(self, view: View, *, detail: bool) -> None:
        """Give the keys to the list of a view, or to the detail."""
        self.screen.set_focus(self.detail.text if detail else self.panes[view].focus_target)

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
