"""The replay of the history: what its events say of each row, and what the rows say.

Every event and every row is a few facts. A fact that changes is taken back with its old value, so no state is kept. The
facts of both sides are added up in buckets, by their subject: a sound database takes flat memory, and a second pass
over the buckets that differ names the subjects.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from core.domain.kinds import IMPORTED, OBSERVED
from core.domain.results import Violation
from core.domain.values import to_micros
from core.queries.replay_rows import FOUNDED, facts_of_rows
from core.storage.connection import Connection
from core.storage.history import EVENT_COLUMNS, EventRow
from core.storage.rows import reads

__all__ = ["Replay"]

Fact = tuple[Any, ...]
"""Its kind, its subject, its values."""

_BUCKETS: Final = 4096
_MASK: Final = (1 << 64) - 1
_NAMED: Final = 20
"""The number of subjects that are named."""
_LAW: Final = {
    "began": "who holds an address, and since when, is as the history says",
    "ended": "who released an address, and when, is as the history says",
    "eip": "the settings of an EIP are as the history says",
    "bound": "what an EIP serves, and since when, is as the history says",
    "unbound": "the end of a binding is as the history says",
    "accepted": "who accepted a finding, when and why, is as the history says",
    "pool": "the settings of a pool are as the history says",
    "cidr": "the states of a CIDR, and its end, are as the history says",
    "service": "a service is as the history says",
}


@reads("event")
class _AcceptedRow(NamedTuple):
    seq: int
    at: int


_ACCEPTED: Final = (
    "SELECT seq, at FROM event WHERE address IS NULL AND cidr IS NULL AND action = 'accept_clock' ORDER BY seq DESC"
)
_UNTIL: Final = "SELECT until FROM acceptance WHERE finding_id = :finding"
_READABLE: Final = "an event says what changed"
_EVENTS: Final = f"SELECT {EVENT_COLUMNS} FROM event ORDER BY seq"
_ACCEPTANCES: Final = frozenset({"accept_finding", "withdraw_acceptance"})
_POOLS: Final = frozenset({"create_pool", "set_pool", "import", "observed"})
_SERVICES: Final = frozenset({"add_service", "import", "observed"})
_BETWEEN: Final = "between"
_WHO: Final = {"import": IMPORTED, "observed": OBSERVED}
"""The operator that a tenancy has which an import, or a sync with a live account, began."""
_MIRROR: Final = (
    (-1, ("cidr", *FOUNDED, "state", "active")),
    (1, ("cidr", *FOUNDED, "state", "retired")),
)
"""The founding of a mirror: the range of a new database is not the account's."""
_FOUNDED: Final[tuple[Fact, ...]] = (
    *(
        ("pool", "default-asia-east-1", key, value)
        for key, value in {
            "name": "default-asia-east-1",
            "kind": "default",
            "region": "asia-east-1",
            "order": "lru",
            "cooldown_seconds": 0,
            "warn_percent": 80,
            "critical_percent": 95,
        }.items()
    ),
    ("cidr", *FOUNDED, "state", "active"),
    ("cidr", *FOUNDED, "isp", "zenlayer"),
    ("cidr", *FOUNDED, "asn", 21859),
)
"""The facts that a new database has without an event."""


class Replay:
    """Adds up the facts of events; `violations` compares them with the rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._put_back = [(row.seq, row.at) for row in connection.rows(_AcceptedRow, _ACCEPTED)]
        """The moments to which times of earlier events were put back, the last one first."""
        self._sums = [0] * _BUCKETS
        self._acceptances: dict[str, Fact] = {}
        self._unreadable: set[int] = set()
        """The numbers of the events that say nothing that can be understood."""
        for fact in _FOUNDED:
            self._add(1, fact)

    def tell(self, event: EventRow) -> None:
        """Add the facts of an event; they come in their order."""
        total, subject = 0, None
        for sign, fact in self._told(event):  # of one subject
            total, subject = total + sign * hash(fact), fact[1]
        if subject is not None:
            self._sums[hash(subject) % _BUCKETS] += total

    def _told(self, event: EventRow) -> Iterable[tuple[int, Fact]]:
        """Return the facts of an event; one that cannot be read is named by `violations`."""
        try:
            return list(self._facts(event))
        except (KeyError, TypeError, ValueError, OverflowError):
            self._unreadable.add(event.seq)
            return ()

    def violations(self) -> Iterator[Violation]:
        """Compare with the rows. Yield each subject about which they differ, at most twenty of a law."""
        for seq in sorted(self._unreadable)[:_NAMED]:
            yield Violation(_READABLE, f"ev-{seq}", f"ev-{seq}: it does not hold that {_READABLE}.")
        for fact in self._acceptances.values():
            self._add(1, fact)
        for facts in facts_of_rows(self._connection):
            self._sums[hash(facts[0][1]) % _BUCKETS] -= sum(map(hash, facts))
        wrong = frozenset(place for place, total in enumerate(self._sums) if total & _MASK)
        if wrong:
            yield from self._named(wrong)

    def _add(self, sign: int, fact: Fact) -> None:
        self._sums[hash(fact[1]) % _BUCKETS] += sign * hash(fact)

    def _named(self, wrong: frozenset[int]) -> Iterator[Violation]:
        some = frozenset(sorted(wrong)[:_NAMED])
        left: Counter[Fact] = Counter()
        self._acceptances.clear()
        told = (pair for event in self._connection.stream(EventRow, _EVENTS) for pair in self._told(event))
        for sign, fact in told:
            if hash(fact[1]) % _BUCKETS in some:
                left[fact] += sign
        for fact in (*_FOUNDED, *self._acceptances.values()):
            if hash(fact[1]) % _BUCKETS in some:
                left[fact] += 1
        for facts in facts_of_rows(self._connection):
            if hash(facts[0][1]) % _BUCKETS in some:
                left.subtract(facts)
        yield from _sentences(fact for fact, count in left.items() for _ in range(abs(count)) if count)

    def _at(self, event: EventRow, at: int) -> int:
        for seq, accepted in self._put_back:
            if seq <= event.seq:
                break
            at = min(at, accepted)
        return at

    def _facts(self, event: EventRow) -> Iterable[tuple[int, Fact]]:
        before, after = _loaded(event.before), _loaded(event.after)
        if _BETWEEN in after:  # seen on a live account
            after = {key: value for key, value in after.items() if key != _BETWEEN}
        at = self._at(event, event.at) if self._put_back else event.at
        if event.action in _ACCEPTANCES:
            self._accept(event, after, at)
        elif event.eip_id is not None:
            return self._of_an_eip(event, event.eip_id, before, after, at)
        elif event.cidr is not None:
            return _of_a_cidr(event, before, after, at)
        elif event.pool_id is not None:
            if event.action in _POOLS:
                return _of_a_pool(event.pool_id, before, after)
        elif "id" in after and event.action in _SERVICES:
            return _of_a_service(str(after["id"]), before, after)
        elif event.action == "mirror_account":
            return _MIRROR
        return ()

    def _accept(self, event: EventRow, after: Mapping[str, Any], at: int) -> None:
        finding = str(after.get("finding"))
        if event.action == "accept_finding":
            ends = self._ends(finding, after.get("until"))
            self._acceptances[finding] = ("accepted", finding, event.operator, event.reason, at, ends)
        elif finding in self._acceptances:
            self._acceptances[finding] = (*self._acceptances[finding][:5], event.at)

    def _ends(self, finding: str, until: object) -> int | None:
        """Return the end of an acceptance. Versions before 0.3 wrote what was typed: the row alone tells it then."""
        if until is None:
            return None
        try:
            at = datetime.fromisoformat(str(until))
        except ValueError:
            at = None
        if at is not None and at.tzinfo is not None:
            return to_micros(at)
        return self._connection.value(int, _UNTIL, {"finding": finding})

    def _of_an_eip(
        self, event: EventRow, eip_id: str, before: Mapping[str, Any], after: Mapping[str, Any], at: int
    ) -> list[tuple[int, Fact]]:
        if not before and after.get("status") == "unbound":
            since, who = at, event.operator
            if event.action in _WHO:
                since, who = self._at(event, _micros(after["allocated_at"])), _WHO[event.action]
            return [
                (1, ("began", eip_id, event.address, since, who, after.get("previous_eip_id"))),
                (1, ("eip", eip_id, "name", after.get("name"))),
                (1, ("eip", eip_id, "bandwidth_mbps", after.get("bandwidth_mbps"))),
                (1, ("eip", eip_id, "pool_id", event.pool_id)),
            ]
        if event.action == "release":
            return [(1, ("ended", eip_id, at, event.operator))]
        if "service_id" in after:
            return [(1, ("bound", after["id"], eip_id, at, *_serves(after)))]
        if "service_id" in before:
            return [(1, ("unbound", before["id"], at))]
        changed = [key for key in ("name", "bandwidth_mbps", "pool_id") if key in before and key in after]
        return [
            (sign, ("eip", eip_id, key, values[key])) for key in changed for sign, values in ((-1, before), (1, after))
        ]


@lru_cache(maxsize=64)
def _loaded(text: str | None) -> Mapping[str, Any]:
    found = {} if text is None else json.loads(text)
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=64)
def _micros(words: str) -> int:
    return to_micros(datetime.fromisoformat(words))


def _serves(binding: Mapping[str, Any]) -> Fact:
    port, to_port = (None if binding.get(key) is None else str(binding[key]) for key in ("port", "to_port"))
    return (
        binding["kind"],
        binding["service_id"],
        binding.get("private_ip"),
        tuple(binding.get("sources") or ()),
        binding.get("protocol"),
        port,
        to_port,
    )


def _of_a_cidr(
    event: EventRow, before: Mapping[str, Any], after: Mapping[str, Any], at: int
) -> Iterator[tuple[int, Fact]]:
    if after.get("state") == "retired" and (event.cidr, event.pool_id) != FOUNDED:
        yield 1, ("cidr", event.cidr, event.pool_id, "retired_at", at)
    values = {key: after[key] for key in ("state", "isp", "asn") if key in after}
    if not before and "state" in after:
        values = {"asn": 21859, **values}  # the default ranges
    for key, value in values.items():
        if before:
            yield -1, ("cidr", event.cidr, event.pool_id, key, before.get(key))
        yield 1, ("cidr", event.cidr, event.pool_id, key, value)


_NEW_POOL: Final = {"order": "lru", "cooldown_seconds": 0, "warn_percent": 80, "critical_percent": 95}


def _of_a_pool(pool: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[int, Fact]]:
    values = after if before else {"name": pool, **_NEW_POOL, **after}
    for key, value in values.items():
        if before:
            yield -1, ("pool", pool, key, before.get(key))
        yield 1, ("pool", pool, key, value)


def _of_a_service(service: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[int, Fact]]:
    values = {key: value for key, value in after.items() if key != "id"}
    for key, value in (values if before else {"subnets": "[]", **values}).items():
        if before:
            yield -1, ("service", service, key, before.get(key))
        yield 1, ("service", service, key, value)


def _sentences(facts: Iterable[Fact]) -> Iterator[Violation]:
    """Yield a violation for each law and subject, the first twenty of each law."""
    named: dict[tuple[str, str], None] = {}
    for kind, subject, *_ in facts:
        named.setdefault((_LAW[kind], str(subject)))
    counts: Counter[str] = Counter()
    for law, subject in sorted(named):
        counts[law] += 1
        if counts[law] <= _NAMED:
            yield Violation(law, subject, f"{subject}: it does not hold that {law}.")
