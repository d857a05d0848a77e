"""Accept the clock again after it was ahead: the rows go back to it, the history keeps what was written.

An event is never altered. Its effective time is not later than the acceptance after it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.requests import AcceptClockRequest
from core.domain.results import ClockAccepted
from core.domain.times import DAY
from core.domain.values import PoolOrder, from_micros, iso, stamp
from core.operations.free_space import CidrRef, close_range, open_range
from core.storage.history import EventData, record
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["accept_clock", "clock_refusal", "parted_refusal"]


def clock_refusal(newest: int, now: int) -> EipdeckError:
    """Return the refusal to write while the newest event is ahead of the clock."""
    return error(
        Code.CLOCK_DOUBTFUL,
        f"The newest event is of {stamp(from_micros(newest))}, the clock says {stamp(from_micros(now))}: one of them"
        " is wrong. Nothing changed.",
        hint="Correct the clock. If it is right now and was ahead then, accept it.",
        fix=Fix("clock accept", ("--reason", "TEXT")),
        details={"newest": iso(from_micros(newest)), "clock": iso(from_micros(now))},
    )


def parted_refusal(doubt: str) -> EipdeckError:
    """Return the refusal to write while two clocks differ by more than a day."""
    return error(
        Code.CLOCK_DOUBTFUL,
        f"{doubt[0].upper()}{doubt[1:]}: one of them is wrong, or was. Nothing changed.",
        hint="Correct the clock that is wrong, then start eipdeck again.",
    )


_NEWEST: Final = "SELECT at FROM event ORDER BY seq DESC LIMIT 1"
_SOUND: Final = "SELECT max(at) FROM event WHERE at <= :now"


def accept_clock(transaction: Transaction, _: AcceptClockRequest) -> ClockAccepted:
    """Go on by the clock: put every time of a row that is ahead of it back to now. Without such an event, do nothing.

    Raises:
        EipdeckError: `usage` without a reason.

    """
    if not transaction.reason:
        raise error(Code.USAGE, "Accepting the clock needs a reason.", hint="Give one.")
    now, newest = transaction.now, transaction.value(int, _NEWEST) or 0
    if newest <= now:
        return ClockAccepted(at=from_micros(now), was=None, since=None)
    since = transaction.value(int, _SOUND, now=now)
    _put_back(transaction)
    was, since_words = iso(from_micros(newest)), None if since is None else iso(from_micros(since))
    record(transaction, EventData("accept_clock", before={"at": was}, after={"since": since_words}))
    return ClockAccepted(
        at=from_micros(now), was=from_micros(newest), since=None if since is None else from_micros(since)
    )


@reads("cidr", "pool")
class _ActiveRow(NamedTuple):
    id: int
    first: int
    last: int
    pool_id: str
    order: str


_ACTIVE: Final = (
    'SELECT c.id, c.first, c.last, c.pool_id, p."order" FROM cidr c JOIN pool p ON p.id = c.pool_id'
    " WHERE c.state = 'active'"
)
_TIMES: Final = {
    "binding": ("bound_at", "unbound_at"),
    "cidr": ("created_at", "activated_at", "draining_at", "retired_at"),
    "pool": ("created_at",),
    "service": ("missing_since",),
    "acceptance": ("at",),
    "chain": ("at",),
}
_EIPS: Final = (
    "UPDATE eip SET ready_at = CASE WHEN released_at > :now THEN ready_at - released_at + :now ELSE ready_at END,"
    " allocated_at = CASE WHEN allocated_at > :now THEN :now ELSE allocated_at END,"
    " released_at = CASE WHEN released_at > :now THEN :now ELSE released_at END,"
    " unbound_since = CASE WHEN unbound_since > :now THEN :now ELSE unbound_since END"
    " WHERE allocated_at > :now OR released_at > :now OR unbound_since > :now"
)
_DAYS: Final = (
    "INSERT INTO usage_day (pool_id, day, allocated, released, freed)"
    " SELECT pool_id, :today, sum(allocated), sum(released), sum(freed)"
    " FROM usage_day WHERE day > :today GROUP BY pool_id ON CONFLICT (pool_id, day) DO UPDATE SET"
    " allocated = usage_day.allocated + excluded.allocated, released = usage_day.released + excluded.released,"
    " freed = usage_day.freed + excluded.freed"
)
_NO_DAYS: Final = "UPDATE usage_day SET allocated = 0, released = 0, freed = 0 WHERE day > :today"


def _put_back(transaction: Transaction) -> None:
    now, today = transaction.now, transaction.now // DAY
    active = transaction.rows(_ActiveRow, _ACTIVE)
    transaction.run("DELETE FROM cooling_minute")
    transaction.run("DELETE FROM presence WHERE at > :now", now=now)
    for row in active:
        close_range(transaction, row.pool_id, CidrRef(row.id, row.first, row.last), row.first, row.last)
    transaction.run(_EIPS, now=now)
    for table, columns in _TIMES.items():
        for column in columns:
            transaction.run(f"UPDATE {table} SET {column} = :now WHERE {column} > :now", now=now)
    transaction.run(_DAYS, today=today)
    transaction.run(_NO_DAYS, today=today)
    for row in active:
        cidr = CidrRef(row.id, row.first, row.last)
        open_range(transaction, row.pool_id, PoolOrder(row.order), cidr, row.first, row.last)
