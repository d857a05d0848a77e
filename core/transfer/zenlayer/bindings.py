"""The bindings of one EIP, compared with what they are to be: ended, begun or left as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from core.domain.addresses import prefix_of_range
from core.domain.json_types import to_json
from core.domain.values import BindingKind
from core.queries.eips import read_binding
from core.storage.history import EventData
from core.storage.transaction import Transaction
from core.transfer.bulk import chunks, found_among, insert
from core.transfer.documents import Position
from core.transfer.zenlayer.report import Ledger, Outcome
from core.transfer.zenlayer.responses import Dnat

__all__ = ["Held", "Wanted", "bring_up_to_date", "held_by", "held_eips"]


class Wanted(NamedTuple):
    """What a binding is, by the columns of its row."""

    kind: str
    service_id: str
    private_ip: int | None = None
    sources: str = "[]"
    all_eips: bool = False
    protocol: str | None = None
    port: int | None = None
    port_end: int | None = None
    to_port: int | None = None
    to_port_end: int | None = None

    @classmethod
    def nic(cls, service_id: str, private_ip: int | None, known: Iterable[Known]) -> Wanted:
        """On an interface; when no private address is told, on the one that is known."""
        here = [
            each.wanted.private_ip
            for each in known
            if each.wanted.kind == BindingKind.NIC and each.wanted.service_id == service_id
        ]
        return cls(BindingKind.NIC.value, service_id, private_ip or next(iter(here), None))

    @classmethod
    def load_balancer(cls, service_id: str) -> Wanted:
        return cls(BindingKind.LOAD_BALANCER.value, service_id)

    @classmethod
    def snat(cls, service_id: str, sources: Sequence[str], *, all_eips: bool) -> Wanted:
        return cls(BindingKind.SNAT.value, service_id, sources=json.dumps(sources), all_eips=all_eips)

    @classmethod
    def dnat(cls, service_id: str, entry: Dnat) -> Wanted:
        port, port_end = entry.port or (None, None)
        to_port, to_port_end = entry.to_port or (None, None)
        return cls(
            BindingKind.DNAT.value,
            service_id,
            entry.private_ip,
            protocol=entry.protocol,
            port=port,
            port_end=port_end,
            to_port=to_port,
            to_port_end=to_port_end,
        )


@dataclass(frozen=True, slots=True)
class Known:
    """A live binding of the database."""

    id: str
    bound_at: int
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Held:
    """A live EIP with its live bindings."""

    id: str
    address: int
    pool_id: str
    region: str
    cidr: str
    bindings: tuple[Known, ...] = ()

    @property
    def service_id(self) -> str | None:
        """What holds it."""
        return self.bindings[0].wanted.service_id if self.bindings else None


_COLUMNS: Final = (
    "kind, service_id, private_ip, sources, all_eips, protocol, port, port_end, to_port, to_port_end, bound_at"
)
_EIPS: Final = (
    "SELECT e.id, e.address, e.pool_id, p.region, e.cidr_first, e.cidr_last FROM eip e JOIN pool p ON p.id = e.pool_id"
    " WHERE e.released_at IS NULL AND"
)
_BY_ID: Final = f"{_EIPS} e.id IN :keys"
_BY_ADDRESS: Final = f"{_EIPS} e.address IN :keys"
_BINDINGS: Final = (
    f"SELECT id, eip_id, {_COLUMNS} FROM binding WHERE unbound_at IS NULL AND eip_id IN :keys ORDER BY seq"
)
_HELD_BY: Final = "SELECT DISTINCT eip_id FROM binding WHERE unbound_at IS NULL AND service_id IN :keys"


def held_by(transaction: Transaction, service_ids: Sequence[str]) -> list[str]:
    """The EIPs that serve these services."""
    return [row.eip_id for row in found_among(transaction, _HELD_BY, service_ids)]


def held_eips(transaction: Transaction, ids: Sequence[str], addresses: Sequence[int]) -> dict[str, Held]:
    """The live EIPs with these ids or addresses, by id; the others are unknown here."""
    found: dict[str, Any] = {}
    for statement, keys in ((_BY_ID, ids), (_BY_ADDRESS, addresses)):
        found.update((row.id, row) for row in found_among(transaction, statement, list(dict.fromkeys(keys))))
    bindings: dict[str, list[Known]] = {}
    for row in found_among(transaction, _BINDINGS, list(found)):
        wanted = Wanted(*(getattr(row, name) for name in Wanted._fields))._replace(all_eips=bool(row.all_eips))
        bindings.setdefault(row.eip_id, []).append(Known(row.id, row.bound_at, wanted))
    return {
        row.id: Held(
            id=row.id,
            address=row.address,
            pool_id=row.pool_id,
            region=row.region,
            cidr=_prefix(row.cidr_first, row.cidr_last),
            bindings=tuple(bindings.get(row.id, ())),
        )
        for row in found.values()
    }


@lru_cache(maxsize=64)
def _prefix(first: int, last: int) -> str:
    return str(prefix_of_range(first, last))


_NEXT: Final = "SELECT coalesce(max(seq), 0) + 1 FROM binding"
_INSERT: Final = (
    f"INSERT INTO binding (seq, id, eip_id, {_COLUMNS}) VALUES (:seq, :id, :eip_id, :kind, :service_id,"
    " :private_ip, :sources, :all_eips, :protocol, :port, :port_end, :to_port, :to_port_end, :now)"
)
_END: Final = "UPDATE binding SET unbound_at = :now WHERE id IN :keys"
_BOUND: Final = "UPDATE eip SET status = 'bound', unbound_since = NULL WHERE id IN :keys"
_UNBOUND: Final = "UPDATE eip SET status = 'unbound', unbound_since = :now WHERE id IN :keys"

Claim = tuple[Position, Held, Sequence[Wanted]]
"""Where it was read what an EIP is to serve, and that."""


def bring_up_to_date(ledger: Ledger, claims: Iterable[Claim]) -> None:
    """End the bindings of the EIPs that are no more, begin the new ones, leave the rest."""
    transaction = ledger.transaction
    ended: list[str] = []
    begun: list[tuple[Position, dict[str, Any]]] = []
    bound: list[str] = []
    unbound: list[str] = []
    seq = int(transaction.run(_NEXT).scalar())
    for place, eip, wanted in claims:
        stays, there = frozenset(wanted), {known.wanted for known in eip.bindings}
        ended += [_ended(ledger, place, eip, known) for known in eip.bindings if known.wanted not in stays]
        for known in eip.bindings:
            ledger.count("binding", known.id, Outcome.UNCHANGED)
        fresh = [each for each in wanted if each not in there]
        begun += [(place, _begun(ledger, place, eip, each, number)) for number, each in enumerate(fresh, seq)]
        seq += len(fresh)
        if bool(wanted) != bool(eip.bindings):
            (bound if wanted else unbound).append(eip.id)
    for chunk in chunks(ended):
        transaction.run(_END, keys=chunk, now=transaction.now)
    insert(transaction, _INSERT, [row for _, row in begun], {"now": transaction.now}, lambda nth: begun[nth][0])
    for chunk in chunks(bound):
        transaction.run(_BOUND, keys=chunk)
    for chunk in chunks(unbound):
        transaction.run(_UNBOUND, keys=chunk, now=transaction.now)


def _ended(ledger: Ledger, place: Position, eip: Held, known: Known) -> str:
    ledger.count("binding", known.id, Outcome.CHANGED)
    ledger.note(place, _fact(eip, before=_shown(known)))
    return known.id


def _begun(ledger: Ledger, place: Position, eip: Held, wanted: Wanted, seq: int) -> dict[str, Any]:
    """The row of a new binding."""
    known = Known(f"b-{seq}", ledger.transaction.now, wanted)
    ledger.count("binding", known.id, Outcome.CREATED)
    ledger.note(place, _fact(eip, after=_shown(known)))
    return {"seq": seq, "id": known.id, "eip_id": eip.id, **wanted._asdict()}


class _Row(NamedTuple):
    """A binding's row, as `read_binding` takes it."""

    kind: str
    service_id: str
    private_ip: int | None
    sources: str
    all_eips: bool
    protocol: str | None
    port: int | None
    port_end: int | None
    to_port: int | None
    to_port_end: int | None
    id: str
    bound_at: int
    unbound_at: int | None = None


def _shown(known: Known) -> Any:
    return to_json(read_binding(_Row(*known.wanted, known.id, known.bound_at)))


def _fact(eip: Held, *, before: Any = None, after: Any = None) -> EventData:
    return EventData(
        "import",
        eip_id=eip.id,
        address=eip.address,
        pool_id=eip.pool_id,
        cidr=eip.cidr,
        before=before,
        after=after,
    )
