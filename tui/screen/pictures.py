"""Loads the pictures of the selection in a thread, once the cursor rests."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial

from textual.timer import Timer

from core import EipdeckError, Inventory
from tui.screen.layout import Panes
from tui.screen.lookups import Lookups
from tui.screen.painting import Painter
from tui.state.pictures import (
    REST_SECONDS,
    CellFacts,
    PictureOf,
    Pictures,
    block_prefix,
    load_cell,
    load_pictures,
    picture_of,
)
from tui.state.screen_state import FieldUse, ScreenState
from tui.state.workers import Say, Workers
from tui.widgets.map_view import MapView

__all__ = ["PictureReader"]


class PictureReader:
    """Shows the pictures of the selection where there is a place for them, and answers the keys of a map."""

    def __init__(self, panes: Panes, painter: Painter, lookups: Lookups, workers: Workers, say: Say) -> None:
        """Draw in `panes` after each paint; `lookups` gets the address of a cell that enter opens."""
        painter.on_painted, panes.zoom_out, panes.on_opened = self.follow, self.zoom_out, self._load
        self._panes = panes
        self._workers = workers
        self._say = say
        self._lookups = lookups
        self._wanted: tuple[PictureOf, datetime | None, bool] = (PictureOf(), None, False)
        """What is wanted, as of which read, and whether the detail shows it."""
        self._drawn: tuple[PictureOf, datetime | None, bool, str | None] | None = None
        """What was loaded last, with its block."""
        self._part: str | None = None
        """The block whose map is shown in place of the whole CIDR."""
        self._resting: Timer | None = None
        self._walking: Timer | None = None
        for view in (panes.detail.map, panes.mapped.map):
            view.on_walk, view.on_open = partial(self._walked, view), partial(self._opened, view)
            view.on_nothing = lambda: say("no cell here has a problem")

    @property
    def waiting(self) -> bool:
        """Whether a picture is still to be loaded: a cursor has not rested long enough."""
        return self._resting is not None or self._walking is not None

    def follow(self, state: ScreenState) -> None:
        """Follow the selection, the data and the layout; the pictures are loaded when they have rested."""
        panes = self._panes
        place = panes.mapped.display or panes.detail.display
        about = picture_of(state.selection, state.snapshot) if place else PictureOf()
        read_at = None if state.snapshot is None else state.snapshot.read_at
        wanted = (about, read_at, panes.detail.display)
        if wanted == self._wanted:
            return
        old, self._wanted = self._wanted[0], wanted
        if about.cidr != old.cidr:
            self._part = None
        self._stop_resting()
        if state.detail_page:
            self._load()
        else:
            self._resting = panes.set_timer(REST_SECONDS, self._load)

    def _load(self) -> None:
        """Load what is wanted, unless it is loaded already."""
        self._stop_resting()
        if self._drawn == (*self._wanted, self._part):
            return
        self._drawn = (*self._wanted, self._part)
        self._workers.read(partial(self._draw, *self._wanted, self._part))

    def _stop_resting(self) -> None:
        if self._resting is not None:
            self._resting.stop()
            self._resting = None

    async def _draw(self, about: PictureOf, read_at: datetime | None, use: bool, part: str | None) -> None:  # noqa: FBT001  # the parts of what is wanted
        def load(inventory: Inventory) -> Pictures:
            return load_pictures(inventory, about, part, use=use)

        pictures = Pictures(about)
        if about.cidr is not None or about.pool is not None:
            with suppress(EipdeckError):  # gone since, or out of reach: the status line says that
                pictures = await self._workers.ask(load)
        if self._wanted == (about, read_at, use) and self._part == part:
            self._panes.show_pictures(pictures)

    # the map

    def _walked(self, view: MapView) -> None:
        """Load what the cell holds, when the cursor rests; without the keys no cell is told of."""
        if self._walking is not None:
            self._walking.stop()
            self._walking = None
        if view.screen.focused is not view:
            self._panes.detail.show_cell(None)
        elif view.span is not None:
            self._walking = self._panes.set_timer(REST_SECONDS, partial(self._load_cell, view))

    def _load_cell(self, view: MapView) -> None:
        self._walking = None
        if view.span is not None and self._wanted[2]:
            self._workers.read(partial(self._show_cell, view, *view.span))

    async def _show_cell(self, view: MapView, first: str, last: str) -> None:
        def load(inventory: Inventory) -> CellFacts:
            return load_cell(inventory, first, last)

        facts = await self._workers.ask(load)
        if view.span == (first, last) and view.screen.focused is view:
            self._panes.detail.show_cell(facts)

    def _opened(self, view: MapView) -> None:
        """Look up the address of the cell, or show its block as a map."""
        if view.span is None:
            return
        first, last = view.span
        if first == last:
            self._lookups.submitted(FieldUse.LOOKUP, first)
        else:
            self._show_part(block_prefix(first, last))

    def _show_part(self, part: str | None) -> None:
        self._part = part
        self._load()

    def zoom_out(self) -> bool:
        """Go back from the map of a block to that of its CIDR; return False when the whole CIDR is shown."""
        if self._part is None or not self._panes.map_view.has_focus:
            return False
        self._show_part(None)
        return True
