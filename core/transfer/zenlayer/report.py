"""What an import has done so far: which objects it made, changed or found alike, and the events of that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import groupby

from core.domain.results import Imported
from core.storage.history import EventData, record_all
from core.storage.transaction import Transaction
from core.transfer.documents import Position

__all__ = ["Ledger", "Outcome"]


class Outcome(IntEnum):
    """What became of an object; of several steps the highest counts."""

    UNCHANGED = 0
    CHANGED = 1
    CREATED = 2


@dataclass(slots=True)
class Ledger:
    """One import in its one transaction."""

    transaction: Transaction
    _outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    _facts: list[tuple[str, str, EventData]] = field(default_factory=list)

    def count(self, what: str, key: str, outcome: Outcome) -> None:
        """Note what became of an object; however often it is met, it counts once."""
        before = self._outcomes.get((what, key), Outcome.UNCHANGED)
        self._outcomes[what, key] = max(before, outcome)

    def note(self, place: Position, fact: EventData) -> None:
        """Note an event; its reason is the operator's, else the name of the file."""
        self._facts.append((fact.pool_id or "", self.reason(place), fact))

    def reason(self, place: Position) -> str:
        return self.transaction.reason or place.file_name

    def because(self, place: Position) -> Transaction:
        """The change, for a verb that records its own events."""
        return replace(self.transaction, reason=self.reason(place))

    def flush(self) -> None:
        """Write the events, each into its pool's chain."""
        facts = sorted(self._facts, key=lambda noted: noted[0])
        for (pool_id, reason), noted in groupby(facts, key=lambda noted: noted[:2]):
            record_all(replace(self.transaction, reason=reason), pool_id or None, [fact for _, _, fact in noted])
        self._facts.clear()

    def imported(self) -> Imported:
        counts = Counter(self._outcomes.values())
        return Imported(
            created=counts[Outcome.CREATED], changed=counts[Outcome.CHANGED], unchanged=counts[Outcome.UNCHANGED]
        )
