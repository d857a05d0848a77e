"""The address map of a CIDR with a cursor: keys and mouse walk it, and enter opens the cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.binding import BindingType

from core import AddressMap, CellState
from tui.commands.bindings import bindings_for
from tui.commands.registry import Scope
from tui.widgets.address_map import COLUMNS, map_rows, map_width
from tui.widgets.lines import Lines

__all__ = ["MapView"]

CELLS: Final = 256
_PAGE: Final = 4
"""Rows of a page."""


def _nothing() -> None:
    """Do nothing; the default."""


class MapView(Lines, can_focus=True):
    """The map of a CIDR, or of a block of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for(Scope.TABLE),
        *bindings_for(Scope.MAP),
    ]

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(classes="map")
        self.map: AddressMap | None = None
        self.cursor = 0
        self._ascii_only = ascii_only
        self._top = 0
        """The first row of cells shown."""
        self._early: list[Callable[[], None]] = []
        """What keys asked for before the map was loaded."""
        self.on_walk: Callable[[], None] = _nothing
        """Called when the cursor is on another cell, the map is another one, or the keys come or go."""
        self.on_open: Callable[[], None] = _nothing
        """Called when enter was pressed on a cell."""
        self.on_nothing: Callable[[], None] = _nothing
        """Called when no cell has a problem to go to."""

    def show_map(self, shown: AddressMap, at: str | None = None) -> None:
        """Show a map; the cursor goes to the cell of an address, or stays on the addresses where it was."""
        known = self.map
        if known is not shown or at is not None:
            kept = at or (known.span(self.cursor)[0] if known is not None else shown.first)
            self.map, self.cursor = shown, shown.cell_of(kept) or 0
        self.repaint()
        if known is not shown:
            early, self._early = self._early, []
            for act in early:
                act()
            self.on_walk()

    def clear(self) -> None:
        """Show nothing."""
        self.map = None
        self.show()

    @property
    def span(self) -> tuple[str, str] | None:
        """The first and the last address of the cell under the cursor."""
        return None if self.map is None else self.map.span(self.cursor)

    def repaint(self) -> None:
        """Paint the cells that differ from what is on the screen."""
        if self.map is None or not self.size.width:
            return
        head, *rows = map_rows(self.map, self.cursor, self.size.width, ascii_only=self._ascii_only)
        room = max(self.size.height - 1, 1)
        at = self.cursor // COLUMNS
        self._top = max(min(max(self._top, at - room + 1), at, len(rows) - 1), 0)
        self._top = max(min(self._top, len(rows) - room), 0)
        self.show(head, *rows[self._top : self._top + room])

    def _do(self, act: Callable[..., None], *values: int) -> None:
        """Do what a key asks for; before the map is loaded, do it then."""
        if self.map is None:
            self._early.append(partial(act, *values))
        else:
            act(*values)

    def _shift(self, cells: int) -> None:
        self._go(self.cursor + cells)

    def _go(self, cell: int) -> None:
        if self.map is None:
            return
        cell = min(max(cell, 0), len(self.map.cells) - 1)
        if cell != self.cursor:
            self.cursor = cell
            self.repaint()
            self.on_walk()

    def _step(self, rows: int) -> None:
        """Go rows up or down in the same column, as far as the map goes."""
        if self.map is not None:
            column, last = self.cursor % COLUMNS, (len(self.map.cells) - 1) // COLUMNS
            self._go(min(max(self.cursor // COLUMNS + rows, 0), last) * COLUMNS + column)

    def action_down(self) -> None:
        self._do(self._step, 1)

    def action_up(self) -> None:
        self._do(self._step, -1)

    def action_left(self) -> None:
        self._do(self._shift, -1)

    def action_right(self) -> None:
        self._do(self._shift, 1)

    def action_page_down(self) -> None:
        self._do(self._step, _PAGE)

    def action_page_up(self) -> None:
        self._do(self._step, -_PAGE)

    def action_first(self) -> None:
        self._do(self._go, 0)

    def action_last(self) -> None:
        self._do(self._go, CELLS)

    def action_next_problem(self) -> None:
        self._do(self._seek, 1)

    def action_previous_problem(self) -> None:
        self._do(self._seek, -1)

    def _seek(self, way: int) -> None:
        """Go to the next cell with a problem, round the end."""
        if self.map is None:
            return
        cells = self.map.cells
        for step in range(1, len(cells) + 1):
            place = (self.cursor + way * step) % len(cells)
            if cells[place].state is CellState.PROBLEM:
                self._go(place)
                return
        self.on_nothing()

    def action_open(self) -> None:
        self._do(self.on_open)

    def on_focus(self) -> None:
        self.on_walk()

    def on_blur(self) -> None:
        self._early.clear()
        self.on_walk()

    def on_resize(self, _event: events.Resize) -> None:
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked cell; a click on it opens it."""
        shown = self.map
        if shown is None or event.y < 1:
            return
        gaps = self.size.width >= map_width(shown)
        begin = map_width(shown, gaps=gaps) - (2 * COLUMNS if gaps else COLUMNS)
        column = (event.x - begin + gaps) // (1 + gaps)
        cell = (self._top + event.y - 1) * COLUMNS + column
        if not (0 <= column < COLUMNS and cell < len(shown.cells)):
            return
        if cell == self.cursor:
            self.action_open()
        self._go(cell)
