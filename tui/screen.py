"""The deck: arranges the panes, and routes keys and answers between them; no business."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from core import CidrState, Desk, EipdeckError
from tui.bindings import bindings_for
from tui.commands import BY_ID, Command, Scope, View, key_text
from tui.deck import WIDE, Deck, Shape, shape_of
from tui.flows.runner import Runner
from tui.hand import Hand, HandKind, read_facts
from tui.headlines import Top, top_line, views_line
from tui.keeper import Keeper
from tui.keyline import COUNT, FIELD_FILTER, FIELD_LOOKUP, KeyContext, key_line
from tui.live import Inventory
from tui.modals import CopyRequested
from tui.modals.help import CommandsModal
from tui.mode import WriteMode
from tui.nexts import next_steps
from tui.panes.lookups import Looked
from tui.panes.pane import Drill, Pane
from tui.refresh import POLL_SECONDS, Refresher
from tui.search import Search
from tui.theme import Glyphs
from tui.widgets.lines import REVERSE, WARNING, Line, Lines
from tui.widgets.omnibar import Omnibar, OmnibarUse, OmniField
from tui.widgets.strip import VerdictStrip

__all__ = ["DeckScreen"]

T = TypeVar("T")

_SETTLE = 0.05
"""Seconds the cursor rests before the strip reads about the row."""
_QUIT_AGAIN = (0.3, 2.0)
"""How long after the first `q` the second one quits: not a stutter, not a coincidence."""


_ABOUT_DETAIL = "everything about this tenancy is here; t shows who had the address before"


class DeckScreen(Screen[None], inherit_bindings=False):
    """The one main screen."""

    BINDINGS = bindings_for(Scope.SCREEN)
    AUTO_FOCUS = ""

    def __init__(self, desk: Desk, *, glyphs: Glyphs, address: str | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.clock: Callable[[], float] = monotonic
        self.mode = WriteMode.at_start(read_only=desk.read_only, embedded=desk.url.startswith("sqlite"))
        self.view = View.EIPS
        self.detail_page = False
        """The detail stands in place of the list; below 120 columns."""
        self.keeper = Keeper()
        self.runner = Runner(self)
        self.refresher = Refresher(self.ask, self._show_inventory)
        self.deck = Deck(self.ask, glyphs)
        self.top_line = Lines(id="top", classes="line")
        self.omnibar = Omnibar(id="omnibar")
        self.search = Search(self, self.omnibar)
        self.views = Lines(id="views", classes="line")
        self.strip = VerdictStrip(rule=glyphs.rule)
        self.status = Lines(id="status", classes="line")
        self.keys = Lines(id="keys", classes="line")
        self._first_address = address
        self._said = Line("")
        self._count: str | None = None
        self._quit_pressed = float("-inf")
        self._settle: Timer | None = None
        self._doing = self._make_actions()

    def _make_actions(self) -> dict[str, Callable[[], object]]:
        views = {view.name.lower(): partial(self.show_view, view) for view in View}
        return {
            **views,
            "timeline": self._show_timeline,
            "write_mode": self._turn_write_mode,
            "find": self.search.start_filter,
            "palette": partial(self._list_commands, runs=True),
            "help": partial(self._list_commands, runs=False),
            "go_to": self._go_to,
            "copy": self._copy,
            "refresh": self._refresh,
            "sort": lambda: self.run_read(self.deck.eips.turn_sort()),
            "detail": self._turn_detail,
            "next_pane": partial(self._turn_pane, 1),
            "previous_pane": partial(self._turn_pane, -1),
            "abort": lambda: self.say("z aborts a grace count, and none runs.  Z recovers a released address"),
            "yes": lambda: self.say("y sends, in a review; nothing is under review"),
            "back": self._back,
            "interrupt": self._interrupt,
            "quit": self._quit,
        }

    def compose(self) -> ComposeResult:
        yield self.top_line
        yield self.omnibar
        yield self.views
        yield self.deck
        yield self.strip
        yield self.status
        yield self.keys

    def on_mount(self) -> None:
        self._arrange()
        self.focus_pane()
        self.run_read(self._begin())
        self.set_interval(POLL_SECONDS, self._poll)

    async def _begin(self) -> None:
        await self._read()
        if self._first_address:
            self.search.pasted(self._first_address)

    @property
    def hand(self) -> Hand | None:
        return self.keeper.hand

    @property
    def pane(self) -> Pane:
        """The pane whose view it is."""
        return self.deck.panes[self.view]

    # off the event loop

    async def ask(self, read: Callable[[Desk], T]) -> T:
        """Run a blocking read of the desk in a thread."""
        return await asyncio.to_thread(read, self.desk)

    def run_read(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine that reads; a refusal becomes a sentence in the status line."""
        self.run_worker(self._telling(work), group="read", exit_on_error=False)

    def run_search(self, work: Coroutine[Any, Any, None]) -> None:
        """The same for what was typed: a newer text makes the older one moot."""
        self.run_worker(self._telling(work), group="search", exclusive=True, exit_on_error=False)

    async def _telling(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EipdeckError as refusal:
            self.say(refusal.message, problem=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A defect of ours must not end the session: it is said, and the deck goes on."""
        worker = event.worker
        if event.state is WorkerState.ERROR:
            self.log.error(worker.error)
            self.say(f"internal error in {worker.group}: {worker.error!r}", problem=True)
        if worker.is_finished and self.runner.ended(worker):
            self.show_keys()
            if self.runner.leaving:
                self.app.exit(0)

    # reading

    @property
    def inventory(self) -> Inventory | None:
        return self.refresher.inventory

    def _poll(self) -> None:
        self.run_worker(self._poll_once(), group="poll", exit_on_error=False)

    async def _poll_once(self) -> None:
        before = self.inventory
        await self.refresher.poll()
        now = self.refresher.now
        if now is not None and self.mode.ran_out(now):
            self.set_mode(self.mode.dropped())
            self.runner.cancel_unsent()
            self.say("write mode ran out: READ-ONLY", problem=True)
        self._show_read(again=self.inventory is not before)

    async def _read(self) -> None:
        await self.refresher.read()
        self._show_read(again=True)

    def _refresh(self) -> None:
        self.written()
        self.say("reading everything again")

    def written(self) -> None:
        """Something may have changed: read everything again at once."""
        self.run_read(self._read())

    async def _show_inventory(self, inventory: Inventory) -> None:
        for pane in self.deck.panes.values():
            await pane.load(inventory)

    def _show_read(self, *, again: bool) -> None:
        self.show_top()
        self.show_status()
        if again:
            self.show_keys()
            self._read_hand()

    # what is in hand

    def on_pane_hand_moved(self, event: Pane.HandMoved) -> None:
        if event.pane is not self.pane:
            return
        if event.by_operator:
            self.say("")
            self.search.forget()
        self.keeper.move(event.pane.hand, by_operator=event.by_operator)
        self._hand_changed()

    def _hand_changed(self) -> None:
        self.show_status()
        self.show_keys()
        if self._settle is not None:
            self._settle.stop()
        self._settle = self.set_timer(_SETTLE, self._read_hand)

    def _read_hand(self) -> None:
        hand = self.hand
        if hand is None:
            self.strip.clear()
        else:
            self.run_worker(self._read_facts(hand), group="facts", exclusive=True, exit_on_error=False)

    async def _read_facts(self, hand: Hand) -> None:
        try:
            facts = await self.ask(lambda desk: read_facts(desk, hand))
        except EipdeckError as refusal:
            if self.refresher.freshness.failed_since is None:
                self.strip.clear(hand.id, refusal.message)
            return
        if self.keeper.learn(facts):
            writing = self.mode.writing
            self.strip.tell(facts, next_steps(facts, writing=writing, cidr_state=self._cidr_state()))
            self.deck.detail.show(facts)
            self.show_keys()

    async def hold(self, hand: Hand) -> None:
        """Take an address in hand; the cursor goes to its row, or away when it has none."""
        if self.view is not View.EIPS:
            self.show_view(View.EIPS)
        self.keeper.hold(hand)
        await self.deck.eips.table.go_to(hand.id) if ":" not in hand.id else None
        self._hand_changed()

    def take(self, address: str) -> None:
        """Take an address in hand that a write has just made; its row is read first."""
        self.keeper.hold(Hand(HandKind.ADDRESS, address))
        self.run_read(self._take(address))

    async def _take(self, address: str) -> None:
        await self._read()
        await self.hold(Hand(HandKind.ADDRESS, address))

    def show_lookups(self, looked: Sequence[Looked]) -> None:
        """List several verdicts."""
        self.show_view(View.LOOKUPS)
        self.deck.lookups.look_at(looked)

    def _cidr_state(self) -> CidrState | None:
        """Of the CIDR in hand, or of the CIDR of the EIP in hand."""
        hand = self.hand
        if hand is None or self.inventory is None:
            return None
        prefix = hand.id if hand.kind is HandKind.CIDR else hand.eip.cidr if hand.eip else None
        cidr = self.inventory.cidr(prefix)
        return None if cidr is None else cidr.state

    # what the lines say

    def say(self, text: str, *, problem: bool = False) -> None:
        """A sentence in the status line, until the operator moves."""
        self._said = Line(f"! {text}" if problem and text else text, WARNING if problem else Line("").style)
        self.show_status()

    def show_count(self, text: str | None) -> None:
        self._count = text
        self.show_status()
        self.show_keys()

    def show_status(self) -> None:
        freshness = self.refresher.freshness
        if self._count is not None:
            self.status.show(Line(self._count, REVERSE))
        elif self._said.text:
            self.status.show(self._said)
        elif freshness.failed_since is not None:
            since = f"{freshness.failed_since:%H:%M:%SZ}"
            self.status.show(Line(f"! not read since {since}: {freshness.why}", WARNING))
        elif self.inventory is None:
            self.status.show("reading the inventory")
        else:
            self.status.show(_ABOUT_DETAIL if self.detail_page else self.pane.summary())

    def show_top(self) -> None:
        width, now, inventory = self.size.width, self.refresher.now, self.inventory
        top = Top(
            label=f"{self.desk.label} {self.desk.path.name}" if width >= WIDE else self.desk.label,
            operator=self.desk.operator,
            mode=self.mode.words(now) if now is not None else "",
            age=self.refresher.freshness.words(now) if now is not None else "",
            findings=None if inventory is None else len(inventory.findings),
            critical=0 if inventory is None else inventory.critical,
        )
        self.top_line.show(top_line(top, width))
        self.views.show(views_line(self.view, inventory, width))

    def show_keys(self) -> None:
        if self._count is not None:
            line = COUNT
        elif self.omnibar.in_use:
            line = FIELD_FILTER if self.omnibar.use is OmnibarUse.FILTER else FIELD_LOOKUP
        else:
            line = key_line(self._key_context(), self.size.width, self.desk.config.keys)
        self.keys.show(line)

    def _key_context(self) -> KeyContext:
        hand, facts = self.hand, self.keeper.facts
        eip = hand.eip if hand is not None else None
        return KeyContext(
            view=self.view,
            writing=self.mode.writing,
            eip=eip,
            verdict=facts.verdict.verdict if facts is not None and facts.verdict is not None else None,
            past=hand is not None and hand.at is not None,
            cidr_state=self._cidr_state(),
            landed=(eip is not None and eip.landed_in_default)
            or (hand is not None and hand.finding is not None and "landed" in hand.finding.code),
            released=facts is not None and facts.released,
            detail=self.detail_page,
        )

    # views

    def show_view(self, view: View) -> None:
        """Turn to another view; what is in hand is its row's."""
        self.detail_page = False
        self.view = view
        self.say("")
        self._arrange()
        table = self.pane.table
        if table.cursor is None and table.total:
            table.place(table.top)
        self.keeper.move(self.pane.hand, by_operator=True)
        self.search.forget()
        self.search.rest()
        self.focus_pane()
        self.show_top()
        self._hand_changed()

    def _show_timeline(self) -> None:
        """Of the address in hand; pressed there again: of everything."""
        timeline, hand = self.deck.timeline, self.hand
        address = hand.id if hand is not None and hand.kind is not HandKind.SERVICE else None
        subject = None if self.view is View.TIMELINE or hand is None or hand.kind is HandKind.POOL else address
        timeline.subject = subject
        timeline.filter = ""
        self.show_view(View.TIMELINE)
        self.run_read(self._read_timeline())

    async def _read_timeline(self) -> None:
        await self.deck.timeline.read()
        self.show_status()

    def _arrange(self) -> None:
        shape = shape_of(self.size.width, self.size.height)
        if shape is Shape.WIDE:
            self.detail_page = False
        self.deck.show_panes(shape, self.view, detail_page=self.detail_page)
        self.views.display = shape is not Shape.TINY
        self.strip.tiny = shape is Shape.TINY
        self.set_class(shape is Shape.TINY, "-tiny")
        self.search.rest()

    def focus_pane(self) -> None:
        """Give the keys to the list, or to the detail that stands in its place."""
        self.set_focus(self.deck.detail.text if self.detail_page else self.pane.focus_target)

    def on_resize(self, _event: events.Resize) -> None:
        if not self.is_mounted:
            return
        self._arrange()
        if not self.omnibar.in_use:
            self.focus_pane()
        self.show_top()
        self.show_status()
        self.show_keys()
        self.strip.repaint()

    def on_drill(self, event: Drill) -> None:
        event.stop()
        self.show_view(event.view)
        self.run_read(self._drill(event))

    async def _drill(self, event: Drill) -> None:
        pane = self.deck.panes[event.view]
        if event.filter is not None or pane.filter:
            await pane.narrow(event.filter or "")
        if event.select is not None:
            await pane.select(event.select)
        self.search.rest()
        self.keeper.move(pane.hand, by_operator=True)
        self._hand_changed()

    def on_pane_detailed(self, event: Pane.Detailed) -> None:
        event.stop()
        if self.hand is None:
            return
        self._read_hand()
        if shape_of(self.size.width, self.size.height) is Shape.WIDE:
            self.set_focus(self.deck.detail.text)
            return
        self.detail_page = True
        self._arrange()
        self.focus_pane()
        self.show_keys()

    def _turn_detail(self) -> None:
        self.deck.column = not self.deck.column
        self._arrange()

    def _turn_pane(self, step: int) -> None:
        seen = [pane.view for pane in self.deck.seen()]
        if self.view in seen and len(seen) > 1:
            self.show_view(seen[(seen.index(self.view) + step) % len(seen)])

    def _go_to(self) -> None:
        self.pane.go_to()

    def on_pane_said(self, event: Pane.Said) -> None:
        event.stop()
        self.say(event.text)

    # keys

    def action_command(self, name: str) -> None:
        """Do what a key or the palette asks for, or say why not."""
        command = BY_ID[name]
        refusal = self._refusal(command)
        if refusal:
            self.say(refusal)
        elif command.changes:
            self.runner.start(command, self.hand)
        else:
            self._doing[name]()

    def _refusal(self, command: Command) -> str:
        key = key_text(command.keys[0]) if command.keys else command.name
        if command.views and self.view not in command.views:
            there = command.views[0]
            return f"{key} is for {there.value}: {key_text(BY_ID[there.name.lower()].keys[0])}"
        if not command.changes:
            return ""
        if self.hand is not None and self.hand.at is not None:
            return f"{key} is refused: this verdict is about the past; type {self.hand.id} alone for now"
        return self.mode.refusal(key)

    def _turn_write_mode(self) -> None:
        if self.mode.locked:
            self.say(self.mode.refusal("W"))
        elif self.mode.writing:
            self.set_mode(self.mode.dropped())
            self.say("READ-ONLY: W arms write mode again")
        else:
            self.runner.arm()

    def set_mode(self, mode: WriteMode) -> None:
        self.mode = mode
        self.show_top()
        self.show_keys()
        self._read_hand()

    def _list_commands(self, *, runs: bool) -> None:
        self.app.push_screen(CommandsModal(runs=runs, keys=self.desk.config.keys), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None:
            self.action_command(name)

    def _copy(self) -> None:
        if self.hand is None:
            self.say("nothing is in hand to copy")
        else:
            self.app.post_message(CopyRequested(self.hand.id))

    def _back(self) -> bool:
        """One step back; False at the root."""
        pane = self.pane
        if self.detail_page:
            self.detail_page = False
            self._arrange()
            self.focus_pane()
            self.show_keys()
        elif self.focused is self.deck.detail.text:
            self.focus_pane()
        elif self.view is not View.LOOKUPS and pane.filter:
            self.run_read(self._clear_filter(pane))
        elif self.view is not View.EIPS:
            self.show_view(View.EIPS)
        elif not self.search.back():
            return False
        return True

    async def _clear_filter(self, pane: Pane) -> None:
        hand = self.hand
        await pane.narrow("")
        if hand is not None:
            await pane.select(hand.id)
        self.search.rest()
        self.say("")

    def _interrupt(self) -> None:
        if not self._back():
            self.say("ctrl+c leaves nothing here: q q quits")

    def _quit(self) -> None:
        if self._back():
            return
        now = self.clock()
        waited, self._quit_pressed = now - self._quit_pressed, now
        if not _QUIT_AGAIN[0] <= waited <= _QUIT_AGAIN[1]:
            self.say("q again quits")
        else:
            self.leave()

    def leave(self) -> None:
        """End the session; a write in flight is waited for."""
        if self.runner.steps.sending:
            self.runner.leaving = True
            self.say("leaving as soon as the change that was sent is answered")
        else:
            self.app.exit(0)

    # text

    def undo_run(self, view: View) -> None:
        """The keys just heard were the start of a paste: close what they opened, go back where they began."""
        self.runner.cancel_unsent()
        self.search.leave()
        if self.view is not view:
            self.show_view(view)

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

    def on_omni_field_scrolled(self, event: OmniField.Scrolled) -> None:
        event.stop()
        getattr(self.pane.table, f"action_{event.action}")()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.search.typed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.search.submitted(event.value)
