"""EIPs by id, address or condition, with their bindings; the EIPs of a service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.domain.addresses import InvalidAddress, format_address, parse_address, prefix_of_range
from core.domain.errors import Code, error
from core.domain.ports import PortRange
from core.domain.values import Binding, BindingKind, Eip, EipStatus, from_micros
from core.storage.connection import Connection, Flag, Values
from core.storage.rows import reads

__all__ = [
    "BINDING_COLUMNS",
    "EIPS_COUNTED",
    "EIP_COLUMNS",
    "EIP_FROM",
    "TENANCY_COLUMNS",
    "TENANCY_FROM",
    "BindingRow",
    "Siblings",
    "StoredEipRow",
    "TenancyRow",
    "bindings_of",
    "eip_by_key",
    "eips_by_id",
    "eips_where",
    "occupants",
    "read_eip",
    "siblings",
]


@dataclass(frozen=True, slots=True)
class Siblings:
    """The other EIPs of a service."""

    eips: tuple[Eip, ...] = ()
    """Some of them, by address; those of the other owner before any of the same."""
    total: int = 0
    """At most `EIPS_COUNTED`: then there may be more."""


@reads("eip", "pool")
class StoredEipRow(NamedTuple):
    seq: int
    id: str
    address: int
    name: str | None
    customer_owned: Flag
    pool_id: str
    cidr_first: int
    cidr_last: int
    region: str
    status: str
    bandwidth_mbps: int | None
    allocated_at: int
    allocated_by: str
    released_at: int | None
    landed_in_default: Flag
    previous_eip_id: str | None


EIP_FROM: Final = "FROM eip e JOIN pool p ON p.id = e.pool_id"
EIP_COLUMNS: Final = (
    "e.seq, e.id, e.address, e.name, e.customer_owned, e.pool_id, e.cidr_first, e.cidr_last, p.region, e.status,"
    " e.bandwidth_mbps, e.allocated_at, e.allocated_by, e.released_at, e.landed_in_default, e.previous_eip_id"
)


@reads("eip", "pool", "cidr")
class TenancyRow(NamedTuple):
    """The columns of `EipRow`, and the facts of its CIDR and pool that a verdict needs."""

    seq: int
    id: str
    address: int
    name: str | None
    customer_owned: Flag
    pool_id: str
    cidr_first: int
    cidr_last: int
    region: str
    status: str
    bandwidth_mbps: int | None
    allocated_at: int
    allocated_by: str
    released_at: int | None
    landed_in_default: Flag
    previous_eip_id: str | None
    ready_at: int | None
    platform_customer_owned: Flag | None
    cidr: str
    asn: int | None
    kind: str


TENANCY_FROM: Final = f"{EIP_FROM} JOIN cidr c ON c.id = e.cidr_id"
TENANCY_COLUMNS: Final = f"{EIP_COLUMNS}, e.ready_at, e.platform_customer_owned, c.cidr, c.asn, p.kind"


@reads("binding")
class BindingRow(NamedTuple):
    id: str
    eip_id: str
    kind: str
    service_id: str
    private_ip: int | None
    sources: str
    protocol: str | None
    port: int | None
    port_end: int | None
    to_port: int | None
    to_port_end: int | None
    bound_at: int
    unbound_at: int | None


BINDING_COLUMNS: Final = (
    "b.id, b.eip_id, b.kind, b.service_id, b.private_ip, b.sources, b.protocol, b.port, b.port_end, b.to_port,"
    " b.to_port_end, b.bound_at, b.unbound_at"
)
_BINDINGS: Final = (
    f"SELECT {BINDING_COLUMNS} FROM binding b JOIN eip e ON e.id = b.eip_id"
    " WHERE b.eip_id IN :ids"
    " AND (b.unbound_at IS NULL OR b.unbound_at = e.released_at) ORDER BY b.seq"
)
_CHUNK: Final = 500
"""The number of EIPs that one statement names."""


def eip_by_key(connection: Connection, key: str) -> Eip:
    """Return the live EIP at an address, or any EIP by its id.

    Raises:
        EipdeckError: `eip_not_found`; `invalid_address` for a key that looks like an address but is not one.

    """
    try:
        address = parse_address(key)
    except InvalidAddress as problem:
        found = eips_by_id(connection, [key])
        if found:
            return found[0]
        if _looks_like_address(key):
            raise error(Code.INVALID_ADDRESS, str(problem)) from problem
        raise error(Code.EIP_NOT_FOUND, f"There is no EIP {key!r}.", details={"eip": key}) from None
    found = eips_where(connection, "e.address = :address AND e.released_at IS NULL", {"address": address})
    if not found:
        raise error(Code.EIP_NOT_FOUND, f"{key} has no live EIP.", details={"address": key})
    return found[0]


def _looks_like_address(key: str) -> bool:
    return ":" in key or ("." in key and key.replace(".", "").isdigit())


def eips_by_id(connection: Connection, ids: Sequence[str]) -> list[Eip]:
    """Return the EIPs with these ids, in this order; unknown ids are left out."""
    found: dict[str, Eip] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        for eip in eips_where(connection, "e.id IN :eip_ids", {"eip_ids": chunk}):
            found[str(eip.id)] = eip
    return [found[key] for key in ids if key in found]


def eips_where(
    connection: Connection, where: str, values: Values, tail: str = "ORDER BY e.address, e.seq"
) -> list[Eip]:
    """Return the EIPs that match, each with its bindings."""
    rows = connection.rows(StoredEipRow, f"SELECT {EIP_COLUMNS} {EIP_FROM} WHERE {where} {tail}", values)
    return list(read_eips(connection, rows))


def read_eips(connection: Connection, rows: Sequence[StoredEipRow]) -> Iterator[Eip]:
    """Yield the EIPs of these rows, their bindings read in chunks."""
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        bindings = bindings_of(connection, [row.id for row in chunk if row.status != EipStatus.UNBOUND])
        for row in chunk:
            yield read_eip(row, bindings.get(row.id, ()))


def bindings_of(connection: Connection, eip_ids: Sequence[str]) -> dict[str, tuple[Binding, ...]]:
    """Return by EIP id: the live bindings; for a released EIP, those that ended with it."""
    found: dict[str, list[Binding]] = {}
    if eip_ids:
        for row in connection.rows(BindingRow, _BINDINGS, {"ids": list(eip_ids)}):
            found.setdefault(row.eip_id, []).append(read_binding(row))
    return {key: tuple(value) for key, value in found.items()}


def read_binding(row: BindingRow) -> Binding:
    """Return the binding of a row."""
    return Binding(
        id=row.id,
        kind=BindingKind(row.kind),
        service_id=row.service_id,
        private_ip=None if row.private_ip is None else format_address(row.private_ip),
        sources=() if row.sources == "[]" else tuple(json.loads(row.sources)),
        protocol=row.protocol,
        port=_ports(row.port, row.port_end),
        to_port=_ports(row.to_port, row.to_port_end),
        bound_at=from_micros(row.bound_at),
        unbound_at=None if row.unbound_at is None else from_micros(row.unbound_at),
    )


def _ports(first: int | None, last: int | None) -> PortRange | None:
    return None if first is None or last is None else PortRange(first, last)


def read_eip(row: StoredEipRow | TenancyRow, bindings: tuple[Binding, ...]) -> Eip:
    """Return the EIP of a row."""
    return Eip(
        id=row.id,
        address=format_address(row.address),
        name=row.name,
        customer_owned=bool(row.customer_owned),
        pool_id=row.pool_id,
        cidr=str(prefix_of_range(row.cidr_first, row.cidr_last)),
        region=row.region,
        status=EipStatus(row.status),
        bindings=bindings,
        bandwidth_mbps=row.bandwidth_mbps,
        allocated_at=from_micros(row.allocated_at),
        allocated_by=row.allocated_by,
        released_at=None if row.released_at is None else from_micros(row.released_at),
        landed_in_default=bool(row.landed_in_default),
        previous_eip_id=row.previous_eip_id,
    )


EIPS_COUNTED: Final = 1000
"""The number of EIPs of a service at which counting stops."""
_SERVING: Final = (
    "SELECT DISTINCT eip_id FROM binding"
    " WHERE service_id IN :services AND unbound_at IS NULL AND eip_id <> :eip LIMIT :most"
)


def siblings(connection: Connection, service_ids: Sequence[str], eip: Eip | None, limit: int) -> Siblings:
    """Return the other EIPs of these services; the cost does not grow with their number."""
    values: Values = {
        "services": list(service_ids),
        "eip": "" if eip is None else eip.id,
        "owned": True if eip is None else eip.customer_owned,
        "most": EIPS_COUNTED,
        "limit": limit,
    }
    total = connection.value(int, f"SELECT count(*) FROM ({_SERVING}) AS serving", values) or 0
    where = f"e.id IN (SELECT eip_id FROM ({_SERVING}) AS serving)"
    found = eips_where(connection, where, values, "ORDER BY e.customer_owned = :owned, e.address LIMIT :limit")
    return Siblings(tuple(sorted(found, key=lambda each: parse_address(each.address))), total)


@reads("binding")
class _OccupantRow(NamedTuple):
    service_id: str
    eip_id: str


_OCCUPANTS: Final = (
    "SELECT service_id, eip_id FROM (SELECT o.service_id, e.id AS eip_id, row_number() OVER"
    " (PARTITION BY o.service_id ORDER BY e.customer_owned, e.address, e.seq) AS place"
    " FROM (SELECT DISTINCT b.service_id, b.eip_id FROM service s JOIN binding b ON b.service_id = s.id"
    " AND b.unbound_at IS NULL WHERE s.region = :region) AS o JOIN eip e ON e.id = o.eip_id) AS placed"
    " WHERE place <= :most ORDER BY service_id, place"
)


def occupants(connection: Connection, region: str) -> dict[str, tuple[Eip, ...]]:
    """Return by service of a region: its EIPs, Zenlayer's first, at most `EIPS_COUNTED`."""
    placed = connection.rows(_OccupantRow, _OCCUPANTS, {"region": region, "most": EIPS_COUNTED})
    eips = {eip.id: eip for eip in eips_by_id(connection, list({row.eip_id for row in placed}))}
    found: dict[str, list[Eip]] = {}
    for row in placed:
        found.setdefault(row.service_id, []).append(eips[row.eip_id])
    return {key: tuple(value) for key, value in found.items()}
