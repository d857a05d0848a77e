"""The services: interfaces, gateways and balancers, paged from the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from core import Inventory, Service, ServiceQuery, filter_term
from tui.commands.registry import View, key_of
from tui.panes.pane import Navigate, Pane
from tui.state.order import Order
from tui.state.selection import Selection, SelectionKind
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask
from tui.widgets.service_table import ServiceTable
from tui.wording.phrases import count_of
from tui.wording.tables import SERVICE_ROWS

__all__ = ["ServicesPane"]

_ORDERS: Final = {
    "problems": "problems first",
    "id": "by id",
    "name": "by name",
    "kind": "by kind",
    "region": "by region",
}
_EXPORTED: Final = 500
"""Rows that an export reads at once."""


class ServicesPane(Pane):
    """Every service, or those that match the filter."""

    view = View.SERVICES
    written_as = SERVICE_ROWS
    orders = _ORDERS

    def __init__(self, ask: Ask, *, rule: str) -> None:
        super().__init__(ask, rule=rule)
        self._table = ServiceTable(ask)
        self._known = 0
        self._turning = asyncio.Lock()

    @property
    def table(self) -> ServiceTable:
        return self._table

    @property
    def selection(self) -> Selection | None:
        row = self._table.row
        return None if row is None else Selection(SelectionKind.SERVICE, row.service.id)

    async def load(self, snapshot: Snapshot) -> None:
        self._known = snapshot.services
        self._table.empty = (
            "",
            f"     No service matches: {count_of(self._known, 'service')} hidden by the filter."
            if self._known
            else f"     No service is registered.  {key_of('service_add')} adds an interface, gateway or balancer.",
        )
        await self._table.reload()
        self.show_title()

    async def narrow(self, text: str) -> None:
        await self._list(ServiceQuery(text, *self.order))
        self.filter = text
        self.show_title()

    @property
    def order(self) -> Order:
        return Order(self.query_asked.sort, self.query_asked.reverse)

    async def sort_by(self, order: Order) -> None:
        async with self._turning:
            await self._list(ServiceQuery(self.query_asked.filter, *order))
            self.show_title()

    async def _list(self, query: ServiceQuery) -> None:
        row = self._table.row
        await self._table.list(query, keep=None if row is None else row.service.id)

    @property
    def query_asked(self) -> ServiceQuery:
        """The filter and the order of the list."""
        return self._table.query_asked

    async def select(self, key: str) -> bool:
        return await self._table.go_to(key)

    def count_ages(self, now: datetime) -> None:
        """Do nothing: no column shows an age."""

    def exported(self) -> Callable[[Inventory], Iterable[Service]]:
        query = self.query_asked

        def read(inventory: Inventory) -> Iterable[Service]:
            offset = 0
            while rows := inventory.service_page(query, offset=offset, limit=_EXPORTED).rows:
                yield from (row.service for row in rows)
                offset += len(rows)

        return read

    def summary(self) -> str:
        total = self._table.total
        hidden = self._known - total
        shown = count_of(total, "service")
        if self.filter and hidden > 0:
            return f"{shown}; {hidden:,} hidden by the filter"
        return f"{shown}, sorted: {self.order_words}.  / kind:gateway  / is:idle  / is:missing"

    def title(self) -> str:
        filtered = f"  filter: {self.filter}" if self.filter else ""
        return f"{key_of('services')} Services {self._table.total:,}  sorted: {self.order_words}{filtered}"

    def go_to(self) -> None:
        """Go to the EIPs that serve the service."""
        row = self._table.row
        if row is not None:
            self.post_message(Navigate(View.EIPS, filter_=filter_term("service", row.service.id)))

    def on_service_table_failed(self, event: ServiceTable.Failed) -> None:
        event.stop()
        self.post_message(self.StatusMessage(f"not read: {event.refusal.message}"))
