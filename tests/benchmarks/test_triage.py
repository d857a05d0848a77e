"""Verdicts at a million EIPs."""

from __future__ import annotations

import random
from datetime import timedelta

from core import Inventory
from tests.benchmarks.bench import POOL, Ratio, allocate

ROUNDS = 200


def some_addresses(inventory: Inventory, count: int) -> list[str]:
    """Addresses from all over the pool: held, released, never given out."""
    first, seen = 44 << 24, random.Random(7)
    size = inventory.pool(POOL).total
    return [
        ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
        for number in (first + seen.randrange(size) for _ in range(count))
    ]


def test_a_verdict_at_a_million_eips(ratio: Ratio, million: Inventory) -> None:
    """Goal 7."""
    asked = iter(some_addresses(million, ROUNDS + 1))
    says = "one verdict, 1M EIPs / one allocation"
    ratio.of(
        lambda: million.lookup(next(asked)),
        lambda: allocate(million, POOL),
        number=7,
        says=says,
        goal=1.0,
        rounds=ROUNDS,
    )


def test_a_past_verdict_at_a_million_eips(ratio: Ratio, million: Inventory) -> None:
    """Goal 7, about yesterday."""
    asked = iter(some_addresses(million, ROUNDS + 1))
    then = million.now() - timedelta(days=1)
    says = "one past verdict, 1M EIPs / one allocation"
    ratio.of(
        lambda: million.lookup(next(asked), then),
        lambda: allocate(million, POOL),
        number=7,
        says=says,
        goal=1.0,
        rounds=ROUNDS,
    )
