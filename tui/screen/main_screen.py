"""The main screen: wires the panes, the bars and the work together. It is the host of changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from core import Eip, EipdeckError, Inventory
from tui.changes.runner import Runner
from tui.commands.bindings import bindings_for
from tui.commands.context import KeyContext
from tui.commands.registry import Command, Scope, View
from tui.panes.pane import Navigate, Pane
from tui.screen.actions import Actions
from tui.screen.address_selector import AddressSelector
from tui.screen.bursts import Bursts
from tui.screen.clock import MinuteClock
from tui.screen.command_table import command_table, screen_commands
from tui.screen.header import database_name
from tui.screen.layout import Panes
from tui.screen.lookup_bar import LookupBar
from tui.screen.lookups import Lookups
from tui.screen.lost_session import LostSession
from tui.screen.navigator import Navigator
from tui.screen.painting import Bars, Painter
from tui.screen.pictures import PictureReader
from tui.screen.polling import Polling
from tui.screen.selection_reader import SelectionReader
from tui.screen.startup import start_session
from tui.screen.typed_commands import TypedCommands
from tui.session.pending import PendingChanges
from tui.session.trail import Entry, Trail
from tui.state.marks import Marks
from tui.state.navigation import Place
from tui.state.presence import OtherSessions
from tui.state.refresh import POLL_SECONDS, Refresher
from tui.state.screen_state import Said, ScreenState, key_context
from tui.state.selection import Selection, SelectionDetails
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask, Work, Workers
from tui.state.write_mode import WriteMode
from tui.terminal.kept import Kept
from tui.terminal.theme import ASCII, Glyphs
from tui.widgets.rows import PATIENCE

__all__ = ["MainScreen"]

_log = logging.getLogger("eipdeck")


class MainScreen(Screen[None], inherit_bindings=False):
    """The one main screen."""

    DEFAULT_CSS = (Path(__file__).parent / "dashboard.tcss").read_text(encoding="utf-8")
    """Not CSS_PATH: for that, Textual parses every stylesheet again."""
    BINDINGS = bindings_for(Scope.SCREEN)
    AUTO_FOCUS = ""

    def __init__(
        self, inventory: Inventory, glyphs: Glyphs, kept: Kept, address: str | None = None, folder: Path | None = None
    ) -> None:
        super().__init__()
        self.inventory = inventory
        self.mode = WriteMode.at_start(read_only=inventory.read_only, embedded=inventory.embedded)
        self.trail, self.doubts, self.kept = Trail(inventory.now(), folder), PendingChanges(folder), kept
        self.pressed_at = 0.0
        """When the key was pressed whose command runs."""
        self.jobs = Workers(self, inventory, self.say)
        self.other_sessions = OtherSessions(self.ask, self.doubts.sent)
        self.panes = Panes(self.ask, glyphs, kept)
        self.bars = Bars(rule=glyphs.rule)
        self.refresher = Refresher(self.ask, self.panes.load)
        self.painter = Painter(self, self.bars, self.panes, self._state)
        self.reader = SelectionReader(
            self.jobs,
            on_moved=lambda: self.painter.changed_soon(PATIENCE),
            on_loaded=self.painter.paint,
            is_live=lambda: self.refresher.freshness.failed_since is None,
            worst_of=lambda id_: None if self.snapshot is None else self.snapshot.worst(id_),
        )
        self.navigator = Navigator(self.panes, self.bars.lookup, self.reader, self.jobs, self.say, self.painter.changed)
        self.addresses = AddressSelector(
            self.navigator, self.panes.eips, self.reader, self.refresher, self.jobs, self.painter.changed
        )
        self.polling = Polling(
            self.refresher, self.other_sessions, self.reader, self.painter, self.jobs, self.bars.status, self
        )
        self.clock = MinuteClock(inventory.now, self.panes, self.reader, self.painter.changed)
        self.lookups = Lookups(self.navigator, self.addresses, self.bars.lookup, self.panes.lookups, self)
        self.lost = LostSession(self, self.navigator, self.lookups, folder)
        self.pictures = PictureReader(self.panes, self.painter, self.lookups, self.jobs, self.say)
        self.runner = Runner(self)
        self.bursts = Bursts(self.navigator, self.lookups, self.runner, self.say)
        table = command_table(self, self.navigator, self.addresses, self.panes, self.lookups, self.polling, self.runner)
        self._actions = Actions(table, self._key_context, self._change, self.runner.start, self.say)
        typed = TypedCommands(self, self.navigator, self.lookups, self.addresses, self._actions.run_at)
        table |= screen_commands(self, self.navigator, self.runner, self.action_command, typed, lambda: self.pressed_at)
        self._glyphs, self._first_address = glyphs, address

    def compose(self) -> ComposeResult:
        bars = self.bars
        yield from (bars.top, bars.lookup, bars.tabs, self.panes, bars.verdict, bars.status, bars.keys)

    def on_mount(self) -> None:
        self.set_class(self._glyphs is ASCII, "-ascii")
        self.navigator.lay_out()
        self.navigator.focus()
        parts = (self.navigator, self.polling, self.lookups, self.lost)
        self.jobs.read(partial(start_session, self, *parts, self._first_address))
        self.set_interval(POLL_SECONDS, self._tick)

    # the state

    def _state(self) -> ScreenState:
        now, bars = self.inventory.now(), self.bars
        refresh = self.refresher.state(now)
        return ScreenState(
            database=database_name(self.inventory, self.size.width),
            production=self.inventory.production,
            operator=self.inventory.operator,
            others=self.other_sessions.names(),
            clock=self.clock.minute,
            width=self.size.width,
            shape=self.panes.shape,
            view=self.navigator.view,
            detail_page=self.navigator.detail_page,
            below=self.panes.detail.text.below if self.navigator.detail_page else 0,
            selection=self.reader.selection,
            details=self.reader.details,
            unread=self.reader.unread,
            snapshot=self.refresher.snapshot,
            refresh=refresh,
            mode=self.mode,
            mode_words=self.mode.words(now) if refresh.age else "",
            marks=self.marks,
            listed=self.navigator.pane.listed,
            lookup=bars.lookup.state,
            said=bars.status.said,
            count=bars.status.count,
            trail_problem=self.trail.problem,
        )

    def _key_context(self) -> KeyContext:
        return key_context(self._state(), busy=self.runner.busy, selecting=self.jobs.selecting)

    @property
    def ask(self) -> Ask:
        """Runs a blocking read of the inventory in a thread."""
        return self.jobs.ask

    @property
    def snapshot(self) -> Snapshot | None:
        return self.refresher.snapshot

    @property
    def view(self) -> View:
        return self.navigator.view

    @property
    def selection(self) -> Selection | None:
        return self.reader.selection

    @property
    def details(self) -> SelectionDetails | None:
        return self.reader.details

    @property
    def marks(self) -> Marks:
        """The marks, as change keys see them now."""
        idle = self.navigator.view is not View.EIPS or self.navigator.detail_page or self.reader.held
        return self.panes.eips.marks(idle=idle)

    # the host of changes and session actions

    def say(self, text: str, *, problem: bool = False) -> None:
        """Show a sentence in the status line, until the operator moves."""
        self.bars.status.said = Said(text, problem)
        self.painter.changed()

    def show_count(self, text: str | None) -> None:
        """Show the grace count in the status line; None ends it."""
        self.bars.status.count = text
        self.painter.changed()

    def note(self, entry: Entry) -> None:
        """Write an entry to the incident trail; blocks. A failed write is shown, and stops nothing."""
        with suppress(EipdeckError):
            self.trail.add(self.inventory.now(), self.inventory.operator, entry)

    def may_write(self) -> bool:
        """Return whether a change may be sent at this moment."""
        return self.mode.writing and not self.mode.ran_out(self.inventory.now())

    def set_mode(self, mode: WriteMode) -> None:
        """Arm or drop write mode."""
        self.mode = mode
        self.painter.changed()

    def unmark(self, eips: Sequence[Eip]) -> None:
        """Remove the marks of these EIPs."""
        self.panes.eips.remove_marks(eips)
        self.painter.changed()

    def take_all(self, eips: Sequence[Eip]) -> None:
        """Mark the EIPs that a change made, and no others, and put the cursor on the row of the first."""
        self.addresses.take_all(eips)

    def take(self, selection: Selection) -> None:
        """Select an address or a prefix that a change made, and put the cursor on its row."""
        self.addresses.take(selection)

    def leave_for(self, place: Place) -> None:
        """Go to a place; the back key returns from it."""
        self.navigator.leave_for(place)

    def written(self) -> None:
        """Read everything again: a change may have been committed."""
        self.polling.read_after_write()

    # time

    def _tick(self) -> None:
        self.runner.expire()
        self.clock.tick()
        self.lost.tick()
        self.polling.tick()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a defect in a worker; the session goes on."""
        worker = event.worker
        if event.state is WorkerState.ERROR:
            _log.error("internal error in %s", worker.group, exc_info=worker.error)
            self.say(f"internal error in {worker.group}: {worker.error!r}", problem=True)
        if worker.is_finished and self.runner.ended(worker) and self.runner.leaving:
            self.app.exit(0)

    # keys

    def action_command(self, name: str) -> None:
        self.runner.expire()
        self._actions.run(name)

    def _change(self, command: Command) -> Work:
        from tui.changes.start import start  # noqa: PLC0415  # the first screen goes without modals

        return partial(start, self.runner.flow, command.id, self.selection, self.marks)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.lookups.came(event)

    on_paste_parts = on_paste

    # messages of the widgets

    def on_resize(self, _event: events.Resize) -> None:
        if self.is_mounted:
            self.navigator.resize()

    def on_navigate(self, event: Navigate) -> None:
        event.stop()
        self.navigator.go(event.view, filter_=event.filter, select=event.select)

    def on_pane_detail_requested(self, event: Pane.DetailRequested) -> None:
        event.stop()
        self.navigator.open_detail()

    def on_pane_status_message(self, event: Pane.StatusMessage) -> None:
        event.stop()
        self.say(event.text)

    def on_eip_table_counted(self) -> None:
        self.painter.changed()

    on_scroll_lines_scrolled = on_lookup_bar_changed = on_eip_table_counted

    def on_lookup_bar_typed(self, event: LookupBar.Typed) -> None:
        answer: Callable[..., None] = self.lookups.submitted if event.final else self.lookups.typed
        answer(event.use, event.text)

    def on_lookup_bar_pasted(self, event: LookupBar.Pasted) -> None:
        self.lookups.pasted(event.text)

    def on_lookup_bar_left(self) -> None:
        self.lookups.leave()

    def on_lookup_bar_completion_requested(self) -> None:
        self.lookups.complete(self.snapshot)

    def on_lookup_bar_scrolled(self, event: LookupBar.Scrolled) -> None:
        getattr(self.navigator.pane.table, f"action_{event.action}")()
