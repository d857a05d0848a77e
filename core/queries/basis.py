"""The basis of verdicts beside the rows: the time, the state of the data, and the configured ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.domain.addresses import parse_prefix
from core.domain.config import Config
from core.domain.kinds import DEFAULT_POOL
from core.domain.times import DAY, MINUTE
from core.domain.values import CidrState, PoolKind, Verdict, from_micros, stamp
from core.queries.cidr_row import CidrRow
from core.queries.usage import DEFAULT_REGIONS
from core.storage.connection import Connection
from core.storage.store import Store

__all__ = ["Basis", "basis_of", "latest"]

_TOO_OLD: Final = 5 * MINUTE
"""Data of a standby that is behind and this old tells nothing of now."""
_LATE: Final = 5 * MINUTE
"""A picture of a live account this old shows its age: an open dashboard reads it every minute."""
_WORTHLESS: Final = DAY
"""A picture of a live account this old tells nothing of now."""
_NEWEST: Final = "SELECT at FROM event ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Basis:
    """The basis of verdicts. Times are microseconds since the epoch, UTC."""

    now: int
    """Never before the newest event."""
    as_of: int
    """The time up to which the data tells everything: now, or the last commit that a standby has replayed."""
    behind: str | None = None
    """The reason why the data may lack something of after `as_of`."""
    founded: bool = False
    """Whether this session made the database."""
    account: str | None = None
    """The live account that the data mirrors."""
    doubt: Callable[[Verdict, int, int], Verdict] | None = None
    """Adds to a verdict on an address, at a time, what makes it doubtful in the picture of a live account."""
    configured: Sequence[CidrRow] = ()
    """The ranges of the configuration that are in no pool yet."""

    @property
    def too_old(self) -> bool:
        """Return whether the data tells nothing of now."""
        limit = _TOO_OLD if self.account is None else _WORTHLESS
        return self.behind is not None and self.now - self.as_of >= limit

    @property
    def old_since(self) -> datetime | None:
        """Return the moment of the data of a standby that is behind, or of an old picture of an account; else None."""
        late = self.behind is not None if self.account is None else self.now - self.as_of >= _LATE
        return from_micros(self.as_of) if late else None

    @property
    def lag(self) -> str | None:
        """Return a sentence about a standby that is behind, or about an old picture of an account, else None."""
        if self.behind is None or self.account is not None:
            return self.behind
        return f"This is a standby, and {self.behind}: its data is as of {stamp(from_micros(self.as_of))}."


def latest(connection: Connection, now: int) -> int:
    """Return `now`, or the time of the newest event when a clock was set back since."""
    return max(now, connection.value(int, _NEWEST) or 0)


def basis_of(store: Store, connection: Connection, now: int, config: Config) -> Basis:
    """Return the basis of verdicts in this read transaction; `now` is the clock's."""
    now = latest(connection, now)
    replica = store.replica(connection)
    doubt: Callable[[Verdict, int, int], Verdict] | None = None
    if config.account is not None:
        from core.queries.picture_doubts import pictured  # noqa: PLC0415  # the embedded platform does without

        as_of, behind, doubt = pictured(connection, now, config.account)
    elif replica is None:
        as_of, behind = now, None
    else:
        as_of = replica.as_of or connection.value(int, _NEWEST) or now
        as_of, behind = min(as_of, now), replica.behind
    configured = _configured_ranges(connection, config) if config.regions else ()
    return Basis(now, as_of, behind, store.founded and config.account is None, config.account, doubt, configured)


def _configured_ranges(connection: Connection, config: Config) -> tuple[CidrRow, ...]:
    """Return the ranges of the regions that the configuration makes known and in which nothing was written yet."""
    written = set(connection.column(str, DEFAULT_REGIONS))
    return tuple(
        CidrRow(
            id=0,
            cidr=str(prefix),
            first=prefix.first,
            last=prefix.last,
            pool_id=f"{DEFAULT_POOL}{region}",
            asn=None,
            state=CidrState.ACTIVE.value,
            created_at=0,
            retired_at=None,
            kind=PoolKind.DEFAULT.value,
            region=region,
        )
        for region, ranges in config.regions.items()
        if region not in written
        for prefix in map(parse_prefix, ranges)
    )
