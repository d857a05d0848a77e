"""The list of findings, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core import Finding, Severity
from tui.commands.registry import View, key_of
from tui.panes.pane import ListPane, Navigate
from tui.state.selection import Selection, SelectionKind, is_address
from tui.state.snapshot import Snapshot
from tui.widgets.list_table import ListTable
from tui.wording.findings import repair_key
from tui.wording.phrases import count_of
from tui.wording.reports import FINDINGS

__all__ = ["FindingsPane"]


class FindingsPane(ListPane[Finding]):
    """The open findings, worst first; the accepted ones below."""

    view = View.FINDINGS
    written_as = FINDINGS
    _pools: frozenset[str] = frozenset()

    def make_table(self) -> ListTable[Finding]:
        self._around.remedy = repair_key
        return ListTable(
            FINDINGS.pane(self._around),
            key=lambda finding: finding.id,
            problem=lambda finding: finding.severity is not Severity.INFO and not finding.accepted,
            critical=lambda finding: finding.severity is Severity.CRITICAL and not finding.accepted,
        )

    @property
    def selection(self) -> Selection | None:
        finding = self._table.row
        if finding is None:
            return None
        return Selection(self._kind(finding.subject), finding.subject, finding=finding)

    def _kind(self, subject: str) -> SelectionKind:
        if is_address(subject):
            return SelectionKind.ADDRESS
        if "/" in subject:
            return SelectionKind.CIDR
        return SelectionKind.POOL if subject in self._pools else SelectionKind.SERVICE

    async def load(self, snapshot: Snapshot) -> None:
        self._around.now = snapshot.read_at
        self._pools = frozenset(pool.id for pool in snapshot.pools)
        self.show_rows((*snapshot.findings, *snapshot.accepted))

    def keys(self) -> Mapping[str, Callable[[Finding], str]]:
        return {"severity": lambda finding: finding.severity.value, "code": lambda finding: finding.code}

    def words(self, row: Finding) -> str:
        accepted = "accepted " if row.accepted else ""
        return f"{accepted}{row.severity.value} {row.code} {row.subject} {row.message}"

    def summary(self) -> str:
        rows = [finding for finding in self._table.rows if not finding.accepted]
        accepted = len(self._table.rows) - len(rows)
        kept = f"; {accepted} accepted" if accepted else ""
        parts = [
            f"{number} {severity.value}"
            for severity in Severity
            if (number := sum(finding.severity is severity for finding in rows))
        ]
        if not rows:
            return f"no findings{kept}{self.hidden()}"
        return f"{count_of(len(rows), 'finding')}: {', '.join(parts)}; worst first{kept}{self.hidden()}"

    def title(self) -> str:
        return f"{key_of('findings')} Findings {sum(not finding.accepted for finding in self._all)}"

    def title_note(self) -> str:
        critical = sum(finding.severity is Severity.CRITICAL and not finding.accepted for finding in self._all)
        return super().title_note() or (f"{critical} critical" if critical else "")

    def go_to(self) -> None:
        selection = self.selection
        if selection is None:
            return
        match selection.kind:
            case SelectionKind.ADDRESS:
                self.post_message(Navigate(View.EIPS, select=selection.id))
            case SelectionKind.CIDR:
                self.post_message(Navigate(View.CIDRS, select=selection.id))
            case SelectionKind.POOL:
                self.post_message(Navigate(View.POOLS, select=selection.id))
            case SelectionKind.SERVICE:
                self.post_message(Navigate(View.SERVICES, select=selection.id))

    def open(self) -> None:
        selection = self.selection
        if selection is not None and selection.kind is not SelectionKind.ADDRESS:
            self.go_to()
        else:
            super().open()
