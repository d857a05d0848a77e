"""Requests: one frozen value for each change, with the type of its answer.

`Inventory.execute` carries a request out in one transaction with its history; a repeated request id gets the first
answer. Verbs on EIPs return the EIPs as they are after the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from core.domain.results import ClockAccepted
from core.domain.values import Allocation, BindingKind, Cidr, Eip, Finding, Pool, PoolOrder, Service, ServiceKind

__all__ = [
    "AcceptClockRequest",
    "AcceptRequest",
    "ActivateRequest",
    "AddCidrRequest",
    "AddServiceRequest",
    "AllocationRequest",
    "BandwidthRequest",
    "BindRequest",
    "DrainRequest",
    "EipRequest",
    "PoolSettingsRequest",
    "RecoverRequest",
    "RehomeRequest",
    "ReleaseRequest",
    "RemoveServiceRequest",
    "RenameRequest",
    "Request",
    "ReserveRequest",
    "RetireRequest",
    "SetAsnRequest",
    "UnbindRequest",
    "UnreserveRequest",
]


Answer_co = TypeVar("Answer_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Generic[Answer_co]):
    """A change to carry out; `Answer_co` is the type of its answer."""

    reason: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EipRequest(Request[Answer_co]):
    """A change of one EIP (id or address); `expected` is the EIP as the operator saw it."""

    eip: str
    expected: Eip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRequest(Request[Allocation]):
    """Allocate EIPs; without a pool from the default pool of the region.

    `default` chooses the default pool on purpose, so that the EIPs do not count as landed there.
    """

    pool_id: str | None = None
    default: bool = False
    region: str | None = None
    address: str | None = None
    count: int = 1
    name: str | None = None
    bandwidth_mbps: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BindRequest(EipRequest[list[Eip]]):
    """Bind one EIP (id or address) to one downstream service.

    `port` and `to_port` are `P` or `P-Q`; `sources` are SNAT source CIDRs; `expected` is the EIP as the
    operator saw it: when its status or its bindings changed since, the bind is refused as a `conflict`.
    """

    kind: BindingKind
    service_id: str
    private_ip: str | None = None
    sources: tuple[str, ...] = ()
    protocol: str | None = None
    port: str | None = None
    to_port: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbindRequest(EipRequest[list[Eip]]):
    binding_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest(Request[list[Eip]]):
    """Release EIPs, all or none; a bound one is refused unless `unbind`."""

    eips: tuple[str, ...]
    unbind: bool = False
    expected: tuple[Eip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthRequest(EipRequest[list[Eip]]):
    bandwidth_mbps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRequest(EipRequest[list[Eip]]):
    """Name an EIP; an empty name takes its name away."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RehomeRequest(EipRequest[Allocation]):
    """Move an EIP to a customer pool: allocate there, move the bindings, release the old one.

    With `keep` the old EIP stays with its bindings, until DNS has moved.
    """

    pool_id: str
    address: str | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverRequest(Request[Allocation]):
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRequest(Request[Finding]):
    """Accept a finding by its id, or a landing by its EIP (id or address), until a time if one is given.

    `withdraw` ends the acceptance instead: the finding is open again.
    """

    finding: str
    until: str | None = None
    withdraw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCidrRequest(Request[Cidr]):
    cidr: str
    isp: str
    asn: int
    pool_id: str | None = None
    region: str | None = None
    avoid_edges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateRequest(Request[Cidr]):
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsnRequest(Request[Cidr]):
    cidr: str
    asn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainRequest(Request[Cidr]):
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireRequest(Request[Cidr]):
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettingsRequest(Request[Pool]):
    """Change settings of a pool; None leaves a setting as it is. Percentages are of the addresses in use."""

    pool_id: str
    order: PoolOrder | None = None
    cooldown_seconds: int | None = None
    warn_percent: float | None = None
    critical_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRequest(Request[Cidr]):
    cidr: str
    first: str
    last: str | None = None
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreserveRequest(Request[Cidr]):
    cidr: str
    first: str
    last: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddServiceRequest(Request[Service]):
    kind: ServiceKind
    service_id: str
    name: str | None = None
    region: str | None = None
    private_ips: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveServiceRequest(Request[Service]):
    """Note that a service no longer exists; bindings that name it stay, as a finding, until they are ended."""

    service_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptClockRequest(Request[ClockAccepted]):
    """Say that the clock is right, though the newest event is ahead of it; the reason is required."""
