"""The receipt of a change: its request id, and the events that it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

__all__ = ["CarriedOut", "EventHead", "Receipt"]

Answer_co = TypeVar("Answer_co", covariant=True)


@dataclass(frozen=True, slots=True)
class EventHead:
    """The last event that a change wrote in one chain, and the chain at that moment."""

    id: str
    """`ev-N`."""
    chain: str
    """The pool of the chain; empty for events of no pool."""
    length: int
    """The number of events of the chain, this one included."""
    hash: str
    """SHA-256 of this event and all before it, in hexadecimal digits."""


class Receipt(NamedTuple):
    """The proof of a change, to settle and to verify it later."""

    request_id: str | None
    """None only of a dry run."""
    events: tuple[EventHead, ...]
    """One of each chain, in the order in which they were written; none when nothing changed."""

    def event_of(self, chain: str | None) -> EventHead | None:
        """Return the event of a chain, or the last one when the change wrote nothing there."""
        last = self.events[-1] if self.events else None
        return next((event for event in self.events if event.chain == chain), last)


class CarriedOut(NamedTuple, Generic[Answer_co]):
    """The answer to a request with its receipt."""

    answer: Answer_co
    receipt: Receipt
