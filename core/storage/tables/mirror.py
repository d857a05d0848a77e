"""The mirror of a live account; no part of the inventory, so it is not exported."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from core.storage.tables.columns import BIG, Moment, words

__all__ = ["MirrorAsideTable", "MirrorKindTable", "MirrorPlanTable", "MirrorRowTable", "MirrorStepTable", "MirrorTable"]


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
    """The prefix of a CIDR; of an EIP in the recycle bin RECYCLED."""
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


class MirrorPlanTable(SQLModel, table=True):
    """A change of the account: a plan of steps; never deleted."""

    __tablename__ = "mirror_plan"
    __table_args__: ClassVar[tuple[Any, ...]] = (
        words("state", "open", "done", "refused", "unfinished", "undone"),
        Index(
            "mirror_plan_open", "noted_at", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")
        ),
        Index("mirror_plan_touched", "touched_at"),
    )
    request_id: str = Field(primary_key=True)
    hash: bytes = Field(sa_type=LargeBinary)
    verb: str
    """The class of the request."""
    asked: str
    """The request as JSON."""
    operator: str
    reason: str | None
    state: str
    holds: str
    """JSON: the EIPs, addresses and services that it is about, such as `eip:ID`."""
    noted_at: datetime = Field(sa_type=Moment)
    touched_at: datetime = Field(sa_type=Moment)
    """The time of the last change of one of its steps."""
    settled_at: datetime | None = Field(sa_type=Moment)


class MirrorStepTable(SQLModel, table=True):
    """One step of a plan: one call, noted before it is sent; never deleted."""

    __tablename__ = "mirror_step"
    __table_args__: ClassVar[tuple[Any, ...]] = (words("state", "noted", "sent", "unknown", "done", "refused"),)
    request_id: str = Field(primary_key=True, foreign_key="mirror_plan.request_id")
    nth: int = Field(sa_type=BIG, primary_key=True)
    kind: str
    """What is to be so after it, such as `associate`."""
    about: str
    """JSON: the particulars."""
    state: str
    action: str | None
    """The action of the API; None before the call, and when nothing had to be sent."""
    body: str | None
    """Its fields as JSON."""
    sent_at: datetime | None = Field(sa_type=Moment)
    settled_at: datetime | None = Field(sa_type=Moment)
    platform_request_id: str | None
    code: str | None
    """The platform's code, when it refused or did not answer."""
    message: str | None
    result: str | None
    """JSON: what the step gave, such as a new EIP."""
