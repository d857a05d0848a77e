"""Selects an address in the EIPs: one that was looked up, or one that a change made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from core import Eip
from tui.commands.registry import View
from tui.panes.eips import EipsPane
from tui.screen.navigator import Navigator
from tui.screen.selection_reader import SelectionReader
from tui.state.refresh import Refresher
from tui.state.selection import Selection, SelectionKind, is_address
from tui.state.workers import Workers

__all__ = ["AddressSelector"]


class AddressSelector:
    """Selects an address whether or not the list has a row for it."""

    def __init__(
        self,
        navigator: Navigator,
        eips: EipsPane,
        reader: SelectionReader,
        refresher: Refresher,
        workers: Workers,
        on_filtered: Callable[[], None],
    ) -> None:
        """Select in `eips`; `on_filtered` is called after its filter was cleared to show a new row."""
        self._navigator = navigator
        self._eips = eips
        self._reader = reader
        self._refresher = refresher
        self._workers = workers
        self._on_filtered = on_filtered

    @property
    def row(self) -> str | None:
        """The address under the cursor of the EIPs."""
        selection = self._eips.selection
        return None if selection is None else selection.id

    async def hold(self, selection: Selection, *, keep_field: bool) -> None:
        """Select an address; the cursor goes to its row, or away when it has none.

        Args:
            selection: the address.
            keep_field: the operator still types in the lookup bar.

        Raises:
            EipdeckError: the database cannot be read; the address is selected all the same.

        """
        if self._navigator.view is not View.EIPS:
            self._navigator.turn_to(View.EIPS, keep_field=keep_field)
        await self._hold(selection, by_operator=True)

    async def _hold(self, selection: Selection, *, by_operator: bool) -> None:
        self._reader.hold(selection, by_operator=by_operator)
        if is_address(selection.id):
            await self._eips.table.go_to(selection.id)

    async def go_back_to(self, address: str | None) -> None:
        """Put the cursor back on the row where it was before a lookup, and select it.

        Raises:
            EipdeckError: the database cannot be read.

        """
        if address is not None:
            await self._eips.select(address)
        self._navigator.select_row()

    async def mark_all(self) -> None:
        """Mark every EIP of the list. Change keys act on the marks from now on, whatever was looked up before."""
        await self._eips.mark_all()
        if self._eips.selection is not None:
            self._navigator.select_row()

    def take(self, selection: Selection) -> None:
        """Select what a change made; the cursor goes to its row when the lists have been read."""
        self._reader.hold_back()
        self._reader.hold(selection, by_operator=False)
        self._workers.move(partial(self._take, selection))

    def take_all(self, eips: Sequence[Eip]) -> None:
        """Mark the EIPs that a change made, and no others; the cursor goes to the row of the first."""
        self._reader.hold_back()
        self._workers.move(partial(self._take_all, eips))

    async def _take_all(self, eips: Sequence[Eip]) -> None:
        try:
            await self._refresher.settled()
            await self._take_address(Selection(SelectionKind.ADDRESS, eips[0].address))
            self._eips.mark_only(eips)
            self._navigator.select_row()
        finally:
            self._reader.let_go()

    async def _take(self, selection: Selection) -> None:
        navigator = self._navigator
        try:
            await self._refresher.settled()
            if selection.kind is SelectionKind.ADDRESS:
                await self._take_address(selection)
            else:
                navigator.turn_to(View.SERVICES if selection.kind is SelectionKind.SERVICE else View.CIDRS)
                await navigator.pane.select(selection.id)
                self._reader.move(navigator.pane.selection, by_operator=False)
        finally:
            self._reader.let_go()

    async def _take_address(self, selection: Selection) -> None:
        if self._navigator.view is not View.EIPS:
            self._navigator.turn_to(View.EIPS)
        await self._hold(selection, by_operator=False)
        if self._eips.table.cursor is None and self._eips.filter:
            await self._eips.narrow("")
            self._on_filtered()
            await self._hold(selection, by_operator=False)
