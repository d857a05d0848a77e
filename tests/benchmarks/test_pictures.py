"""The pictures of a million EIPs."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_network

from core import AllocationRequest, EipdeckError, Inventory
from tests.benchmarks.bench import POOL, Ratio, allocate, onboard

LARGE, SMALL = "44.0.0.0/8", "198.51.100.0/24"


def test_the_map_of_a_slash_8_against_a_slash_24(ratio: Ratio, million: Inventory) -> None:
    """A /8 with a million EIPs, some in each block, against a /24 whose every address is taken."""
    onboard(million, SMALL, "mapped")
    allocate(million, "mapped", 256)
    for block in ip_network(LARGE).subnets(new_prefix=16):
        with suppress(EipdeckError):  # taken already
            million.execute(AllocationRequest(pool_id=POOL, address=str(block[-2])))
    ratio.of(
        lambda: million.address_map(LARGE),
        lambda: million.address_map(SMALL),
        number=23,
        says="the address map of a /8 with a million EIPs / of a full /24",
        goal=1.5,
        rounds=60,
    )
    assert {cell.state for cell in million.address_map(LARGE).cells} == {"live"}
