"""Pools, CIDRs and the addresses that a pool can give out."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from core.storage.tables.columns import BIG, Address, Moment, words

__all__ = [
    "CidrTable",
    "CoolingMinuteTable",
    "CoolingTable",
    "FreeRangeTable",
    "PoolTable",
    "ReservationTable",
    "UsageDayTable",
]


class PoolTable(SQLModel, table=True):
    """A pool; one default pool a region."""

    __tablename__ = "pool"
    __table_args__ = (
        words("kind", "customer", "default"),
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
    created_at: datetime = Field(sa_type=Moment)


class CidrTable(SQLModel, table=True):
    """One life of a prefix in a pool; lives of one prefix do not overlap in time."""

    __tablename__ = "cidr"
    __table_args__ = (
        words("state", "validating", "active", "draining", "retired", "failed"),
        words("rpki", "valid", "invalid", "not_found", "unknown"),
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
    id: int | None = Field(sa_type=BIG, primary_key=True, default=None)
    cidr: str
    first: IPv4Address = Field(sa_type=Address)
    last: IPv4Address = Field(sa_type=Address)
    pool_id: str = Field(foreign_key="pool.id")
    isp: str | None
    asn: int | None = Field(sa_type=BIG)
    state: str
    rpki: str
    avoid_edges: bool
    allocated: int = Field(sa_type=BIG)
    """Live EIPs in it."""
    reserved: int = Field(sa_type=BIG)
    """Withheld addresses without a live EIP."""
    created_at: datetime = Field(sa_type=Moment)
    activated_at: datetime | None = Field(sa_type=Moment)
    draining_at: datetime | None = Field(sa_type=Moment)
    retired_at: datetime | None = Field(sa_type=Moment)
    version: int


class FreeRangeTable(SQLModel, table=True):
    """Addresses free to give out; only of active CIDRs, and never across two of them.

    Keyed by the high end, so that taking from the low end never moves the key. Key columns stand first:
    SQLite 3.40's integrity check misreads a WITHOUT ROWID table otherwise.
    """

    __tablename__ = "free_range"
    __table_args__ = (CheckConstraint("lo <= hi", name="range"), {"sqlite_with_rowid": False})
    pool_id: str = Field(primary_key=True)
    hi: IPv4Address = Field(sa_type=Address, primary_key=True)
    lo: IPv4Address = Field(sa_type=Address)
    cidr_id: int = Field(sa_type=BIG, foreign_key="cidr.id")


class CoolingTable(SQLModel, table=True):
    """Released addresses of active CIDRs, waiting for their reuse; one whose time is past is free."""

    __tablename__ = "cooling"
    __table_args__ = (
        Index("cooling_ready", "pool_id", "ready_at", "address"),
        Index("cooling_released", "pool_id", "released_at", "address"),
        {"sqlite_with_rowid": False},
    )
    pool_id: str = Field(primary_key=True)
    address: IPv4Address = Field(sa_type=Address, primary_key=True)
    ready_at: datetime = Field(sa_type=Moment)
    cidr_id: int = Field(sa_type=BIG, foreign_key="cidr.id")
    released_at: datetime = Field(sa_type=Moment)
    """The end of its last tenancy: `lru` gives out the longest released one first."""


class CoolingMinuteTable(SQLModel, table=True):
    """The number of cooling addresses of a CIDR that come free in a minute: usage without counting rows."""

    __tablename__ = "cooling_minute"
    __table_args__ = (CheckConstraint("count >= 0", name="count"), {"sqlite_with_rowid": False})
    cidr_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="cidr.id")
    minute: int = Field(sa_type=BIG, primary_key=True)
    count: int = Field(sa_type=BIG)


class ReservationTable(SQLModel, table=True):
    """Withheld addresses; the rows of a CIDR never overlap. Soft ones can be asked for by address."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("first <= last", name="range"),
        words("kind", "hard", "soft"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(sa_type=BIG, primary_key=True, default=None)
    cidr_id: int = Field(sa_type=BIG, foreign_key="cidr.id", index=True)
    first: IPv4Address = Field(sa_type=Address)
    last: IPv4Address = Field(sa_type=Address)
    kind: str
    reason: str | None


class UsageDayTable(SQLModel, table=True):
    """The numbers of addresses of a pool allocated, released and freed on a UTC day: the trend behind the runway."""

    __tablename__ = "usage_day"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}
    pool_id: str = Field(primary_key=True)
    day: int = Field(sa_type=BIG, primary_key=True)
    allocated: int = Field(sa_type=BIG)
    released: int = Field(sa_type=BIG)
    freed: int = Field(sa_type=BIG)
    """Addresses that became free or cooling, less those that were taken, by EIPs, reservations and CIDRs."""
