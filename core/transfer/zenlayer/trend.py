"""The trend of pools that imports keep: the days on which imported EIPs began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from core.domain.times import DAY
from core.operations.usage_days import count_usage
from core.storage.transaction import Transaction

__all__ = ["count_begun"]

_KEPT: Final = "SELECT 1 FROM eip WHERE pool_id = :pool LIMIT 1"


def count_begun(transaction: Transaction, begun: Iterable[tuple[str, int | None]]) -> None:
    """Count EIPs by pool and day, before they are inserted; each is a pool and a time in microseconds.

    An EIP without a time began today, unless its pool had no EIP yet: then its day is not known.
    """
    days = Counter((pool, None if at is None else at // DAY) for pool, at in begun)
    kept = {pool for pool, _ in days if transaction.value(int, _KEPT, pool=pool)}
    for (pool, day), count in days.items():
        if day is not None or pool in kept:
            count_usage(transaction, pool, allocated=count, day=day)
