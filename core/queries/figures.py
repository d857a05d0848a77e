"""Figures of an inventory for a monitoring system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from core.domain.config import Config
from core.domain.values import Finding, Pool, from_micros
from core.queries import usage
from core.queries.basis import Basis
from core.queries.findings import evaluate_findings
from core.storage.connection import Connection, Flag
from core.storage.rows import COMPUTED, reads

__all__ = ["EipCount", "Figures", "figures"]


class EipCount(NamedTuple):
    """The number of live EIPs of one state and one owner."""

    status: str
    customer_owned: bool
    count: int  # type: ignore[assignment]  # the word for it; tuple.count is not used


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of an inventory, from one read transaction."""

    now: datetime
    as_of: datetime
    """The moment up to which the data tells everything; before `now` on a standby that is behind."""
    last_event: datetime | None
    """None: nothing has happened yet."""
    pools: tuple[Pool, ...]
    eips: tuple[EipCount, ...]
    landings: int
    """The live EIPs that landed in a default pool."""
    findings: tuple[Finding, ...]
    """The open ones."""


@reads("eip")
class _CountRow(NamedTuple):
    status: str
    customer_owned: Flag
    counted: Annotated[int, COMPUTED]


_EIPS: Final = (
    "SELECT status, customer_owned, count(*) AS counted FROM eip WHERE released_at IS NULL"
    " GROUP BY status, customer_owned"
)
_LANDINGS: Final = "SELECT count(*) FROM eip WHERE landed_in_default AND released_at IS NULL"
_LAST: Final = "SELECT at FROM event ORDER BY seq DESC LIMIT 1"


def figures(connection: Connection, basis: Basis, config: Config) -> Figures:
    """Return the figures; the EIPs are counted one by one."""
    last = connection.value(int, _LAST)
    rows = connection.rows(_CountRow, _EIPS)
    return Figures(
        now=from_micros(basis.now),
        as_of=from_micros(basis.as_of),
        last_event=None if last is None else from_micros(last),
        pools=tuple(usage.pools(connection, basis.now)),
        eips=tuple(EipCount(row.status, bool(row.customer_owned), row.counted) for row in rows),
        landings=connection.value(int, _LANDINGS) or 0,
        findings=tuple(evaluate_findings(connection, basis.now, config)),
    )
