"""The values that leave the core: frozen, with the field names of the JSON that every front end prints.

Addresses and prefixes are text, times are aware UTC datetimes. `json_types.to_json` turns a value into JSON types.
`Eip` and `Verdict` are named tuples because lists hold them by the hundred thousand: a frozen dataclass with as many
fields takes four times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from core.domain.errors import Fix
from core.domain.json_value import JsonObject
from core.domain.kinds import (
    BindingKind,
    CidrState,
    EipStatus,
    FindingCode,
    FixIn,
    PoolKind,
    PoolOrder,
    ServiceKind,
    Severity,
    VerdictWord,
)
from core.domain.ports import PortRange

__all__ = [
    "Allocation",
    "Binding",
    "BindingKind",
    "Cidr",
    "CidrState",
    "Eip",
    "EipStatus",
    "Event",
    "Finding",
    "FindingCode",
    "FixIn",
    "OtherSession",
    "Pool",
    "PoolKind",
    "PoolOrder",
    "Service",
    "ServiceKind",
    "Severity",
    "Verdict",
    "VerdictWord",
    "Warn",
    "from_micros",
    "iso",
    "stamp",
    "to_micros",
]


@dataclass(frozen=True, slots=True)
class Service:
    """A downstream service: a network interface, a NAT gateway or a load balancer."""

    id: str
    kind: ServiceKind
    name: str | None
    region: str
    private_ips: tuple[str, ...]
    subnets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """A service of an EIP, from `bound_at` to `unbound_at`."""

    id: str
    kind: BindingKind
    service_id: str
    private_ip: str | None
    sources: tuple[str, ...]
    """SNAT source CIDRs, sorted; empty for other kinds, and when no entry of the gateway with the EIP is known."""
    protocol: str | None
    """`tcp`, `udp` or `any`; DNAT only."""
    port: PortRange | None
    """The public ports; None for `any`."""
    to_port: PortRange | None
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
    """The live bindings; of a released EIP its last ones."""
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
    """A warning about a change that was made."""

    code: str
    message: str
    eip_id: str | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The EIPs of an allocation, with a warning for each that landed in the default pool."""

    eips: tuple[Eip, ...]
    warnings: tuple[Warn, ...]


class Verdict(NamedTuple):
    """The owner of an address, what it serves, and where a fix lives, at a time."""

    address: str
    at: datetime | None
    """None only of text whose moment is not known; it is judged as of `as_of` then."""
    verdict: VerdictWord
    customer_owned: bool | None
    cidr: str | None
    pool_id: str | None
    asn: int | None
    eip: Eip | None
    fix_in: FixIn | None
    summary: str
    as_of: datetime
    count: int  # type: ignore[assignment]  # the name in the contract; tuple.count is not used
    doubts: tuple[str, ...] = ()
    """Why the moment of a text can be wrong: `time_unknown`, `zone_assumed`, `year_assumed`, `ambiguous` …"""
    line: int | None = None
    """The first line of the text it stood on, from 1."""
    port: int | None = None
    """The port beside the address in a text; None when it has none, or several."""
    protocol: str | None = None
    """In lower case."""
    time_source: str | None = None
    """Where the moment stood in a text: `asked`, `format`, `key`, `place` or `none`."""
    also_at: tuple[datetime, ...] = ()
    """The other moments that the time in a text can mean, ascending."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs attention, and its remedy.

    The JSON has `FINDING_FIELDS` only; the fields after them are for front ends that run in this process. A finding
    loaded from JSON has their defaults.
    """

    id: str
    code: FindingCode
    severity: Severity
    subject: str
    message: str
    remedy: str
    since: datetime
    accepted_reason: str | None
    accepted_until: datetime | None
    brief: str = field(default="", compare=False)
    """The message in a few words, without the subject: `lb lb-shop`, `2 live EIPs left`."""
    eips: tuple[str, ...] = field(default=(), compare=False)
    """Addresses of the live EIPs that are a problem by it; of a draining CIDR the first 1,000; none for a pool."""
    landing: str | None = field(default=None, compare=False)
    """The id of the EIP that landed in the default pool, for a landing."""
    advice: str = field(default="", compare=False)
    """The remedy without its command."""
    fix: Fix | None = field(default=None, compare=False)
    """The command that repairs it, or that lists the EIPs to repair."""
    accepted_by: str | None = field(default=None, compare=False)
    accepted_at: datetime | None = field(default=None, compare=False)

    @property
    def accepted(self) -> bool:
        """Whether an operator accepted it."""
        return self.accepted_reason is not None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the history."""

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
    before: JsonObject | None
    after: JsonObject | None


@dataclass(frozen=True, slots=True)
class OtherSession:
    """Another open dashboard."""

    operator: str
    since: datetime
    doing: str | None
    """The targets of the change that it is reviewing, one a line."""
    doing_since: datetime


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return microseconds since the epoch, the form in which the database stores times."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the aware UTC datetime of a stored time."""
    return _EPOCH + micros * _MICROSECOND


def iso(moment: datetime) -> str:
    """Return ISO-8601 in UTC with `Z`, with fractions of a second when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stamp(moment: datetime) -> str:
    """Return the time as sentences have it: UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
