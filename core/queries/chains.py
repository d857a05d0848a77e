"""The chains of the history, link by link, and their head, which a client keeps to compare it later."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.progress import counted
from core.domain.receipt import ChainEnd, Head, KeptHead
from core.domain.results import KEPT, Violation
from core.domain.values import from_micros, iso
from core.queries.replay import Replay
from core.storage.connection import Connection
from core.storage.history import EVENT_COLUMNS, EventRow, link_hash
from core.storage.rows import reads

__all__ = ["Chains", "stored_head"]


@reads("chain")
class _EndRow(NamedTuple):
    pool_id: str
    length: int
    hash: bytes


_EVENTS: Final = f"SELECT {EVENT_COLUMNS} FROM event ORDER BY seq"
_ENDS: Final = "SELECT pool_id, length, hash FROM chain"
_CHAINED: Final = "the history is as it was written"
_FORWARD: Final = "the times of the history do not go back"


def stored_head(connection: Connection) -> Head:
    """Return the head that the chains tell, without a proof."""
    return _head({row.pool_id: (row.length, row.hash) for row in connection.rows(_EndRow, _ENDS)})


def _head(ends: Mapping[str, tuple[int, bytes]]) -> Head:
    import hashlib  # noqa: PLC0415  # a reading session starts without it

    told = [(chain, length, link.hex()) for chain, (length, link) in sorted(ends.items())]
    whole = hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()
    return Head(sum(length for _, length, _ in told), whole, tuple(ChainEnd(*each) for each in told))


class Chains:
    """The chains, one a pool, computed from their events."""

    def __init__(self, kept: Sequence[KeptHead]) -> None:
        self.events = 0
        self.ends: dict[str, tuple[int, bytes]] = {}
        self._said: set[str] = set()
        self._kept = tuple(kept)
        self._at: dict[tuple[str | None, int], list[str]] = defaultdict(list)
        """The hashes that are expected, by chain and length; those of None are of the whole history."""
        for head in kept:
            self._at[head.chain, head.length].append(head.hash)
        self._whole = frozenset(head.length for head in kept if head.chain is None)
        self._other: set[KeptHead] = set()
        """The kept heads whose hash is another one now."""

    def head(self) -> Head:
        return _head(self.ends)

    def read(self, connection: Connection, replay: Replay) -> Iterator[Violation]:
        """Yield the first broken link of each chain, steps back in time, other ends, and kept heads that are gone.

        Each event is replayed, too.
        """
        stored = {row.pool_id: (row.length, row.hash) for row in connection.rows(_EndRow, _ENDS)}
        total, before = sum(length for length, _ in stored.values()), 0
        for row in counted(connection.stream(EventRow, _EVENTS), lambda: total, "events"):
            yield from self._link(row)
            replay.tell(row)
            if row.at < before and row.action != "accept_clock":
                yield Violation(_FORWARD, f"ev-{row.seq}", f"ev-{row.seq}: it does not hold that {_FORWARD}.")
            before = row.at
        for chain in sorted(stored.keys() | self.ends.keys()):
            found, kept = self.ends.get(chain, (0, b"")), stored.get(chain, (0, b""))
            if found != kept and chain not in self._said:
                yield _broken(chain, f"has {found[0]} events, {kept[0]} were written")
        yield from self._promised()

    def _link(self, event: EventRow) -> Iterator[Violation]:
        chain = event.pool_id or ""
        length, link = self.ends.get(chain, (0, b""))
        self.events += 1
        self.ends[chain] = (length + 1, event.hash)
        if link_hash(link, event[1:12], event.claimed) != event.hash and chain not in self._said:
            self._said.add(chain)
            subject = format_address(event.address) if event.address is not None else event.cidr or "-"
            when = iso(from_micros(event.at))
            yield _broken(chain, f"breaks at ev-{event.seq} ({event.action} of {subject}, {when})")
        if self._at:
            self._compare(chain, length + 1, event.hash.hex())
            if self.events in self._whole:
                self._compare(None, self.events, self.head().hash)

    def _compare(self, chain: str | None, length: int, found: str) -> None:
        self._other |= {KeptHead(chain, length, kept) for kept in self._at.get((chain, length), ()) if kept != found}

    def _promised(self) -> Iterator[Violation]:
        """Yield each kept head that the history no longer has."""
        for head in self._kept:
            there = self.events if head.chain is None else self.ends.get(head.chain, (0, b""))[0]
            whose = "of all pools" if head.chain is None else _name(head.chain)
            subject = "-" if not head.chain else head.chain
            if there < head.length:
                end = "it was taken out" if there == 0 else "its end was cut off"
                said = f"The history {whose} has {there} events, the head that was kept has {head.length}: {end}."
                yield Violation(KEPT, subject, said)
            elif head in self._other:
                said = f"The first {head.length} events {whose} are others than at the head: they were rewritten."
                yield Violation(KEPT, subject, said)


def _name(chain: str) -> str:
    return f"of pool {chain}" if chain else "of no pool"


def _broken(chain: str, how: str) -> Violation:
    said = f"The history {_name(chain)} {how}: what follows cannot be trusted."
    return Violation(_CHAINED, chain or "-", said)
