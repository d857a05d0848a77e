"""The findings: what needs attention, worst first, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from core import Finding, Severity, filter_term
from tui.commands import View, key_of
from tui.hand import Hand, HandKind, is_address
from tui.live import Inventory
from tui.panes.pane import Drill, ListPane
from tui.tables import FINDINGS
from tui.text import visible
from tui.widgets.columns import Column
from tui.widgets.rows import ListTable
from tui.words import age, count_of, finding_words

__all__ = ["FindingsPane"]


class FindingsPane(ListPane[Finding]):
    """Open findings."""

    view = View.FINDINGS
    written_as = FINDINGS
    _now: datetime | None = None
    _pools: frozenset[str] = frozenset()

    def make_table(self) -> ListTable[Finding]:
        self._full: tuple[Column[Finding], ...] = (
            Column("SEVERITY", 8, lambda finding: finding.severity.value),
            Column("CODE", 22, lambda finding: finding.code, drop=2),
            Column("SUBJECT", 15, lambda finding: finding.subject),
            Column("SINCE", 5, self._since, right=True, drop=1),
            Column("WHAT AND REMEDY", 20, finding_words, stretch=True, drop=3),
        )
        return ListTable(
            self._full,
            key=lambda finding: finding.id,
            problem=lambda finding: finding.severity is not Severity.INFO,
            critical=lambda finding: finding.severity is Severity.CRITICAL,
        )

    def be_compact(self, *, compact: bool) -> None:
        table = self._table
        narrow = [column for column in self._full if column.title in ("SEVERITY", "SUBJECT", "SINCE")]
        table.columns = tuple(narrow) if compact else self._full
        table.under = self._under if compact else None
        table.under_lines = 1

    @property
    def hand(self) -> Hand | None:
        finding = self._table.row
        if finding is None:
            return None
        return Hand(self._kind(finding.subject), finding.subject, finding=finding)

    def _kind(self, subject: str) -> HandKind:
        if is_address(subject):
            return HandKind.ADDRESS
        if "/" in subject:
            return HandKind.CIDR
        return HandKind.POOL if subject in self._pools else HandKind.SERVICE

    async def load(self, inventory: Inventory) -> None:
        self._now = inventory.read_at
        self._pools = frozenset(pool.id for pool in inventory.pools)
        self.show_rows(inventory.findings)

    def keys(self) -> Mapping[str, Callable[[Finding], str]]:
        return {"severity": lambda finding: finding.severity.value, "code": lambda finding: finding.code}

    def words(self, row: Finding) -> str:
        return f"{row.severity.value} {row.code} {row.subject} {row.message}"

    def summary(self) -> str:
        rows = self._table.rows
        parts = [
            f"{number} {severity.value}"
            for severity in Severity
            if (number := sum(finding.severity is severity for finding in rows))
        ]
        if not rows:
            return f"no findings{self.hidden()}"
        return f"{count_of(len(rows), 'finding')}: {', '.join(parts)}; worst first{self.hidden()}"

    def title(self) -> str:
        critical = sum(finding.severity is Severity.CRITICAL for finding in self._all)
        return f"{key_of('findings')} Findings {len(self._all)}" + (f" ({critical} critical)" if critical else "")

    def go_to(self) -> None:
        hand = self.hand
        if hand is None:
            return
        match hand.kind:
            case HandKind.ADDRESS:
                self.post_message(Drill(View.EIPS, select=hand.id))
            case HandKind.CIDR:
                self.post_message(Drill(View.CIDRS, select=hand.id))
            case HandKind.POOL:
                self.post_message(Drill(View.POOLS, select=hand.id))
            case HandKind.SERVICE:
                self.post_message(Drill(View.EIPS, filter_=filter_term("service", hand.id)))

    def open(self) -> None:
        hand = self.hand
        if hand is not None and hand.kind is not HandKind.ADDRESS:
            self.go_to()
        else:
            super().open()

    def _since(self, finding: Finding) -> str:
        return "" if self._now is None else age(finding.since, self._now)

    def _under(self, finding: Finding, width: int) -> list[str]:
        return [f"             {visible(finding_words(finding), max(width - 13, 0))}"]
