"""The days of a pool: how many addresses were allocated, released and freed on each."""

from __future__ import annotations

from typing import Final

from core.domain.times import DAY
from core.storage.transaction import Transaction

__all__ = ["count_usage"]

_USAGE: Final = (
    "INSERT INTO usage_day (pool_id, day, allocated, released, freed)"
    " VALUES (:pool, :day, :allocated, :released, :freed) ON CONFLICT (pool_id, day) DO UPDATE SET"
    " allocated = usage_day.allocated + excluded.allocated, released = usage_day.released + excluded.released,"
    " freed = usage_day.freed + excluded.freed"
)


def count_usage(
    transaction: Transaction,
    pool_id: str,
    *,
    allocated: int = 0,
    released: int = 0,
    freed: int = 0,
    day: int | None = None,
) -> None:
    """Add to the numbers of a day (None: today).

    `freed` counts the addresses that became free or cooling, less those that were taken, by whatever change.
    """
    transaction.run(
        _USAGE,
        pool=pool_id,
        day=transaction.now // DAY if day is None else day,
        allocated=allocated,
        released=released,
        freed=freed,
    )
