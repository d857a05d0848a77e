"""Counts the objects that an import creates, changes or finds unchanged, and collects its events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import groupby

from core.domain.results import Imported
from core.storage.history import EventData, record_all
from core.storage.transaction import Transaction
from core.transfer.documents import Position

__all__ = ["ImportReport", "RowOutcome"]


class RowOutcome(IntEnum):
    """The result for an object; of several steps the highest counts."""

    UNCHANGED = 0
    CHANGED = 1
    CREATED = 2


@dataclass(slots=True)
class ImportReport:
    """One import in one transaction."""

    transaction: Transaction
    _outcomes: dict[tuple[str, str], RowOutcome] = field(default_factory=dict)
    _facts: list[tuple[str, str, EventData]] = field(default_factory=list)

    def count(self, what: str, key: str, outcome: RowOutcome) -> None:
        """Count an object with its result, once however often it is met."""
        before = self._outcomes.get((what, key), RowOutcome.UNCHANGED)
        self._outcomes[what, key] = max(before, outcome)

    def note(self, place: Position, fact: EventData) -> None:
        """Keep an event for `flush`; its reason is the operator's, else the name of the file."""
        self._facts.append((fact.pool_id or "", self.reason(place), fact))

    def reason(self, place: Position) -> str:
        return self.transaction.reason or place.file_name

    def because(self, place: Position) -> Transaction:
        """Return the transaction with the reason of this place, for an operation that records its own events."""
        return replace(self.transaction, reason=self.reason(place))

    def flush(self) -> None:
        """Write the events, each into the chain of its pool."""
        facts = sorted(self._facts, key=lambda noted: noted[0])
        for (pool_id, reason), noted in groupby(facts, key=lambda noted: noted[:2]):
            record_all(replace(self.transaction, reason=reason), pool_id or None, [fact for _, _, fact in noted])
        self._facts.clear()

    def imported(self) -> Imported:
        counts = Counter(self._outcomes.values())
        return Imported(
            created=counts[RowOutcome.CREATED],
            changed=counts[RowOutcome.CHANGED],
            unchanged=counts[RowOutcome.UNCHANGED],
        )
