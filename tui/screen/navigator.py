"""The place of the operator: the view, the row in it, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core import SavedView
from tui.commands.registry import View, key_of
from tui.panes.pane import Navigate, Pane
from tui.screen.layout import Panes
from tui.screen.lookup_bar import LookupBar
from tui.screen.selection_reader import SelectionReader
from tui.state.navigation import NavigationHistory, Place
from tui.state.screen_state import Shape
from tui.state.selection import SelectionKind
from tui.state.workers import Say, Workers

__all__ = ["Navigator"]


class Navigator:
    """Owns the view, the detail page and the history of places."""

    def __init__(
        self,
        panes: Panes,
        bar: LookupBar,
        reader: SelectionReader,
        workers: Workers,
        say: Say,
        on_turned: Callable[[], None],
    ) -> None:
        """Turn between `panes`; `on_turned` is called after each change of view or layout."""
        self.view = View.EIPS
        self.detail_page = False
        """The detail stands in the place of the list; below 120 columns."""
        self.history = NavigationHistory()
        self._panes = panes
        self._bar = bar
        self._reader = reader
        self._workers = workers
        self._say = say
        self._on_turned = on_turned
        self._visiting = False
        self.look_up: Callable[[str], None] = lambda _text: None
        """Looks up a text of a lost session."""
        for pane in (*panes.panes.values(), panes.aside):
            pane.table.follow = partial(self._follow, pane)

    @property
    def pane(self) -> Pane:
        """The pane of the view."""
        return self._panes.panes[self.view]

    @property
    def place(self) -> Place:
        """The present place, to come back to."""
        selection = self.pane.selection
        return Place(self.view, self.pane.filter, None if selection is None else selection.id)

    @property
    def subject(self) -> str | None:
        """The subject of the timeline; None for everything."""
        return self._panes.timeline.subject

    def _follow(self, pane: Pane, *, by_operator: bool) -> None:
        """Select the row that a cursor was put on, at once."""
        if pane is not self.pane:
            if by_operator:
                self.show_view(pane.view)
            return
        if by_operator:
            self._left_behind()
        self._reader.move(pane.selection, by_operator=by_operator)

    def _left_behind(self) -> None:
        """Drop what was said and looked up: the operator has moved."""
        self._say("")
        self._forget_lookup()

    def _forget_lookup(self) -> None:
        if not self._bar.in_use:
            self._bar.forget()

    # views

    def show_view(self, view: View) -> None:
        """Turn to another view and select its row."""
        self._say("")
        self.turn_to(view)
        self.select_row()

    def select_row(self) -> None:
        """Select the row under the cursor of the view."""
        self._reader.move(self.pane.selection, by_operator=True)

    def turn_to(self, view: View, *, keep_field: bool = False) -> None:
        """Turn to another view; its row is not selected yet."""
        if not self._visiting:
            self.history.leave(self.place)
        self._forget_lookup()
        self.detail_page = False
        self.view = view
        self.lay_out()
        table = self.pane.table
        if table.cursor is None and table.total:
            table.place(table.top)
        if not keep_field:
            self._close_field()

    def _close_field(self) -> None:
        self._bar.close()
        self.focus()

    def lay_out(self) -> None:
        """Lay the panes out for the size of the screen and the view."""
        if self._panes.shape is Shape.WIDE:
            self.detail_page = False
        if self._panes.show_panes(self.view, detail_page=self.detail_page):
            self._workers.start(partial(self._workers.say_refusal, self._panes.aside.read), "aside")
        self._on_turned()

    def resize(self) -> None:
        """Lay the panes out for another size."""
        self.lay_out()
        if not self._bar.in_use:
            self.focus()

    def focus(self) -> None:
        """Give the keys to the list, or to the detail in its place."""
        self._panes.focus_on(self.view, detail=self.detail_page, mapped=self._reader.is_of_cidr)

    def zoom(self) -> None:
        """Give one pane the whole width, or take it back."""
        said = self._panes.turn_zoom()
        self.lay_out()
        self.focus()
        if said:
            self._say(said)

    def turn_column(self) -> None:
        """Show or hide the detail column."""
        said = self._panes.turn_column()
        if said:
            self._say(said)
        else:
            self.lay_out()

    def turn_pane(self, step: int) -> None:
        """Go to another pane on the screen."""
        view = self._panes.view_beside(self.view, step)
        if view is not None:
            self.show_view(view)
            return
        views = " ".join(key_of(view) for view in ("eips", "pools", "cidrs", "services", "findings", "timeline"))
        self._say(f"panes stand side by side from 120 columns on; here {views} turn to them")

    # the detail

    def open_detail(self) -> None:
        """Show the details of the selection in the place of the list, or give the keys to their column."""
        if self._reader.selection is None:
            return
        self._reader.load(at_once=True)
        if self._panes.shape is Shape.WIDE:
            self._panes.focus_on(self.view, detail=True, mapped=self._reader.is_of_cidr)
            self._panes.on_opened()
            self._say(f"in the detail: {key_of('down')} and {key_of('up')} scroll, esc goes back to the list")
            return
        self.detail_page = True
        self._panes.detail.text.action_first()
        self.lay_out()
        self._close_field()

    def leave_detail(self) -> bool:
        """Go back to the list from the detail; return False when the keys are not there."""
        if self._panes.zoom_out():
            return True
        if self.detail_page:
            self.detail_page = False
            self.lay_out()
        elif not self._panes.detail_has_keys:
            return False
        self.focus()
        return True

    # places

    def show_timeline(self) -> None:
        """Show the timeline of the selected address or CIDR; pressed there again, of everything."""
        selection = self._reader.selection
        other = self.view is View.TIMELINE or selection is None
        if other or selection is None or selection.kind in (SelectionKind.SERVICE, SelectionKind.POOL):
            self._show_history(None)
        else:
            self._show_history(selection.id)

    def _show_history(self, subject: str | None) -> None:
        timeline = self._panes.timeline
        timeline.subject, timeline.filter = subject, ""
        self.show_view(View.TIMELINE)
        self._workers.move(self._read_timeline)

    async def _read_timeline(self) -> None:
        await self._panes.timeline.read()
        self._on_turned()

    def go(self, view: View, *, filter_: str | None = None, select: str | None = None) -> None:
        """Go to another view, with a filter or to a row of it."""
        self.show_view(view)
        self._workers.move(partial(self._arrive, Navigate(view, filter_=filter_, select=select)))

    def show_saved(self, view: SavedView) -> None:
        """Show a saved view of the EIPs."""
        self.show_view(View.EIPS)
        self._workers.move(partial(self.arrange, view))

    async def arrange(self, view: SavedView) -> None:
        """List the EIPs as a saved view has them."""
        await self._panes.eips.show_saved(view)
        self._reader.move(self._panes.eips.selection, by_operator=True)

    async def arrive(self, view: View, key: str) -> bool:
        """Go to a row of another view; return False when it is not listed.

        Raises:
            EipdeckError: the database is out of reach.

        """
        self.show_view(view)
        await self._arrive(Navigate(view, select=key))
        return self.pane.selection is not None and self.pane.table.cursor is not None

    async def _arrive(self, place: Navigate) -> None:
        pane = self._panes.panes[place.view]
        if place.filter is not None or pane.filter:
            await pane.narrow(place.filter or "")
        if place.select is not None:
            await pane.select(place.select)
        self._reader.move(pane.selection, by_operator=True)

    def leave_for(self, place: Place) -> None:
        """Go to a place; the back key returns from it."""
        if place.view is View.TIMELINE:
            self._show_history(place.key)
        else:
            self.go(place.view, filter_=place.filter, select=place.key)

    def visit(self, step: Callable[[NavigationHistory, Place], Place | None]) -> None:
        """Go to a place of the history."""
        if self.detail_page and step is NavigationHistory.back:
            self.leave_detail()
            return
        place = step(self.history, self.place)
        if place is None:
            self._say("there is no other place to go to: this is where you have been")
            return
        self._visiting = True
        try:
            if place.looked is None:
                self.go(place.view, filter_=place.filter, select=place.key)
            else:
                self.show_view(View.EIPS if place.view is View.LOOKUPS else place.view)
                self._workers.move(partial(self._return, place, place.looked))
        finally:
            self._visiting = False

    async def _return(self, place: Place, looked: str) -> None:
        """Arrive at the place of a lost session."""
        if place.view is View.TIMELINE:
            self._panes.timeline.subject = place.key
            await self._read_timeline()
        if place.view is not View.LOOKUPS:
            await self._arrive(Navigate(place.view, filter_=place.filter, select=place.key))
        if looked:
            self.look_up(looked)

    # the way out

    def back(self) -> bool:
        """Go one step back; return False at the root."""
        if self.leave_detail():
            return True
        if self.view is not View.LOOKUPS and self.pane.filter:
            self._workers.move(partial(self._clear_filter, self.pane))
        elif self.view is not View.EIPS:
            self.show_view(View.EIPS)
        elif not self._bar.forget():
            return False
        self._on_turned()
        return True

    async def _clear_filter(self, pane: Pane) -> None:
        selection = self._reader.selection
        await pane.narrow("")
        if selection is not None:
            await pane.select(selection.id)
        self._say("")
        self._reader.move(pane.selection, by_operator=True)
