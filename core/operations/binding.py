"""Bind, unbind and bandwidth: alike for every EIP, wherever its address came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from core.domain.addresses import parse_address
from core.domain.errors import EipdeckError, error
from core.domain.requests import BandwidthRequest, BindRequest, UnbindRequest
from core.domain.validation import checked_address, checked_bandwidth, checked_ports, checked_prefix
from core.domain.values import Binding, BindingKind, Eip, EipStatus, Service, ServiceKind, from_micros, to_json
from core.queries.eips import eip_by_key
from core.queries.services import present_service
from core.storage.history import EventData, record, record_all
from core.storage.transaction import Transaction

__all__ = [
    "begin_binding",
    "bind",
    "checked_quota",
    "checked_unchanged",
    "end_bindings",
    "found",
    "set_bandwidth",
    "unbind",
]

SNAT_ENTRIES: Final = 10
DNAT_ENTRIES: Final = 100
EIPS_A_PRIVATE_ADDRESS: Final = 4

_SERVED_BY: Final = {
    BindingKind.NIC: ServiceKind.NIC,
    BindingKind.SNAT: ServiceKind.NAT_GATEWAY,
    BindingKind.DNAT: ServiceKind.NAT_GATEWAY,
    BindingKind.LOAD_BALANCER: ServiceKind.LOAD_BALANCER,
}
_TAKES: Final = {
    BindingKind.NIC: ("private_ip",),
    BindingKind.SNAT: ("sources",),
    BindingKind.DNAT: ("private_ip", "protocol", "port", "to_port"),
    BindingKind.LOAD_BALANCER: (),
}
_EXCLUSIVE: Final = (BindingKind.NIC, BindingKind.LOAD_BALANCER)


def found(transaction: Transaction, key: str, expected: Eip | None) -> Eip:
    """The EIP in hand, unless it is no longer what the operator saw.

    Raises:
        EipdeckError: `eip_not_found`; `conflict` with both versions.

    """
    eip = eip_by_key(transaction.connection, key)
    if expected is not None:
        checked_unchanged(eip, expected)
    return eip


def checked_unchanged(eip: Eip, expected: Eip) -> None:
    """Refuse as a `conflict`, with both versions, what is no longer as the operator saw it."""
    if (eip.id, eip.status, _ids(eip)) == (expected.id, expected.status, _ids(expected)):
        return
    raise error(
        "conflict",
        f"{eip.address} has changed since you looked: it was {expected.status.value} with"
        f" {len(expected.bindings)} bindings, it is {eip.status.value} with {len(eip.bindings)}.",
        hint="Look again and decide anew.",
        details={"seen": to_json(expected), "now": to_json(eip)},
    )


def _ids(eip: Eip) -> tuple[str, ...]:
    return tuple(binding.id for binding in eip.bindings)


def bind(transaction: Transaction, request: BindRequest) -> list[str]:
    """Bind an EIP to one service; binding the same thing again changes nothing.

    Raises:
        EipdeckError: `eip_not_found`, `service_not_found`, `region_mismatch`, `holder_conflict`,
            `port_in_use`, `anyport_conflict`, `quota_exceeded`, `invalid_port`, `invalid_cidr`,
            `invalid_address`, `conflict`.

    """
    wanted = _wanted(request)
    eip = found(transaction, request.eip, request.expected)
    if eip.status is EipStatus.RELEASED:
        raise _released(eip)
    service = present_service(transaction.connection, request.service_id)
    wanted = _checked_target(eip, service, wanted)
    if any(_same(wanted, binding) for binding in eip.bindings):
        return [str(eip.id)]
    _checked_holder(eip, service, wanted)
    checked_quota(transaction, service, wanted)
    begin_binding(transaction, eip, wanted)
    return [str(eip.id)]


def _wanted(request: BindRequest) -> Binding:
    """The binding asked for, its words checked."""
    kind, private_ip = request.kind, request.private_ip
    for part in ("private_ip", "sources", "protocol", "port", "to_port"):
        if getattr(request, part) and part not in _TAKES[kind]:
            raise error("usage", f"A {kind.value} binding takes no {part}.", hint="A binding has one target.")
    if private_ip is not None:
        checked_address(private_ip)
    if kind is BindingKind.SNAT and not request.sources:
        raise error("usage", "An SNAT entry covers sources.", hint="Name them with --source CIDR.")
    if kind is BindingKind.DNAT and private_ip is None:
        raise error("usage", "A DNAT entry forwards to an address.", hint="Name it with --private-ip.")
    sources = sorted({str(checked_prefix(source)) for source in request.sources})
    protocol, port, to_port = _forwarding(request) if kind is BindingKind.DNAT else (None, None, None)
    return Binding(
        id="",
        kind=kind,
        service_id=request.service_id,
        private_ip=private_ip,
        sources=tuple(sources),
        protocol=protocol,
        port=port,
        to_port=to_port,
        bound_at=from_micros(0),
        unbound_at=None,
    )


def _forwarding(request: BindRequest) -> tuple[str, int | str | None, int | str | None]:
    protocol = request.protocol
    if protocol not in ("tcp", "udp", "any"):
        raise error("usage", f"A protocol is tcp, udp or any, not {protocol!r}.")
    if protocol == "any":
        if request.port or request.to_port:
            raise error("invalid_port", "`any` forwards the whole address, so it takes no port.")
        return protocol, None, None
    if not request.port:
        raise error("invalid_port", f"{protocol} forwards a port or a range.", hint="Name it with --port.")
    port, to_port = checked_ports(request.port), checked_ports(request.to_port or request.port)
    if port[1] - port[0] != to_port[1] - to_port[0]:
        raise error("invalid_port", f"{request.port} and {request.to_port} are ranges of unequal size.")
    return protocol, _span(port), _span(to_port)


def _span(ports: tuple[int, int]) -> int | str:
    return ports[0] if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"


def _released(eip: Eip) -> EipdeckError:
    return error(
        "eip_not_found",
        f"EIP {eip.id} ({eip.address}) was released; a released EIP serves nothing.",
        hint=f"`eipdeck recover {eip.address}` takes the address back while nobody else has it.",
        details={"eip": eip.id},
    )


def _checked_target(eip: Eip, service: Service, wanted: Binding) -> Binding:
    if service.kind is not _SERVED_BY[wanted.kind]:
        raise error(
            "service_not_found",
            f"{service.id} is a {service.kind.value}, which takes no {wanted.kind.value} binding.",
            details={"service": service.id, "kind": service.kind.value},
        )
    if service.region != eip.region:
        raise error(
            "region_mismatch",
            f"{eip.address} is in {eip.region}, {service.id} in {service.region}.",
            hint="An EIP serves in its own region only; allocate one there.",
            details={"eip_region": eip.region, "service_region": service.region},
        )
    if wanted.kind is not BindingKind.NIC:
        return wanted
    private_ip = wanted.private_ip
    if private_ip is None and len(service.private_ips) == 1:
        private_ip = service.private_ips[0]
    if private_ip is None:
        raise error(
            "usage",
            f"{service.id} has {len(service.private_ips)} private addresses.",
            hint="Name the one meant with --private-ip.",
        )
    if service.private_ips and private_ip not in service.private_ips:
        raise error(
            "service_not_found",
            f"{service.id} has no private address {private_ip}; it has {', '.join(service.private_ips)}.",
            details={"service": service.id, "private_ips": list(service.private_ips)},
        )
    return replace(wanted, private_ip=private_ip)


def _same(wanted: Binding, binding: Binding) -> bool:
    return wanted == replace(binding, id="", bound_at=wanted.bound_at, unbound_at=None)


def _checked_holder(eip: Eip, service: Service, wanted: Binding) -> None:
    for binding in eip.bindings:
        if binding.service_id != service.id or binding.kind in _EXCLUSIVE:
            raise error(
                "holder_conflict",
                f"{eip.address} already serves {binding.kind.value} {binding.service_id}.",
                hint="Unbind it first, or take another EIP.",
                details={"holder": to_json(binding)},
            )
    if wanted.kind is BindingKind.SNAT:
        _checked_anyport(eip, wanted, [b for b in eip.bindings if b.protocol == "any"])
        return
    others = [b for b in eip.bindings if b.protocol == "any" or wanted.protocol == "any"]
    _checked_anyport(eip, wanted, others)
    for binding in eip.bindings:
        if binding.kind is BindingKind.DNAT and binding.protocol == wanted.protocol:
            (first, last), (lo, hi) = checked_ports(str(wanted.port)), checked_ports(str(binding.port))
            if first <= hi and lo <= last:
                raise error(
                    "port_in_use",
                    f"{eip.address} already forwards {binding.protocol} {binding.port} to {binding.private_ip}.",
                    hint="Take another port, or end that entry first.",
                    details={"binding": to_json(binding)},
                )


def _checked_anyport(eip: Eip, wanted: Binding, others: Sequence[Binding]) -> None:
    if others:
        raise error(
            "anyport_conflict",
            f"An any-port DNAT takes all of {eip.address}, so it excludes SNAT and other DNAT on it.",
            hint="End the other entry first, or take another EIP.",
            details={"binding": to_json(others[0]), "wanted": wanted.kind.value},
        )


_LIVE: Final = "FROM binding WHERE service_id = :service AND unbound_at IS NULL"
_SNAT: Final = f"SELECT DISTINCT sources {_LIVE} AND kind = 'snat' AND sources <> '[]'"
_DNAT: Final = f"SELECT count(*) {_LIVE} AND kind = 'dnat'"
_ON_PRIVATE: Final = f"SELECT count(*) {_LIVE} AND kind = 'nic' AND private_ip = :private_ip"


def checked_quota(transaction: Transaction, service: Service, wanted: Binding) -> None:
    """Refuse as `quota_exceeded` one entry, or one EIP on a private address, too many."""
    used, limit, what = 0, 1, ""
    if wanted.kind is BindingKind.SNAT:
        entries = set(transaction.column(str, _SNAT, service=service.id))
        if wanted.sources and json.dumps(wanted.sources) not in entries:
            used, limit, what = len(entries), SNAT_ENTRIES, f"SNAT entries on {service.id}"
    elif wanted.kind is BindingKind.DNAT:
        used = transaction.value(int, _DNAT, service=service.id) or 0
        limit, what = DNAT_ENTRIES, f"DNAT entries on {service.id}"
    elif wanted.kind is BindingKind.NIC and wanted.private_ip is not None:  # an import may not know it
        address = parse_address(wanted.private_ip)
        used = transaction.value(int, _ON_PRIVATE, service=service.id, private_ip=address) or 0
        limit, what = EIPS_A_PRIVATE_ADDRESS, f"EIPs on {wanted.private_ip}"
    if used >= limit:
        raise error(
            "quota_exceeded",
            f"There are already {used} {what}, and {limit} are allowed.",
            hint="End one first, or take another target.",
            details={"service": service.id, "used": used, "limit": limit},
        )


_INSERT: Final = (
    "INSERT INTO binding (seq, id, eip_id, kind, service_id, private_ip, sources, all_eips, protocol, port,"
    " port_end, to_port, to_port_end, bound_at) VALUES (:seq, :id, :eip_id, :kind, :service_id, :private_ip,"
    " :sources, :all_eips, :protocol, :port, :port_end, :to_port, :to_port_end, :now)"
)
_BOUND: Final = "UPDATE eip SET status = 'bound', unbound_since = NULL WHERE id = :id"


def begin_binding(transaction: Transaction, eip: Eip, wanted: Binding, *, all_eips: bool = False) -> Binding:
    """Insert a binding whose rules have been checked, with its event; `all_eips` as an import has it."""
    seq = (transaction.value(int, transaction.connection.newest("binding")) or 0) + 1
    port = checked_ports(str(wanted.port)) if wanted.port is not None else (None, None)
    to_port = checked_ports(str(wanted.to_port)) if wanted.to_port is not None else (None, None)
    transaction.run(
        _INSERT,
        seq=seq,
        id=f"b-{seq}",
        eip_id=eip.id,
        kind=wanted.kind.value,
        service_id=wanted.service_id,
        private_ip=None if wanted.private_ip is None else parse_address(wanted.private_ip),
        sources=json.dumps(wanted.sources),
        all_eips=all_eips,
        protocol=wanted.protocol,
        port=port[0],
        port_end=port[1],
        to_port=to_port[0],
        to_port_end=to_port[1],
        now=transaction.now,
    )
    transaction.run(_BOUND, id=eip.id)
    begun = replace(wanted, id=f"b-{seq}", bound_at=from_micros(transaction.now))
    record(transaction, _fact("bind", eip, None, to_json(begun)))
    return begun


def unbind(transaction: Transaction, request: UnbindRequest) -> list[str]:
    """End one binding of an EIP, or all; of an unbound EIP, or an ended binding of it: done, unchanged.

    Raises:
        EipdeckError: `eip_not_found`, `binding_not_found`, `conflict`.

    """
    eip = found(transaction, request.eip, request.expected)
    ending = eip.bindings if eip.status is EipStatus.BOUND else ()
    if request.binding_id is not None:
        _checked_binding(transaction, eip, request.binding_id)
        ending = tuple(binding for binding in ending if binding.id == request.binding_id)
    if ending:
        end_bindings(transaction, eip, ending)
    return [str(eip.id)]


_HAS: Final = "SELECT 1 FROM binding WHERE id = :id AND eip_id = :eip"


def _checked_binding(transaction: Transaction, eip: Eip, binding_id: str) -> None:
    if transaction.value(int, _HAS, id=binding_id, eip=eip.id) is None:
        raise error(
            "binding_not_found",
            f"{eip.address} has no binding {binding_id!r}.",
            details={"binding": binding_id, "bindings": [binding.id for binding in eip.bindings]},
        )


_END: Final = "UPDATE binding SET unbound_at = :now WHERE id = :id AND unbound_at IS NULL"
_UNBOUND: Final = (
    "UPDATE eip SET status = 'unbound', unbound_since = :now WHERE id = :id"
    " AND NOT EXISTS (SELECT 1 FROM binding WHERE eip_id = :id AND unbound_at IS NULL)"
)


def end_bindings(transaction: Transaction, eip: Eip, ending: Sequence[Binding]) -> None:
    """End these live bindings of an EIP, each with its event."""
    for binding in ending:
        transaction.run(_END, id=binding.id, now=transaction.now)
    transaction.run(_UNBOUND, id=eip.id, now=transaction.now)
    record_all(transaction, eip.pool_id, [_fact("unbind", eip, to_json(binding), None) for binding in ending])


_SET_BANDWIDTH: Final = "UPDATE eip SET bandwidth_mbps = :mbps WHERE id = :id"


def set_bandwidth(transaction: Transaction, request: BandwidthRequest) -> list[str]:
    """Change an EIP's cap; the same cap again changes nothing.

    Raises:
        EipdeckError: `invalid_bandwidth`, `eip_not_found`, `conflict`.

    """
    mbps = checked_bandwidth(request.bandwidth_mbps)
    eip = found(transaction, request.eip, request.expected)
    if eip.status is EipStatus.RELEASED:
        raise _released(eip)
    if eip.bandwidth_mbps != mbps:
        transaction.run(_SET_BANDWIDTH, mbps=mbps, id=eip.id)
        before, after = {"bandwidth_mbps": eip.bandwidth_mbps}, {"bandwidth_mbps": mbps}
        record(transaction, _fact("bandwidth", eip, before, after))
    return [str(eip.id)]


def _fact(action: str, eip: Eip, before: Any, after: Any) -> EventData:
    return EventData(
        action,
        eip_id=eip.id,
        address=parse_address(eip.address),
        pool_id=eip.pool_id,
        cidr=eip.cidr,
        before=before,
        after=after,
    )
