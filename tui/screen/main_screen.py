"""The deck: arranges the panes, and routes keys and answers between them; no business."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from core import Eip, EipdeckError, Inventory
from tui.changes.runner import Runner
from tui.commands.bindings import bindings_for
from tui.commands.registry import Scope, View
from tui.panes.lookups import Looked
from tui.panes.pane import Navigate, Pane
from tui.screen.actions import Actions
from tui.screen.layout import Panes, Shape, shape_of
from tui.screen.lookup_bar import LookupBar
from tui.screen.selection_reader import SelectionReader
from tui.screen.status_bar import NOTHING, StatusBar
from tui.session.pending import PendingChanges
from tui.session.trail import Entry, Trail
from tui.state.marks import Marks
from tui.state.navigation import NavigationHistory, Place
from tui.state.presence import OtherSessions, news_words
from tui.state.refresh import POLL_SECONDS, Refresher
from tui.state.selection import Selection, SelectionKind
from tui.state.snapshot import Snapshot
from tui.state.workers import Work, run_in_thread, work_on
from tui.state.write_mode import WriteMode
from tui.terminal.theme import ASCII, Glyphs
from tui.widgets.omnibar import Omnibar, OmniField
from tui.widgets.verdict_bar import VerdictBar

__all__ = ["MainScreen"]

T = TypeVar("T")

_log = logging.getLogger("eipdeck")

_REACHING: Final = frozenset({"search", "page", "move"})
"""Groups of the workers at whose end something else is in hand."""


class MainScreen(Screen[None], inherit_bindings=False):
    """The one main screen."""

    DEFAULT_CSS = (Path(__file__).parent / "dashboard.tcss").read_text(encoding="utf-8")
    """Not CSS_PATH: for that, Textual parses every stylesheet again."""
    BINDINGS = bindings_for(Scope.SCREEN)
    AUTO_FOCUS = ""

    def __init__(
        self, inventory: Inventory, *, glyphs: Glyphs, address: str | None = None, trail_folder: Path | None = None
    ) -> None:
        super().__init__()
        self.inventory = inventory
        self.mode = WriteMode.at_start(read_only=inventory.read_only, embedded=inventory.embedded)
        self.view = self._run_began = View.EIPS
        self.detail_page = False
        """The detail stands in place of the list; below 120 columns."""
        self.frame = StatusBar(self)
        self.holder = SelectionReader(self)
        self.runner = Runner(self)
        self.zoomed = False
        """One pane has the whole width, however wide the screen is."""
        self.trail = Trail(inventory.now(), trail_folder)
        self.doubts = PendingChanges(trail_folder)
        self.visited = NavigationHistory()
        self._visiting = False
        self.pressed_at = 0.0
        """When the key came whose command is run."""
        self._poller: Worker[None] | None = None
        self.refresher = Refresher(self.ask, self._show_inventory)
        self.other_sessions = OtherSessions(self.ask)
        self.deck = Panes(self.ask, glyphs)
        for pane in (*self.deck.panes.values(), self.deck.aside):
            pane.table.follow = partial(self._follow, pane)
        self.omnibar = Omnibar(id="omnibar")
        self.search = LookupBar(self, self.omnibar)
        self.strip = VerdictBar(rule=glyphs.rule)
        self._glyphs = glyphs
        self._first_address = address
        self.dispatch = Actions(self)

    def compose(self) -> ComposeResult:
        yield self.frame.top
        yield self.omnibar
        yield self.frame.views
        yield self.deck
        yield self.strip
        yield self.frame.status
        yield self.frame.keys

    def on_mount(self) -> None:
        self.set_class(self._glyphs is ASCII, "-ascii")
        self.lay_out()
        self.focus_pane()
        self.run_read(self._begin)
        self.set_interval(POLL_SECONDS, self._poll)

    async def _begin(self) -> None:
        await self._read()
        gc.freeze()
        gc.enable()
        if self._first_address:
            self.search.pasted(self._first_address)
        await self._settle_doubts()
        await asyncio.to_thread(_import_flows)

    async def _settle_doubts(self) -> None:
        """What an earlier session left in doubt is told first, and kept in the trail."""
        told = await self.ask(self.doubts.settle)
        for sentence in told:
            await asyncio.to_thread(self.note, (sentence, ()))
        if told:
            more = f" ({len(told) - 1} more in the trail)" if len(told) > 1 else ""
            self.say(f"{told[0]}{more}", problem=True)

    @property
    def pane(self) -> Pane:
        """The pane whose view it is."""
        return self.deck.panes[self.view]

    # off the event loop

    async def ask(self, read: Callable[[Inventory], T]) -> T:
        """Run a blocking read of the desk in a thread."""
        return await run_in_thread(partial(read, self.inventory))

    def run_read(self, work: Work) -> None:
        """Run something that reads; a refusal becomes a sentence in the status line."""
        work_on(self, partial(self.telling, work), "read")

    def run_move(self, work: Work) -> None:
        """The same for what puts something else in hand."""
        work_on(self, partial(self.telling, work), "move")

    def run_search(self, work: Work) -> None:
        """The same for what was typed: a newer text makes the older one moot."""
        work_on(self, partial(self.telling, work), "search", exclusive=True)

    async def telling(self, work: Work) -> None:
        """Do it; a refusal becomes a sentence in the status line."""
        try:
            await work()
        except EipdeckError as refusal:
            self.say(refusal.message, problem=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A defect of ours must not end the session: it is said, and the deck goes on."""
        worker = event.worker
        if event.state is WorkerState.ERROR:
            _log.error("internal error in %s", worker.group, exc_info=worker.error)
            self.say(f"internal error in {worker.group}: {worker.error!r}", problem=True)
        if worker.is_finished and self.runner.ended(worker):
            self.frame.show_keys()
            if self.runner.leaving:
                self.app.exit(0)

    def note(self, entry: Entry) -> None:
        """Write something to the incident trail; blocks. That it cannot be written is said, and stops nothing."""
        with suppress(EipdeckError):
            self.trail.add(self.inventory.now(), self.inventory.operator, entry)

    # reading

    @property
    def snapshot(self) -> Snapshot | None:
        return self.refresher.snapshot

    def _poll(self) -> None:
        """Once a second, whether or not the database answers."""
        self.expire()
        if self._poller is None or self._poller.is_finished:
            self._poller = work_on(self, self._poll_once, "poll")
        else:
            self.refresher.wait()
            self.frame.show_top()
            self.frame.show_status()

    def expire(self) -> None:
        """Drop write mode when its time is over, and end a change that was not sent yet."""
        if self.mode.ran_out(self.inventory.now()):
            self.set_mode(self.mode.dropped())
            if self.runner.changing:
                self.runner.cancel_unsent()
            self.say("write mode ran out: READ-ONLY", problem=True)

    def may_write(self) -> bool:
        """Whether a change may be sent at this moment."""
        return self.mode.writing and not self.mode.ran_out(self.inventory.now())

    async def _poll_once(self) -> None:
        before = self.snapshot
        await self.refresher.poll()
        if self.refresher.paused or self.refresher.freshness.failed_since is None:
            await self._meet(before)
        self._show_read(again=self.snapshot is not before)

    async def _meet(self, before: Snapshot | None) -> None:
        """Who else is here, and what they have changed since the last poll."""
        with suppress(EipdeckError):
            await self.other_sessions.beat()
            if before is None or self.snapshot is before:
                return
            words = news_words(await self.ask(lambda inventory: inventory.news(before.version)))
            if words and not self.frame.said.text:
                self.say(words)

    async def _read(self) -> None:
        await self.refresher.read()
        self._show_read(again=True)

    def written(self) -> None:
        """Something may have changed: read everything again at once."""
        self.run_read(self._read)

    async def _show_inventory(self, snapshot: Snapshot) -> None:
        for pane in (*self.deck.panes.values(), self.deck.aside):
            await pane.load(snapshot)

    def _show_read(self, *, again: bool) -> None:
        self.frame.show_top()
        self.frame.show_status()
        if again:
            self.frame.show_keys()
            self.holder.read()
            if not self.omnibar.in_use:
                self.search.rest()

    # what is in hand

    @property
    def marks(self) -> Marks:
        """What change keys make of the marked EIPs now."""
        table = self.deck.eips.table
        listed, total = table.listed_marks, len(table.marks)
        if self.view is not View.EIPS or self.detail_page or self.holder.keeper.held:
            return Marks(hidden=total - len(listed), idle=len(listed))
        return Marks(listed, hidden=total - len(listed))

    @property
    def marked(self) -> tuple[Eip, ...]:
        """The EIPs that change keys act on together; none: on what is in hand."""
        return self.marks.acting

    def unmark(self, eips: Sequence[Eip]) -> None:
        """These have been dealt with."""
        for eip in eips:
            self.deck.eips.table.marks.pop(str(eip.id), None)
        self.deck.eips.table.repaint()
        self.holder.show()

    @property
    def selection(self) -> Selection | None:
        return self.holder.selection

    @property
    def reaching(self) -> bool:
        """Whether something is being read that will be in hand: a lookup, a far row, the row of another view."""
        return any(worker.group in _REACHING and not worker.is_finished for worker in self.app.workers)

    def _follow(self, pane: Pane, *, by_operator: bool) -> None:
        """The cursor of a pane was put somewhere: what is in hand is there at once."""
        if pane is not self.pane:
            if by_operator:
                self.show_view(pane.view)
            return
        if by_operator:
            self.frame.said = NOTHING
            self.search.forget()
        self.holder.move(pane.selection, by_operator=by_operator)

    def take(self, selection: Selection) -> None:
        """Take in hand what a write has just made or changed; its row is read first."""
        self.holder.keeper.hold(selection)
        self.run_move(partial(self._take, selection))

    async def _take(self, selection: Selection) -> None:
        await self._read()
        said = self.frame.said
        if selection.kind is SelectionKind.ADDRESS:
            await self.holder.hold(selection)
            if self.deck.eips.table.cursor is None and self.deck.eips.filter:
                await self.deck.eips.narrow("")
                await self.holder.hold(selection)
        else:
            self.show_view(View.CIDRS)
            await self.pane.select(selection.id)
            self.holder.move(self.pane.selection, by_operator=True)
        self.frame.said = said
        self.frame.show_status()

    async def show_lookups(self, looked: Sequence[Looked]) -> None:
        """List several verdicts."""
        await self.deck.lookups.look_at(looked)
        self.show_view(View.LOOKUPS)

    def say(self, text: str, *, problem: bool = False) -> None:
        """A sentence in the status line, until the operator moves."""
        self.frame.say(text, problem=problem)

    def show_count(self, text: str | None) -> None:
        """The grace count in the status line; None: it is over."""
        self.frame.count(text)

    # views

    def show_view(self, view: View) -> None:
        """Turn to another view; what is in hand is its row's."""
        if not self._visiting:
            self.visited.leave(self.place)
        self.detail_page = False
        self.view = view
        self.say("")
        self.lay_out()
        table = self.pane.table
        if table.cursor is None and table.total:
            table.place(table.top)
        self.search.forget()
        self.search.rest()
        self.focus_pane()
        self.frame.show_top()
        self.holder.move(self.pane.selection, by_operator=True)

    def show_timeline(self) -> None:
        """Of the address in hand; pressed there again: of everything."""
        selection = self.selection
        address = selection.id if selection is not None and selection.kind is not SelectionKind.SERVICE else None
        other = self.view is View.TIMELINE or selection is None or selection.kind is SelectionKind.POOL
        self.show_history(None if other else address)

    def show_history(self, subject: str | None) -> None:
        """The timeline of one address or prefix, or of everything."""
        self.deck.timeline.subject = subject
        self.deck.timeline.filter = ""
        self.show_view(View.TIMELINE)
        self.run_move(self._read_timeline)

    async def _read_timeline(self) -> None:
        await self.deck.timeline.read()
        self.frame.show_status()

    @property
    def shape(self) -> Shape:
        """How the panes share the screen; zoomed, a wide one is as a narrow one."""
        shape = shape_of(self.size.width, self.size.height)
        return Shape.NARROW if shape is Shape.WIDE and self.zoomed else shape

    def lay_out(self) -> None:
        """Lay the panes out for the size and the view."""
        shape = self.shape
        if shape is Shape.WIDE:
            self.detail_page = False
        self.deck.show_panes(shape, self.view, detail_page=self.detail_page)
        self.frame.views.display = shape is not Shape.TINY
        self.strip.tiny = shape is Shape.TINY
        self.set_class(shape is Shape.TINY, "-tiny")
        self.search.rest()

    def focus_pane(self) -> None:
        """Give the keys to the list, or to the detail that stands in its place."""
        self.set_focus(self.deck.detail.text if self.detail_page else self.pane.focus_target)

    def on_resize(self, _event: events.Resize) -> None:
        if not self.is_mounted:
            return
        self.lay_out()
        if not self.omnibar.in_use:
            self.focus_pane()
        self.frame.show()
        self.strip.repaint()

    def on_navigate(self, event: Navigate) -> None:
        event.stop()
        self.show_view(event.view)
        self.run_move(partial(self._drill, event))

    async def _drill(self, event: Navigate) -> None:
        pane = self.deck.panes[event.view]
        if event.filter is not None or pane.filter:
            await pane.narrow(event.filter or "")
        if event.select is not None:
            await pane.select(event.select)
        self.search.rest()
        self.holder.move(pane.selection, by_operator=True)

    @property
    def place(self) -> Place:
        """Where the operator is, to come back to."""
        selection = self.pane.selection
        return Place(self.view, self.pane.filter, None if selection is None else selection.id)

    def leave_for(self, place: Place) -> None:
        """Go to a place; back leads here again."""
        if place.view is View.TIMELINE:
            self.show_history(place.key)
        else:
            self.on_navigate(Navigate(place.view, filter_=place.filter, select=place.key))

    def visit(self, place: Place) -> None:
        """Go to where the operator has been."""
        self._visiting = True
        try:
            self.show_view(place.view)
        finally:
            self._visiting = False
        self.run_move(partial(self._drill, Navigate(place.view, filter_=place.filter, select=place.key)))

    def on_pane_detail_requested(self, event: Pane.DetailRequested) -> None:
        event.stop()
        if self.selection is None:
            return
        self.holder.read()
        if self.shape is Shape.WIDE:
            self.set_focus(self.deck.detail.text)
            self.say("in the detail: j and k scroll, esc goes back to the list")
            return
        self.detail_page = True
        self.deck.detail.text.action_first()
        self.lay_out()
        self.focus_pane()
        self.frame.show_keys()

    def on_scroll_lines_scrolled(self) -> None:
        if self.detail_page:
            self.frame.show_status()

    def leave_detail(self) -> bool:
        """Go back to the list from the detail; False when that is not where the keys go."""
        if self.detail_page:
            self.detail_page = False
            self.lay_out()
            self.frame.show()
        elif self.focused is not self.deck.detail.text:
            return False
        self.focus_pane()
        return True

    def turn_detail(self) -> None:
        self.deck.column = not self.deck.column
        self.lay_out()

    def turn_pane(self, step: int) -> bool:
        """Go to another pane on the screen; False when there is none."""
        seen = [pane.view for pane in self.deck.seen()]
        if self.view not in seen or len(seen) < 2:
            return False
        self.show_view(seen[(seen.index(self.view) + step) % len(seen)])
        return True

    def on_eip_table_counted(self) -> None:
        self.frame.show_status()
        self.search.counted()

    def on_pane_status_message(self, event: Pane.StatusMessage) -> None:
        event.stop()
        self.say(event.text)

    # keys

    def action_command(self, name: str) -> None:
        self.dispatch.run(name)

    def set_mode(self, mode: WriteMode) -> None:
        self.mode = mode
        self.frame.show()
        self.holder.show()
        self.holder.read()

    # text

    def run_begins(self) -> None:
        """A key that may be the first of a paste typed as keys."""
        self._run_began = self.view

    def undo_run(self) -> None:
        """The keys just heard were the start of a paste: close what they opened, go back where they began."""
        self.runner.cancel_unsent()
        self.search.leave()
        if self.view is not self._run_began:
            self.show_view(self._run_began)

    def on_paste(self, event: events.Paste) -> None:
        """A bracketed paste outside the field; under a modal it never gets here."""
        event.stop()
        self.search.pasted(event.text)

    def on_omni_field_pasted(self, event: OmniField.Pasted) -> None:
        event.stop()
        self.search.pasted(event.text)

    def on_omni_field_left(self, event: OmniField.Left) -> None:
        event.stop()
        self.search.leave()

    def on_omni_field_completion_wanted(self, event: OmniField.CompletionWanted) -> None:
        event.stop()
        self.search.complete()

    def on_omni_field_scrolled(self, event: OmniField.Scrolled) -> None:
        event.stop()
        getattr(self.pane.table, f"action_{event.action}")()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.search.typed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.search.submitted(event.value)


def _import_flows() -> None:
    """What the first key that changes something will need."""
    import_module("tui.changes.start")
    import_module("tui.session.actions")
    import_module("tui.modals.help")
