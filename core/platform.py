"""The port: what every platform can do, and the frozen requests that cross it.

The embedded platform (`core.local`) implements it on the database; a live account implements it through
its API. Every request carries who asked for what and why; the operator is the desk's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.objects import Allocation, BindingKind, Cidr, Eip, Finding, Pool, PoolOrder, Service, ServiceKind

__all__ = [
    "AcceptRequest",
    "ActivateRequest",
    "AddCidrRequest",
    "AddServiceRequest",
    "AllocationRequest",
    "BandwidthRequest",
    "BindRequest",
    "DrainRequest",
    "Platform",
    "PoolSettingsRequest",
    "RecoverRequest",
    "RehomeRequest",
    "ReleaseRequest",
    "RemoveServiceRequest",
    "ReserveRequest",
    "RetireRequest",
    "SetAsnRequest",
    "UnbindRequest",
    "UnreserveRequest",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    reason: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRequest(_Request):
    """An allocation; without a pool the default pool of the region is meant.

    `default` says the default pool was chosen on purpose, so that landing there is no landing.
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
class BindRequest(_Request):
    """A binding of one EIP (id or address) to one downstream service.

    `port` and `to_port` are `P` or `P-Q`; `sources` are SNAT source CIDRs; `expected` is the EIP as the
    operator saw it: when its status or bindings have changed since, the bind is a `conflict`.
    """

    eip: str
    kind: BindingKind
    service_id: str
    private_ip: str | None = None
    sources: tuple[str, ...] = ()
    protocol: str | None = None
    port: str | None = None
    to_port: str | None = None
    expected: Eip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbindRequest(_Request):
    eip: str
    binding_id: str | None = None
    expected: Eip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest(_Request):
    """A release of several EIPs, all or none; a bound one is refused unless `unbind`."""

    eips: tuple[str, ...]
    unbind: bool = False
    expected: tuple[Eip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthRequest(_Request):
    eip: str
    bandwidth_mbps: int
    expected: Eip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RehomeRequest(_Request):
    """Move an EIP to a customer pool: allocate there, move the bindings, release the old one.

    With `keep` the old EIP stays as it is, bindings and all, until DNS has moved.
    """

    eip: str
    pool_id: str
    address: str | None = None
    keep: bool = False
    expected: Eip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverRequest(_Request):
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRequest(_Request):
    """Accept a finding by its id, or a landing by its EIP (id or address); `until` is ISO-8601."""

    finding: str
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCidrRequest(_Request):
    cidr: str
    isp: str
    asn: int
    pool_id: str | None = None
    region: str | None = None
    avoid_edges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateRequest(_Request):
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsnRequest(_Request):
    cidr: str
    asn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainRequest(_Request):
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireRequest(_Request):
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettingsRequest(_Request):
    """Settings of a pool; None leaves a setting as it is. Percentages are of addresses not available."""

    pool_id: str
    order: PoolOrder | None = None
    cooldown_seconds: int | None = None
    warn_percent: float | None = None
    critical_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRequest(_Request):
    cidr: str
    first: str
    last: str | None = None
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreserveRequest(_Request):
    cidr: str
    first: str
    last: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddServiceRequest(_Request):
    kind: ServiceKind
    service_id: str
    name: str | None = None
    region: str | None = None
    private_ips: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveServiceRequest(_Request):
    """A target is known to exist no longer; bindings that name it stay, as a finding, until they are ended."""

    service_id: str


class Platform(Protocol):
    """Every write. Each is one transaction with its history, raises an `EipdeckError`, and may block.

    Verbs on EIPs answer with the EIPs as they now are. A repeated request id answers as the first time.
    """

    def allocate(self, request: AllocationRequest) -> Allocation: ...
    def bind(self, request: BindRequest) -> list[Eip]: ...
    def unbind(self, request: UnbindRequest) -> list[Eip]: ...
    def release(self, request: ReleaseRequest) -> list[Eip]: ...
    def set_bandwidth(self, request: BandwidthRequest) -> list[Eip]: ...
    def rehome(self, request: RehomeRequest) -> Allocation: ...
    def recover(self, request: RecoverRequest) -> Allocation: ...
    def accept(self, request: AcceptRequest) -> Finding: ...
    def add_cidr(self, request: AddCidrRequest) -> Cidr: ...
    def activate_cidr(self, request: ActivateRequest) -> Cidr: ...
    def set_asn(self, request: SetAsnRequest) -> Cidr: ...
    def drain_cidr(self, request: DrainRequest) -> Cidr: ...
    def retire_cidr(self, request: RetireRequest) -> Cidr: ...
    def set_pool(self, request: PoolSettingsRequest) -> Pool: ...
    def reserve(self, request: ReserveRequest) -> Cidr: ...
    def unreserve(self, request: UnreserveRequest) -> Cidr: ...
    def add_service(self, request: AddServiceRequest) -> Service: ...
    def remove_service(self, request: RemoveServiceRequest) -> Service: ...
