"""The deck: arranges the panes, and routes keys, texts and answers between them; no business."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from time import monotonic
from typing import Any, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from core import Desk, EipdeckError

from tui.bindings import bindings_for
from tui.commands import BY_ID, Scope, View, key_text
from tui.flows.arming import arm
from tui.flows.start import start
from tui.flows.steps import Steps
from tui.hand import Facts, Hand, HandKind, read_facts
from tui.headlines import Top, top_line, views_line
from tui.keyline import COUNT, FIELD_FILTER, FIELD_LOOKUP, KeyContext, key_line
from tui.live import Inventory
from tui.looking import Found, hand_of, look_up
from tui.mode import WriteMode
from tui.nexts import next_line
from tui.panes.cidrs import CidrsPane
from tui.panes.detail import DetailPane
from tui.panes.eips import EipsPane
from tui.panes.findings import FindingsPane
from tui.panes.lookups import LookupsPane
from tui.panes.pane import Drill, Pane
from tui.panes.pools import PoolsPane
from tui.panes.timeline import TimelinePane
from tui.refresh import POLL_SECONDS, Refresher
from tui.theme import Glyphs
from tui.widgets.lines import REVERSE, WARNING, Line, Lines
from tui.widgets.omnibar import IDLE, Field, Omnibar, OmnibarUse
from tui.widgets.strip import VerdictStrip

__all__ = ["DeckScreen"]

T = TypeVar("T")

_SIDE = (View.POOLS, View.FINDINGS)
_SETTLE = 0.05
"""Seconds the cursor rests before the strip reads about the row."""
_QUIT_AGAIN = (0.3, 2.0)
"""How long after the first `q` the second one quits: not a stutter, not a coincidence."""


class DeckScreen(Screen[None]):
    """The one main screen."""

    BINDINGS = bindings_for(Scope.SCREEN)
    AUTO_FOCUS = ""
    ESCAPE_TO_MINIMIZE = False
    inherit_bindings = False

    def __init__(self, desk: Desk, *, glyphs: Glyphs, address: str | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.clock: Callable[[], float] = monotonic
        self.mode = WriteMode.at_start(read_only=desk.read_only, embedded=desk.url.startswith("sqlite"))
        self.hand: Hand | None = None
        self.facts: Facts | None = None
        self.view = View.EIPS
        self.steps = Steps(self)
        self.refresher = Refresher(self.ask, self._show_inventory)
        self._first_address = address
        self._centre = View.EIPS
        self._detail_open = False
        self._detail_column = True
        self._lookup_text = ""
        self._lookup_note = ""
        self._count: str | None = None
        self._quit_pressed = float("-inf")
        self._leaving = False
        self._flow: Worker[None] | None = None
        self._settle: Timer | None = None
        self._make_widgets(glyphs)
        self._doing = self._make_actions()

    def _make_widgets(self, glyphs: Glyphs) -> None:
        rule = glyphs.rule
        self.top_line = Lines(id="top", classes="line")
        self.omnibar = Omnibar(id="omnibar")
        self.views = Lines(id="views", classes="line")
        self.eips = EipsPane(self.ask, rule=rule)
        self.pools = PoolsPane(self.ask, glyphs=glyphs)
        self.cidrs = CidrsPane(self.ask, rule=rule)
        self.findings = FindingsPane(self.ask, rule=rule)
        self.timeline = TimelinePane(self.ask, rule=rule)
        self.lookups = LookupsPane(self.ask, rule=rule)
        self.detail = DetailPane(rule=rule)
        self.strip = VerdictStrip(rule=rule)
        self.status = Lines(id="status", classes="line")
        self.keys = Lines(id="keys", classes="line")
        panes = (self.eips, self.pools, self.cidrs, self.findings, self.timeline, self.lookups)
        self.panes: dict[View, Pane] = {pane.view: pane for pane in panes}

    def _make_actions(self) -> dict[str, Callable[[], None]]:
        views = {view.name.lower(): partial(self.show_view, view) for view in View if view is not View.LOOKUPS}
        return {
            **views,
            "timeline": self._show_timeline,
            "write_mode": self._turn_write_mode,
            "find": self._open_filter,
            "palette": partial(self._list_commands, run=True),
            "help": partial(self._list_commands, run=False),
            "go_to": lambda: self.pane.go_to(),
            "copy": self._copy,
            "refresh": self._refresh_now,
            "sort": lambda: self.run_read(self.eips.turn_sort()),
            "detail": self._turn_detail,
            "next_pane": partial(self._next_pane, 1),
            "previous_pane": partial(self._next_pane, -1),
            "abort": lambda: self.say("z aborts a grace count; none is running.  Z recovers what was released"),
            "yes": lambda: self.say("y sends, in a review; nothing is under review"),
            "back": lambda: self._back() and None,
            "interrupt": self._interrupt,
            "quit": self._quit,
        }

    def compose(self) -> ComposeResult:
        yield self.top_line
        yield self.omnibar
        yield self.views
        with Horizontal(id="deck"):
            with Vertical(id="left"):
                yield self.pools
                yield self.findings
            with Vertical(id="centre"):
                yield self.eips
                yield self.cidrs
                yield self.timeline
                yield self.lookups
            yield self.detail
        yield self.strip
        yield self.status
        yield self.keys

    def on_mount(self) -> None:
        self._arrange()
        self.set_focus(self.pane.focus_target)
        self.show_lines()
        self.run_read(self._begin())
        self.set_interval(POLL_SECONDS, self._poll)

    async def _begin(self) -> None:
        await self.refresher.read()
        self._after_reading()
        if self._first_address:
            await self._look_up(self._first_address, pasted=False)

    # off the event loop

    async def ask(self, read: Callable[[Desk], T]) -> T:
        """Run a blocking read of the desk in a thread."""
        return await asyncio.to_thread(read, self.desk)

    def run_read(self, work: Coroutine[Any, Any, None], group: str = "read") -> None:
        """Run a coroutine that reads; a refusal becomes a sentence in the status line."""
        self.run_worker(self._telling(work), group=group, exit_on_error=False)

    async def _telling(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EipdeckError as refusal:
            self.say(refusal.message, problem=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A defect of ours must not end the session: it is said, and the deck goes on."""
        if event.state is WorkerState.ERROR:
            self.log.error(event.worker.error)
            self.say(f"internal error in {event.worker.group}: {event.worker.error!r}", problem=True)
        if event.worker is self._flow and event.worker.is_finished:
            self._flow = None
            if self._leaving:
                self.app.exit(0)

    # reading and polling

    @property
    def inventory(self) -> Inventory | None:
        return self.refresher.inventory

    @inventory.setter
    def inventory(self, inventory: Inventory | None) -> None:
        self.refresher.inventory = inventory

    def _poll(self) -> None:
        self.run_worker(self._poll_once(), group="poll", exit_on_error=False)

    async def _poll_once(self) -> None:
        before = self.inventory
        await self.refresher.poll()
        self._run_out()
        if self.inventory is not before:
            self._after_reading()
        self.show_lines()

    def _refresh_now(self) -> None:
        self.say("reading everything again")
        self.run_worker(self._read_again(), group="refresh", exit_on_error=False)

    async def _read_again(self) -> None:
        await self.refresher.read()
        self._after_reading()
        if self.refresher.freshness.failed_since is None:
            self.say("")

    async def _show_inventory(self, inventory: Inventory) -> None:
        for pane in self.panes.values():
            await pane.load(inventory)

    def _after_reading(self) -> None:
        self.show_lines()
        self._read_hand()

    def written(self) -> None:
        """A write was sent: read everything again at once."""
        self.run_worker(self._reread(), group="refresh", exit_on_error=False)

    async def _reread(self) -> None:
        await self.refresher.read()
        self._after_reading()

    def take(self, address: str) -> None:
        """Take an address in hand, and put the cursor on its row once it is there."""
        self._set_hand(Hand(HandKind.ADDRESS, address))
        self.run_read(self._select(address))

    async def _select(self, address: str) -> None:
        if self.view is not View.EIPS:
            self.show_view(View.EIPS)
        await self.refresher.read()
        await self.eips.table.go_to(address)
        self._after_reading()

    # what is in hand

    def _set_hand(self, hand: Hand | None) -> None:
        changed = hand != self.hand
        self.hand = hand
        if changed:
            self.facts = None
            self.show_keys()
        if self._settle is not None:
            self._settle.stop()
        self._settle = self.set_timer(_SETTLE, self._read_hand)

    def _read_hand(self) -> None:
        if self.hand is not None:
            self.run_worker(self._read_facts(self.hand), group="facts", exclusive=True, exit_on_error=False)

    async def _read_facts(self, hand: Hand) -> None:
        try:
            facts = await self.ask(lambda desk: read_facts(desk, hand))
        except EipdeckError as refusal:
            if self.hand == hand and self.refresher.freshness.failed_since is None:
                self.strip.clear(hand.id, refusal.message)
            return
        if self.hand == hand:
            self._show_facts(facts)

    def _show_facts(self, facts: Facts) -> None:
        self.facts = facts
        if facts.eip is not None and facts.hand.at is None:
            self.hand = Hand(HandKind.ADDRESS, facts.hand.id, eip=facts.eip, finding=facts.hand.finding)
        self.strip.tell(facts, next_line(facts, self._key_context()))
        self.detail.show(facts)
        self.show_keys()

    def on_pane_hand_moved(self, event: Pane.HandMoved) -> None:
        if event.pane is not self.pane or self.omnibar.in_use:
            return
        hand = event.pane.hand
        if event.by_operator:
            self.say("")
            self._lookup_text = self._lookup_note = ""
            self._rest()
        elif hand is None or (self.hand is not None and self._lookup_text):
            self.show_status()
            return
        self._set_hand(hand)
        self.show_status()

    def on_pane_said(self, event: Pane.Said) -> None:
        self.say(event.text)
