"""Cases C: several addresses, all or none."""

from __future__ import annotations

from contextlib import closing

import pytest

from core import AllocationRequest, Inventory
from tests.core.audit import audit
from tests.core.kit import addresses, connect, customer_cidr, many, number, one, refused, release


def test_24_more_than_there_are_gives_none_and_as_many_as_there_are_gives_all(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/29")
    with refused(inventory, "pool_exhausted"):
        many(inventory, 9)
    assert len(set(addresses(many(inventory, 8)))) == 8


def test_25_a_batch_takes_from_several_ranges(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/28")
    many(inventory, 16)
    free = [place for place in range(16) if place not in (0, 5, 6, 10, 15)]
    release(inventory, *(f"203.0.113.{place}" for place in free))
    assert addresses(many(inventory, 10)) == [f"203.0.113.{place}" for place in free[:10]]
    with refused(inventory, "pool_exhausted"):
        many(inventory, 2)
    assert one(inventory).address == f"203.0.113.{free[10]}"


def test_27_a_failure_in_the_middle_leaves_nothing_of_the_batch(inventory: Inventory) -> None:
    customer_cidr(inventory)
    with closing(connect(inventory)) as connection:
        connection.refuse_inserts("eip", f"NEW.address = {number('203.0.113.6')}")
    with refused(inventory, "conflict"):
        many(inventory, 10)
    with closing(connect(inventory)) as connection:
        connection.drop_triggers("eip", "failure")
    assert len(many(inventory, 10)) == 10
    audit(inventory)


@pytest.mark.parametrize("count", [0, -1, 65_537, 10**12])
def test_28_a_count_that_cannot_be_meant_is_refused(inventory: Inventory, count: int) -> None:
    customer_cidr(inventory)
    with refused(inventory, "invalid_count"):
        inventory.execute(AllocationRequest(pool_id="edge", count=count))


def test_28_a_batch_keeps_name_and_cap_of_its_request(inventory: Inventory) -> None:
    customer_cidr(inventory)
    request = AllocationRequest(pool_id="edge", count=3, name="web", bandwidth_mbps=200)
    eips = inventory.execute(request).eips
    assert {(eip.name, eip.bandwidth_mbps) for eip in eips} == {("web", 200)}
    assert list(eips) == list(inventory.eips("pool:edge"))
