"""Reads the rows of Zenlayer's API. This module does not know the database."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from core.domain.addresses import (
    asn_refusal,
    customer_prefix,
    format_address,
    is_ipv6,
    parse_address,
    parse_prefix,
    public_address,
)
from core.domain.ports import parse_ports
from core.domain.validation import checked_bandwidth
from core.domain.values import CidrState, ServiceKind
from core.transfer.documents import ResponseRow, RowKind
from core.transfer.zenlayer.fields import Fields
from core.transfer.zenlayer.given import Dnat, Given, GivenCidr, GivenEip, GivenPool, GivenService, Holder, Snat

__all__ = ["read_rows"]


_G = TypeVar("_G", GivenPool, GivenCidr, GivenEip, GivenService)
_K = TypeVar("_K", bound=Hashable)


def read_rows(rows: Iterable[ResponseRow]) -> Given:
    """Return the objects of the rows.

    Raises:
        EipdeckError: `invalid_import`, naming file and row.

    """
    by_kind: dict[RowKind, list[Fields]] = {kind: [] for kind in RowKind}
    for row in rows:
        by_kind[row.kind].append(Fields.of(row))
    cidrs = _once(map(_cidr, by_kind[RowKind.CIDR]), "cidrBlock", lambda cidr: cidr.prefix)
    _once((cidr for cidr in cidrs.values() if cidr.id), "cidrId", lambda cidr: cidr.id)
    eips = _once((eip for row in by_kind[RowKind.EIP] if (eip := _eip(row)) is not None), "eipId", lambda eip: eip.id)
    _once(eips.values(), "address", lambda eip: eip.address)
    services: list[GivenService] = []
    for kind, read in _SERVICES.items():
        services.extend(_once(map(read, by_kind[kind]), "id", lambda service: service.id).values())
    return Given(
        pools=_once(map(_pool, by_kind[RowKind.POOL]), "poolId", lambda pool: pool.id),
        cidrs=cidrs,
        eips=eips,
        services=tuple(services),
    )


def _once(given: Iterable[_G], same: str, key: Callable[[_G], _K]) -> dict[_K, _G]:
    """Return each object once. Pages may overlap; two rows of one object must be equal."""
    found: dict[_K, _G] = {}
    for each in given:
        before = found.setdefault(key(each), each)
        if before != each:
            each.place.refuse(f"it contradicts {before.place}, which has the same {same}")
    return found


def _pool(row: Fields) -> GivenPool:
    return GivenPool(row.place, row.required("poolId"), row.text("name"), row.text("regionId"))


_CIDR_STATES: Final = {
    "CREATING": CidrState.VALIDATING,
    "AVAILABLE": CidrState.ACTIVE,
    "CHANGING": CidrState.ACTIVE,
    "RECYCLING": CidrState.DRAINING,
    "RECYCLED": CidrState.DRAINING,
    "DELETING": CidrState.DRAINING,
    "FAILED": CidrState.FAILED,
}
_CUSTOMER_OWNED: Final = {"BYOIP": True, "CONSOLE": False, "SDN_RIPT": False}


def _cidr(row: Fields) -> GivenCidr:
    prefix, _ = row.parsed("cidrBlock:", row.required("cidrBlock"), customer_prefix)
    asn = row.number("asn") or None  # some clients spell "none" as 0
    owned = row.word("source", _CUSTOMER_OWNED)
    if owned is None:
        owned = asn is not None  # only BYOIP has an ASN
    if owned and asn is not None and (why := asn_refusal(asn)) is not None:
        row.wrong("asn:", why)
    return GivenCidr(
        place=row.place,
        id=row.text("cidrId"),
        prefix=prefix,
        pool_id=row.text("poolId"),
        region=row.text("regionId"),
        customer_owned=owned,
        isp=row.text("networkLineType") or row.text("eipV4Type"),
        asn=asn if owned else None,
        state=row.word("status", _CIDR_STATES) or CidrState.ACTIVE,
        created_at=row.moment("createTime"),
    )


_BOUND: Final = "BINDED"
_ASSOCIATED: Final = (_BOUND, "ASSIGNING")
_EIP_STATES: Final = {
    word: word
    for word in (
        *_ASSOCIATED,
        "UNBIND",
        "CREATING",
        "CREATE_FAILED",
        "RECYCLING",
        "RECYCLE",
        "RECYCLED",
        "DELETING",
    )
}
"""States of a live EIP. A recycled one can be recovered, so its address is not free yet."""


def _eip(row: Fields) -> GivenEip | None:
    """Return the EIP of a row; None when it does not have an address."""
    eip_id = row.required("eipId")
    status = row.word("status", _EIP_STATES)
    addresses = row.texts("publicIpAddresses") or ()
    if status == "CREATE_FAILED" or (status == "CREATING" and not addresses):
        return None
    length = row.number("prefixLength")
    if len(addresses) > 1 or length not in (None, 32):
        row.wrong("publicIpAddresses", "is an EIP block; an EIP is one address here, so leave blocks out")
    if not addresses:
        row.wrong("publicIpAddresses", "is missing")
    bandwidth = row.number("bandwidth") or None
    with row.place.checking():
        checked_bandwidth(bandwidth)
    known, holder = _association(row, status)
    return GivenEip(
        place=row.place,
        id=eip_id,
        address=row.parsed("publicIpAddresses[0]:", addresses[0], public_address),
        name=row.text("name"),
        region=row.text("regionId"),
        cidr_id=row.text("cidrId"),
        customer_owned=row.flag("isCustomized"),
        bandwidth_mbps=bandwidth,
        created_at=row.moment("createTime"),
        holder=holder,
        holder_known=known,
    )


_HOLDERS: Final = {
    "NIC": ServiceKind.NIC,
    "NAT": ServiceKind.NAT_GATEWAY,
    "LB": ServiceKind.LOAD_BALANCER,
    "HAVIP": ServiceKind.NIC,  # a private address like an interface's, and as exclusive
}


def _association(row: Fields, status: str | None) -> tuple[bool, Holder | None]:
    """Return whether the row has an association, and the associated resource."""
    words = row.text("associatedType") or ("NIC" if row.text("nicId") else None)
    kind = row.word("associatedType", _HOLDERS) or (ServiceKind.NIC if words else None)
    if status is not None and status not in _ASSOCIATED:
        return True, None
    if kind is None:
        return False, None
    service_id = row.text("associatedId") or row.text("nicId")
    if service_id is None:
        row.wrong("associatedId", f"is missing, though the EIP is associated with a {words}")
    private_ip = row.text("privateIpAddress") if kind is ServiceKind.NIC else None
    return True, Holder(
        kind=kind,
        id=service_id,
        private_ip=None if private_ip is None else row.parsed("privateIpAddress:", private_ip, parse_address),
        name="HaVip" if words == "HAVIP" else None,
    )


def _gateway(row: Fields) -> GivenService:
    return GivenService(
        place=row.place,
        id=row.required("natGatewayId"),
        kind=ServiceKind.NAT_GATEWAY,
        name=row.text("name"),
        region=row.text("regionId"),
        eip_ids=row.texts("eipIds"),
    )


def _gateway_detail(row: Fields) -> GivenService:
    return replace(
        _gateway(row),
        snats=tuple(_snat(entry) for entry in row.objects("snats") or ()),
        dnats=tuple(_dnat(entry) for entry in row.objects("dnats") or ()),
    )


def _snat(entry: Fields) -> Snat:
    words = list(entry.texts("cidrs") or ())
    words += [subnet.required("cidr") for subnet in entry.objects("snatSubnets") or ()]
    if not words:
        entry.wrong("cidrs", "is missing, and so is snatSubnets")
    sources = {entry.parsed("cidrs:", word, parse_prefix) for word in words}
    eip_ids = entry.texts("eipIds") or ()
    return Snat(tuple(sorted(map(str, sources))), eip_ids, entry.flag("isAllEip") or not eip_ids)


_PROTOCOLS: Final = {word: word.lower() for word in ("TCP", "UDP", "Any", "ANY", "tcp", "udp", "any")}


def _dnat(entry: Fields) -> Dnat:
    entry.required("protocol")
    protocol = entry.word("protocol", _PROTOCOLS) or ""
    port = to_port = None
    if protocol != "any":
        words = entry.required("listenerPort")
        port = entry.parsed("listenerPort:", words, parse_ports)
        to_port = entry.parsed("internalPort:", entry.text("internalPort") or words, parse_ports)
        if port.size != to_port.size:
            entry.wrong("internalPort", "is a range of another size than listenerPort")
    return Dnat(
        eip_id=entry.required("eipId"),
        private_ip=entry.parsed("privateIp:", entry.required("privateIp"), parse_address),
        protocol=protocol,
        port=port,
        to_port=to_port,
    )


def _balancer(row: Fields) -> GivenService:
    private_ips = _ipv4(row, "privateIpAddress")
    return GivenService(
        place=row.place,
        id=row.required("loadBalancerId"),
        kind=ServiceKind.LOAD_BALANCER,
        name=row.text("loadBalancerName"),
        region=row.text("regionId"),
        private_ips=None if private_ips is None else tuple(map(format_address, private_ips)),
        addresses=_ipv4(row, "publicIpAddress"),
    )


def _ipv4(row: Fields, key: str) -> tuple[int, ...] | None:
    """Return the IPv4 addresses of a list that may have IPv6 addresses too."""
    found = row.texts(key)
    if found is None:
        return None
    return tuple(
        row.parsed(f"{key}[{index}]:", words, parse_address) for index, words in enumerate(found) if not is_ipv6(words)
    )


_SERVICES: Final = {
    RowKind.GATEWAY: _gateway,
    RowKind.GATEWAY_DETAIL: _gateway_detail,
    RowKind.BALANCER: _balancer,
}
