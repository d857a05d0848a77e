"""What is in hand, read about off the event loop and shown in the strip and the detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from core import CidrState, EipdeckError
from tui.commands.registry import View
from tui.screen.key_bar import KeyContext
from tui.screen.next_steps import next_steps
from tui.state.selection import Selection, SelectionKind, is_address, load_details
from tui.state.selection_keeper import Keeper
from tui.state.workers import work_on
from tui.widgets.rows import PATIENCE
from tui.wording.phrases import minute

if TYPE_CHECKING:
    from tui.screen.main_screen import MainScreen

__all__ = ["SelectionReader"]


class SelectionReader:
    """The hand's business, on behalf of the screen."""

    def __init__(self, screen: MainScreen) -> None:
        self.keeper = Keeper()
        self._screen = screen
        self._late: Timer | None = None
        """Shows the move without its facts when these take long."""
        self._wanted = self._reading = False
        self._unread: tuple[Selection, str] | None = None
        """What could not be read about last, and why."""

    @property
    def selection(self) -> Selection | None:
        return self.keeper.selection

    def move(self, selection: Selection | None, *, by_operator: bool) -> None:
        """The cursor of the view stands elsewhere, or its row has changed."""
        self.keeper.move(selection, by_operator=by_operator)
        self.changed()

    async def hold(self, selection: Selection) -> None:
        """Take an address in hand; the cursor goes to its row, or away when it has none.

        Raises:
            EipdeckError: the database is out of reach; the address is in hand all the same.

        """
        if self._screen.view is not View.EIPS:
            self._screen.show_view(View.EIPS)
        self.keeper.hold(selection)
        self.changed()
        if is_address(selection.id):
            await self._screen.deck.eips.table.go_to(selection.id)
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
        if self.selection is None:
            self.show()
            return
        self._wanted = True
        if not self._reading:
            self._reading = True
            work_on(self._screen, self._read_all, "facts")

    async def _read_all(self) -> None:
        try:
            while self._wanted and self.selection is not None:
                self._wanted = False
                await self._read_facts(self.selection)
        finally:
            self._reading = False

    async def _read_facts(self, selection: Selection) -> None:
        screen = self._screen
        try:
            details = await screen.ask(lambda inventory: load_details(inventory, selection))
        except EipdeckError as refusal:
            self._unread = selection, refusal.message
            if screen.refresher.freshness.failed_since is None and selection is self.selection:
                self.keeper.details = None
            self.show()
            return
        if self.keeper.learn(details):
            screen.deck.detail.show(details)
            self.show()

    def _show_strip(self) -> None:
        """The strip is about what is in hand, or says that this is not known yet."""
        screen, selection, details = self._screen, self.selection, self.keeper.details
        if selection is None:
            screen.strip.clear()
            return
        marks = screen.marks
        told = marks.step(selection.id) if screen.view is View.EIPS else ""
        if details is None:
            when = f" @ {minute(selection.at)}" if selection.at is not None else ""
            unread = self._unread is not None and self._unread[0] == selection
            state, *why = ("not read", self._unread[1]) if self._unread and unread else ("reading",)
            screen.strip.clear(f"{selection.id}{when} -- {state}", *why)
            return
        flow = next_steps(details, writing=screen.mode.writing, cidr_state=self.cidr_state())
        screen.strip.tell(details, [told, *flow] if told else flow, before=marks.title)

    def cidr_state(self) -> CidrState | None:
        """Of the customer CIDR in hand, or of that of the EIP in hand."""
        selection, snapshot = self.selection, self._screen.snapshot
        if selection is None or snapshot is None:
            return None
        prefix = selection.id if selection.kind is SelectionKind.CIDR else selection.eip.cidr if selection.eip else None
        cidr = snapshot.cidr(prefix)
        return cidr.state if cidr is not None and cidr.customer_owned else None

    def key_context(self) -> KeyContext:
        """All that decides which keys apply."""
        selection, details = self.selection, self.keeper.details
        eip = selection.eip if selection is not None else None
        finding = selection.finding if selection is not None else None
        return KeyContext(
            view=self._screen.view,
            writing=self._screen.mode.writing,
            eip=eip,
            verdict=details.verdict.verdict if details is not None and details.verdict is not None else None,
            past=selection is not None and selection.at is not None,
            cidr_state=self.cidr_state(),
            landed=(eip is not None and eip.landed_in_default) or (finding is not None and finding.landing is not None),
            released=details is not None and details.released,
            detail=self._screen.detail_page,
            marked=len(self._screen.marks.acting),
        )
