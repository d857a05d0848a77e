"""The receipt of a change: its request id, and the events that it wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from core.domain.errors import Code, error

__all__ = ["CarriedOut", "ChainEnd", "EventHead", "Head", "KeptHead", "Receipt", "parse_head"]

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


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The end of one chain of the history."""

    chain: str
    length: int
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the whole history: kept elsewhere, it tells later whether that history still stands."""

    events: int
    hash: str
    """SHA-256 over the ends of all chains, in hexadecimal digits."""
    chains: tuple[ChainEnd, ...]

    def __str__(self) -> str:
        return f"{self.events}:{self.hash}"


class KeptHead(NamedTuple):
    """A head that was kept: of one chain, or of the whole history (None)."""

    chain: str | None
    length: int
    hash: str


_HEAD: Final = re.compile(r"(?:(.*):)?([0-9]{1,18}):([0-9a-f]{64})", re.DOTALL)


def parse_head(words: str) -> KeptHead:
    """Return the head that `COUNT:HASH` or `CHAIN:LENGTH:HASH` tells.

    Raises:
        EipdeckError: `usage`.

    """
    found = _HEAD.fullmatch(words.strip())
    if found is None:
        raise error(
            Code.USAGE,
            "A head is COUNT:HASH, as `eipdeck head` prints it, or CHAIN:LENGTH:HASH of a change.",
            hint="The hash has 64 hexadecimal digits.",
        )
    return KeptHead(found[1], int(found[2]), found[3])


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
