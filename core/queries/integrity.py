"""The proof of a whole database: the invariants of its rows, and the chains of its history, link by link.

The database refuses a write that breaks an invariant. `prove` checks the stored rows again: a disk,
a backup or the owner of the database may have changed them. It reads every row, in flat memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.domain.kinds import IMPORTED, OBSERVED
from core.domain.receipt import Head, KeptHead, parse_head
from core.domain.results import Proof, Violation
from core.queries.chains import Chains, stored_head
from core.queries.replay import Replay
from core.storage.connection import Connection
from core.storage.store import Store

__all__ = ["head_of", "proof_of", "prove"]


def prove(connection: Connection, kept: Sequence[KeptHead] = ()) -> Proof:
    """Check every invariant and the history, in one read transaction.

    Args:
        connection: in a read transaction.
        kept: heads of earlier moments, which must still be part of the history.

    """
    chains, replay = Chains(kept), Replay(connection)
    broken = [*_violations(connection), *chains.read(connection, replay), *replay.violations()]
    eips = connection.value(int, "SELECT count(*) FROM eip") or 0
    return Proof(not broken, eips, chains.events, len(chains.ends), tuple(broken), chains.head())


_RULES: Final = "the rules of the schema stand"


def proof_of(store: Store, since: Sequence[str]) -> Proof:
    """Check a whole database as `prove` does, and that it has every rule of its schema.

    Raises:
        EipdeckError: `usage` for a head that is none.

    """
    kept = [parse_head(words) for words in since]
    with store.read() as connection:
        proof = prove(connection, kept)
        weak = tuple(Violation(_RULES, name, f"{name} {how}.") for name, how in store.weak_rules(connection))
    return replace(proof, ok=proof.ok and not weak, broken=(*proof.broken, *weak))


def head_of(store: Store) -> Head:
    """Return the head of the history as its chains tell it."""
    with store.read() as connection:
        return stored_head(connection)


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
        "an EIP that serves nothing is idle since it began, or since its last binding ended",
        "SELECT e.id FROM eip e WHERE (e.status = 'unbound') <> (e.unbound_since IS NOT NULL) OR e.unbound_since <>"
        " coalesce((SELECT max(b.unbound_at) FROM binding b WHERE b.eip_id = e.id),"
        f" CASE WHEN e.allocated_by IN ('{IMPORTED}', '{OBSERVED}') THEN e.unbound_since ELSE e.allocated_at END)",
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
        "a cooling address comes free when its release says",
        "SELECT c.cidr FROM cooling k JOIN cidr c ON c.id = k.cidr_id WHERE NOT EXISTS"
        " (SELECT 1 FROM eip e WHERE e.address = k.address AND e.ready_at = k.ready_at)",
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
)


def _violations(connection: Connection) -> Iterator[Violation]:
    for invariant in _INVARIANTS:
        for subject in connection.column(str, f"{invariant.subjects} LIMIT {_NAMED}"):
            yield Violation(invariant.says, subject, f"{subject}: it does not hold that {invariant.says}.")
