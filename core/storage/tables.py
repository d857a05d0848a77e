"""Every table, as SQLModel declares it; the triggers beside them are in `migrations`.

Addresses are integers (text sorts wrong), moments are integer microseconds since the epoch in UTC,
enumerations are stored as the words of the interface. Nothing of an EIP is ever deleted.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

__all__ = ["SQLModel"]

_BIG = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; SQLite wants the word INTEGER for a rowid key."""


def _big(**options: Any) -> Any:
    return Field(sa_type=_BIG, **options)


def _words(column: str, *words: str) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_word")


class PoolTable(SQLModel, table=True):
    """A pool; one default pool a region."""

    __tablename__ = "pool"
    __table_args__ = (
        _words("kind", "customer", "default"),
        CheckConstraint("\"order\" IN ('lru', 'lowest')", name="order_word"),
        CheckConstraint("customer_owned = (kind = 'customer')", name="owned_follows_kind"),
        CheckConstraint("cooldown_seconds >= 0", name="cooldown_not_negative"),
        UniqueConstraint("id", "customer_owned", name="pool_flag"),
        Index(
            "one_default_pool_a_region",
            "region",
            unique=True,
            sqlite_where=text("kind = 'default'"),
            postgresql_where=text("kind = 'default'"),
        ),
    )
    id: str = Field(primary_key=True)
    name: str
    kind: str
    customer_owned: bool
    region: str
    order: str
    cooldown_seconds: int
    warn_percent: float
    critical_percent: float
    created_at: int = _big()


class CidrTable(SQLModel, table=True):
    """One life of a prefix in a pool; lives of one prefix do not overlap in time."""

    __tablename__ = "cidr"
    __table_args__ = (
        _words("state", "validating", "active", "draining", "retired", "failed"),
        _words("rpki", "valid", "invalid", "not_found", "unknown"),
        CheckConstraint("0 <= first AND first <= last AND last <= 4294967295", name="range"),
        CheckConstraint("allocated >= 0 AND reserved >= 0", name="counters"),
        CheckConstraint("allocated + reserved <= last - first + 1", name="no_more_than_it_contains"),
        CheckConstraint("state <> 'retired' OR allocated = 0", name="retired_is_empty"),
        UniqueConstraint("id", "pool_id", "first", "last", name="cidr_place"),
        Index(
            "cidr_present",
            "first",
            unique=True,
            sqlite_where=text("state <> 'retired'"),
            postgresql_where=text("state <> 'retired'"),
        ),
        Index("cidr_pool", "pool_id", "first"),
        Index("cidr_prefix", "cidr", "id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _big(primary_key=True, default=None)
    cidr: str
    first: int = _big()
    last: int = _big()
    pool_id: str = Field(foreign_key="pool.id")
    isp: str | None
    asn: int | None = _big()
    state: str
    rpki: str
    avoid_edges: bool
    allocated: int = _big()
    """Live EIPs in it."""
    reserved: int = _big()
    """Withheld addresses without a live EIP."""
    created_at: int = _big()
    activated_at: int | None = _big()
    draining_at: int | None = _big()
    retired_at: int | None = _big()
    version: int


class FreeRangeTable(SQLModel, table=True):
    """Addresses free to give out; only of active CIDRs, and never across two of them.

    Keyed by the high end, so that taking from the low end never moves the key. Key columns stand first:
    SQLite 3.40's integrity check misreads a WITHOUT ROWID table otherwise.
    """

    __tablename__ = "free_range"
    __table_args__ = (CheckConstraint("lo <= hi", name="range"), {"sqlite_with_rowid": False})
    pool_id: str = Field(primary_key=True)
    hi: int = _big(primary_key=True)
    lo: int = _big()
    cidr_id: int = _big(foreign_key="cidr.id")


class CoolingTable(SQLModel, table=True):
    """Released addresses of active CIDRs, waiting for their reuse; one whose time is past is free."""

    __tablename__ = "cooling"
    __table_args__ = (
        Index("cooling_ready", "pool_id", "ready_at", "address"),
        {"sqlite_with_rowid": False},
    )
    pool_id: str = Field(primary_key=True)
    address: int = _big(primary_key=True)
    ready_at: int = _big()
    cidr_id: int = _big(foreign_key="cidr.id")


class CoolingMinuteTable(SQLModel, table=True):
    """How many cooling addresses of a CIDR come free in which minute: usage without counting rows."""

    __tablename__ = "cooling_minute"
    __table_args__ = (CheckConstraint("count >= 0", name="count"), {"sqlite_with_rowid": False})
    cidr_id: int = _big(primary_key=True, foreign_key="cidr.id")
    minute: int = _big(primary_key=True)
    count: int = _big()


class ReservationTable(SQLModel, table=True):
    """Withheld addresses; the rows of a CIDR never overlap. Soft ones can be asked for by address."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("first <= last", name="range"),
        _words("kind", "hard", "soft"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _big(primary_key=True, default=None)
    cidr_id: int = _big(foreign_key="cidr.id", index=True)
    first: int = _big()
    last: int = _big()
    kind: str
    reason: str | None


class EipTable(SQLModel, table=True):
    """One tenancy of one address."""

    __tablename__ = "eip"
    __table_args__ = (
        ForeignKeyConstraint(["pool_id", "customer_owned"], ["pool.id", "pool.customer_owned"]),
        ForeignKeyConstraint(
            ["cidr_id", "pool_id", "cidr_first", "cidr_last"],
            ["cidr.id", "cidr.pool_id", "cidr.first", "cidr.last"],
        ),
        CheckConstraint("address BETWEEN cidr_first AND cidr_last", name="address_in_cidr"),
        _words("status", "unbound", "bound", "released"),
        CheckConstraint("(status = 'released') = (released_at IS NOT NULL)", name="released_has_a_time"),
        CheckConstraint("released_at IS NULL OR released_at >= allocated_at", name="released_after"),
        CheckConstraint("NOT (landed_in_default AND customer_owned)", name="landing_is_not_ours"),
        CheckConstraint("bandwidth_mbps IS NULL OR bandwidth_mbps > 0", name="bandwidth"),
        Index(
            "one_live_eip_an_address",
            "address",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("eip_tenancies", "address", "allocated_at"),
        Index(
            "eip_landed",
            "seq",
            sqlite_where=text("landed_in_default AND released_at IS NULL"),
            postgresql_where=text("landed_in_default AND released_at IS NULL"),
        ),
        Index(
            "eip_default",
            "seq",
            sqlite_where=text("NOT customer_owned AND released_at IS NULL"),
            postgresql_where=text("NOT customer_owned AND released_at IS NULL"),
        ),
        Index(
            "eip_disagreeing",
            "seq",
            sqlite_where=text("platform_customer_owned <> customer_owned AND released_at IS NULL"),
            postgresql_where=text("platform_customer_owned <> customer_owned AND released_at IS NULL"),
        ),
        Index(
            "eip_idle",
            "unbound_since",
            sqlite_where=text("status = 'unbound'"),
            postgresql_where=text("status = 'unbound'"),
        ),
        *(
            Index(
                f"eip_by_{column}",
                column,
                "address",
                sqlite_where=text("released_at IS NULL"),
                postgresql_where=text("released_at IS NULL"),
            )
            for column in ("name", "status", "pool_id", "allocated_at", "customer_owned", "allocated_by")
        ),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = _big(primary_key=True, default=None)
    id: str = Field(unique=True)
    address: int = _big()
    pool_id: str
    cidr_id: int = _big()
    cidr_first: int = _big()
    cidr_last: int = _big()
    customer_owned: bool
    platform_customer_owned: bool | None
    """What the platform itself said of it; None when it said nothing."""
    name: str | None
    bandwidth_mbps: int | None
    status: str
    allocated_at: int = _big()
    allocated_by: str
    unbound_since: int | None = _big()
    released_at: int | None = _big()
    released_by: str | None
    ready_at: int | None = _big()
    """When a released address may be given out again."""
    landed_in_default: bool
    previous_eip_id: str | None


class ServiceTable(SQLModel, table=True):
    """A downstream target; `private_ips` and `subnets` are JSON lists of text."""

    __tablename__ = "service"
    __table_args__ = (_words("kind", "nic", "nat-gateway", "load-balancer"), Index("service_name", "name"))
    id: str = Field(primary_key=True)
    kind: str
    name: str | None
    region: str
    private_ips: str
    subnets: str
    missing_since: int | None = _big()


class BindingTable(SQLModel, table=True):
    """What an EIP served, from when to when."""

    __tablename__ = "binding"
    __table_args__ = (
        _words("kind", "nic", "snat", "dnat", "load_balancer"),
        _words("protocol", "tcp", "udp", "any"),
        CheckConstraint("unbound_at IS NULL OR unbound_at >= bound_at", name="unbound_after"),
        CheckConstraint("(kind = 'dnat') = (protocol IS NOT NULL)", name="dnat_has_a_protocol"),
        CheckConstraint("(kind = 'dnat' AND protocol <> 'any') = (port IS NOT NULL)", name="ports_where_they_mean"),
        CheckConstraint("port_end - port = to_port_end - to_port", name="ranges_of_equal_size"),
        Index("binding_eip", "eip_id"),
        Index(
            "binding_kind",
            "kind",
            sqlite_where=text("unbound_at IS NULL"),
            postgresql_where=text("unbound_at IS NULL"),
        ),
        Index(
            "binding_service",
            "service_id",
            sqlite_where=text("unbound_at IS NULL"),
            postgresql_where=text("unbound_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = _big(primary_key=True, default=None)
    id: str = Field(unique=True)
    eip_id: str = Field(foreign_key="eip.id")
    kind: str
    service_id: str = Field(foreign_key="service.id")
    private_ip: int | None = _big()
    sources: str
    """SNAT source CIDRs, a sorted JSON list; `[]` for the other kinds."""
    all_eips: bool
    """Of an imported SNAT entry that takes every EIP of its gateway."""
    protocol: str | None
    port: int | None
    port_end: int | None
    to_port: int | None
    to_port_end: int | None
    bound_at: int = _big()
    unbound_at: int | None = _big()


class EventTable(SQLModel, table=True):
    """A fact; never changed, never deleted, chained by hash within its pool."""

    __tablename__ = "event"
    __table_args__ = (
        Index("event_address", "address", "seq"),
        Index(
            "event_cidr",
            "cidr",
            "seq",
            sqlite_where=text("address IS NULL"),
            postgresql_where=text("address IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = _big(primary_key=True, default=None)
    at: int = _big()
    operator: str
    action: str
    eip_id: str | None
    address: int | None = _big()
    pool_id: str | None
    cidr: str | None
    reason: str | None
    request_id: str | None
    before: str | None
    after: str | None
    hash: bytes = Field(sa_type=LargeBinary)


class ChainTable(SQLModel, table=True):
    """The end of a pool's chain of events; the events of no pool have the empty name."""

    __tablename__ = "chain"
    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}
    pool_id: str = Field(primary_key=True)
    at: int = _big()
    length: int = _big()
    hash: bytes = Field(sa_type=LargeBinary)


class RequestTable(SQLModel, table=True):
    """An idempotency key: what was asked (as a hash) and what was answered."""

    __tablename__ = "request"
    request_id: str = Field(primary_key=True)
    hash: bytes = Field(sa_type=LargeBinary)
    at: int = _big()
    answer: str
    """JSON: the ids of the objects answered with, and the warnings."""


class AcceptanceTable(SQLModel, table=True):
    """A finding somebody accepted; it counts while the finding's ground is the same and `until` is ahead."""

    __tablename__ = "acceptance"
    finding_id: str = Field(primary_key=True)
    ground: str
    reason: str
    operator: str
    at: int = _big()
    until: int | None = _big()


class PresenceTable(SQLModel, table=True):
    """A session that is on the deck; no part of the inventory."""

    __tablename__ = "presence"
    session: str = Field(primary_key=True)
    operator: str
    since: int = _big()
    at: int = _big()
    doing: str | None
    """The targets of the change under review, a line each."""
    doing_since: int | None = _big()


class UsageDayTable(SQLModel, table=True):
    """How many addresses of a pool were allocated and released on a UTC day: the trend behind the runway."""

    __tablename__ = "usage_day"
    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}
    pool_id: str = Field(primary_key=True)
    day: int = _big(primary_key=True)
    allocated: int = _big()
    released: int = _big()
