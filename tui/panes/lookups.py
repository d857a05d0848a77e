"""Several addresses looked up at once: what each was then, and is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import Verdict
from tui.commands import View
from tui.hand import Hand, HandKind, is_problem
from tui.live import Inventory
from tui.panes.pane import ListPane
from tui.tables import VERDICTS
from tui.widgets.columns import Column
from tui.widgets.rows import ListTable
from tui.words import count_of, minute

__all__ = ["Looked", "LookupsPane", "is_past"]


def is_past(verdict: Verdict) -> bool:
    """Whether the verdict is about another moment than the data's."""
    return verdict.at < verdict.as_of


@dataclass(frozen=True, slots=True)
class Looked:
    """One address of a pasted text."""

    then: Verdict
    now: Verdict


class LookupsPane(ListPane[Looked]):
    """A list that lives until it is left."""

    view = View.LOOKUPS
    written_as = VERDICTS

    def make_table(self) -> ListTable[Looked]:
        return ListTable(
            [
                Column("ADDRESS", 15, lambda looked: looked.then.address),
                Column("SEEN AT (UTC)", 17, _seen, drop=1),
                Column("COUNT", 5, lambda looked: str(looked.then.count), right=True, drop=2),
                Column("VERDICT THEN", 20, lambda looked: looked.then.verdict.value),
                Column("VERDICT NOW", 14, lambda looked: looked.now.verdict.value, stretch=True, drop=3),
            ],
            key=lambda looked: f"{looked.then.address} {looked.then.at}",
            problem=lambda looked: is_problem(looked.then) or is_problem(looked.now),
        )

    @property
    def hand(self) -> Hand | None:
        looked = self._table.row
        if looked is None:
            return None
        at = looked.then.at if is_past(looked.then) else None
        return Hand(HandKind.ADDRESS, looked.then.address, eip=looked.then.eip, at=at)

    def look_at(self, looked: Sequence[Looked]) -> None:
        self.filter = ""
        self.show_rows(looked)
        self.table.place(0 if looked else None)

    async def load(self, inventory: Inventory) -> None:
        """The verdicts were asked for once; they stay as they were given."""

    def words(self, row: Looked) -> str:
        return f"{row.then.address} {row.then.verdict.value} {row.now.verdict.value}"

    def object(self, row: Looked) -> Verdict:
        return row.then

    def summary(self) -> str:
        return f"{count_of(len(self._table.rows), 'address', 'addresses')} looked up; esc leaves{self.hidden()}"

    def title(self) -> str:
        return f"{count_of(len(self._all), 'address', 'addresses')} looked up"


def _seen(looked: Looked) -> str:
    return minute(looked.then.at) if is_past(looked.then) else "now"
