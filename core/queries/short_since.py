"""The time since which a pool has been short of free addresses, by its days, and by the events of one of them."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import parse_prefix
from core.domain.times import DAY
from core.domain.values import Pool
from core.queries.usage import LEAST_DAYS, TREND_DAYS
from core.storage.connection import Connection, Values
from core.storage.rows import COMPUTED, reads

__all__ = ["Level", "short_since", "tight_since"]


class Level(NamedTuple):
    """The addresses of a pool at a time."""

    free: int
    """Free or cooling ones."""
    capacity: int
    """All of its active CIDRs."""
    warn_percent: float

    def is_tight(self, cooling: int) -> bool:
        """Return whether so few are available that the pool is near exhaustion."""
        return self.capacity > 0 and 100 - 100 * (self.free - cooling) / self.capacity >= self.warn_percent


@reads("usage_day")
class _DayRow(NamedTuple):
    day: int
    allocated: int
    released: int
    freed: int


@reads("event")
class _ChangeRow(NamedTuple):
    at: int
    cidr: str | None
    before: str | None
    after: str | None


@reads("event")
class _TakenRow(NamedTuple):
    at: int
    freed: Annotated[int, COMPUTED]


_DAYS: Final = "SELECT day, allocated, released, freed FROM usage_day WHERE pool_id = :pool ORDER BY day"
_CHANGES: Final = (
    "SELECT at, cidr, before, after FROM event WHERE pool_id = :pool AND address IS NULL ORDER BY seq DESC"
)
_COOLING: Final = (
    "SELECT released_at FROM cooling WHERE pool_id = :pool AND ready_at > :now ORDER BY released_at, address"
)
_TAKEN: Final = (
    "SELECT at, sum(CASE WHEN action = 'release' THEN 1 ELSE -1 END) AS freed FROM event"
    " WHERE seq >= :first AND seq < :end AND pool_id = :pool AND address IS NOT NULL"
    " AND (action IN ('allocate', 'rehome', 'recover', 'release')"
    " OR (action = 'import' AND before IS NULL AND after LIKE '%\"allocated_at\"%')) GROUP BY at"
)
_AT: Final = "SELECT at FROM event WHERE seq >= :seq ORDER BY seq LIMIT 1"
_NEWEST: Final = "SELECT max(seq) FROM event"


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of a pool by one transaction."""

    at: int
    freed: int = 0
    opened: int = 0
    """The addresses by which its capacity grew."""
    warn_before: float | None = None
    """The threshold that was replaced."""

    def undone(self, level: Level) -> Level:
        """Return the level before the change."""
        warn = level.warn_percent if self.warn_before is None else self.warn_before
        return Level(level.free - self.freed, level.capacity - self.opened, warn)


def tight_since(connection: Connection, pool: Pool, level: Level, now: int, created_at: int) -> int:
    """Return the time since which a pool has been tight, as it is now; times are in microseconds."""
    of_pool: Values = {"pool": pool.id}
    cooling = connection.column(int, _COOLING, {**of_pool, "now": now}) if pool.cooling else []
    days = {row.day: row for row in connection.rows(_DayRow, _DAYS, of_pool)}
    changes: dict[int, list[_Change]] = defaultdict(list)
    for event in connection.rows(_ChangeRow, _CHANGES, of_pool):
        changes[event.at // DAY].append(_change(event))

    def tight(level: Level, at: int) -> bool:
        return level.is_tight(bisect_left(cooling, at))

    for day in sorted(days.keys() | changes.keys(), reverse=True):
        row = days.get(day, _DayRow(day, 0, 0, 0))
        before = _Change(day * DAY, row.freed).undone(level)
        for change in changes[day]:
            before = change.undone(before)
        eased = before._replace(free=max(before.free, level.free) + row.released)
        if changes[day] or not tight(eased, day * DAY):
            found = _within(level, row.freed, _taken(connection, pool.id, day), changes[day], tight)
            if found is not None:
                return max(found, created_at)
        level = before
    return created_at


def _change(row: _ChangeRow) -> _Change:
    """Return a change of the pool itself, without the addresses that it freed: its event does not count them."""
    before, after = json.loads(row.before or "{}"), json.loads(row.after or "{}")
    opened = 0
    if row.cidr is not None and "state" in after:
        prefix = parse_prefix(row.cidr)
        size = prefix.last - prefix.first + 1
        opened = size * ((after["state"] == "active") - (before.get("state") == "active"))
    return _Change(row.at, 0, opened, before.get("warn_percent"))


def _taken(connection: Connection, pool_id: str, day: int) -> dict[int, int]:
    """Return the numbers of addresses that EIPs gave back, less those that they took, by time."""
    values: Values = {
        "pool": pool_id,
        "first": _first(connection, day * DAY),
        "end": _first(connection, (day + 1) * DAY),
    }
    return {row.at: row.freed for row in connection.rows(_TakenRow, _TAKEN, values)}


def _first(connection: Connection, at: int) -> int:
    """Return the number of the first event at a time or after; events are numbered in the order of time."""
    low, high = 1, (connection.value(int, _NEWEST) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = connection.value(int, _AT, {"seq": middle})
        if found is None or found >= at:
            high = middle
        else:
            low = middle + 1
    return low


def _within(
    level: Level,
    freed: int,
    taken: Mapping[int, int],
    changes: Iterable[_Change],
    tight: Callable[[Level, int], bool],
) -> int | None:
    """Return the last time of a day at which the pool became tight; None when it was tight all day.

    What EIPs do not account for was freed by the last change of the pool itself.
    """
    steps: dict[int, list[_Change]] = defaultdict(list)
    rest = freed - sum(taken.values())
    for change in changes:
        steps[change.at].append(_Change(change.at, rest, change.opened, change.warn_before))
        rest = 0
    for at, number in taken.items():
        steps[at].append(_Change(at, number))
    for at in sorted(steps, reverse=True):
        for change in steps[at]:
            level = change.undone(level)
        if not tight(level, at):
            return at
    return None


def short_since(connection: Connection, pool: Pool, limit: int, now: int, created_at: int) -> int:
    """Return the day from which the runway of a pool has been below `limit` days, as a time in microseconds."""
    rows = {row.day: row for row in connection.rows(_DayRow, _DAYS, {"pool": pool.id})}
    begun = min((day for day, row in rows.items() if row.allocated or row.released), default=now // DAY)
    free, day = pool.available, now // DAY
    while day - begun >= LEAST_DAYS:
        window = (rows[each] for each in range(day - TREND_DAYS + 1, day + 1) if each in rows)
        growth = sum(row.allocated - row.released for row in window) / min(day - begun, TREND_DAYS)
        if growth <= 0 or round(free / growth, 1) >= limit:
            break
        free -= rows[day].freed if day in rows else 0
        day -= 1
    return max((day + 1) * DAY, created_at) if day < now // DAY else created_at
