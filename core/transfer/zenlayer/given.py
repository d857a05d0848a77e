"""The objects that the rows of Zenlayer's API describe, in the words of the inventory.

A field is None when its row does not have it: then the import changes nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.domain.addresses import Prefix
from core.domain.ports import PortRange
from core.domain.values import CidrState, ServiceKind
from core.transfer.documents import Position

__all__ = ["Dnat", "Given", "GivenCidr", "GivenEip", "GivenPool", "GivenService", "Holder", "Snat"]


@dataclass(frozen=True, slots=True)
class GivenPool:
    place: Position = field(compare=False)
    id: str
    name: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class GivenCidr:
    place: Position = field(compare=False)
    id: str | None
    """The platform's id, which EIPs refer to; the inventory identifies a CIDR by its prefix."""
    prefix: Prefix
    pool_id: str | None
    region: str | None
    customer_owned: bool
    isp: str | None
    asn: int | None
    state: CidrState
    created_at: int | None


@dataclass(frozen=True, slots=True)
class Holder:
    """The resource an EIP is associated with."""

    kind: ServiceKind
    id: str
    private_ip: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class GivenEip:
    place: Position = field(compare=False)
    id: str
    address: int
    name: str | None
    region: str | None
    cidr_id: str | None
    customer_owned: bool | None
    """The platform's own flag."""
    bandwidth_mbps: int | None
    created_at: int | None
    holder: Holder | None
    holder_known: bool
    """Whether the row has its association; None is one."""


@dataclass(frozen=True, slots=True)
class Snat:
    """An SNAT entry: its sources leave through these EIPs of the gateway, or through all of them."""

    sources: tuple[str, ...]
    eip_ids: tuple[str, ...]
    all_eips: bool


@dataclass(frozen=True, slots=True)
class Dnat:
    """A DNAT entry; `any` has no ports."""

    eip_id: str
    private_ip: int
    protocol: str
    port: PortRange | None
    to_port: PortRange | None


@dataclass(frozen=True, slots=True)
class GivenService:
    """A NAT gateway (its row or its detail) or a load balancer."""

    place: Position = field(compare=False)
    id: str
    kind: ServiceKind
    name: str | None
    region: str | None
    private_ips: tuple[str, ...] | None = None
    eip_ids: tuple[str, ...] | None = None
    """All EIPs associated with a gateway."""
    addresses: tuple[int, ...] | None = None
    """All front-end addresses of a load balancer."""
    snats: tuple[Snat, ...] | None = None
    dnats: tuple[Dnat, ...] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The objects of all rows, each object once."""

    pools: dict[str, GivenPool]
    cidrs: dict[Prefix, GivenCidr]
    eips: dict[str, GivenEip]
    services: tuple[GivenService, ...]
    """A gateway is here twice when the import has both its row and its detail."""
