"""A batch in one transaction."""

from __future__ import annotations

from core import Inventory
from tests.benchmarks.bench import Ratio, allocate, onboard
from tests.benchmarks.floor import Floor


def test_a_batch_against_executemany(ratio: Ratio, inventory: Inventory, floor: Floor) -> None:
    """Goal 4: 65,536 in one durable transaction."""
    onboard(inventory, "44.0.0.0/8", "edge")
    count = ratio.size(65_536, 256)
    ratio.of(
        lambda: allocate(inventory, "edge", count),
        lambda: floor.allocate_many(count),
        number=4,
        says=f"a batch of {count:,} / raw executemany",
        goal=2.2,
        rounds=3,
    )
    assert inventory.pool("edge").allocated == floor.count() >= count
