"""The main screen: wires the panes, the bars and the work together. It is the host of changes."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from core import Eip, EipdeckError, Inventory
from tui.changes.runner import Runner
from tui.commands.bindings import bindings_for
from tui.commands.context import KeyContext
from tui.commands.registry import Command, Scope, View, key_of
from tui.panes.pane import Navigate, Pane
from tui.screen.actions import Actions
from tui.screen.command_table import command_table
from tui.screen.header import database_name
from tui.screen.layout import Panes
from tui.screen.lookup_bar import LookupBar
from tui.screen.lookups import Lookups
from tui.screen.navigator import Navigator
from tui.screen.painting import Bars, Painter
from tui.screen.polling import Polling
from tui.screen.selection_reader import SelectionReader
from tui.session.pending import PendingChanges
from tui.session.trail import Entry, Trail
from tui.state.marks import Marks
from tui.state.navigation import Place
from tui.state.presence import OtherSessions
from tui.state.refresh import POLL_SECONDS, Refresher
from tui.state.screen_state import Said, ScreenState, key_context
from tui.state.selection import Selection, SelectionDetails
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask, Workers
from tui.state.write_mode import WriteMode
from tui.terminal.theme import ASCII, Glyphs
from tui.widgets.rows import PATIENCE

__all__ = ["MainScreen"]

QUIT_AGAIN: Final = (0.3, 2.0)
"""Seconds after the first `q` in which a second one quits: neither a stutter nor a coincidence."""

_log = logging.getLogger("eipdeck")


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
        self.trail = Trail(inventory.now(), trail_folder)
        self.doubts = PendingChanges(trail_folder)
        self.pressed_at = 0.0
        """When the key was pressed whose command runs."""
        self.jobs = Workers(self, inventory, self.say)
        self.other_sessions = OtherSessions(self.ask)
        self.panes = Panes(self.ask, glyphs)
        self.bars = Bars(rule=glyphs.rule)
        self.refresher = Refresher(self.ask, self.panes.load)
        self.painter = Painter(self, self.bars, self.panes, self._state)
        self.reader = SelectionReader(
            self.jobs,
            on_moved=lambda: self.painter.changed_soon(PATIENCE),
            on_loaded=self.painter.paint,
            is_live=lambda: self.refresher.freshness.failed_since is None,
        )
        self.navigator = Navigator(
            self.panes, self.bars.lookup, self.reader, self.refresher, self.jobs, self.say, self.painter.changed
        )
        self.polling = Polling(
            self.refresher, self.other_sessions, self.reader, self.painter, self.jobs, self.bars.status, self.say
        )
        self.lookups = Lookups(self.navigator, self.bars.lookup, self.panes.lookups, self, self._report)
        self.runner = Runner(self)
        self._actions = Actions(self._commands(), self._key_context, self._start_change, self.say)
        self._glyphs = glyphs
        self._first_address = address
        self._quit_pressed = float("-inf")
        self._run_began = View.EIPS

    def _commands(self) -> dict[str, Callable[[], object]]:
        table = command_table(self, self.navigator, self.panes, self.lookups, self.polling, self.runner)
        own: dict[str, Callable[[], object]] = {
            "palette": partial(self._list_commands, runs=True),
            "help": partial(self._list_commands, runs=False),
            "interrupt": self._interrupt,
            "quit": self._quit,
        }
        return {**table, **own}

    def compose(self) -> ComposeResult:
        yield self.bars.top
        yield self.bars.lookup
        yield self.bars.tabs
        yield self.panes
        yield self.bars.verdict
        yield self.bars.status
        yield self.bars.keys

    def on_mount(self) -> None:
        self.set_class(self._glyphs is ASCII, "-ascii")
        self.navigator.lay_out()
        self.navigator.focus()
        self.jobs.read(self._begin)
        self.set_interval(POLL_SECONDS, self._tick)

    async def _begin(self) -> None:
        await self.polling.read()
        gc.freeze()
        gc.enable()
        if self._first_address:
            self.lookups.pasted(self._first_address)
        await self._settle_doubts()
        await asyncio.to_thread(_import_flows)

    async def _settle_doubts(self) -> None:
        """Report what came of the changes that an earlier session left in doubt, and keep it in the trail."""
        settled = await self.ask(self.doubts.settle)
        for sentence in settled:
            await asyncio.to_thread(self.note, (sentence, ()))
        if settled:
            more = f" ({len(settled) - 1} more in the trail)" if len(settled) > 1 else ""
            self.say(f"{settled[0]}{more}", problem=True)

    # the state

    def _state(self) -> ScreenState:
        now, bars = self.inventory.now(), self.bars
        refresh = self.refresher.state(now)
        return ScreenState(
            database=database_name(self.inventory.label, self.inventory.file, self.size.width),
            operator=self.inventory.operator,
            others=self.other_sessions.names(),
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
        """What change keys do with the marked EIPs now."""
        idle = self.navigator.view is not View.EIPS or self.navigator.detail_page or self.reader.held
        return self.panes.eips.marks(idle=idle)

    # what changes and session actions ask of their host

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

    def take(self, selection: Selection) -> None:
        """Select an address or a prefix that a change made, and put the cursor on its row."""
        self.navigator.take(selection)

    def leave_for(self, place: Place) -> None:
        """Go to a place; the back key returns from it."""
        self.navigator.leave_for(place)

    def written(self) -> None:
        """Read everything again: a change may have been committed."""
        self.polling.read_after_write()

    # time

    def _tick(self) -> None:
        self.expire()
        self.polling.tick()

    def expire(self) -> None:
        """Drop write mode when its time is over, and end a change that was not sent yet."""
        if self.mode.ran_out(self.inventory.now()):
            self.set_mode(self.mode.dropped())
            if self.runner.changing:
                self.runner.cancel_unsent()
            self.say("write mode ran out: READ-ONLY", problem=True)

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
        self.expire()
        self._actions.run(name)

    def _list_commands(self, *, runs: bool) -> None:
        from tui.modals.help import CommandsModal  # noqa: PLC0415  # the first screen goes without modals

        self.app.push_screen(CommandsModal(runs=runs), self._run_chosen)

    def _run_chosen(self, name: str | None) -> None:
        if name is not None:
            self._actions.run(name)

    def _interrupt(self) -> None:
        if not self.navigator.back():
            self.say("ctrl+c leaves nothing here: {0} {0} quits".format(key_of("quit")))

    def _quit(self) -> None:
        if self.navigator.back():
            return
        waited, self._quit_pressed = self.pressed_at - self._quit_pressed, self.pressed_at
        if QUIT_AGAIN[0] <= waited <= QUIT_AGAIN[1]:
            self.runner.leave()
        else:
            self.say(f"{key_of('quit')} again quits, after a moment")

    def _start_change(self, command: Command) -> None:
        self.runner.start(command, self.selection, self.marks)

    def run_begins(self) -> None:
        """Remember where a key was pressed that may be the first of a paste typed as keys."""
        self._run_began = self.navigator.view

    def undo_run(self) -> None:
        """Undo the last keys, which were the start of a paste: close what they opened, go back where they began."""
        self.runner.cancel_unsent()
        self.lookups.leave()
        if self.navigator.view is not self._run_began:
            self.navigator.show_view(self._run_began)

    def on_paste(self, event: events.Paste) -> None:
        """Look up a bracketed paste outside the field; a modal keeps its own."""
        event.stop()
        self.lookups.pasted(event.text)

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

    def on_scroll_lines_scrolled(self) -> None:
        self.painter.changed()

    def on_eip_table_counted(self) -> None:
        self.painter.changed()

    def on_lookup_bar_changed(self) -> None:
        self.painter.changed()

    def on_lookup_bar_typed(self, event: LookupBar.Typed) -> None:
        answer: Callable[..., None] = self.lookups.submitted if event.final else self.lookups.typed
        answer(event.use, event.text)

    def on_lookup_bar_pasted(self, event: LookupBar.Pasted) -> None:
        self.lookups.pasted(event.text)

    def on_lookup_bar_left(self) -> None:
        self.lookups.leave()

    def on_lookup_bar_completion_wanted(self) -> None:
        self.lookups.complete(self.snapshot)

    def on_lookup_bar_scrolled(self, event: LookupBar.Scrolled) -> None:
        getattr(self.navigator.pane.table, f"action_{event.action}")()

    def _report(self, lines: int) -> None:
        """Show how many lines of a paste have been read; called in the thread that reads it."""
        if lines:
            self.app.call_from_thread(self.say, f"reading what was pasted: {lines:,} lines")


def _import_flows() -> None:
    """Import what the first change key will need."""
    import_module("tui.changes.start")
    import_module("tui.session.actions")
    import_module("tui.modals.help")
