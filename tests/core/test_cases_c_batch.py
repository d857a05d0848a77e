"""Cases C: several addresses, all or none."""

from __future__ import annotations

from contextlib import closing

import pytest

from core import AllocationRequest, Desk
from tests.core.audit import audit
from tests.core.kit import addresses, connect, customer_cidr, many, number, one, refused, release


def test_24_more_than_there_are_gives_none_and_as_many_as_there_are_gives_all(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/29")
    with refused(desk, "pool_exhausted"):
        many(desk, 9)
    assert len(set(addresses(many(desk, 8)))) == 8


def test_25_a_batch_takes_from_several_ranges(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/28")
    many(desk, 16)
    free = [place for place in range(16) if place not in (0, 5, 6, 10, 15)]
    release(desk, *(f"203.0.113.{place}" for place in free))
    assert addresses(many(desk, 10)) == [f"203.0.113.{place}" for place in free[:10]]
    with refused(desk, "pool_exhausted"):
        many(desk, 2)
    assert one(desk).address == f"203.0.113.{free[10]}"


def test_27_a_failure_in_the_middle_leaves_nothing_of_the_batch(desk: Desk) -> None:
    customer_cidr(desk)
    with closing(connect(desk)) as connection:
        connection.refuse_inserts("eip", f"NEW.address = {number('203.0.113.6')}")
    with refused(desk, "conflict"):
        many(desk, 10)
    with closing(connect(desk)) as connection:
        connection.drop_triggers("eip", "failure")
    assert len(many(desk, 10)) == 10
    audit(desk)


@pytest.mark.parametrize("count", [0, -1, 65_537, 10**12])
def test_28_a_count_that_cannot_be_meant_is_refused(desk: Desk, count: int) -> None:
    customer_cidr(desk)
    with refused(desk, "invalid_count"):
        desk.platform.allocate(AllocationRequest(pool_id="edge", count=count))


def test_28_a_batch_keeps_name_and_cap_of_its_request(desk: Desk) -> None:
    customer_cidr(desk)
    request = AllocationRequest(pool_id="edge", count=3, name="web", bandwidth_mbps=200)
    eips = desk.platform.allocate(request).eips
    assert {(eip.name, eip.bandwidth_mbps) for eip in eips} == {("web", 200)}
    assert list(eips) == list(desk.eips("pool:edge"))
