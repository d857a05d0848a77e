"""Looks up what was typed or pasted, and filters the list."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import Final

from textual import events

from core import EipdeckError, filter_words
from tui.commands.registry import View
from tui.panes.lookups import LookupsPane
from tui.screen.address_selector import AddressSelector
from tui.screen.lookup_bar import LookupBar
from tui.screen.navigator import Navigator
from tui.screen.text_read import Stopped, TextRead
from tui.session.host import Host
from tui.session.trail import looked_up
from tui.state.lookup import Found, in_full, look_up, selection_of, wrong_time
from tui.state.screen_state import FieldUse
from tui.state.snapshot import Snapshot
from tui.terminal.pastes import PasteParts
from tui.wording.reports import Looked, is_past
from tui.wording.sanitize import visible
from tui.wording.text_facts import AS_IT_STANDS, TextReading

__all__ = ["Lookups"]

_SHOWN: Final = 60
"""Cells of a text that are repeated in the status line."""
_NEAR: Final = 5
"""Services that are named beside a part of their ids."""
_ASKED: Final = re.compile(r"\s*[0-9.]+\s*@[^\n]*\s*")
"""A pasted `ADDRESS @ TIME`, whether or not the time is valid."""


class Lookups:
    """Answers the lookup bar."""

    def __init__(
        self, navigator: Navigator, addresses: AddressSelector, bar: LookupBar, pane: LookupsPane, host: Host
    ) -> None:
        """Select through `addresses`, and list several verdicts in `pane`."""
        self._navigator = navigator
        self._addresses = addresses
        self._bar = bar
        self._pane = pane
        self._host = host
        self._inventory = host.inventory
        self._workers = host.jobs
        self._say = host.say
        self._local = host.inventory.config.display_zone
        self._filter_before = ""
        self.text = ""
        """The last looked-up text."""
        self.reading = AS_IT_STANDS
        """How it was read."""
        self._listed = ""
        """The text whose verdicts are listed."""
        self._completed = ("", "")
        """The text that was completed last, and how it could go on."""
        self._row_before: str | None = None
        """The selected EIP before an address was typed."""
        self._read: TextRead | None = None
        self._held = False
        """Whether a typed address has been selected since."""

    def read_again(self, reading: TextReading) -> None:
        """Look the last text up again, read in another way."""
        self._workers.search(partial(self._look_up, self.text, reading, pasted=True, final=True))

    @property
    def present(self) -> str:
        """The text whose verdict is selected, or whose verdicts are on the screen; empty: none."""
        if self._navigator.view is View.LOOKUPS:
            return self._listed
        return self.text if self._bar.state.text else ""

    def look_up_again(self, text: str) -> None:
        """Look up the text of a lost session."""
        self._workers.search(partial(self._look_up, text, pasted="\n" in text, final=True))

    def start_lookup(self, first: str) -> None:
        """Open the field on the first digit of an address."""
        self._say("")
        self._row_before, self._held = self._addresses.row, False
        self._bar.open(FieldUse.LOOKUP, first)
        self.typed(FieldUse.LOOKUP, first)

    def start_filter(self) -> None:
        """Open the field on the filter of the list."""
        self._navigator.leave_detail()
        self._say("")
        self._filter_before = self._navigator.pane.filter
        self._bar.open(FieldUse.FILTER, self._filter_before)

    def leave(self) -> None:
        """Close the field and give the focus back to the list."""
        self._bar.close()
        self._navigator.focus()

    def complete(self, snapshot: Snapshot | None) -> None:
        """Complete the last word of a filter of EIPs, or say how it could go on."""
        if self._bar.use is not FieldUse.FILTER or self._navigator.view is not View.EIPS:
            return
        self._workers.read(partial(self._complete, snapshot))

    async def _complete(self, snapshot: Snapshot | None) -> None:
        word = self._bar.field.value.rpartition(" ")[2].removeprefix("!")
        services = await self._services() if word.startswith("service:") else []
        candidates = self._bar.complete(snapshot, services)
        if not candidates:
            told = "tab knows no operators" if word.startswith("by:") else "no known key or value begins like that"
        else:
            told = " ".join(visible(each) for each in candidates) if len(candidates) > 1 else ""
        self._completed = (self._bar.field.value, told)
        self._say(told)

    def typed(self, use: FieldUse, text: str) -> None:
        """Act on another text in the field."""
        if use is FieldUse.LOOKUP and text.strip():
            timed = wrong_time(text, self._inventory.now(), self._local) is None
            if timed:
                self._say(in_full(text, self._inventory.now(), self._local)[1])
            self._workers.search(partial(self._look_up, text if timed else "", pasted=False))
        elif use is FieldUse.FILTER:
            self._workers.search(partial(self._narrow, text, final=False))

    def submitted(self, use: FieldUse, text: str) -> None:
        """Act on Enter in the field: the text stands, and keys act again."""
        if use is FieldUse.LOOKUP and self._is_wrong(text):
            return
        self.leave()
        if use is FieldUse.LOOKUP and text.strip():
            self._workers.search(partial(self._look_up, text, pasted=False, final=True))
        elif use is FieldUse.FILTER:
            self._workers.search(partial(self._narrow, text, final=True))

    def opened(self, address: str) -> None:
        """Look up the address that the session was opened on."""
        self._workers.search(partial(self._look_up, address, pasted=False, final=True))

    def pasted(self, text: str) -> None:
        """Look up the addresses of a paste; nothing else happens."""
        if self._bar.use is FieldUse.FILTER and len(text.splitlines()) == 1:
            self._bar.insert(text.splitlines()[0])
            return
        if _ASKED.fullmatch(text) and self._is_wrong(text):
            return
        self.leave()
        self._workers.search(partial(self._look_up, text, pasted=True, final=True))

    def came(self, event: events.Paste) -> None:
        """Take a bracketed paste, or what has come of a long one."""
        if isinstance(event, PasteParts):
            self._arriving(event)
        else:
            self.pasted(event.text)

    def _arriving(self, part: PasteParts) -> None:
        """Tell of a long paste that still comes, and give the verdicts on its first lines."""
        size = f"{part.size / 1_000_000:.1f} MB"
        if part.stopped:
            self._say(f"the paste was stopped after {size}; the verdicts are those on its first lines")
            return
        self._say(f"pasting: {size} so far; esc stops it")
        if part.text:
            self.leave()
            self._workers.search(partial(self._show_first, part.text, size))

    async def _show_first(self, text: str, size: str) -> None:
        found = await self._workers.ask(lambda inventory: look_up(inventory, text))
        if found.looked:
            await self._pane.look_at(found.looked)
            self._navigator.show_view(View.LOOKUPS)
            self._say(f"pasting: {size} so far, these are its first lines; esc stops it")

    def stop(self) -> bool:
        """Read no more of what was pasted; return whether it was being read."""
        return self._read is not None and self._read.stop()

    def _is_wrong(self, text: str) -> bool:
        problem = wrong_time(text, self._inventory.now(), self._local)
        if problem is not None:
            self._say(problem, problem=True)
        return problem is not None

    async def _narrow(self, text: str, *, final: bool) -> None:
        pane = self._navigator.pane
        try:
            await pane.narrow(text.strip())
        except EipdeckError as refusal:
            if final:
                await pane.narrow(self._filter_before)
                self._go_on(FieldUse.FILTER, text)
            self._say(refusal.message, problem=final)
            return
        self._say(self._completed[1] if text == self._completed[0] and not final else "")
        self._bar.narrowed()
        self._navigator.select_row()
        if final:
            await self._judge_filtered(text.strip())

    def _go_on(self, use: FieldUse, text: str) -> None:
        """Open the field again on a refused text, so that the operator corrects it."""
        if not self._bar.in_use:
            self._bar.open(use, text)

    async def _judge_filtered(self, text: str) -> None:
        """Judge a full address that the filter finds no row for: an empty list does not say whose it is."""
        pane = self._navigator.pane
        if pane.view is not View.EIPS or pane.table.total:
            return
        await self._tell_services(text)
        found = await self._workers.ask(lambda inventory: look_up(inventory, text))
        if len(found.looked) == 1:
            await self._hold(found.looked[0])

    async def _services(self) -> list[str]:
        return await self._workers.ask(lambda inventory: [service.id for service in inventory.services()])

    async def _tell_services(self, text: str) -> None:
        """Say how services go on whose id a filter names in part: `service:` takes the whole id."""
        asked = [word.value for word in filter_words(text) if word.key == "service" and not word.negated]
        known = await self._services() if asked else []
        for part in asked:
            near = [each for each in known if part.casefold() in each.casefold() and each != part]
            if part not in known and near:
                self._say(f"service: takes a whole id, such as {visible(' '.join(near[:_NEAR]), _SHOWN)}")

    async def _look_up(
        self, text: str, reading: TextReading = AS_IT_STANDS, *, pasted: bool, final: bool = False
    ) -> None:
        reading_now = self._read = TextRead(is_over=not (pasted and final))
        report = partial(self._report, reading_now) if final else None
        asked = text
        if not pasted or _ASKED.fullmatch(text):
            asked = in_full(text, self._inventory.now(), self._local)[0]
        try:
            found = await self._workers.ask(lambda inventory: look_up(inventory, asked, report, reading))
        except Stopped:
            self._say("stopped: what was pasted is not read to its end")
            return
        finally:
            reading_now.is_over = True
        self.text, self.reading = asked, reading
        looked = found.looked
        if not looked:
            if not pasted and (self._bar.forget() or self._held):
                await self._addresses.go_back_to(self._row_before)
                self._held = False
            if final:
                if not pasted:
                    self._go_on(FieldUse.LOOKUP, text)
                self._say_none(text, pasted=pasted)
            return
        if len(looked) > 1 and final:
            self._listed = asked
            await self._pane.look_at(looked)
            self._navigator.show_view(View.LOOKUPS)
        else:
            self._held = True
            await self._hold(looked[0])
            self._bar.remember(looked[0].then.address if pasted else text.strip(), found.note(pasted=pasted))
        if final:
            self._say_found(found)
            await asyncio.to_thread(self._host.note, looked_up(looked))

    async def _hold(self, looked: Looked) -> None:
        await self._addresses.hold(selection_of(looked), keep_field=self._bar.in_use)

    def _report(self, reading: TextRead, lines: int) -> None:
        """Show how many lines of a text have been read; called in the thread that reads it."""
        reading.check()
        if lines:
            self._host.app.call_from_thread(self._say, f"reading what was pasted: {lines:,} lines; esc stops it")

    def _say_none(self, text: str, *, pasted: bool) -> None:
        if pasted:
            self._say("no address in what you pasted")
        else:
            self._say(f"{visible(text.strip(), _SHOWN)} is not an address", problem=True)

    def _say_found(self, found: Found) -> None:
        then = found.looked[0].then
        if len(found.looked) == 1:
            other = f"for now: {then.address}" if is_past(then) else f"for the past: {then.address} @ 21:14"
            assumed = f"{found.assumed}.  " if found.assumed else ""
            as_of = then.as_of if then.at is None else min(then.at, then.as_of)
            self._say(f"{assumed}judged as of {as_of:%Y-%m-%d %H:%M:%S}Z.  {other}")
        elif found.assumed:
            self._say(found.assumed)
