"""One allocation, release, binding or look-up: against the floor, and flat in size and fill."""

from __future__ import annotations

import random

from core import (
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Inventory,
    PoolOrder,
    ReleaseRequest,
    ServiceKind,
    UnbindRequest,
)
from tests.benchmarks.bench import POOL, Ratio, allocate, onboard
from tests.benchmarks.floor import Floor

ROUNDS = 200


def test_one_allocation_against_the_floor(ratio: Ratio, inventory: Inventory, floor: Floor) -> None:
    """Goal 1: the whole schema, history and a request id, through the public door."""
    onboard(inventory, "44.0.0.0/12", "edge")
    keys = iter(range(1 << 20))

    def act() -> None:
        inventory.execute(AllocationRequest(pool_id="edge", request_id=f"key-{next(keys)}"))

    ratio.of(act, floor.allocate, number=1, says="one allocation / the floor", goal=3.0, rounds=ROUNDS)
    assert inventory.pool("edge").allocated == floor.count()


def test_a_slash_8_against_a_slash_24(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 2, size."""
    onboard(inventory, "44.0.0.0/8", "large")
    onboard(inventory, "203.0.113.0/24", "small")
    says = "one allocation, /8 / the same, /24"
    ratio.of(
        lambda: allocate(inventory, "large"),
        lambda: allocate(inventory, "small"),
        number=2,
        says=says,
        goal=1.15,
        rounds=ROUNDS,
    )
    assert inventory.pool("large").allocated == inventory.pool("small").allocated


def test_a_nearly_full_pool_against_an_empty_one(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 2, fill: 99 % in use, the rest strewn about it."""
    size = ratio.size(1 << 16, 1 << 9)
    onboard(inventory, f"44.0.0.0/{33 - size.bit_length()}", "full")
    onboard(inventory, f"45.0.0.0/{33 - size.bit_length()}", "empty")
    addresses = allocate(inventory, "full", size)
    free = random.Random(7).sample(addresses, size // 100)
    inventory.execute(ReleaseRequest(eips=tuple(free)))
    says = "one allocation, 99 % full / the same, empty"
    ratio.of(
        lambda: allocate(inventory, "full"),
        lambda: allocate(inventory, "empty"),
        number=2,
        says=says,
        goal=1.15,
        rounds=ROUNDS,
    )
    assert inventory.pool("full").allocated == size - size // 100 + inventory.pool("empty").allocated


def test_a_million_eips_against_none(ratio: Ratio, million: Inventory, inventory: Inventory) -> None:
    """Goal 2, what there is already."""
    onboard(inventory, "44.0.0.0/11", POOL)
    says = "one allocation, 1M EIPs / the same, none"
    ratio.of(
        lambda: allocate(million, POOL),
        lambda: allocate(inventory, POOL),
        number=2,
        says=says,
        goal=1.15,
        rounds=ROUNDS,
    )


def test_a_release_against_an_allocation(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 3."""
    onboard(inventory, "44.0.0.0/12", "edge", PoolOrder.LRU)
    onboard(inventory, "45.0.0.0/12", "other")
    held = list(allocate(inventory, "edge", ratio.size(ROUNDS, 1)))
    says = "one release / one allocation"
    ratio.of(
        lambda: inventory.execute(ReleaseRequest(eips=(held.pop(),))),
        lambda: allocate(inventory, "other"),
        number=3,
        says=says,
        goal=1.3,
        rounds=ROUNDS,
    )
    assert inventory.pool("edge").allocated == len(held) == 0


def test_a_bind_and_unbind_against_two_allocations(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 3."""
    onboard(inventory, "44.0.0.0/12", "edge")
    (address,) = allocate(inventory, "edge")
    inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1"))

    def act() -> None:
        inventory.execute(BindRequest(eip=address, kind=BindingKind.LOAD_BALANCER, service_id="lb-1"))
        inventory.execute(UnbindRequest(eip=address))

    def to() -> None:
        allocate(inventory, "edge")
        allocate(inventory, "edge")

    ratio.of(act, to, number=3, says="bind and unbind / two allocations", goal=1.3, rounds=ROUNDS // 2)
    assert inventory.eip(address).bindings == ()


def test_a_verdict_against_an_allocation(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 7, at the size of a batch."""
    onboard(inventory, "44.0.0.0/12", "edge")
    addresses = allocate(inventory, "edge", ratio.size(1 << 15, 16))
    seen = random.Random(7)
    ratio.of(
        lambda: inventory.lookup(seen.choice(addresses)),
        lambda: allocate(inventory, "edge"),
        number=7,
        says="one verdict / one allocation",
        goal=1.0,
        rounds=ROUNDS,
    )
    assert inventory.lookup(addresses[0]).verdict == "customer-unbound"


def test_the_usage_of_every_pool_against_the_floor(ratio: Ratio, inventory: Inventory, floor: Floor) -> None:
    """Goal 9: whatever the number of EIPs."""
    onboard(inventory, "44.0.0.0/12", "edge")
    count = ratio.size(1 << 15, 16)
    allocate(inventory, "edge", count)
    ratio.of(inventory.pools, floor.allocate, number=9, says="usage of every pool / the floor", goal=0.5, rounds=ROUNDS)
    assert inventory.pool("edge").allocated == count
