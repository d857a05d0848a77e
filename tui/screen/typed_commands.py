"""Commands of the palette with the words behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from tui.commands.registry import View
from tui.screen.lookups import Lookups
from tui.screen.navigator import Navigator
from tui.session.colours import paint
from tui.session.host import Host
from tui.state.navigation import Place
from tui.state.screen_state import FieldUse
from tui.terminal.palette import LOOKS
from tui.wording.sanitize import visible

__all__ = ["TypedCommands"]

_SHOWN: Final = 30
"""Cells of a mistyped word that are repeated."""


class TypedCommands:
    """Runs a command that takes words."""

    def __init__(self, host: Host, navigator: Navigator, lookups: Lookups) -> None:
        self._host = host
        self._navigator = navigator
        self._lookups = lookups
        self._run: dict[str, Callable[[str], None]] = {
            "cidrs": partial(self._select, View.CIDRS),
            "eips": lambda words: navigator.go(View.EIPS, filter_=words),
            "lookup": partial(lookups.submitted, FieldUse.LOOKUP),
            "pools": partial(self._select, View.POOLS),
            "theme": self._paint,
            "services": lambda words: host.jobs.move(partial(self._show_service, words)),
            "timeline": lambda words: navigator.leave_for(Place(View.TIMELINE, "", words)),
        }

    def run(self, name: str, words: str) -> None:
        """Run the command `name` with these words."""
        self._run[name](words)

    def complete(self, name: str) -> Sequence[str]:
        """Return the known values of what a command takes; none when it takes any text."""
        if name == "theme":
            return LOOKS
        snapshot = self._host.snapshot
        if snapshot is None:
            return ()
        if name == "pools":
            return [pool.id for pool in snapshot.pools]
        return [cidr.cidr for cidr in snapshot.cidrs] if name == "cidrs" else ()

    def _paint(self, words: str) -> None:
        if words in LOOKS:
            self._host.jobs.read(partial(paint, self._host, words))
        else:
            self._host.say(f"{visible(words, _SHOWN)} is none of {', '.join(LOOKS)}", problem=True)

    def _select(self, view: View, words: str) -> None:
        if words in self.complete(view.name.lower()):
            self._navigator.go(view, select=words)
        else:
            self._host.say(f"{visible(words, _SHOWN)} is not in the {view.value}", problem=True)

    async def _show_service(self, words: str) -> None:
        await self._host.ask(lambda inventory: inventory.service(words))
        self._navigator.go(View.SERVICES, select=words)
