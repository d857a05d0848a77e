"""What is in hand, read about off the event loop and shown in the strip and the detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from core import CidrState, EipdeckError
from tui.commands import View
from tui.hand import Hand, HandKind, is_address, read_facts
from tui.host import work_on
from tui.keeper import Keeper
from tui.keyline import KeyContext
from tui.nexts import next_steps
from tui.widgets.rows import PATIENCE
from tui.words import minute

if TYPE_CHECKING:
    from tui.screen import DeckScreen

__all__ = ["Holder"]


class Holder:
    """The hand's business, on behalf of the screen."""

    def __init__(self, screen: DeckScreen) -> None:
        self.keeper = Keeper()
        self._screen = screen
        self._late: Timer | None = None
        """Shows the move without its facts when these take long."""
        self._wanted = self._reading = False
        self._unread: tuple[Hand, str] | None = None
        """What could not be read about last, and why."""

    @property
    def hand(self) -> Hand | None:
        return self.keeper.hand

    def move(self, hand: Hand | None, *, by_operator: bool) -> None:
        """The cursor of the view stands elsewhere, or its row has changed."""
        self.keeper.move(hand, by_operator=by_operator)
        self.changed()

    async def hold(self, hand: Hand) -> None:
        """Take an address in hand; the cursor goes to its row, or away when it has none.

        Raises:
            EipdeckError: the database is out of reach; the address is in hand all the same.

        """
        if self._screen.view is not View.EIPS:
            self._screen.show_view(View.EIPS)
        self.keeper.hold(hand)
        self.changed()
        if is_address(hand.id):
            await self._screen.deck.eips.table.go_to(hand.id)
        self.changed()

    def changed(self) -> None:
        """Read about what is in hand, and show it with the cursor in one frame: in two when reading takes long."""
        if self._late is None:
            self._late = self._screen.set_timer(PATIENCE, self.show)
        self.read()

    def show(self) -> None:
        """Show what is known without reading."""
        if self._late is not None:
            self._late.stop()
            self._late = None
        screen = self._screen
        screen.pane.table.repaint()
        self._show_strip()
        screen.frame.show_status()
        screen.frame.show_keys()
        if screen.detail_page and not screen.omnibar.in_use:
            screen.search.rest()

    def read(self) -> None:
        """Read about what is in hand; one reading at a time, so that a held key does not pile them up."""
        if self.hand is None:
            self.show()
            return
        self._wanted = True
        if not self._reading:
            self._reading = True
            work_on(self._screen, self._read_all, "facts")

    async def _read_all(self) -> None:
        try:
            while self._wanted and self.hand is not None:
                self._wanted = False
                await self._read_facts(self.hand)
        finally:
            self._reading = False

    async def _read_facts(self, hand: Hand) -> None:
        screen = self._screen
        try:
            facts = await screen.ask(lambda desk: read_facts(desk, hand))
        except EipdeckError as refusal:
            self._unread = hand, refusal.message
            if screen.refresher.freshness.failed_since is None and hand is self.hand:
                self.keeper.facts = None
            self.show()
            return
        if self.keeper.learn(facts):
            screen.deck.detail.show(facts)
            self.show()

    def _show_strip(self) -> None:
        """The strip is about what is in hand, or says that this is not known yet."""
        screen, hand, facts = self._screen, self.hand, self.keeper.facts
        if hand is None:
            screen.strip.clear()
            return
        marks = screen.marks
        told = marks.step(hand.id) if screen.view is View.EIPS else ""
        if facts is None:
            when = f" @ {minute(hand.at)}" if hand.at is not None else ""
            unread = self._unread is not None and self._unread[0] == hand
            state, *why = ("not read", self._unread[1]) if self._unread and unread else ("reading",)
            screen.strip.clear(f"{hand.id}{when} -- {state}", *why)
            return
        steps = next_steps(facts, writing=screen.mode.writing, cidr_state=self.cidr_state())
        screen.strip.tell(facts, [told, *steps] if told else steps, before=marks.title)

    def cidr_state(self) -> CidrState | None:
        """Of the customer CIDR in hand, or of that of the EIP in hand."""
        hand, inventory = self.hand, self._screen.inventory
        if hand is None or inventory is None:
            return None
        prefix = hand.id if hand.kind is HandKind.CIDR else hand.eip.cidr if hand.eip else None
        cidr = inventory.cidr(prefix)
        return cidr.state if cidr is not None and cidr.customer_owned else None

    def key_context(self) -> KeyContext:
        """All that decides which keys apply."""
        hand, facts = self.hand, self.keeper.facts
        eip = hand.eip if hand is not None else None
        finding = hand.finding if hand is not None else None
        return KeyContext(
            view=self._screen.view,
            writing=self._screen.mode.writing,
            eip=eip,
            verdict=facts.verdict.verdict if facts is not None and facts.verdict is not None else None,
            past=hand is not None and hand.at is not None,
            cidr_state=self.cidr_state(),
            landed=(eip is not None and eip.landed_in_default) or (finding is not None and "landed" in finding.code),
            released=facts is not None and facts.released,
            detail=self._screen.detail_page,
            marked=len(self._screen.marks.acting),
        )
