"""Cases A: which address comes next."""

from __future__ import annotations

import re
from statistics import median
from time import perf_counter

import pytest

from core import AllocationRequest, DrainRequest, Inventory, PoolOrder, PoolSettingsRequest, RetireRequest
from core.operations.free_space import _READY
from tests.core.audit import audit
from tests.core.kit import Clock, addresses, customer_cidr, many, of_a_file, one, refused, release, rows


def test_01_an_empty_cidr_gives_its_first_address(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    assert one(inventory).address == "203.0.113.0"


def test_01_an_empty_cidr_that_avoids_its_edges_gives_its_second_address(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24", avoid_edges=True)
    assert one(inventory).address == "203.0.113.1"


def test_02_the_lowest_free_address_comes_next(inventory: Inventory) -> None:
    customer_cidr(inventory)
    many(inventory, 4)
    assert [one(inventory).address, one(inventory).address] == ["203.0.113.4", "203.0.113.5"]


def test_03_a_hole_is_filled_first(inventory: Inventory) -> None:
    customer_cidr(inventory)
    one(inventory, address="203.0.113.0")
    one(inventory, address="203.0.113.2")
    assert one(inventory).address == "203.0.113.1"


def test_04_a_full_pool_is_exhausted_and_says_by_what(inventory: Inventory) -> None:
    """Also the issue's own words: the seventeenth of a /28 is refused though the default pool has room."""
    customer_cidr(inventory, "203.0.113.0/30", cooldown=60)
    assert len({one(inventory).address for _ in range(4)}) == 4
    with refused(inventory, "pool_exhausted") as caught:
        one(inventory)
    details = caught.value.details
    assert (details["pool_id"], details["total"], details["allocated"]) == ("edge", 4, 4)
    assert (details["cooling"], details["reserved"], details["available"]) == (0, 0, 0)
    assert all(word in caught.value.message for word in ("edge", "4 allocated", "0 cooling", "0 reserved"))


def test_04_a_full_pool_tells_what_is_held(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/31")
    many(inventory, 2)
    customer_cidr(inventory, "203.0.113.8/29", active=False)
    with refused(inventory, "pool_exhausted") as caught:
        one(inventory)
    assert caught.value.details["held"] == 8
    assert "8 held in CIDRs that are not active" in caught.value.message


def test_06_every_second_address_released_is_given_out_again_and_no_more(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/29")
    customer_cidr(inventory, "203.0.113.8/31")
    eips = many(inventory, 10)
    release(inventory, *addresses(eips)[::2])
    assert inventory.pool("edge").used_percent == 50
    assert sorted(addresses(many(inventory, 5))) == addresses(eips)[::2]
    with refused(inventory, "pool_exhausted"):
        one(inventory)
    assert inventory.pool("edge").used_percent == 100


def test_07_a_single_address_is_a_whole_cidr(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.7/32", avoid_edges=True)
    assert one(inventory).address == "203.0.113.7"
    with refused(inventory, "pool_exhausted"):
        one(inventory)


def test_08_a_pair_of_addresses_has_no_edges_to_avoid(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.6/31", avoid_edges=True)
    assert addresses(many(inventory, 2)) == ["203.0.113.6", "203.0.113.7"]


@pytest.mark.parametrize("drained", [False, True])
def test_09_a_pool_without_an_active_cidr_is_not_called_exhausted(inventory: Inventory, drained: bool) -> None:  # noqa: FBT001
    customer_cidr(inventory, active=drained)
    if drained:
        inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    with refused(inventory, "no_active_cidr"):
        one(inventory)


def test_09_a_pool_whose_cidrs_are_retired_has_no_active_cidr(inventory: Inventory) -> None:
    customer_cidr(inventory)
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    inventory.execute(RetireRequest(cidr="203.0.113.0/28"))
    with refused(inventory, "no_active_cidr"):
        one(inventory)


def test_12_the_longest_released_address_comes_first_by_lru(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/30", order=PoolOrder.LRU)
    many(inventory, 4)
    release(inventory, "203.0.113.3")
    clock.advance(1)
    release(inventory, "203.0.113.1")
    clock.advance(1)
    assert [one(inventory).address, one(inventory).address] == ["203.0.113.3", "203.0.113.1"]


def test_12_never_used_addresses_come_before_released_ones_by_lru(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/30", order=PoolOrder.LRU)
    many(inventory, 2)
    release(inventory, "203.0.113.0")
    clock.advance(1)
    assert addresses(many(inventory, 3)) == ["203.0.113.2", "203.0.113.3", "203.0.113.0"]


def test_12_what_lowest_gave_back_is_not_never_used_by_lru(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/29", order=PoolOrder.LOWEST)
    many(inventory, 3)
    release(inventory, "203.0.113.0")
    clock.advance(1)
    release(inventory, "203.0.113.1")
    clock.advance(1)
    inventory.execute(PoolSettingsRequest(pool_id="edge", order=PoolOrder.LRU))
    expected = [f"203.0.113.{last}" for last in (3, 4, 5, 6, 7, 0, 1)]
    assert addresses(many(inventory, 7)) == expected
    audit(inventory)


@pytest.mark.parametrize("prefix", ["203.0.113.6/31", "203.0.113.6/32"])
def test_08_the_smallest_cidrs_keep_their_edges(inventory: Inventory, prefix: str) -> None:
    customer_cidr(inventory, prefix, avoid_edges=True)
    assert inventory.cidr(prefix).available == inventory.cidr(prefix).total


def test_13_a_full_cidr_hands_over_to_the_next_of_its_pool(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/30")
    customer_cidr(inventory, "203.0.113.128/30")
    many(inventory, 4)
    eip = one(inventory)
    assert (eip.address, eip.cidr, eip.pool_id) == ("203.0.113.128", "203.0.113.128/30", "edge")


def test_15_a_slash_8_costs_what_a_slash_24_costs(inventory: Inventory) -> None:
    """One row of free space, and the same time to allocate; the bound is far above the noise of a busy machine."""
    customer_cidr(inventory, "44.0.0.0/8", pool="large")
    customer_cidr(inventory, "203.0.113.0/24", pool="small")
    assert rows(inventory, "SELECT lo, hi FROM free_range WHERE pool_id = 'large'") == [(44 << 24, (45 << 24) - 1)]

    def seconds(pool: str) -> float:
        begun = perf_counter()
        inventory.execute(AllocationRequest(pool_id=pool))
        return perf_counter() - begun

    pairs = [(seconds("large"), seconds("small")) for _ in range(25)]
    assert median(large for large, _ in pairs) < 5 * median(small for _, small in pairs)
    assert len(rows(inventory, "SELECT 1 FROM free_range WHERE pool_id = 'large'")) == 1


def test_lru_goes_by_the_time_of_release_whatever_the_cool_down_was(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/30", order=PoolOrder.LRU)
    many(inventory, 4)
    for seconds, address in ((3600, "203.0.113.2"), (0, "203.0.113.1"), (7200, "203.0.113.3"), (60, "203.0.113.0")):
        inventory.execute(PoolSettingsRequest(pool_id="edge", cooldown_seconds=seconds))
        release(inventory, address)
        clock.advance(600)
    assert one(inventory).address == "203.0.113.1"
    release(inventory, "203.0.113.1")
    clock.advance(3 * 3600)
    assert addresses(many(inventory, 4)) == ["203.0.113.2", "203.0.113.3", "203.0.113.0", "203.0.113.1"]


@of_a_file
def test_the_longest_released_is_found_by_index(inventory: Inventory) -> None:
    plan = str(rows(inventory, "EXPLAIN QUERY PLAN " + re.sub(r":\w+", "0", _READY)))
    assert "cooling_released" in plan
    assert "TEMP B-TREE" not in plan
