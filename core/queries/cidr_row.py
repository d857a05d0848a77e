"""The columns of a CIDR that a verdict needs."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.storage.rows import reads

__all__ = ["CIDR_COLUMNS", "CidrRow"]


@reads("cidr", "pool")
class CidrRow(NamedTuple):
    id: int
    cidr: str
    first: int
    last: int
    pool_id: str
    asn: int | None
    state: str
    created_at: int
    retired_at: int | None
    kind: str
    region: str


CIDR_COLUMNS: Final = (
    "SELECT c.id, c.cidr, c.first, c.last, c.pool_id, c.asn, c.state, c.created_at, c.retired_at,"
    " p.kind, p.region FROM cidr c JOIN pool p ON p.id = c.pool_id"
)
