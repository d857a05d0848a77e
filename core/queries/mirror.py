"""The state of the mirror: the account, the age of its picture, and the rows that were set aside."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from core.domain.results import MirrorKind, MirrorState
from core.domain.values import from_micros
from core.storage.connection import Connection, Flag
from core.storage.rows import COMPUTED, reads

__all__ = [
    "EIPS",
    "PICTURED",
    "AsideRow",
    "KindRow",
    "MirrorRow",
    "asides",
    "cidr_id_of",
    "is_recycled",
    "kind_rows",
    "mirror_of",
    "mirror_state",
    "picture_at",
    "readings",
]

EIPS: Final = "DescribeEips"
PICTURED: Final = {EIPS: "EIPs", "DescribeCidrs": "CIDRs"}
"""The kinds that every verdict rests on."""


@reads("mirror")
class MirrorRow(NamedTuple):
    profile: str
    endpoint: str
    since: int
    baseline_at: int | None
    held: str | None
    held_at: int | None


@reads("mirror_kind")
class KindRow(NamedTuple):
    kind: str
    tried_at: int
    read_at: int | None
    steady: Flag
    rows: int
    problem: str | None


@reads("mirror_aside")
class AsideRow(NamedTuple):
    kind: str
    number: Annotated[int, COMPUTED]
    since: Annotated[int, COMPUTED]
    platform_id: Annotated[str, COMPUTED]
    why: Annotated[str, COMPUTED]


_MIRROR: Final = "SELECT profile, endpoint, since, baseline_at, held, held_at FROM mirror"
_READINGS: Final = "SELECT kind, tried_at, read_at, steady, rows, problem FROM mirror_kind ORDER BY kind"
_ASIDES: Final = (
    "SELECT kind, count(*) AS number, min(since) AS since, min(platform_id) AS platform_id, min(why) AS why"
    " FROM mirror_aside GROUP BY kind ORDER BY kind"
)
_CIDR_ID: Final = "SELECT platform_id FROM mirror_row WHERE kind = 'DescribeCidrs' AND subject = :cidr"
_RECYCLED: Final = (
    "SELECT 1 FROM mirror_row WHERE kind = 'DescribeEips' AND platform_id = :eip AND subject = 'RECYCLED'"
)
_READ_AT: Final = "SELECT read_at FROM mirror_kind WHERE kind = :kind"


def mirror_of(connection: Connection) -> MirrorRow | None:
    """Return the account that the database mirrors; None for an embedded platform."""
    return connection.row(MirrorRow, _MIRROR)


def readings(connection: Connection) -> tuple[MirrorKind, ...]:
    """Return the readings by kind."""
    return tuple(map(_kind, kind_rows(connection)))


def kind_rows(connection: Connection) -> list[KindRow]:
    """Return the readings by kind, with their times in microseconds."""
    return connection.rows(KindRow, _READINGS)


def asides(connection: Connection) -> list[AsideRow]:
    """Return, by kind, the number of rows that were set aside, and one of them."""
    return connection.rows(AsideRow, _ASIDES)


def mirror_state(connection: Connection) -> MirrorState | None:
    """Return the mirror with its readings; None for an embedded platform."""
    mirror = mirror_of(connection)
    if mirror is None:
        return None
    read_at = picture_at(connection)
    return MirrorState(
        profile=mirror.profile,
        endpoint=mirror.endpoint,
        as_of=None if read_at is None else from_micros(read_at),
        held=mirror.held,
        aside=sum(row.number for row in asides(connection)),
        kinds=readings(connection),
    )


def _kind(row: KindRow) -> MirrorKind:
    read_at = None if row.read_at is None else from_micros(row.read_at)
    return MirrorKind(row.kind, row.rows, read_at, bool(row.steady), row.problem)


def picture_at(connection: Connection) -> int | None:
    """Return the time of the picture, which is that of its EIPs; None when they were never read."""
    return connection.value(int, _READ_AT, {"kind": EIPS})


def cidr_id_of(connection: Connection, cidr: str) -> str | None:
    """Return the platform's id of a CIDR; None when the account did not show it."""
    return connection.value(str, _CIDR_ID, {"cidr": cidr})


def is_recycled(connection: Connection, eip_id: str) -> bool:
    """Return whether an EIP is in the recycle bin of the account."""
    return connection.value(int, _RECYCLED, {"eip": eip_id}) is not None
