"""The list of pools, each with a gauge of its use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core import Pool, PoolKind, Severity
from tui.commands.registry import View, key_of
from tui.panes.pane import ListPane, Navigate
from tui.state.selection import Selection, SelectionKind
from tui.state.snapshot import Snapshot, troubled_pools
from tui.state.workers import Ask
from tui.terminal.roles import Role
from tui.terminal.theme import ASCII, Glyphs
from tui.widgets.gauge import Levels, Use, gauge_row
from tui.widgets.lines import Line, Part, line_of
from tui.widgets.list_table import ListTable
from tui.wording.phrases import count_of
from tui.wording.tables import POOLS

__all__ = ["PoolsPane"]

_SIDE_GAUGE = 11
"""Cells of a gauge in the side column."""


class PoolsPane(ListPane[Pool]):
    """Customer pools, the fullest first; default pools last."""

    view = View.POOLS
    written_as = POOLS

    def __init__(self, ask: Ask, *, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._troubled: frozenset[str] = frozenset()
        self._levels: Mapping[str, tuple[float, float]] = {}
        self._short: Mapping[str, Severity] = {}
        """The severity of the finding about the room of a pool."""
        self._critical: frozenset[str] = frozenset()
        super().__init__(ask, rule=glyphs.rule)
        self._around.gauge = self._gauge

    def make_table(self) -> ListTable[Pool]:
        return ListTable(
            POOLS.pane(self._around),
            key=lambda pool: pool.id,
            problem=lambda pool: pool.id in self._troubled,
            critical=lambda pool: pool.id in self._critical,
        )

    def be_beside(self) -> None:
        super().be_beside()
        self._table.under = self._under
        self._table.under_lines = 1

    @property
    def selection(self) -> Selection | None:
        pool = self._table.row
        return None if pool is None else Selection(SelectionKind.POOL, pool.id)

    async def load(self, snapshot: Snapshot) -> None:
        self._around.default_pools = sum(pool.kind is PoolKind.DEFAULT for pool in snapshot.pools)
        troubled = troubled_pools(snapshot.findings, snapshot.cidrs)
        self._troubled = troubled & {pool.id for pool in snapshot.pools}
        self._critical = snapshot.critical_subjects()
        self._levels = snapshot.levels
        short = [finding for finding in snapshot.findings if finding.code.startswith("pool_")]
        self._short = {finding.subject: finding.severity for finding in short}
        self.show_rows(snapshot.pools)

    def keys(self) -> Mapping[str, Callable[[Pool], str]]:
        return {"kind": lambda pool: pool.kind.value, "region": lambda pool: pool.region}

    def words(self, row: Pool) -> str:
        return f"{row.id} {row.name} {row.kind.value} {row.region} {' '.join(row.cidrs)}"

    def summary(self) -> str:
        free = sum(pool.available for pool in self._table.rows if pool.kind is PoolKind.CUSTOMER)
        count = count_of(len(self._table.rows), "pool")
        return f"{count}; {free:,} customer addresses free{self.hidden()}"

    def title(self) -> str:
        return f"{key_of('pools')} Pools {len(self._table.rows)}"

    def go_to(self) -> None:
        pool = self._table.row
        if pool is not None and pool.cidrs:
            self.post_message(Navigate(View.CIDRS, select=pool.cidrs[0]))

    def _gauge(self, pool: Pool, width: int) -> Sequence[Part]:
        use = Use(pool.allocated, pool.cooling + pool.reserved, pool.total)
        levels = Levels(*self._levels.get(pool.id, ()))
        ascii_only = self._glyphs is ASCII
        return gauge_row(use, width, levels, ascii_only=ascii_only, role=self._gauge_role(pool)).parts

    def _gauge_role(self, pool: Pool) -> Role:
        """Return the role of the used part: as bad as the finding about the room of the pool."""
        if pool.kind is not PoolKind.CUSTOMER:
            return Role.ZENLAYER
        severity = self._short.get(pool.id)
        return Role.BOUND if severity is None else Role.CRITICAL if severity is Severity.CRITICAL else Role.WARNING

    def _under(self, pool: Pool, width: int) -> list[Line]:
        free = f"{pool.available:,} free" if pool.kind is PoolKind.CUSTOMER else "not yours"
        gap = " " * max(width - 4 - _SIDE_GAUGE - len(free) - 2, 2)
        return [line_of("    ", *self._gauge(pool, _SIDE_GAUGE), (f"{gap}{free}", Role.DIM))]
