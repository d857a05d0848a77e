"""The EIPs: the home view, paged from the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from core import Eip, EipdeckError, EipQuery, Inventory, SavedView, filter_term
from tui.commands.registry import View, key_of
from tui.panes.pane import Navigate, Pane
from tui.state.marks import Marks
from tui.state.order import Order
from tui.state.selection import Selection, SelectionKind
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask
from tui.terminal.kept import Kept
from tui.terminal.theme import Glyphs
from tui.widgets.eip_table import EipTable
from tui.wording.phrases import count_of
from tui.wording.tables import EIPS

__all__ = ["ORDERS", "EipsPane"]

MOST_MARKS = 1_000
"""The most EIPs that one review is about."""
_SORTED_BY = {
    "address": "ADDRESS",
    "newest": "AGE",
    "name": "NAME",
    "state": "STATE",
    "pool": "POOL",
    "owner": "OWNER",
    "operator": "BY",
}
"""The column of an order; that of problems has none."""
_SORTED = {
    "problems": "problems first",
    "address": "by address",
    "newest": "newest first",
    "name": "by name",
    "state": "by state",
    "pool": "by pool",
    "owner": "by owner",
    "operator": "by operator",
}
ORDERS = tuple(_SORTED)
_KEPT = {name + end: Order(name, bool(end)) for name in ORDERS for end in ("", " reversed")}
"""The orders by the texts that are kept for the next session."""


class EipsPane(Pane):
    """Every live EIP, or those that match the filter."""

    view = View.EIPS
    written_as = EIPS
    orders = _SORTED

    def __init__(self, ask: Ask, *, glyphs: Glyphs, kept: Kept) -> None:
        super().__init__(ask, rule=glyphs.rule)
        self._table = EipTable(ask)
        self._marks_of_order = (glyphs.up, glyphs.down)
        self._kept = kept
        if columns := kept.texts("columns"):
            self._table.choose(columns)
        self.all_eips = 0
        self._turning = asyncio.Lock()

    @property
    def table(self) -> EipTable:
        return self._table

    @property
    def eip(self) -> Eip | None:
        row = self._table.row
        return None if row is None else row.eip

    @property
    def selection(self) -> Selection | None:
        eip = self.eip
        return None if eip is None else Selection(SelectionKind.ADDRESS, eip.address, eip=eip)

    async def load(self, snapshot: Snapshot) -> None:
        self.all_eips = snapshot.eips
        self._table.critical = snapshot.critical_subjects()
        self._table.empty = self._when_empty(snapshot)
        if self._table.now is None:
            sort, reverse = _KEPT[self._kept.text("sort", list(_KEPT)) or EipQuery().sort]
            query = EipQuery(sort=sort, reverse=reverse)
            await self._table.list(query, snapshot.read_at)
        else:
            await self._table.reload(snapshot.read_at)
        self.show_title()

    def _when_empty(self, snapshot: Snapshot) -> tuple[str, ...]:
        if snapshot.is_empty:
            return _first_run()
        if snapshot.eips:
            return ("", f"    No EIP matches: {count_of(snapshot.eips, 'EIP')} hidden by the filter.")
        return "", f"    No EIP is allocated.  {key_of('allocate')} allocates one; {key_of('cidrs')} shows the CIDRs."

    async def narrow(self, text: str) -> None:
        await self._narrow(text, self.order)

    async def _narrow(self, text: str, order: Order) -> None:
        """List the EIPs that match."""
        now = self._table.now
        if now is None:
            return
        if self.all_eips:
            self._table.empty = ("", f"    No EIP matches: {self.all_eips:,} hidden by the filter.")
        await self._table.list(EipQuery(text, *order), now)
        self.filter = text
        self.show_title()

    async def show_saved(self, view: SavedView) -> None:
        """List with the filter, the order and the columns of a saved view."""
        if view.columns:
            self._table.choose(view.columns)
        await self._narrow(view.filter, Order(view.sort) if view.sort else self.order)

    async def select(self, key: str) -> bool:
        return await self._table.go_to(key)

    @property
    def order(self) -> Order:
        query = self._table.window.query
        return Order(query.sort, query.reverse)

    async def sort_by(self, order: Order) -> None:
        async with self._turning:
            now, eip = self._table.now, self.eip
            if now is None:
                return
            await self._table.list(EipQuery(self._table.window.query.filter, *order), now)
            if eip is not None:
                await self._table.go_to(eip.address)
            self.show_title()
            await asyncio.to_thread(self._kept.keep, "sort", next(text for text in _KEPT if _KEPT[text] == order))

    def count_ages(self, now: datetime) -> None:
        self._table.count_ages(now)

    def exported(self) -> Callable[[Inventory], Iterable[Eip]]:
        text = self.filter
        return lambda inventory: inventory.eips(text)

    def marks(self, *, idle: bool) -> Marks:
        """Return the marks as change keys see them; `idle`: they act on the selection instead."""
        listed, total = self._table.marks.listed, len(self._table.marks)
        if idle:
            return Marks(hidden=total - len(listed), idle=len(listed))
        return Marks(listed, hidden=total - len(listed))

    def turn_mark(self) -> None:
        """Mark the row under the cursor, or remove its mark."""
        self._table.turn_mark()
        self.post_message(self.StatusMessage(""))

    def turn_marks(self) -> None:
        """Clear the marks, or bring back the cleared ones."""
        said = self._table.marks.turn()
        self._table.repaint()
        self.post_message(self.StatusMessage(said))

    def remove_marks(self, eips: Iterable[Eip]) -> None:
        """Remove the marks of these EIPs."""
        self._table.marks.remove(eips)
        self._table.repaint()

    def mark_only(self, eips: Iterable[Eip]) -> None:
        """Mark these EIPs and no others."""
        self._table.marks.replace(eips)
        self._table.repaint()

    async def mark_all(self) -> None:
        """Mark every EIP of the list, however far down, and say how many, or why not."""
        self.post_message(self.StatusMessage(await self._mark_all()))

    async def _mark_all(self) -> str:
        table = self._table
        await table.count()
        if table.total > MOST_MARKS:
            return f"{table.total:,} are too many to mark, {MOST_MARKS:,} is the most: narrow the filter first"
        text = self.filter
        table.marks.add(await self.ask(lambda inventory: list(inventory.eips(text))))
        table.repaint()
        return f"{len(table.marks):,} marked, {key_of('unmark')} clears"

    def summary(self) -> str:
        table = self._table
        if not table.size.height:
            return count_of(self.all_eips, "EIP")
        if not table.total:
            return f"0 EIPs; {self.all_eips:,} hidden by the filter" if self.filter else "0 EIPs"
        last = min(table.top + table.height_in_rows, table.total)
        total = count_of(table.total, "EIP") if table.counted else "counting"
        shown = f"{total}, rows {table.top + 1:,}-{last:,}"
        hidden = len(table.marks) - len(table.marks.listed)
        marked = f"; {len(table.marks):,} marked" if table.marks else ""
        marked += f", {hidden:,} of them hidden" if hidden else ""
        if self.filter and table.counted:
            return f"{shown}; {max(self.all_eips - table.total, 0):,} hidden by the filter{marked}"
        if marked:
            return f"{shown}{marked}, {key_of('unmark')} clears"
        order = "" if self.title_line.display else f", sorted: {self.order_words}"
        summary = f"{shown}{order}."
        return _fitting(
            summary, f"  {key_of('next_problem')} next problem, {key_of('previous_problem')} back", self.app.size.width
        )

    def title(self) -> str:
        total = f"{self._table.total:,}" if self._table.counted else "counting"
        return f"{key_of('eips')} EIPs {total}"

    def show_title(self) -> None:
        self._table.sorted_by = _SORTED_BY.get(self.order.name, "")
        self._table.sort_mark = self._marks_of_order[self.order.reverse]
        super().show_title()

    def title_note(self) -> str:
        return f"{self.order_words}, filter: {self.filter}" if self.filter else self.order_words

    def go_to(self) -> None:
        """Go to the EIPs of the bound service; from an unbound EIP to its pool."""
        eip = self.eip
        if eip is None:
            return
        if eip.bindings:
            service = eip.bindings[0].service_id
            self.post_message(Navigate(View.EIPS, filter_=filter_term("service", service), select=eip.address))
        else:
            self.post_message(Navigate(View.POOLS, select=eip.pool_id))

    def on_eip_table_counted(self) -> None:
        self.show_title()

    def on_eip_table_failed(self, event: EipTable.Failed) -> None:
        event.stop()
        self.post_message(self.StatusMessage(_sentence(event.refusal)))


def _fitting(summary: str, hint: str, width: int) -> str:
    """Return the summary with the hint when both fit."""
    return summary + hint if len(summary + hint) <= width else summary


def _sentence(refusal: EipdeckError) -> str:
    return f"not read: {refusal.message}"


def _first_run() -> tuple[str, ...]:
    return (
        "",
        "    Nothing is here yet: no EIP and no customer CIDR.  Three ways to begin:",
        "",
        f"    {key_of('cidr_add'):<22} add your first customer CIDR, here and now",
        "    eipdeck import FILE    load API responses or an export",
        "    eipdeck demo           look around in a made-up inventory",
        "",
        "    {0} {0} leaves to the shell.".format(key_of("quit")),
    )
