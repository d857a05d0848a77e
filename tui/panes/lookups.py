"""The list of several looked-up addresses, each with its verdict at its time and now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final

from core import Verdict, VerdictWord, Word
from tui.commands.registry import View
from tui.panes.pane import ListPane
from tui.state.lookup import selection_of
from tui.state.order import Order
from tui.state.screen_state import ListState
from tui.state.selection import Selection, is_problem
from tui.state.snapshot import Snapshot
from tui.state.workers import run_in_thread
from tui.widgets.list_table import ListTable
from tui.wording.log_summary import grouped
from tui.wording.phrases import count_of, whose
from tui.wording.reports import SEEN, Looked
from tui.wording.serving import services_served

__all__ = ["LookupsPane"]


class LookupsPane(ListPane[Looked]):
    """The verdicts of the last long lookup."""

    view = View.LOOKUPS
    written_as = SEEN
    orders: ClassVar[Mapping[str, str]] = {
        "text": "as in the text",
        "verdict": "by verdict, worst first",
        "address": "by address",
        "time": "by time",
    }
    _order = Order("text")
    _found: tuple[Looked, ...] = ()
    _about = ""
    _critical: frozenset[str] = frozenset()
    """What critical findings are about now."""
    _grouped: tuple[tuple[Looked, ...], str] = ((), "")
    """The rows of the table and their sum in words, which takes long for many rows."""
    _prepared = _grouped
    """The same for rows that were filtered in a thread and are not shown yet."""

    def make_table(self) -> ListTable[Looked]:
        return ListTable(
            SEEN.pane(self._around),
            key=lambda looked: (looked.then.address, looked.then.at),
            problem=lambda looked: is_problem(looked.then) or is_problem(looked.now),
            critical=lambda looked: looked.then.address in self._critical,
        )

    @property
    def selection(self) -> Selection | None:
        looked = self._table.row
        if looked is None:
            return None
        return replace(selection_of(looked), eip=looked.then.eip)

    async def look_at(self, looked: Sequence[Looked]) -> None:
        self._order = Order("text")
        self._found = self._all = tuple(looked)
        read_with = f"  {looked[0].read_with}" if looked and looked[0].read_with else ""
        mentions = count_of(sum(row.then.count for row in looked), "address", "addresses")
        self._about = f"{mentions}, {len(looked):,} distinct{read_with}"
        await self.narrow("")
        self.table.place(0 if looked else None)

    @property
    def order(self) -> Order:
        return self._order

    async def sort_by(self, order: Order) -> None:
        self._order = order
        self._all = await run_in_thread(partial(_in_order, self._found, order))
        await self.narrow(self.filter)

    def chosen(self, rows: tuple[Looked, ...], wanted: Sequence[Word]) -> tuple[Looked, ...]:
        chosen = super().chosen(rows, wanted)
        self._prepared = (chosen, _summed(chosen))
        return chosen

    def _show(self, chosen: tuple[Looked, ...]) -> None:
        self._grouped = self._prepared
        super()._show(chosen)

    async def load(self, snapshot: Snapshot) -> None:
        """Keep the verdicts: they were asked for once."""
        self._critical = snapshot.critical_subjects()

    def keys(self) -> Mapping[str, Callable[[Looked], str]]:
        return {"then": lambda looked: looked.then.verdict.value, "now": lambda looked: looked.now.verdict.value}

    def words(self, row: Looked) -> str:
        then, now = row.then.verdict, row.now.verdict
        words = (then.value, whose(then), services_served(row.then), now.value, whose(now))
        return f"{row.then.address} {' '.join(words)}"

    def object(self, row: Looked) -> Verdict:
        return row.then

    def summary(self) -> str:
        rows = self._table.rows
        if not rows:
            return f"nothing was looked up{self.hidden()}"
        if self._grouped[0] is not rows:
            self._grouped = (rows, _summed(rows))
        return f"{self._grouped[1]}{self.hidden()}"

    @property
    def listed(self) -> ListState:
        return replace(super().listed, about=self._about)

    def title(self) -> str:
        return f"{count_of(len(self._all), 'address', 'addresses')} looked up"


def _summed(rows: Sequence[Looked]) -> str:
    """Return the number of mentions, that of the rows when it differs, and the mentions of each verdict."""
    mentions = sum(row.then.count for row in rows)
    what = count_of(mentions, "address", "addresses")
    where = "" if mentions == len(rows) else f" in {count_of(len(rows), 'row')}"
    return f"{what}{where}: {'; '.join(grouped(row.then for row in rows))}"


_WORST_FIRST = list(VerdictWord)


def _in_order(found: Sequence[Looked], order: Order) -> tuple[Looked, ...]:
    key = _KEYS.get(order.name)
    rows = found if key is None else sorted(found, key=key)
    return tuple(rows[::-1] if order.reverse else rows)


def _group(looked: Looked) -> tuple[bool, int, str, int]:
    then = looked.then
    return not is_problem(then), _WORST_FIRST.index(then.verdict), services_served(then), -then.count


_KEYS: Final[Mapping[str, Callable[[Looked], Any]]] = {
    "verdict": _group,
    "address": lambda looked: [part.zfill(3) for part in looked.then.address.split(".")],
    "time": lambda looked: looked.then.at or looked.then.as_of,
}
