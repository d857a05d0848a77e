"""Cases A: which address comes next."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import pytest

from core import AllocationRequest, Desk, DrainRequest, PoolOrder, RetireRequest
from tests.core.kit import Clock, addresses, customer_cidr, many, one, refused, release, rows


def test_01_an_empty_cidr_gives_its_first_address(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/24")
    assert one(desk).address == "203.0.113.0"


def test_01_an_empty_cidr_that_avoids_its_edges_gives_its_second_address(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/24", avoid_edges=True)
    assert one(desk).address == "203.0.113.1"


def test_02_the_lowest_free_address_comes_next(desk: Desk) -> None:
    customer_cidr(desk)
    many(desk, 4)
    assert [one(desk).address, one(desk).address] == ["203.0.113.4", "203.0.113.5"]


def test_03_a_hole_is_filled_first(desk: Desk) -> None:
    customer_cidr(desk)
    one(desk, address="203.0.113.0")
    one(desk, address="203.0.113.2")
    assert one(desk).address == "203.0.113.1"


def test_04_a_full_pool_is_exhausted_and_says_by_what(desk: Desk) -> None:
    """Also the issue's own words: the seventeenth of a /28 is refused though the default pool has room."""
    customer_cidr(desk, "203.0.113.0/30", cooldown=60)
    assert len({one(desk).address for _ in range(4)}) == 4
    with refused(desk, "pool_exhausted") as caught:
        one(desk)
    details = caught.value.details
    assert (details["pool_id"], details["total"], details["allocated"]) == ("edge", 4, 4)
    assert (details["cooling"], details["reserved"], details["available"]) == (0, 0, 0)
    assert all(word in caught.value.message for word in ("edge", "4 allocated", "0 cooling", "0 reserved"))


def test_04_a_full_pool_tells_what_is_held(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/31")
    many(desk, 2)
    customer_cidr(desk, "203.0.113.8/29", active=False)
    with refused(desk, "pool_exhausted") as caught:
        one(desk)
    assert caught.value.details["held"] == 8
    assert "8 held in CIDRs that are not active" in caught.value.message


def test_06_every_second_address_released_is_given_out_again_and_no_more(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/29")
    customer_cidr(desk, "203.0.113.8/31")
    eips = many(desk, 10)
    release(desk, *addresses(eips)[::2])
    assert desk.pool("edge").used_percent == 50
    assert sorted(addresses(many(desk, 5))) == addresses(eips)[::2]
    with refused(desk, "pool_exhausted"):
        one(desk)
    assert desk.pool("edge").used_percent == 100


def test_07_a_single_address_is_a_whole_cidr(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.7/32", avoid_edges=True)
    assert one(desk).address == "203.0.113.7"
    with refused(desk, "pool_exhausted"):
        one(desk)


def test_08_a_pair_of_addresses_has_no_edges_to_avoid(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.6/31", avoid_edges=True)
    assert addresses(many(desk, 2)) == ["203.0.113.6", "203.0.113.7"]


@pytest.mark.parametrize("drained", [False, True])
def test_09_a_pool_without_an_active_cidr_is_not_called_exhausted(desk: Desk, drained: bool) -> None:  # noqa: FBT001
    customer_cidr(desk, active=drained)
    if drained:
        desk.platform.drain_cidr(DrainRequest(cidr="203.0.113.0/28"))
    with refused(desk, "no_active_cidr"):
        one(desk)


def test_09_a_pool_whose_cidrs_are_retired_has_no_active_cidr(desk: Desk) -> None:
    customer_cidr(desk)
    desk.platform.drain_cidr(DrainRequest(cidr="203.0.113.0/28"))
    desk.platform.retire_cidr(RetireRequest(cidr="203.0.113.0/28"))
    with refused(desk, "no_active_cidr"):
        one(desk)


def test_12_the_longest_released_address_comes_first_by_lru(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, "203.0.113.0/30", order=PoolOrder.LRU)
    many(desk, 4)
    release(desk, "203.0.113.3")
    clock.advance(1)
    release(desk, "203.0.113.1")
    clock.advance(1)
    assert [one(desk).address, one(desk).address] == ["203.0.113.3", "203.0.113.1"]


def test_12_never_used_addresses_come_before_released_ones_by_lru(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, "203.0.113.0/30", order=PoolOrder.LRU)
    many(desk, 2)
    release(desk, "203.0.113.0")
    clock.advance(1)
    assert addresses(many(desk, 3)) == ["203.0.113.2", "203.0.113.3", "203.0.113.0"]


def test_13_a_full_cidr_hands_over_to_the_next_of_its_pool(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/30")
    customer_cidr(desk, "203.0.113.128/30")
    many(desk, 4)
    eip = one(desk)
    assert (eip.address, eip.cidr, eip.pool_id) == ("203.0.113.128", "203.0.113.128/30", "edge")


def test_15_a_slash_8_costs_what_a_slash_24_costs(desk: Desk) -> None:
    """One row of free space, and the same time to allocate; the bound is far above the noise of a busy machine."""
    customer_cidr(desk, "44.0.0.0/8", pool="large")
    customer_cidr(desk, "203.0.113.0/24", pool="small")
    assert rows(desk, "SELECT lo, hi FROM free_range WHERE pool_id = 'large'") == [(44 << 24, (45 << 24) - 1)]

    def seconds(pool: str) -> float:
        begun = perf_counter()
        desk.platform.allocate(AllocationRequest(pool_id=pool))
        return perf_counter() - begun

    pairs = [(seconds("large"), seconds("small")) for _ in range(25)]
    assert median(large for large, _ in pairs) < 5 * median(small for _, small in pairs)
    assert len(rows(desk, "SELECT 1 FROM free_range WHERE pool_id = 'large'")) == 1
