"""The history, and the records beside it: request ids, acceptances, sessions."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address
from typing import ClassVar

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from core.storage.tables.columns import BIG, Address, Moment

__all__ = ["AcceptanceTable", "ChainTable", "EventTable", "PresenceTable", "RequestTable"]


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
    seq: int | None = Field(sa_type=BIG, primary_key=True, default=None)
    at: datetime = Field(sa_type=Moment)
    operator: str
    action: str
    eip_id: str | None
    address: IPv4Address | None = Field(sa_type=Address)
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
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}
    pool_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    length: int = Field(sa_type=BIG)
    hash: bytes = Field(sa_type=LargeBinary)


class RequestTable(SQLModel, table=True):
    """An idempotency key: what was asked (as a hash) and what was answered."""

    __tablename__ = "request"
    request_id: str = Field(primary_key=True)
    hash: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Moment)
    answer: str
    """JSON: the ids of the objects answered with, and the warnings."""


class AcceptanceTable(SQLModel, table=True):
    """An accepted finding; valid while `ground` is the finding's fingerprint and `until` is in the future."""

    __tablename__ = "acceptance"
    finding_id: str = Field(primary_key=True)
    ground: str
    reason: str
    operator: str
    at: datetime = Field(sa_type=Moment)
    until: datetime | None = Field(sa_type=Moment)


class PresenceTable(SQLModel, table=True):
    """An open dashboard session; not a part of the inventory."""

    __tablename__ = "presence"
    session: str = Field(primary_key=True)
    operator: str
    since: datetime = Field(sa_type=Moment)
    at: datetime = Field(sa_type=Moment)
    doing: str | None
    """The targets of the change under review, a line each."""
    doing_since: datetime | None = Field(sa_type=Moment)
