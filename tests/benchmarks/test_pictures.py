"""The pictures of a million EIPs."""

from __future__ import annotations

from core import Inventory
from tests.benchmarks.bench import POOL, Ratio, allocate, onboard

MAPPED = "198.51.100.0/24"


def test_the_map_of_a_large_cidr_against_a_slash_24(ratio: Ratio, million: Inventory) -> None:
    """A /8 with a million EIPs, of which one in two blocks has some, against a /24 whose every address is taken."""
    pools = {pool.id for pool in million.pools()}
    if "mapped" not in pools:
        onboard(million, MAPPED, "mapped")
        allocate(million, "mapped", 256)
    ratio.of(
        lambda: million.address_map(million.pool(POOL).cidrs[0]),
        lambda: million.address_map(MAPPED),
        number=31,
        says="the address map of a large CIDR with a million EIPs / of a full /24",
        goal=1.5,
        rounds=40,
    )
