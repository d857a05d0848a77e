"""Compares the bindings of EIPs with the imported ones, and ends, begins or keeps each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from core.domain.addresses import prefix_of_range
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject
from core.domain.values import BindingKind
from core.queries.eips import BindingRow, read_binding
from core.storage.connection import Flag, Values
from core.storage.history import EventData
from core.storage.rows import reads
from core.storage.transaction import Transaction
from core.transfer.bulk import chunks, found_among, insert
from core.transfer.documents import Position
from core.transfer.zenlayer.given import Dnat
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["BindingValues", "LiveEip", "bring_up_to_date", "ids_serving", "live_eips"]


class BindingValues(NamedTuple):
    """A binding by the columns of its row, without its id and its time."""

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
    def nic(cls, service_id: str, private_ip: int | None, known: Iterable[Known]) -> BindingValues:
        """Return the binding of an interface; without a private address, of the one that is known."""
        here = [
            each.values.private_ip
            for each in known
            if each.values.kind == BindingKind.NIC and each.values.service_id == service_id
        ]
        return cls(BindingKind.NIC.value, service_id, private_ip or next(iter(here), None))

    @classmethod
    def load_balancer(cls, service_id: str) -> BindingValues:
        return cls(BindingKind.LOAD_BALANCER.value, service_id)

    @classmethod
    def snat(cls, service_id: str, sources: Sequence[str], *, all_eips: bool) -> BindingValues:
        return cls(BindingKind.SNAT.value, service_id, sources=json.dumps(sources), all_eips=all_eips)

    @classmethod
    def dnat(cls, service_id: str, entry: Dnat) -> BindingValues:
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
    values: BindingValues


@dataclass(frozen=True, slots=True)
class LiveEip:
    """A live EIP with its live bindings."""

    id: str
    address: int
    pool_id: str
    region: str
    cidr: str
    bindings: tuple[Known, ...] = ()

    @property
    def service_id(self) -> str | None:
        """Return the service that holds it."""
        return self.bindings[0].values.service_id if self.bindings else None


@reads("eip", "pool")
class _EipRow(NamedTuple):
    id: str
    address: int
    pool_id: str
    region: str
    cidr_first: int
    cidr_last: int


@reads("binding")
class _BindingRow(NamedTuple):
    id: str
    eip_id: str
    kind: str
    service_id: str
    private_ip: int | None
    sources: str
    all_eips: Flag
    protocol: str | None
    port: int | None
    port_end: int | None
    to_port: int | None
    to_port_end: int | None
    bound_at: int


@reads("binding")
class _ServingRow(NamedTuple):
    eip_id: str


_COLUMNS: Final = (
    "kind, service_id, private_ip, sources, all_eips, protocol, port, port_end, to_port, to_port_end, bound_at"
)
_EIPS: Final = (
    "e.id, e.address, e.pool_id, p.region, e.cidr_first, e.cidr_last FROM eip e JOIN pool p ON p.id = e.pool_id"
    " WHERE e.released_at IS NULL AND"
)
_BY_ID: Final = f"SELECT {_EIPS} e.id IN :keys"
_BY_ADDRESS: Final = f"SELECT {_EIPS} e.address IN :keys"
_BINDINGS: Final = (
    f"SELECT id, eip_id, {_COLUMNS} FROM binding WHERE unbound_at IS NULL AND eip_id IN :keys ORDER BY seq"
)
_SERVING: Final = "SELECT DISTINCT eip_id FROM binding WHERE unbound_at IS NULL AND service_id IN :keys"


def ids_serving(transaction: Transaction, service_ids: Sequence[str]) -> list[str]:
    """Return the ids of the EIPs that serve these services."""
    return [row.eip_id for row in found_among(transaction, _ServingRow, _SERVING, service_ids)]


def live_eips(transaction: Transaction, ids: Sequence[str], addresses: Sequence[int]) -> dict[str, LiveEip]:
    """Return the live EIPs with these ids or addresses, by id; unknown ones are left out."""
    by_id = found_among(transaction, _EipRow, _BY_ID, list(dict.fromkeys(ids)))
    by_address = found_among(transaction, _EipRow, _BY_ADDRESS, list(dict.fromkeys(addresses)))
    found = {row.id: row for row in (*by_id, *by_address)}
    bindings: dict[str, list[Known]] = {}
    for binding in found_among(transaction, _BindingRow, _BINDINGS, list(found)):
        bindings.setdefault(binding.eip_id, []).append(Known(binding.id, binding.bound_at, _values_of(binding)))
    return {
        row.id: LiveEip(
            id=row.id,
            address=row.address,
            pool_id=row.pool_id,
            region=row.region,
            cidr=_prefix(row.cidr_first, row.cidr_last),
            bindings=tuple(bindings.get(row.id, ())),
        )
        for row in found.values()
    }


def _values_of(row: _BindingRow) -> BindingValues:
    return BindingValues(
        row.kind,
        row.service_id,
        row.private_ip,
        row.sources,
        bool(row.all_eips),
        row.protocol,
        row.port,
        row.port_end,
        row.to_port,
        row.to_port_end,
    )


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

Claim = tuple[Position, LiveEip, Sequence[BindingValues]]
"""The bindings that an EIP should have, and the place that says so."""


def bring_up_to_date(report: ImportReport, claims: Iterable[Claim]) -> None:
    """End the bindings that the EIPs no longer have, begin the new ones, keep the rest."""
    transaction = report.transaction
    ended: list[str] = []
    begun: list[tuple[Position, Values]] = []
    bound: list[str] = []
    unbound: list[str] = []
    seq = transaction.value(int, _NEXT) or 1
    for place, eip, wanted in claims:
        stays, there = frozenset(wanted), {known.values for known in eip.bindings}
        ended += [_ended(report, place, eip, known) for known in eip.bindings if known.values not in stays]
        for known in eip.bindings:
            report.count("binding", known.id, RowOutcome.UNCHANGED)
        fresh = [each for each in wanted if each not in there]
        begun += [(place, _begun(report, place, eip, each, number)) for number, each in enumerate(fresh, seq)]
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


def _ended(report: ImportReport, place: Position, eip: LiveEip, known: Known) -> str:
    report.count("binding", known.id, RowOutcome.CHANGED)
    report.note(place, _fact(eip, before=_shown(eip, known)))
    return known.id


def _begun(report: ImportReport, place: Position, eip: LiveEip, wanted: BindingValues, seq: int) -> Values:
    """Return the values of a new binding."""
    known = Known(f"b-{seq}", report.transaction.now, wanted)
    report.count("binding", known.id, RowOutcome.CREATED)
    report.note(place, _fact(eip, after=_shown(eip, known)))
    return {"seq": seq, "id": known.id, "eip_id": eip.id, **wanted._asdict()}


def _shown(eip: LiveEip, known: Known) -> JsonObject:
    values = known.values
    row = BindingRow(
        id=known.id,
        eip_id=eip.id,
        kind=values.kind,
        service_id=values.service_id,
        private_ip=values.private_ip,
        sources=values.sources,
        protocol=values.protocol,
        port=values.port,
        port_end=values.port_end,
        to_port=values.to_port,
        to_port_end=values.to_port_end,
        bound_at=known.bound_at,
        unbound_at=None,
    )
    return to_json(read_binding(row))


def _fact(eip: LiveEip, *, before: JsonObject | None = None, after: JsonObject | None = None) -> EventData:
    return EventData(
        "import",
        eip_id=eip.id,
        address=eip.address,
        pool_id=eip.pool_id,
        cidr=eip.cidr,
        before=before,
        after=after,
    )
