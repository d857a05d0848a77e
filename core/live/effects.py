"""The effect of a step in the inventory, once the account shows it: rows and events, as whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from core.domain.addresses import parse_address
from core.domain.errors import NotFound
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject
from core.domain.ports import parse_ports
from core.domain.requests import BandwidthRequest, DrainRequest, RenameRequest, RetireRequest
from core.domain.values import Binding, BindingKind, CidrState, Eip, EipStatus, Warn, from_micros
from core.live.known import forget
from core.live.world import Now, id_of, texts_of
from core.operations.bandwidth import set_bandwidth
from core.operations.binding import begin_binding, end_bindings
from core.operations.cidrs import drain_cidr, retire_cidr
from core.operations.free_space import AddressRun, CidrRef, take_addresses, withheld_among
from core.operations.pools import PoolRow, pool_by_id
from core.operations.release import end_tenancy
from core.operations.rename import rename
from core.operations.tenancies import Tenancy, begin_tenancies, landing_warnings
from core.operations.usage_days import count_usage
from core.queries.eips import eip_by_key
from core.queries.mirror import EIPS
from core.storage.history import EventData, record
from core.storage.transaction import Transaction
from core.transfer.documents import Position
from core.transfer.zenlayer.eip_homes import Homes
from core.transfer.zenlayer.pools_cidrs import Lonely, region_pool, stand_in
from core.transfer.zenlayer.report import ImportReport

__all__ = ["Effect", "applied", "binding_json"]


class Effect(NamedTuple):
    """The result of a step."""

    eips: tuple[str, ...] = ()
    warnings: tuple[Warn, ...] = ()
    new: str | None = None
    """The EIP that it created."""


def applied(transaction: Transaction, kind: str, about: JsonObject, now: Now) -> Effect:
    """Make the effect of a step in the inventory. An EIP that is gone here meanwhile has none."""
    return _EFFECTS[kind](transaction, about, now)


def _name(transaction: Transaction, about: JsonObject, _now: Now) -> Effect:
    rename(transaction, RenameRequest(eip=id_of(about), name=id_of(about, "name")))
    return Effect((id_of(about),))


def _bandwidth(transaction: Transaction, about: JsonObject, _now: Now) -> Effect:
    mbps = about["bandwidth"]
    assert isinstance(mbps, int)  # noqa: S101  # of a plan
    set_bandwidth(transaction, BandwidthRequest(eip=id_of(about), bandwidth_mbps=mbps))
    return Effect((id_of(about),))


def _delete(transaction: Transaction, about: JsonObject, now: Now) -> Effect:
    eip = _living(transaction, about)
    if eip is None:
        return Effect((id_of(about),))
    if now.facts is not None and now.facts.get("binned"):
        note_eip(transaction, eip, "recycled", {"status": "RECYCLED"})
    else:
        end_tenancy(transaction, eip)
    return Effect((id_of(about),))


def _renew(transaction: Transaction, about: JsonObject, _now: Now) -> Effect:
    eip = _living(transaction, about)
    if eip is not None:
        note_eip(transaction, eip, "recover", {"recycled": False})
    return Effect((id_of(about),))


def _bind(transaction: Transaction, about: JsonObject, now: Now) -> Effect:
    """Begin the binding that a step completes; none for a gateway whose entry is still to come."""
    eip, bound = _living(transaction, about), about.get("binding")
    if eip is None or not isinstance(bound, dict):
        return Effect()
    wanted = _binding(bound)
    if not any(replace(each, id="", bound_at=wanted.bound_at) == wanted for each in eip.bindings):
        every = bool(now.facts is not None and now.facts.get("all_eips"))
        begin_binding(transaction, eip, wanted, all_eips=every)
    return Effect((id_of(about),))


def _unbind(transaction: Transaction, about: JsonObject, _now: Now) -> Effect:
    """End the bindings that a step ends, those that are still there."""
    eip, ending = _living(transaction, about), texts_of(about, "ends")
    if eip is None:
        return Effect()
    found = [binding for binding in eip.bindings if binding.id in ending]
    if found:
        end_bindings(transaction, eip, found)
    return Effect((id_of(about),))


def _create(transaction: Transaction, about: JsonObject, now: Now) -> Effect:
    """Begin the tenancy of what was granted, where its address lies."""
    row, body = now.row, about["body"]
    assert row is not None  # noqa: S101  # it is shown
    assert isinstance(body, dict)  # noqa: S101  # of a plan
    eip_id, address = id_of(row), texts_of(row, "publicIpAddresses")[0]
    if _known(transaction, eip_id) is not None:
        return Effect((eip_id,), new=eip_id)
    _end_earlier(transaction, address)
    number, mbps = parse_address(address), row.get("bandwidth")
    pool, cidr = _home(transaction, number, str(body["regionId"]))
    tenancy = Tenancy(
        name=str(row["name"]) if row.get("name") else None,
        bandwidth_mbps=mbps if isinstance(mbps, int) and mbps > 0 else None,
        landed=not pool.customer_owned and not about.get("default"),
        previous_eip_id=None if about.get("previous") is None else id_of(about, "previous"),
        action=str(about["as"]),
        id=eip_id,
    )
    (eip,) = begin_tenancies(transaction, pool, [AddressRun(cidr, number, number)], tenancy)
    return Effect((eip_id,), (*_otherwise(eip, body), *landing_warnings([eip])), new=eip_id)


def _end_earlier(transaction: Transaction, address: str) -> None:
    """End the tenancy that an address still has here: the account grants it again, so its EIP is gone there."""
    earlier = _known(transaction, address)
    if earlier is not None and earlier.status is not EipStatus.RELEASED:
        end_tenancy(replace(transaction, reason="granted again on the account"), earlier)
        forget(transaction.connection, EIPS, [str(earlier.id)])


_OURS: Final = Position("DescribeEips")


def _home(transaction: Transaction, address: int, region: str) -> tuple[PoolRow, CidrRef]:
    """Take an address out of the free space of its CIDR; outside of every CIDR it gets a /32 of the default pool."""
    row = Homes(transaction).of(address)
    if row is not None:
        active = row.state == CidrState.ACTIVE
        if not active or take_addresses(transaction, row.pool_id, [address]):
            count_usage(transaction, row.pool_id, freed=1)  # it was not free, and counts as if it had been
            reserved = withheld_among(transaction, row.id, [address])
            transaction.run(_UNRESERVE, id=row.id, reserved=reserved)
        return pool_by_id(transaction, row.pool_id), CidrRef(row.id, row.first, row.last)
    report = ImportReport(transaction, lambda _: None)
    pool = region_pool(report, _OURS, region)
    (cidr_id,) = stand_in(report, [Lonely(_OURS, address, pool, transaction.now)])
    report.flush()
    transaction.run(_UNCOUNT, id=cidr_id)
    count_usage(transaction, pool.id, freed=1)
    return pool, CidrRef(cidr_id, address, address)


_UNRESERVE: Final = "UPDATE cidr SET reserved = reserved - :reserved WHERE id = :id"
_UNCOUNT: Final = "UPDATE cidr SET allocated = allocated - 1 WHERE id = :id"
"""A stand-in counts its EIP, and so does the beginning of a tenancy."""


def _otherwise(eip: Eip, body: Mapping[str, Any]) -> tuple[Warn, ...]:
    asked = body.get("publicIp")
    if asked in (None, eip.address):
        return ()
    words = f"{eip.address} was granted, not {asked}, which was asked for."
    return (Warn("granted_otherwise", words, eip.id),)


def _retire(transaction: Transaction, about: JsonObject, _now: Now) -> Effect:
    drain_cidr(transaction, DrainRequest(cidr=id_of(about, "cidr")))
    retire_cidr(transaction, RetireRequest(cidr=id_of(about, "cidr")))
    return Effect()


def _moved(transaction: Transaction, about: JsonObject, _now: Now) -> Effect:
    """Name the new address in the history of the old one."""
    old, new = _known(transaction, id_of(about)), _known(transaction, id_of(about, "to"))
    if old is not None and new is not None:
        after: JsonObject = {"address": new.address, "eip_id": new.id, "kept": about.get("kept", False)}
        note_eip(transaction, old, "moved", after)
    return Effect()


def note_eip(transaction: Transaction, eip: Eip, action: str, after: JsonObject) -> None:
    """Record an event of an EIP."""
    record(transaction, EventData(action, eip.id, parse_address(eip.address), eip.pool_id, eip.cidr, after=after))


def _known(transaction: Transaction, eip_id: str) -> Eip | None:
    try:
        return eip_by_key(transaction.connection, eip_id)
    except NotFound:
        return None


def _living(transaction: Transaction, about: JsonObject) -> Eip | None:
    eip = _known(transaction, id_of(about))
    return None if eip is None or eip.status is EipStatus.RELEASED else eip


def binding_json(binding: Binding) -> JsonObject:
    """Return a binding as the particulars of a step have it."""
    return {**to_json(binding), "id": "", "bound_at": None}


def _binding(given: Mapping[str, Any]) -> Binding:
    ports = {key: None if given[key] is None else parse_ports(str(given[key])) for key in ("port", "to_port")}
    return Binding(
        id="",
        kind=BindingKind(given["kind"]),
        service_id=given["service_id"],
        private_ip=given["private_ip"],
        sources=tuple(given["sources"]),
        protocol=given["protocol"],
        bound_at=from_micros(0),
        unbound_at=None,
        **ports,
    )


_EFFECTS: Final[Mapping[str, Callable[[Transaction, JsonObject, Now], Effect]]] = {
    "name": _name,
    "bandwidth": _bandwidth,
    "delete": _delete,
    "renew": _renew,
    "associate": _bind,
    "snat_in": _bind,
    "dnat_in": _bind,
    "unassociate": _unbind,
    "snat_out": _unbind,
    "dnat_out": _unbind,
    "create": _create,
    "delete_cidr": _retire,
    "moved": _moved,
}
