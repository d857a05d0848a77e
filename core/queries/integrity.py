"""The proof of a whole database: the invariants of its rows, and the chains of its history, link by link.

The database refuses a write that breaks an invariant. `prove` checks the stored rows again: a disk,
a backup or the owner of the database may have changed them. It reads every row, in flat memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.progress import counted
from core.domain.results import Proof, Violation
from core.domain.values import from_micros, iso
from core.storage.connection import Connection
from core.storage.history import EVENT_COLUMNS, EventRow, event_hash
from core.storage.rows import reads

__all__ = ["prove"]


def prove(connection: Connection) -> Proof:
    """Check every invariant and the history, in one read transaction."""
    history = _History()
    broken = [*_violations(connection), *history.read(connection)]
    eips = connection.value(int, "SELECT count(*) FROM eip") or 0
    return Proof(not broken, eips, history.events, len(history.ends), tuple(broken))


@dataclass(frozen=True, slots=True)
class Invariant:
    """A condition that must hold, and the statement that finds the subjects that break it."""

    says: str
    subjects: str


_NAMED: Final = 20
"""The number of subjects of a broken invariant that are named."""

_INVARIANTS: Final = (
    Invariant(
        "an address has one live EIP",
        "SELECT min(id) FROM eip WHERE released_at IS NULL GROUP BY address HAVING count(*) > 1",
    ),
    Invariant(
        "an address has one tenancy at a time",
        "SELECT id FROM (SELECT id, allocated_at, lag(coalesce(released_at, 9000000000000000000))"
        " OVER (PARTITION BY address ORDER BY allocated_at, seq) AS ended FROM eip) AS t WHERE ended > allocated_at",
    ),
    Invariant(
        "an EIP lies in its CIDR, its CIDR in its pool, and its flag follows the pool",
        "SELECT e.id FROM eip e LEFT JOIN cidr c ON c.id = e.cidr_id LEFT JOIN pool p ON p.id = e.pool_id"
        " WHERE c.id IS NULL OR p.id IS NULL OR c.pool_id <> e.pool_id OR e.customer_owned <> p.customer_owned"
        " OR e.address < c.first OR e.address > c.last OR e.cidr_first <> c.first OR e.cidr_last <> c.last",
    ),
    Invariant(
        "an EIP is bound when it has a live binding, and only then",
        "SELECT e.id FROM eip e WHERE (e.status = 'bound') <> EXISTS"
        " (SELECT 1 FROM binding b WHERE b.eip_id = e.id AND b.unbound_at IS NULL)",
    ),
    Invariant(
        "a binding is of an EIP and a service that are there",
        "SELECT b.id FROM binding b LEFT JOIN eip e ON e.id = b.eip_id LEFT JOIN service s ON s.id = b.service_id"
        " WHERE e.id IS NULL OR s.id IS NULL",
    ),
    Invariant(
        "an EIP has one holder",
        "SELECT eip_id FROM binding WHERE unbound_at IS NULL GROUP BY eip_id HAVING count(DISTINCT service_id) > 1"
        " OR (count(*) > 1 AND sum(CASE WHEN kind IN ('nic', 'load_balancer') THEN 1 ELSE 0 END) > 0)",
    ),
    Invariant(
        "CIDRs do not overlap unless retired",
        "SELECT cidr FROM (SELECT cidr, first, lag(last) OVER (ORDER BY first, last) AS before FROM cidr"
        " WHERE state <> 'retired') AS t WHERE before >= first",
    ),
    Invariant(
        "a retired CIDR has no live EIP",
        "SELECT c.cidr FROM cidr c WHERE c.state = 'retired' AND EXISTS"
        " (SELECT 1 FROM eip e WHERE e.cidr_id = c.id AND e.released_at IS NULL)",
    ),
    Invariant(
        "a CIDR counts its live EIPs",
        "SELECT c.cidr FROM cidr c LEFT JOIN (SELECT cidr_id, count(*) AS live FROM eip WHERE released_at IS NULL"
        " GROUP BY cidr_id) AS t ON t.cidr_id = c.id WHERE c.allocated <> coalesce(t.live, 0)",
    ),
    Invariant(
        "a CIDR counts its withheld addresses without an EIP",
        "SELECT c.cidr FROM cidr c WHERE c.state <> 'retired' AND c.reserved <> coalesce((SELECT"
        " sum(r.last - r.first + 1 - (SELECT count(*) FROM eip e WHERE e.released_at IS NULL"
        " AND e.address BETWEEN r.first AND r.last AND e.cidr_id = c.id)) FROM reservation r"
        " WHERE r.cidr_id = c.id), 0)",
    ),
    Invariant(
        "the free and cooling addresses of an active CIDR are those without an EIP or a reservation",
        "SELECT c.cidr FROM cidr c WHERE c.state = 'active' AND c.last - c.first + 1 <> c.allocated + c.reserved"
        " + coalesce((SELECT sum(f.hi - f.lo + 1) FROM free_range f WHERE f.cidr_id = c.id), 0)"
        " + (SELECT count(*) FROM cooling k WHERE k.pool_id = c.pool_id AND k.address BETWEEN c.first AND c.last)",
    ),
    Invariant(
        "only an active CIDR gives out addresses, its own and in its pool",
        "SELECT c.cidr FROM free_range f JOIN cidr c ON c.id = f.cidr_id WHERE c.state <> 'active'"
        " OR f.lo < c.first OR f.hi > c.last OR f.pool_id <> c.pool_id"
        " UNION SELECT c.cidr FROM cooling k JOIN cidr c ON c.id = k.cidr_id WHERE c.state <> 'active'"
        " OR k.address < c.first OR k.address > c.last OR k.pool_id <> c.pool_id",
    ),
    Invariant(
        "the minutes of a CIDR count the addresses that come free in them",
        "SELECT c.cidr FROM (SELECT cidr_id, minute, sum(n) AS more FROM"
        " (SELECT cidr_id, minute, count AS n FROM cooling_minute"
        " UNION ALL SELECT cidr_id, ready_at / 60000000, -1 FROM cooling) AS t GROUP BY cidr_id, minute) AS m"
        " JOIN cidr c ON c.id = m.cidr_id WHERE m.more <> 0"
        " AND m.minute > (SELECT at FROM event ORDER BY seq DESC LIMIT 1) / 60000000",
    ),
    Invariant(
        "a free address is free once",
        "SELECT pool_id FROM (SELECT pool_id, lo, lag(hi) OVER (PARTITION BY pool_id ORDER BY hi) AS before"
        " FROM free_range) AS t WHERE before >= lo",
    ),
    Invariant(
        "nobody holds an address that is free or cooling",
        "SELECT e.id FROM free_range f JOIN eip e ON e.released_at IS NULL AND e.address BETWEEN f.lo AND f.hi"
        " UNION SELECT e.id FROM cooling k JOIN eip e ON e.released_at IS NULL AND e.address = k.address",
    ),
    Invariant(
        "every EIP is in the history",
        "SELECT e.id FROM eip e WHERE NOT EXISTS"
        " (SELECT 1 FROM event v WHERE v.address = e.address AND v.eip_id = e.id)",
    ),
    Invariant(
        "every release is in the history",
        "SELECT e.id FROM eip e WHERE e.released_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM event v"
        " WHERE v.address = e.address AND v.eip_id = e.id AND v.at >= e.released_at)",
    ),
)


def _violations(connection: Connection) -> Iterator[Violation]:
    for invariant in _INVARIANTS:
        for subject in connection.column(str, f"{invariant.subjects} LIMIT {_NAMED}"):
            yield Violation(invariant.says, subject, f"{subject}: it does not hold that {invariant.says}.")


@reads("chain")
class _EndRow(NamedTuple):
    pool_id: str
    length: int
    hash: bytes


class _History:
    """The chains, one a pool, computed from their events."""

    def __init__(self) -> None:
        self.events = 0
        self.ends: dict[str, tuple[int, bytes]] = {}
        self._said: set[str] = set()

    def read(self, connection: Connection) -> Iterator[Violation]:
        """Yield the first broken link of each chain, and each end that differs from the stored one."""
        for row in counted(connection.stream(EventRow, _EVENTS), lambda: connection.value(int, _COUNT) or 0, "events"):
            yield from self._link(row)
        stored = {row.pool_id: (row.length, row.hash) for row in connection.rows(_EndRow, _ENDS)}
        for chain in sorted(stored.keys() | self.ends.keys()):
            found, kept = self.ends.get(chain, (0, b"")), stored.get(chain, (0, b""))
            if found != kept and chain not in self._said:
                yield _broken(chain, f"has {found[0]} events, {kept[0]} were written")

    def _link(self, event: EventRow) -> Iterator[Violation]:
        chain = event.pool_id or ""
        length, link = self.ends.get(chain, (0, b""))
        self.events += 1
        self.ends[chain] = (length + 1, event.hash)
        if event_hash(link, event._asdict()) != event.hash and chain not in self._said:
            self._said.add(chain)
            subject = format_address(event.address) if event.address is not None else event.cidr or "-"
            when = iso(from_micros(event.at))
            yield _broken(chain, f"breaks at ev-{event.seq} ({event.action} of {subject}, {when})")


_COUNT: Final = "SELECT count(*) FROM event"
_EVENTS: Final = f"SELECT {EVENT_COLUMNS} FROM event ORDER BY seq"
_ENDS: Final = "SELECT pool_id, length, hash FROM chain"
_CHAINED: Final = "the history is as it was written"


def _broken(chain: str, how: str) -> Violation:
    name = f"of pool {chain}" if chain else "of no pool"
    return Violation(_CHAINED, chain or "-", f"The history {name} {how}: what follows cannot be trusted.")
