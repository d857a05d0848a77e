"""Imports services, and the bindings between them and EIPs.

An EIP's own row decides which service holds it. Without that row, a gateway's list of EIPs and entries or a load
balancer's list of addresses decides. A binding that no row mentions stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.values import ServiceKind
from core.storage.connection import Value, Values
from core.storage.history import EventData
from core.storage.rows import reads
from core.storage.transaction import Transaction
from core.transfer.documents import Position
from core.transfer.zenlayer.bindings import BindingValues, LiveEip, bring_up_to_date, ids_serving, live_eips
from core.transfer.zenlayer.given import Dnat, Given, GivenService, Holder, Snat
from core.transfer.zenlayer.pools_cidrs import region_pool
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["import_services"]


@dataclass(slots=True)
class _Target:
    """A service, merged from every row that mentions it."""

    place: Position
    id: str
    kind: ServiceKind
    name: str | None = None
    region: str | None = None
    likely_region: str | None = None
    """The region of one of its EIPs, used when no row names the region."""
    private_ips: tuple[str, ...] | None = None
    """All of them, when a row lists them."""
    seen_ips: dict[str, None] = field(default_factory=dict)
    """Private addresses that EIPs are bound to."""
    eip_ids: tuple[str, ...] | None = None
    addresses: tuple[int, ...] | None = None
    snats: tuple[Snat, ...] = ()
    dnats: tuple[Dnat, ...] = ()
    detailed: bool = False
    """Whether the entries are complete."""

    def tell(self, given: GivenService) -> None:
        """Merge a row."""
        self.name = given.name or self.name
        self.region = given.region or self.region
        self.private_ips = given.private_ips if self.private_ips is None else self.private_ips
        self.eip_ids = given.eip_ids if self.eip_ids is None else self.eip_ids
        self.addresses = given.addresses if self.addresses is None else self.addresses
        if given.snats is not None and given.dnats is not None:
            self.snats, self.dnats, self.detailed = given.snats, given.dnats, True


def import_services(
    report: ImportReport, given: Given, *, speaks_for: Callable[[str], bool] = lambda _eip_id: True
) -> None:
    """Register the services that are given or referred to, and bring the bindings of the EIPs up to date.

    EIPs for which the rows do not speak keep their bindings.

    Raises:
        EipdeckError: `invalid_import` for an id of two kinds, an EIP that two services claim, or entries that
            exclude each other.

    """
    targets = _targets(given)
    found = _live_eips(report.transaction, given, targets)
    live = {eip_id: eip for eip_id, eip in found.items() if speaks_for(eip_id)}
    holders = _holders(given, targets, live)
    for eip_id, (place, holder) in holders.items():
        if holder is not None:
            _refer(targets, place, holder, live[eip_id].region)
    for target in targets.values():
        with target.place.checking():
            _import_target(report, target)
    bring_up_to_date(
        report,
        (
            (place, live[eip_id], _wanted(eip_id, holder, targets, live[eip_id]))
            for eip_id, (place, holder) in holders.items()
        ),
    )


def _targets(given: Given) -> dict[str, _Target]:
    targets: dict[str, _Target] = {}
    for service in given.services:
        _target(targets, service.place, service.id, service.kind).tell(service)
    return targets


def _target(targets: dict[str, _Target], place: Position, service_id: str, kind: ServiceKind) -> _Target:
    target = targets.setdefault(service_id, _Target(place, service_id, kind))
    if target.kind is not kind:
        place.refuse(f"{service_id} is a {kind.value} here, and a {target.kind.value} in {target.place.file}")
    return target


def _refer(targets: dict[str, _Target], place: Position, holder: Holder, region: str) -> None:
    """Add the service that an EIP refers to, by its id."""
    target = _target(targets, place, holder.id, holder.kind)
    target.name = target.name or holder.name
    target.likely_region = target.likely_region or region
    if holder.private_ip is not None:
        target.seen_ips[format_address(holder.private_ip)] = None


def _live_eips(transaction: Transaction, given: Given, targets: Mapping[str, _Target]) -> dict[str, LiveEip]:
    """Return every live EIP that the rows mention, and those that the database has on the imported services."""
    ids = [eip.id for eip in given.eips.values()]
    addresses: list[int] = []
    for target in targets.values():
        ids.extend(target.eip_ids or ())
        ids.extend(eip_id for snat in target.snats for eip_id in snat.eip_ids)
        ids.extend(dnat.eip_id for dnat in target.dnats)
        addresses.extend(target.addresses or ())
    ids.extend(ids_serving(transaction, list(targets)))
    return live_eips(transaction, ids, addresses)


_Claim = tuple[Position, Holder | None]


def _holders(given: Given, targets: Mapping[str, _Target], live: Mapping[str, LiveEip]) -> dict[str, _Claim]:
    """Return by EIP: the service that holds it now, as far as the rows say, and the row that says so."""
    stated: dict[str, _Claim] = {
        eip.id: (eip.place, eip.holder) for eip in given.eips.values() if eip.holder_known and eip.id in live
    }
    claims: dict[str, _Claim] = {}
    for target in targets.values():
        for eip_id in _claimed(target, live):
            if eip_id in stated or eip_id not in live:
                continue
            place, other = claims.setdefault(eip_id, (target.place, Holder(target.kind, target.id)))
            if other is not None and other.id != target.id:
                target.place.refuse(f"{target.id} claims EIP {eip_id}, and so does {other.id} in {place.file}")
    left = {eip_id: claim for eip_id, eip in live.items() if (claim := _still(eip, targets)) is not None}
    return {**left, **claims, **stated}


def _claimed(target: _Target, live: Mapping[str, LiveEip]) -> Iterator[str]:
    yield from target.eip_ids or ()
    for snat in target.snats:
        yield from snat.eip_ids
    for dnat in target.dnats:
        yield dnat.eip_id
    listed = set(target.addresses or ())
    yield from (eip.id for eip in live.values() if eip.address in listed)


def _still(eip: LiveEip, targets: Mapping[str, _Target]) -> _Claim | None:
    """Return whether the service that holds an EIP here still does, for an EIP that no row mentions."""
    target = targets.get(eip.service_id or "")
    if target is None:
        return None
    gone = target.eip_ids is not None or target.addresses is not None
    return target.place, None if gone else Holder(target.kind, target.id)


@reads("service")
class _ServiceRow(NamedTuple):
    kind: str
    name: str | None
    region: str
    private_ips: str
    missing_since: int | None


_FIND: Final = "SELECT kind, name, region, private_ips, missing_since FROM service WHERE id = :id"
_INSERT: Final = (
    "INSERT INTO service (id, kind, name, region, private_ips, subnets)"
    " VALUES (:id, :kind, :name, :region, :private_ips, '[]')"
)
_UPDATE: Final = (
    "UPDATE service SET name = :name, region = :region, private_ips = :private_ips, missing_since = NULL WHERE id = :id"
)


def _import_target(report: ImportReport, target: _Target) -> None:
    transaction = report.transaction
    found = transaction.row(_ServiceRow, _FIND, id=target.id)
    if found is None:
        region = region_pool(report, target.place, target.region or target.likely_region).region
        values: dict[str, Value] = {"name": target.name, "region": region, "private_ips": _private_ips(target, ())}
        transaction.run(_INSERT, id=target.id, kind=target.kind.value, **values)
        _noted(report, target, RowOutcome.CREATED, None, {"kind": target.kind.value, **values})
        return
    if found.kind != target.kind:
        target.place.refuse(f"{target.id} is known here as a {found.kind}, not as a {target.kind.value}")
    if target.region not in (None, found.region):
        region_pool(report, target.place, target.region)
    before = {"name": found.name, "region": found.region, "private_ips": found.private_ips}
    after = {
        "name": target.name or found.name,
        "region": target.region or found.region,
        "private_ips": _private_ips(target, json.loads(found.private_ips)),
    }
    if before == after and found.missing_since is None:
        report.count("service", target.id, RowOutcome.UNCHANGED)
        return
    transaction.run(_UPDATE, id=target.id, **after)
    _noted(report, target, RowOutcome.CHANGED, before, after)


def _private_ips(target: _Target, known: Iterable[str]) -> str:
    listed = known if target.private_ips is None else target.private_ips
    return json.dumps(list(dict.fromkeys([*listed, *target.seen_ips])))


def _noted(report: ImportReport, target: _Target, outcome: RowOutcome, before: Values | None, after: Values) -> None:
    report.count("service", target.id, outcome)
    report.note(target.place, EventData("import", before=before, after={"id": target.id, **after}))


def _wanted(eip_id: str, holder: Holder | None, targets: Mapping[str, _Target], eip: LiveEip) -> list[BindingValues]:
    """Return the bindings of an EIP on the service that holds it.

    Without the entries of its gateway in the import, an EIP keeps its bindings. An EIP of a gateway that is in no known
    entry is bound to the gateway without sources, since it is not free.
    """
    if holder is None:
        return []
    if holder.kind is ServiceKind.NIC:
        return [BindingValues.nic(holder.id, holder.private_ip, eip.bindings)]
    if holder.kind is ServiceKind.LOAD_BALANCER:
        return [BindingValues.load_balancer(holder.id)]
    target = targets[holder.id]
    entries = _entries(eip_id, target) if target.detailed else _here(eip, holder.id)
    return entries or [BindingValues.snat(holder.id, (), all_eips=False)]


def _here(eip: LiveEip, service_id: str) -> list[BindingValues]:
    return [known.values for known in eip.bindings if known.values.service_id == service_id]


def _entries(eip_id: str, target: _Target) -> list[BindingValues]:
    """Return the bindings that the entries of a gateway make."""
    dnats = [BindingValues.dnat(target.id, entry) for entry in target.dnats if entry.eip_id == eip_id]
    whole = any(each.protocol == "any" for each in dnats)  # which an entry of all EIPs leaves out
    snats: dict[tuple[str, ...], bool] = {}
    for entry in target.snats:
        if eip_id in entry.eip_ids or (entry.all_eips and not whole):
            snats[entry.sources] = snats.get(entry.sources, False) or entry.all_eips
    return [*(BindingValues.snat(target.id, sources, all_eips=every) for sources, every in snats.items()), *dnats]
