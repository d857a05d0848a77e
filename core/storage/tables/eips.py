"""EIPs, services, and the bindings between them."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from core.storage.tables.columns import BIG, Address, Moment, words

__all__ = ["BindingTable", "EipTable", "ServiceTable"]


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
        words("status", "unbound", "bound", "released"),
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
        Index(
            "eip_alive",
            "seq",
            sqlite_where=text("alive_since IS NOT NULL"),
            postgresql_where=text("alive_since IS NOT NULL"),
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
    seq: int | None = Field(sa_type=BIG, primary_key=True, default=None)
    id: str = Field(unique=True)
    address: IPv4Address = Field(sa_type=Address)
    pool_id: str
    cidr_id: int = Field(sa_type=BIG)
    cidr_first: IPv4Address = Field(sa_type=Address)
    cidr_last: IPv4Address = Field(sa_type=Address)
    customer_owned: bool
    platform_customer_owned: bool | None
    """The platform's own flag; None when the platform gave none."""
    name: str | None
    bandwidth_mbps: int | None
    status: str
    allocated_at: datetime = Field(sa_type=Moment)
    allocated_by: str
    unbound_since: datetime | None = Field(sa_type=Moment)
    released_at: datetime | None = Field(sa_type=Moment)
    released_by: str | None
    ready_at: datetime | None = Field(sa_type=Moment)
    """The time from which the address of a released EIP can be allocated again."""
    landed_in_default: bool
    previous_eip_id: str | None
    alive_since: datetime | None = Field(sa_type=Moment)
    """The time of the import that had a released EIP alive on the platform, until a later one has not."""


class ServiceTable(SQLModel, table=True):
    """A downstream target; `private_ips` and `subnets` are JSON lists of text."""

    __tablename__ = "service"
    __table_args__ = (words("kind", "nic", "nat-gateway", "load-balancer"), Index("service_name", "name"))
    id: str = Field(primary_key=True)
    kind: str
    name: str | None
    region: str
    private_ips: str
    subnets: str
    missing_since: datetime | None = Field(sa_type=Moment)


class BindingTable(SQLModel, table=True):
    """A service of an EIP, and the period of the binding."""

    __tablename__ = "binding"
    __table_args__ = (
        words("kind", "nic", "snat", "dnat", "load_balancer"),
        words("protocol", "tcp", "udp", "any"),
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
    seq: int | None = Field(sa_type=BIG, primary_key=True, default=None)
    id: str = Field(unique=True)
    eip_id: str = Field(foreign_key="eip.id")
    kind: str
    service_id: str = Field(foreign_key="service.id")
    private_ip: IPv4Address | None = Field(sa_type=Address)
    sources: str
    """SNAT source CIDRs, a sorted JSON list; `[]` for the other kinds."""
    all_eips: bool
    """Whether it is an imported SNAT entry that takes every EIP of its gateway."""
    protocol: str | None
    port: int | None
    port_end: int | None
    to_port: int | None
    to_port_end: int | None
    bound_at: datetime = Field(sa_type=Moment)
    unbound_at: datetime | None = Field(sa_type=Moment)
