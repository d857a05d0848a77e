"""The values that leave the core: frozen, named as in the JSON that every front end prints.

Addresses and prefixes are text here, times aware UTC datetimes. `to_json` turns any of them into JSON types. Those that
come by the hundred thousand are named tuples: a frozen dataclass of so many fields takes four times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

__all__ = [
    "MISSING_POOL_WARNING",
    "Allocation",
    "Binding",
    "BindingKind",
    "Cidr",
    "CidrState",
    "Eip",
    "EipStatus",
    "Event",
    "Finding",
    "FixIn",
    "Imported",
    "OtherSession",
    "Pool",
    "PoolKind",
    "PoolOrder",
    "Proof",
    "Restored",
    "Service",
    "ServiceKind",
    "Severity",
    "Verdict",
    "VerdictWord",
    "Violation",
    "Warn",
    "from_micros",
    "iso",
    "stamp",
    "to_json",
    "to_micros",
]

MISSING_POOL_WARNING: Final = "landed_in_default_pool"


class PoolKind(StrEnum):
    CUSTOMER = "customer"
    DEFAULT = "default"


class PoolOrder(StrEnum):
    LRU = "lru"
    LOWEST = "lowest"


class CidrState(StrEnum):
    VALIDATING = "validating"
    ACTIVE = "active"
    DRAINING = "draining"
    RETIRED = "retired"
    FAILED = "failed"


class EipStatus(StrEnum):
    UNBOUND = "unbound"
    BOUND = "bound"
    RELEASED = "released"


class BindingKind(StrEnum):
    NIC = "nic"
    SNAT = "snat"
    DNAT = "dnat"
    LOAD_BALANCER = "load_balancer"


class ServiceKind(StrEnum):
    NIC = "nic"
    NAT_GATEWAY = "nat-gateway"
    LOAD_BALANCER = "load-balancer"


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class FixIn(StrEnum):
    CUSTOMER_CIDR = "customer_cidr"
    ZENLAYER = "zenlayer"
    ELSEWHERE = "elsewhere"


class VerdictWord(StrEnum):
    CUSTOMER_BOUND = "customer-bound"
    CUSTOMER_UNBOUND = "customer-unbound"
    CUSTOMER_COOLING = "customer-cooling"
    CUSTOMER_UNALLOCATED = "customer-unallocated"
    DEFAULT_BOUND = "default-bound"
    DEFAULT_UNBOUND = "default-unbound"
    DEFAULT_UNALLOCATED = "default-unallocated"
    NOT_OURS = "not-ours"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Service:
    """A downstream target."""

    id: str
    kind: ServiceKind
    name: str | None
    region: str
    private_ips: tuple[str, ...]
    subnets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """What an EIP serves, from when to when."""

    id: str
    kind: BindingKind
    service_id: str
    private_ip: str | None
    sources: tuple[str, ...]
    """SNAT source CIDRs, sorted; none when the EIP is on the gateway, but in no entry that is known, and for the
    other kinds."""
    protocol: str | None
    """`tcp`, `udp` or `any`; DNAT only."""
    port: int | str | None
    """The public port, or a range as `8000-8010`; None for `any`."""
    to_port: int | str | None
    bound_at: datetime
    unbound_at: datetime | None


class Eip(NamedTuple):
    """One tenancy of one address."""

    id: str | None
    """None only in the answer to a dry run."""
    address: str
    name: str | None
    customer_owned: bool
    pool_id: str
    cidr: str
    region: str
    status: EipStatus
    bindings: tuple[Binding, ...]
    """The live ones; of a released EIP those it ended with."""
    bandwidth_mbps: int | None
    allocated_at: datetime
    allocated_by: str
    released_at: datetime | None
    landed_in_default: bool
    previous_eip_id: str | None


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool and its usage; total = allocated + cooling + reserved + held + available."""

    id: str
    name: str
    kind: PoolKind
    region: str
    cidrs: tuple[str, ...]
    order: PoolOrder
    cooldown_seconds: int
    total: int
    allocated: int
    cooling: int
    reserved: int
    held: int
    available: int
    used_percent: float | None
    runway_days: float | None


@dataclass(frozen=True, slots=True)
class Cidr:
    """A prefix in its present life."""

    cidr: str
    pool_id: str
    isp: str | None
    asn: int | None
    region: str
    state: CidrState
    customer_owned: bool
    rpki: str
    total: int
    allocated: int
    available: int


@dataclass(frozen=True, slots=True)
class Warn:
    """A caveat on something that was done."""

    code: str
    message: str
    eip_id: str | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """What an allocation gave; a landing in the default pool is among the warnings."""

    eips: tuple[Eip, ...]
    warnings: tuple[Warn, ...]


class Verdict(NamedTuple):
    """Whose address it is, what it does, and where a fix lives."""

    address: str
    at: datetime
    verdict: VerdictWord
    customer_owned: bool | None
    cidr: str | None
    pool_id: str | None
    asn: int | None
    eip: Eip | None
    fix_in: FixIn | None
    summary: str
    as_of: datetime
    count: int  # type: ignore[assignment]  # the contract's name; nobody counts what is in a verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs attention, and its remedy."""

    id: str
    code: str
    severity: Severity
    subject: str
    message: str
    remedy: str
    since: datetime
    accepted_reason: str | None
    accepted_until: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """A fact of the history."""

    id: str
    at: datetime
    operator: str
    action: str
    eip_id: str | None
    address: str | None
    pool_id: str | None
    cidr: str | None
    reason: str | None
    request_id: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in objects."""

    created: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoration brings back, and what it takes."""

    eips: int
    """Live ones that are back."""
    as_of: datetime | None
    """The newest event that is back; None when nothing had happened yet."""
    lost: int
    """Events that are there no longer."""
    lost_since: datetime | None
    """The oldest of them."""
    kept: str | None
    """The file that holds the database as it was; None when nothing has been done yet."""


@dataclass(frozen=True, slots=True)
class OtherSession:
    """A session that is on the deck."""

    operator: str
    since: datetime
    doing: str | None
    """The targets of the change it is reviewing, a line each."""
    doing_since: datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """A law that does not hold of a subject."""

    law: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What `verify` found: how much was looked at, and what is broken."""

    ok: bool
    eips: int
    events: int
    chains: int
    broken: tuple[Violation, ...]
    """Of each law up to 20 subjects; of each chain its first broken link."""


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since the epoch, as the database keeps moments."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC datetime of a stored moment."""
    return _EPOCH + micros * _MICROSECOND


def iso(moment: datetime) -> str:
    """ISO-8601 in UTC with `Z`, with as many digits of a second as it has."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stamp(moment: datetime) -> str:
    """A moment as sentences say it: UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


_PLAIN: Final = frozenset((str, int, bool, float, type(None)))
"""What is JSON as it is; most values are."""


def to_json(value: Any) -> Any:
    """JSON types of a value of this module, or of lists, tuples and mappings of them."""
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (Eip, Verdict)):
        return {name: to_json(item) for name, item in value._asdict().items()}
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value
