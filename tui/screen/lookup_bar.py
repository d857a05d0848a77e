"""What the omnibar is for: looking addresses up as they are typed or pasted, and filtering the list."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from core import EipdeckError
from tui.commands.registry import View
from tui.screen.filter_completion import complete
from tui.session.trail import looked_up
from tui.state.lookup import Found, hand_of, look_up, wrong_time
from tui.state.selection import SelectionKind
from tui.state.snapshot import Snapshot
from tui.widgets.omnibar import Omnibar, OmnibarUse
from tui.wording.phrases import count_of, minute
from tui.wording.sanitize import visible

if TYPE_CHECKING:
    from tui.screen.main_screen import MainScreen

__all__ = ["LookupBar"]


def _known(snapshot: Snapshot | None) -> dict[str, list[str]]:
    """Values of the filter's keys that the inventory has."""
    if snapshot is None:
        return {}
    return {
        "pool": [pool.id for pool in snapshot.pools],
        "cidr": [cidr.cidr for cidr in snapshot.cidrs],
        "region": sorted({pool.region for pool in snapshot.pools}),
        "age": [">7d", ">30d", ">90d"],
    }


_SHOWN = 60
"""Cells of a looked-up text that stay in the omnibar."""


_ASKED: Final = re.compile(r"\s*[0-9.]+\s*@[^\n]*\s*")
"""A pasted `ADDRESS @ TIME`, its time understood or not."""


class LookupBar:
    """The omnibar's business, on behalf of the screen."""

    def __init__(self, screen: MainScreen, omnibar: Omnibar) -> None:
        self.omnibar = omnibar
        self._screen = screen
        self._text = ""
        """What was looked up last, while its verdict is in hand."""
        self._note = ""
        self._filter_before = ""

    # opening and leaving

    def start_lookup(self, first: str) -> None:
        """A digit was typed outside a field."""
        self._screen.say("")
        self.omnibar.open(OmnibarUse.LOOKUP, first)
        self._screen.frame.show_keys()
        self.typed(first)

    def start_filter(self) -> None:
        self._screen.leave_detail()
        self._screen.say("")
        self._filter_before = self._screen.pane.filter
        self.omnibar.open(OmnibarUse.FILTER, self._filter_before)
        self._screen.frame.show_keys()

    def leave(self) -> None:
        """Close the field and give the focus back to the list."""
        self.rest()
        self._screen.focus_pane()
        self._screen.frame.show_keys()

    def forget(self) -> None:
        """The operator moved on: what was looked up is no longer in hand."""
        if self._text and not self.omnibar.in_use:
            self._text = self._note = ""
            self.rest()

    def back(self) -> bool:
        """Let go of what was looked up; False when nothing was."""
        if not self._text:
            return False
        self.forget()
        return True

    def rest(self) -> None:
        """Write what is true while the field is closed."""
        screen = self._screen
        pane = screen.pane
        if screen.detail_page and screen.selection is not None:
            what = "EIP" if screen.selection.kind is SelectionKind.ADDRESS else screen.selection.kind.value
            when = f" @ {minute(screen.selection.at)}" if screen.selection.at is not None else ""
            self.omnibar.rest(f"{what} {visible(screen.selection.id)}{when}", f"esc back to {pane.view.value}")
        elif self._text:
            note = f"{self._note}  filter: {visible(pane.filter, _SHOWN // 3)}" if pane.filter else self._note
            self.omnibar.rest(f"look up: {visible(self._text, _SHOWN)}", note)
        elif pane.filter:
            self.omnibar.rest(f"filter: {visible(pane.filter, _SHOWN)}", f"{self._shown()}  esc clears")
        else:
            self.omnibar.rest()

    def _shown(self) -> str:
        table = self._screen.pane.table
        return f"{table.total:,} shown" if table.counted else "counting"

    def counted(self) -> None:
        """It is known now how many rows the filter lets through."""
        if not self.omnibar.in_use:
            self.rest()
        elif self.omnibar.use is OmnibarUse.FILTER:
            self.omnibar.note(self._shown())

    def complete(self) -> None:
        """Complete the last word of a filter of EIPs, or say what it could go on as."""
        screen = self._screen
        if self.omnibar.use is not OmnibarUse.FILTER or screen.view is not View.EIPS:
            return
        done = complete(self.omnibar.field.value, _known(screen.snapshot))
        self.omnibar.field.value = done.text
        self.omnibar.field.cursor_position = len(done.text)
        if not done.candidates:
            screen.say("nothing that is known begins like that")
        else:
            screen.say(" ".join(visible(each) for each in done.candidates) if len(done.candidates) > 1 else "")

    # text that comes in

    def typed(self, text: str) -> None:
        """The field holds another text."""
        use = self.omnibar.use
        if use is OmnibarUse.LOOKUP and text.strip():
            if wrong_time(text, self._screen.inventory.now()) is None:
                self._screen.run_search(partial(self._look_up, text, pasted=False))
        elif use is OmnibarUse.FILTER:
            self._screen.run_search(partial(self._narrow, text, final=False))

    def submitted(self, text: str) -> None:
        """Enter: what was typed stands, and keys act again."""
        use = self.omnibar.use
        problem = wrong_time(text, self._screen.inventory.now()) if use is OmnibarUse.LOOKUP else None
        if problem is not None:
            self._screen.say(problem, problem=True)
            return
        self.leave()
        if use is OmnibarUse.LOOKUP and text.strip():
            self._screen.run_search(partial(self._look_up, text, pasted=False, final=True))
        elif use is OmnibarUse.FILTER:
            self._screen.run_search(partial(self._narrow, text, final=True))

    def pasted(self, text: str) -> None:
        """A paste, bracketed or typed by the terminal: its addresses are looked up, nothing else happens."""
        if self.omnibar.use is OmnibarUse.FILTER and len(text.splitlines()) == 1:
            self.omnibar.field.insert_text_at_cursor(text.splitlines()[0])
            return
        problem = wrong_time(text, self._screen.inventory.now()) if _ASKED.fullmatch(text) else None
        if problem is not None:
            self._screen.say(problem, problem=True)
            return
        self.leave()
        self._screen.run_search(partial(self._look_up, text, pasted=True, final=True))

    # work

    async def _narrow(self, text: str, *, final: bool) -> None:
        screen = self._screen
        try:
            await screen.pane.narrow(text.strip())
        except EipdeckError as refusal:
            if final:
                await screen.pane.narrow(self._filter_before)
                self.rest()
            screen.say(refusal.message, problem=final)
            return
        screen.say("")
        screen.holder.move(screen.pane.selection, by_operator=True)
        if not self.omnibar.in_use:
            self.rest()
        else:
            self.omnibar.note(self._shown())
        if final:
            await self._judge_filtered(text.strip())

    async def _judge_filtered(self, text: str) -> None:
        """A full address that the filter finds no row for still gets its verdict: no rows is not "not ours"."""
        if self._screen.pane.view is not View.EIPS or self._screen.pane.table.total:
            return
        found = await self._screen.ask(lambda inventory: look_up(inventory, text))
        if len(found.looked) == 1:
            await self._screen.holder.hold(hand_of(found.looked[0]))

    async def _look_up(self, text: str, *, pasted: bool, final: bool = False) -> None:
        found = await self._screen.ask(lambda inventory: look_up(inventory, text, self._telling() if final else None))
        if not found.looked:
            if not pasted:
                self._let_go()
            if final:
                self._say_none(text, pasted=pasted)
            return
        if len(found.looked) > 1 and final:
            await self._screen.show_lookups(found.looked)
            self._text = f"{found.mentioned:,} addresses, {len(found.looked):,} distinct"
            self._note = "esc leaves"
        else:
            await self._screen.holder.hold(hand_of(found.looked[0]))
            self._text = found.looked[0].then.address if pasted else text.strip()
            self._note = found.note(pasted=pasted)
        if not self.omnibar.in_use:
            self.rest()
        if final:
            self._say_found(found)
            await asyncio.to_thread(lambda: self._screen.note(looked_up(found.looked)))

    def _let_go(self) -> None:
        """What is typed is no address by now: the one it was a moment ago is not in hand any more."""
        if self._text:
            self._text = self._note = ""
            self._screen.holder.move(self._screen.pane.selection, by_operator=True)

    def _telling(self) -> Callable[[int], None]:
        """Says how far a long text has been read; called in the thread that reads it."""
        app = self._screen.app

        def told(lines: int) -> None:
            if lines:
                app.call_from_thread(self._screen.say, f"reading what was pasted: {lines:,} lines")

        return told

    def _say_none(self, text: str, *, pasted: bool) -> None:
        if pasted:
            length = count_of(len(text), "character")
            self._screen.say(f"pasted {length} without an address in them; nothing was changed")
        else:
            self._screen.say(f"{visible(text.strip(), _SHOWN)} is not an address", problem=True)

    def _say_found(self, found: Found) -> None:
        then = found.looked[0].then
        if len(found.looked) == 1:
            past = then.at < then.as_of
            other = f"{then.address} alone is now" if past else f"for the past: {then.address} @ 21:14"
            assumed = f"{found.assumed}.  " if found.assumed else ""
            as_of = then.at if past else then.as_of
            self._screen.say(f"{assumed}judged as of {as_of:%Y-%m-%d %H:%M:%S}Z.  {other}")
        elif found.assumed:
            self._screen.say(found.assumed)
