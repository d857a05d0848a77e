"""Verdicts at a million EIPs, and a hundred thousand pasted lines."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest

from core import Inventory
from tests.benchmarks.bench import POOL, Ratio, allocate

ROUNDS = 200
ADDRESS = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")


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


@pytest.mark.parametrize("distinct", [1_000, 100_000])
def test_a_hundred_thousand_lines(ratio: Ratio, million: Inventory, tmp_path: Path, distinct: int) -> None:
    """Goal 11: an access log of so many addresses, against reading it and finding them with one regular expression."""
    count = ratio.size(100_000, 100)
    seen = random.Random(7)
    addresses = some_addresses(million, min(distinct, count))
    log = tmp_path / "access.log"
    with log.open("w", encoding="utf-8") as file:
        for number in range(count):
            when = f"{million.now() - timedelta(seconds=seen.randrange(86_400)):%d/%b/%Y:%H:%M:%S} +0000"
            address = addresses[number % len(addresses)]
            file.write(f'{address} - - [{when}] "GET /{number} HTTP/1.1" 200 512 "-" "curl/8.5.0"\n')

    def judged() -> int:
        with log.open(encoding="utf-8") as file:
            return million.evidence(file).mentions

    def read() -> int:
        with log.open(encoding="utf-8") as file:
            return sum(len(ADDRESS.findall(line)) for line in file)

    says = f"100,000 lines of {distinct:,} addresses to verdicts / reading them with one regex"
    ratio.of(judged, read, number=11, says=says, goal=6.0, rounds=5)
    assert judged() == read() == count
