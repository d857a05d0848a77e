"""The mirror of a live account; no part of the inventory, so it is not exported."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from core.storage.tables.columns import BIG, Moment, words

__all__ = ["MirrorAsideTable", "MirrorKindTable", "MirrorOperationTable", "MirrorRowTable", "MirrorTable"]


class MirrorTable(SQLModel, table=True):
    """One row in the database of a live account, none elsewhere."""

    __tablename__ = "mirror"
    __table_args__: ClassVar[tuple[Any, ...]] = (CheckConstraint("id = 1", name="one_mirror"),)
    id: int = Field(sa_type=BIG, primary_key=True)
    profile: str
    endpoint: str
    since: datetime = Field(sa_type=Moment)
    """The time from which the database mirrors the account."""
    baseline_at: datetime | None = Field(sa_type=Moment)
    """The time of the first picture; what began later on the account is news."""
    held: str | None
    """The reason why the last picture was not taken over."""
    held_at: datetime | None = Field(sa_type=Moment)


class MirrorKindTable(SQLModel, table=True):
    """The reading of one kind of rows."""

    __tablename__ = "mirror_kind"
    kind: str = Field(primary_key=True)
    """The action of the API that lists them."""
    tried_at: datetime = Field(sa_type=Moment)
    read_at: datetime | None = Field(sa_type=Moment)
    """The beginning of the last reading in full; None: there was none."""
    steady: bool
    """Whether the pages of that reading agreed; only then can a row be missing."""
    rows: int = Field(sa_type=BIG)
    problem: str | None
    """Why the last reading failed; None when it did not."""


class MirrorRowTable(SQLModel, table=True):
    """A row of the account that the inventory has."""

    __tablename__ = "mirror_row"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}
    kind: str = Field(primary_key=True)
    platform_id: str = Field(primary_key=True)
    digest: str
    """A hash of the fields that are read: a row with the same hash is the same."""
    subject: str | None
    """The prefix of a CIDR."""
    missing_since: datetime | None = Field(sa_type=Moment)
    """The time of the first look-up by id that did not find it."""


class MirrorAsideTable(SQLModel, table=True):
    """A row of the account that a rule of the inventory refuses."""

    __tablename__ = "mirror_aside"
    kind: str = Field(primary_key=True)
    platform_id: str = Field(primary_key=True)
    why: str
    raw: str
    """The row as JSON, at most 16 KiB of it."""
    since: datetime = Field(sa_type=Moment)


class MirrorOperationTable(SQLModel, table=True):
    """A change of the account: one call, noted before it is sent; never deleted."""

    __tablename__ = "mirror_operation"
    __table_args__: ClassVar[tuple[Any, ...]] = (
        words("state", "noted", "sent", "unknown", "done", "refused"),
        Index(
            "mirror_operation_open",
            "eip_id",
            unique=True,
            sqlite_where=text("state IN ('noted', 'sent', 'unknown')"),
            postgresql_where=text("state IN ('noted', 'sent', 'unknown')"),
        ),
    )
    request_id: str = Field(primary_key=True)
    hash: bytes = Field(sa_type=LargeBinary)
    verb: str
    """The class of the request."""
    asked: str
    """The request as JSON."""
    operator: str
    reason: str | None
    eip_id: str
    action: str
    """The action of the API."""
    body: str
    """Its fields as JSON."""
    state: str
    noted_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(sa_type=Moment)
    settled_at: datetime | None = Field(sa_type=Moment)
    platform_request_id: str | None
    code: str | None
    """The platform's code, when it refused or did not answer."""
    message: str | None
