"""The facts that the rows of the inventory say, in the form of the replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.ports import PortRange
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = ["FOUNDED", "facts_of_rows"]

FOUNDED: Final = ("198.18.0.0/20", "default-asia-east-1")
"""The range of a new database, and its pool. A mirror retires it as if it had never been."""


@reads("eip")
class _EipRow(NamedTuple):
    id: str
    address: int
    pool_id: str
    name: str | None
    bandwidth_mbps: int | None
    allocated_at: int
    allocated_by: str
    released_at: int | None
    released_by: str | None
    previous_eip_id: str | None


@reads("binding")
class _BindingRow(NamedTuple):
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


@reads("acceptance")
class _AcceptanceRow(NamedTuple):
    finding_id: str
    operator: str
    reason: str
    at: int
    until: int | None


@reads("pool")
class _PoolRow(NamedTuple):
    id: str
    name: str
    kind: str
    region: str
    order: str
    cooldown_seconds: int
    warn_percent: float
    critical_percent: float


@reads("cidr")
class _CidrRow(NamedTuple):
    cidr: str
    pool_id: str
    state: str
    isp: str | None
    asn: int | None
    retired_at: int | None


@reads("service")
class _ServiceRow(NamedTuple):
    id: str
    kind: str
    name: str | None
    region: str
    private_ips: str
    subnets: str


_EIPS: Final = (
    "SELECT id, address, pool_id, name, bandwidth_mbps, allocated_at, allocated_by, released_at, released_by,"
    " previous_eip_id FROM eip"
)
_BINDINGS: Final = (
    "SELECT id, eip_id, kind, service_id, private_ip, sources, protocol, port, port_end, to_port, to_port_end,"
    " bound_at, unbound_at FROM binding"
)
_ACCEPTANCES: Final = "SELECT finding_id, operator, reason, at, until FROM acceptance"
_POOLS: Final = 'SELECT id, name, kind, region, "order", cooldown_seconds, warn_percent, critical_percent FROM pool'
_CIDRS: Final = "SELECT cidr, pool_id, state, isp, asn, retired_at FROM cidr"
_SERVICES: Final = "SELECT id, kind, name, region, private_ips, subnets FROM service"


def facts_of_rows(connection: Connection) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the facts of each row, which have one subject, in flat memory."""
    for eip in connection.stream(_EipRow, _EIPS):
        key = eip.id
        facts: list[tuple[Any, ...]] = [
            ("began", key, eip.address, eip.allocated_at, eip.allocated_by, eip.previous_eip_id),
            ("eip", key, "name", eip.name),
            ("eip", key, "bandwidth_mbps", eip.bandwidth_mbps),
            ("eip", key, "pool_id", eip.pool_id),
        ]
        if eip.released_at is not None:
            facts.append(("ended", key, eip.released_at, eip.released_by))
        yield facts
    for binding in connection.stream(_BindingRow, _BINDINGS):
        facts = [("bound", binding.id, binding.eip_id, binding.bound_at, *_serves(binding))]
        if binding.unbound_at is not None:
            facts.append(("unbound", binding.id, binding.unbound_at))
        yield facts
    for accepted in connection.stream(_AcceptanceRow, _ACCEPTANCES):
        yield [("accepted", *accepted)]
    for pool in connection.stream(_PoolRow, _POOLS):
        yield [("pool", pool.id, name, value) for name, value in list(pool._asdict().items())[1:]]
    for cidr in connection.stream(_CidrRow, _CIDRS):
        facts = [("cidr", cidr.cidr, cidr.pool_id, name, getattr(cidr, name)) for name in ("state", "isp", "asn")]
        if cidr.retired_at is not None and (cidr.cidr, cidr.pool_id) != FOUNDED:
            facts.append(("cidr", cidr.cidr, cidr.pool_id, "retired_at", cidr.retired_at))
        yield facts
    for service in connection.stream(_ServiceRow, _SERVICES):
        yield [("service", service.id, name, value) for name, value in list(service._asdict().items())[1:]]


def _serves(row: _BindingRow) -> tuple[Any, ...]:
    return (
        row.kind,
        row.service_id,
        None if row.private_ip is None else format_address(row.private_ip),
        () if row.sources == "[]" else tuple(json.loads(row.sources)),
        row.protocol,
        _ports(row.port, row.port_end),
        _ports(row.to_port, row.to_port_end),
    )


def _ports(first: int | None, last: int | None) -> str | None:
    return None if first is None or last is None else str(PortRange(first, last))
