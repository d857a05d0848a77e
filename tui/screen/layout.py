"""The panes and how they share the screen: one at a time, or three columns from 120."""

from __future__ import annotations

from enum import Enum, auto

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.commands.registry import View
from tui.panes.cidrs import CidrsPane
from tui.panes.detail import DetailPane
from tui.panes.eips import EipsPane
from tui.panes.findings import FindingsPane
from tui.panes.lookups import LookupsPane
from tui.panes.pane import Pane
from tui.panes.pools import PoolsPane
from tui.panes.timeline import TimelinePane
from tui.state.workers import Ask
from tui.terminal.environment import is_too_small
from tui.terminal.theme import Glyphs

__all__ = ["WIDE", "Panes", "Shape", "shape_of"]

_SIDE = (View.POOLS, View.FINDINGS)


class Shape(Enum):
    """How much room there is."""

    TINY = auto()
    """Omnibar, verdict and status only."""
    NARROW = auto()
    WIDE = auto()


WIDE = 120
"""Columns from which three fit side by side."""
VERY_WIDE = 160
"""Columns from which the timeline stands beside them too."""


def shape_of(width: int, height: int) -> Shape:
    if is_too_small(width, height):
        return Shape.TINY
    return Shape.WIDE if width >= WIDE else Shape.NARROW


class Panes(Horizontal):
    """Every pane; which are seen depends on the shape and the view."""

    def __init__(self, ask: Ask, glyphs: Glyphs) -> None:
        super().__init__(id="deck")
        rule = glyphs.rule
        self.eips = EipsPane(ask, rule=rule)
        self.pools = PoolsPane(ask, glyphs=glyphs)
        self.cidrs = CidrsPane(ask, rule=rule)
        self.findings = FindingsPane(ask, rule=rule)
        self.timeline = TimelinePane(ask, rule=rule)
        self.lookups = LookupsPane(ask, rule=rule)
        self.detail = DetailPane(rule=rule)
        self.aside = TimelinePane(ask, rule=rule)
        """What happened lately, to be read beside everything else on a very wide screen."""
        self.aside.add_class("aside")
        self.aside.be_compact(compact=True)
        panes = (self.eips, self.pools, self.cidrs, self.findings, self.timeline, self.lookups)
        self.panes: dict[View, Pane] = {pane.view: pane for pane in panes}
        self.column = True
        """Whether the wide shape has its detail column."""
        self._centre = View.EIPS
        self._left = Vertical(id="left")
        self._middle = Vertical(id="centre")

    def compose(self) -> ComposeResult:
        with self._left:
            yield self.pools
            yield self.findings
        with self._middle:
            yield self.eips
            yield self.cidrs
            yield self.timeline
            yield self.lookups
        yield self.detail
        yield self.aside

    def show_panes(self, shape: Shape, view: View, *, detail_page: bool) -> None:
        """Show what belongs to the view; `detail_page` puts the detail in its place when narrow."""
        wide = shape is Shape.WIDE
        if view not in _SIDE:
            self._centre = view
        self.display = shape is not Shape.TINY
        for pane in self.panes.values():
            side = pane.view in _SIDE
            seen = (side or pane.view is self._centre) if wide else pane.view is view and not detail_page
            pane.title_line.display = wide
            pane.be_compact(compact=wide and side)
            pane.display = seen
            pane.table.in_hand = pane.view is view
            pane.table.repaint()
        self._left.display = wide or (view in _SIDE and not detail_page)
        self._middle.display = wide or (view not in _SIDE and not detail_page)
        self.detail.be_seen(seen=self.column if wide else detail_page)
        self.detail.title_line.display = wide
        self.aside.display = wide and self.app.size.width >= VERY_WIDE and view is not View.TIMELINE
        self.aside.title_line.display = True
        self.aside.table.in_hand = False
        self.set_class(wide, "-wide")

    def seen(self) -> list[Pane]:
        """The panes on the screen, in the order of tab."""
        order = (View.POOLS, View.FINDINGS, View.EIPS, View.CIDRS, View.TIMELINE, View.LOOKUPS)
        return [self.panes[view] for view in order if self.panes[view].display]
