"""The addresses that were ours at any time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = ["merged", "owned"]


@reads("cidr", "eip")
class _Range(NamedTuple):
    first: int
    last: int


_CIDRS: Final = "SELECT c.first, c.last FROM cidr c JOIN pool p ON p.id = c.pool_id WHERE p.kind = 'customer'"
_EIPS: Final = (
    "SELECT DISTINCT e.address AS first, e.address AS last FROM eip e JOIN pool p ON p.id = e.pool_id"
    " WHERE p.kind <> 'customer'"
)


def owned(connection: Connection) -> list[int]:
    """Return `merged` customer CIDRs and EIPs on Zenlayer-assigned ranges, live and past."""
    return merged((row.first, row.last) for statement in (_CIDRS, _EIPS) for row in connection.rows(_Range, statement))


def merged(ranges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the first address of each stretch of ranges and the first one behind it, ascending."""
    bounds: list[int] = []
    for first, last in sorted(ranges):
        if bounds and first <= bounds[-1]:
            bounds[-1] = max(bounds[-1], last + 1)
        else:
            bounds += first, last + 1
    return bounds
