"""Commands of the palette with the words behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, Protocol

from core import EipQuery, Inventory, ServiceQuery
from tui.commands.registry import BY_ID, View
from tui.screen.address_selector import AddressSelector
from tui.screen.filter_completion import complete
from tui.screen.lookup_bar import known_values
from tui.screen.lookups import Lookups
from tui.screen.navigator import Navigator
from tui.session.colours import paint
from tui.session.host import Host
from tui.state.navigation import Place
from tui.state.screen_state import FieldUse
from tui.state.selection import Selection, SelectionKind, is_address
from tui.terminal.palette import LOOKS
from tui.wording.sanitize import visible

__all__ = ["RunAt", "TypedCommands"]

_SHOWN: Final = 30
"""Cells of a mistyped word that are repeated."""
_OFFERED: Final = 50
"""Addresses or services that a typed beginning is completed with."""
_VIEWS: Final = {"POOL": View.POOLS, "CIDR": View.CIDRS, "SERVICE": View.SERVICES, "FINDING": View.FINDINGS}


class RunAt(Protocol):
    """Starts a change once `go` has selected its subject; `go` returns whether it did."""

    def __call__(self, name: str, go: Callable[[], Awaitable[bool]], /) -> None: ...


class TypedCommands:
    """Runs a command that takes words."""

    def __init__(
        self, host: Host, navigator: Navigator, lookups: Lookups, addresses: AddressSelector, run_at: RunAt
    ) -> None:
        self._host = host
        self._navigator = navigator
        self._addresses = addresses
        self._run_at = run_at
        self._run: dict[str, Callable[[str], None]] = {
            "cidrs": partial(self._select, View.CIDRS),
            "eips": lambda words: navigator.go(View.EIPS, filter_=words),
            "findings": lambda words: navigator.go(View.FINDINGS, filter_=words),
            "lookup": partial(lookups.submitted, FieldUse.LOOKUP),
            "pools": partial(self._select, View.POOLS),
            "theme": self._paint,
            "services": lambda words: host.jobs.move(partial(self._show_service, words)),
            "view": self._show_saved,
            "timeline": lambda words: navigator.leave_for(Place(View.TIMELINE, "", words)),
        }

    def run(self, name: str, words: str) -> None:
        """Run the command `name`; a change is started on the subject that the words name, or else in its view."""
        command = BY_ID[name]
        if not command.changes:
            self._run[name](words)
        elif len(words.split()) > 1:
            takes = f"{command.name} takes one {command.argument} here"
            self._host.say(f"{takes}; its form asks for the rest", problem=True)
        elif words:
            self._run_at(name, partial(self._go_to, command.argument, words))
        else:
            self._run_at(name, partial(self._turn_to, command.views[0]))

    async def _turn_to(self, view: View) -> bool:
        self._navigator.show_view(view)
        return True

    async def _go_to(self, kind: str, words: str) -> bool:
        """Select the subject of a change; return False, and say so, when there is none.

        Raises:
            EipdeckError: there is no such service, or the database cannot be read.

        """
        if kind not in _VIEWS:
            eip = None if is_address(words) else await self._host.ask(lambda inventory: inventory.eip(words))
            address = words if eip is None else eip.address
            verdict = await self._host.ask(lambda inventory: inventory.lookup(address))
            selection = Selection(SelectionKind.ADDRESS, verdict.address, eip=verdict.eip)
            await self._addresses.hold(selection, keep_field=False)
            return True
        view = _VIEWS[kind]
        key = await self._known(view, words)
        if key is None:
            self._host.say(f"{visible(words, _SHOWN)} is not in the {view.value}", problem=True)
        return key is not None and await self._navigator.arrive(view, key)

    async def _known(self, view: View, words: str) -> str | None:
        """Return the key of the row that words name; None when there is none."""
        if view is View.SERVICES:
            return (await self._host.ask(lambda inventory: inventory.service(words))).id
        snapshot = self._host.snapshot
        if view is not View.FINDINGS or snapshot is None:
            return words if words in self.complete(view.name.lower(), "") else None
        found = (*snapshot.findings, *snapshot.accepted)
        return next((each.id for each in found if words in (each.id, each.landing, each.subject)), None)

    def complete(self, name: str, words: str) -> Sequence[str]:
        """Return the values on the screen that words behind a command could become."""
        if name == "theme":
            return LOOKS
        if name == "view":
            return list(self._host.inventory.config.views)
        snapshot = self._host.snapshot
        if snapshot is None:
            return ()
        if name == "eips":
            return complete(words, known_values(snapshot)).texts
        match BY_ID[name].argument:
            case "POOL":
                return [pool.id for pool in snapshot.pools]
            case "CIDR" | "EIP|ADDRESS|CIDR":
                return [cidr.cidr for cidr in snapshot.cidrs]
            case "FINDING":
                return [finding.id for finding in (*snapshot.findings, *snapshot.accepted)]
        return ()

    async def look_up(self, name: str, words: str) -> Sequence[str]:
        """Return the values of the inventory that words behind a command could become.

        Raises:
            EipdeckError: the words are not a filter, or the database cannot be read.

        """
        match BY_ID[name].argument:
            case "EIP" | "ADDRESS" | "EIP|ADDRESS|CIDR":
                return await self._host.ask(partial(_addresses, words=words))
            case "SERVICE":
                return await self._host.ask(partial(_services, words=words))
        return ()

    def _paint(self, words: str) -> None:
        if words in LOOKS:
            self._host.jobs.read(partial(paint, self._host, words))
        else:
            self._host.say(f"{visible(words, _SHOWN)} is none of {', '.join(LOOKS)}", problem=True)

    def _select(self, view: View, words: str) -> None:
        if words in self.complete(view.name.lower(), ""):
            self._navigator.go(view, select=words)
        else:
            self._host.say(f"{visible(words, _SHOWN)} is not in the {view.value}", problem=True)

    def _show_saved(self, words: str) -> None:
        view = self._host.inventory.config.views.get(words)
        if view is None:
            self._host.say(f"{visible(words, _SHOWN)} is not a view of the configuration", problem=True)
        else:
            self._navigator.show_saved(view)

    async def _show_service(self, words: str) -> None:
        await self._host.ask(lambda inventory: inventory.service(words))
        self._navigator.go(View.SERVICES, select=words)


def _addresses(inventory: Inventory, words: str) -> list[str]:
    return [row.eip.address for row in inventory.page(EipQuery(words), limit=_OFFERED, counted=False).rows]


def _services(inventory: Inventory, words: str) -> list[str]:
    return [row.service.id for row in inventory.service_page(ServiceQuery(words), limit=_OFFERED).rows]
