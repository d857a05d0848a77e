"""The list of CIDRs: the customer's prefixes and Zenlayer's ranges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from core import Cidr, CidrState
from tui.commands.registry import View, key_of
from tui.panes.pane import ListPane, Navigate
from tui.state.selection import Selection, SelectionKind
from tui.state.snapshot import Snapshot
from tui.widgets.list_table import ListTable
from tui.wording.phrases import count_of
from tui.wording.tables import CIDRS

__all__ = ["CidrsPane"]

_TROUBLE = frozenset({CidrState.DRAINING, CidrState.FAILED, CidrState.VALIDATING})


class CidrsPane(ListPane[Cidr]):
    """Every CIDR, those that need work first."""

    view = View.CIDRS
    written_as = CIDRS
    _subjects: frozenset[str] = frozenset()
    _critical: frozenset[str] = frozenset()

    def make_table(self) -> ListTable[Cidr]:
        return ListTable(
            CIDRS.pane(self._around),
            key=lambda cidr: cidr.cidr,
            problem=self._has_problem,
            critical=self._is_critical,
        )

    def _has_problem(self, cidr: Cidr) -> bool:
        return cidr.state in _TROUBLE or _is_about(cidr, self._subjects)

    def _is_critical(self, cidr: Cidr) -> bool:
        return _is_about(cidr, self._critical)

    @property
    def selection(self) -> Selection | None:
        cidr = self._table.row
        return None if cidr is None else Selection(SelectionKind.CIDR, cidr.cidr)

    async def load(self, snapshot: Snapshot) -> None:
        self._subjects = snapshot.subjects()
        self._critical = snapshot.critical_subjects()
        self.show_rows(snapshot.cidrs)

    def keys(self) -> Mapping[str, Callable[[Cidr], str]]:
        return {
            "state": lambda cidr: cidr.state.value,
            "pool": lambda cidr: cidr.pool_id,
            "region": lambda cidr: cidr.region,
            "own": lambda cidr: "yes" if cidr.customer_owned else "no",
        }

    def words(self, row: Cidr) -> str:
        asn = "" if row.asn is None else str(row.asn)
        return f"{row.cidr} {row.pool_id} {row.state.value} {asn} {row.isp or ''} {row.region} {row.rpki}"

    def summary(self) -> str:
        customer = sum(cidr.customer_owned for cidr in self._table.rows)
        zenlayer = len(self._table.rows) - customer
        count = count_of(len(self._table.rows), "CIDR")
        return f"{count}: {customer} customer, {zenlayer} Zenlayer-assigned (read only here){self.hidden()}"

    def title(self) -> str:
        return f"{key_of('cidrs')} CIDRs {len(self._table.rows)}"

    def go_to(self) -> None:
        cidr = self._table.row
        if cidr is not None:
            self.post_message(Navigate(View.POOLS, select=cidr.pool_id))


def _is_about(cidr: Cidr, subjects: Collection[str]) -> bool:
    """Whether findings are about the CIDR, or about the pool that it gives addresses to."""
    gives = cidr.state is CidrState.ACTIVE and cidr.customer_owned
    return cidr.cidr in subjects or (gives and cidr.pool_id in subjects)
