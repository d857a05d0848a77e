"""The use of a pool over time: its live EIPs and its addresses at the end of each day, and the trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from core.domain.times import DAY
from core.queries.usage import outlook, pool_by_id
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = ["UseDay", "UseOverTime", "use_over_time"]

SHOWN_DAYS: Final = 30


class UseDay(NamedTuple):
    """The use of a pool at the end of a UTC day; of today, now."""

    day: date
    used: int
    """Live EIPs."""
    total: int
    """Addresses of the CIDRs that were not retired."""


@dataclass(frozen=True, slots=True)
class UseOverTime:
    """The use of a pool over time."""

    pool_id: str
    days: tuple[UseDay, ...]
    """Today last."""
    growth_per_day: float | None
    """Addresses a day, over up to 30 days; None below 7 days of history."""
    runway_days: float | None
    """Days until nothing is available; None without growth."""
    warn_percent: float
    critical_percent: float


@reads("usage_day")
class _DayRow(NamedTuple):
    day: int
    allocated: int
    released: int


@reads("cidr")
class _LifeRow(NamedTuple):
    first: int
    last: int
    created_at: int
    retired_at: int | None


@reads("pool")
class _LevelsRow(NamedTuple):
    created_at: int
    warn_percent: float
    critical_percent: float


_DAYS: Final = "SELECT day, allocated, released FROM usage_day WHERE pool_id = :pool AND day > :since"
_LIVES: Final = "SELECT first, last, created_at, retired_at FROM cidr WHERE pool_id = :pool"
_LEVELS: Final = "SELECT created_at, warn_percent, critical_percent FROM pool WHERE id = :pool"


def use_over_time(connection: Connection, now: int, pool_id: str, days: int = SHOWN_DAYS) -> UseOverTime:
    """Return the use of a pool over so many days, or since it was made. `now` is in microseconds.

    Imported EIPs count from the day of their allocation, as far as the import told it.

    Raises:
        EipdeckError: `pool_not_found`.

    """
    pool = pool_by_id(connection, now, pool_id)
    values, today = {"pool": pool_id}, now // DAY
    levels = connection.row(_LevelsRow, _LEVELS, values) or _LevelsRow(0, 100, 100)
    begun = max(today - days + 1, levels.created_at // DAY)
    changes = {row.day: row for row in connection.rows(_DayRow, _DAYS, {**values, "since": begun})}
    lives = connection.rows(_LifeRow, _LIVES, values)
    shown: list[UseDay] = []
    used = pool.allocated
    for day in range(today, begun - 1, -1):
        end = min((day + 1) * DAY - 1, now)
        shown.append(UseDay(_date(day), max(used, 0), sum(_size(life) for life in lives if _is_there(life, end))))
        change = changes.get(day)
        used -= change.allocated - change.released if change else 0
    return UseOverTime(
        pool_id=pool_id,
        days=tuple(reversed(shown)),
        growth_per_day=outlook(connection, now, pool_id).growth_per_day,
        runway_days=pool.runway_days,
        warn_percent=levels.warn_percent,
        critical_percent=levels.critical_percent,
    )


def _date(day: int) -> date:
    return datetime.fromtimestamp(day * DAY // 1_000_000, UTC).date()


def _size(life: _LifeRow) -> int:
    return life.last - life.first + 1


def _is_there(life: _LifeRow, at: int) -> bool:
    return life.created_at <= at and (life.retired_at is None or life.retired_at > at)
