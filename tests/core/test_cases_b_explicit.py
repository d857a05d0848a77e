"""Cases B: asking for one given address."""

from __future__ import annotations

import pytest

from core import AllocationRequest, Desk, ReserveRequest
from tests.core.audit import audit
from tests.core.kit import customer_cidr, one, refused, rows


def test_16_a_free_address_that_is_asked_for_is_given(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/24")
    eip = one(desk, address="203.0.113.33")
    assert (eip.address, eip.pool_id, eip.customer_owned) == ("203.0.113.33", "edge", True)


def test_17_an_address_in_use_is_refused_naming_its_holder(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/24")
    holder = one(desk, address="203.0.113.33")
    with refused(desk, "address_in_use") as caught:
        one(desk, address="203.0.113.33")
    assert caught.value.details["eip_id"] == holder.id


@pytest.mark.parametrize("address", ["203.0.113.200", "198.18.0.1", "8.8.8.8", "0.0.0.0", "255.255.255.255"])  # noqa: S104
def test_18_an_address_outside_the_pool_is_refused(desk: Desk, address: str) -> None:
    customer_cidr(desk, "203.0.113.0/25")
    with refused(desk, "address_not_in_pool"):
        one(desk, address=address)


def test_18_without_a_pool_the_default_pool_is_meant_also_for_an_address(desk: Desk) -> None:
    customer_cidr(desk)
    with refused(desk, "address_not_in_pool"):
        one(desk, None, address="203.0.113.3")
    assert one(desk, None, address="198.18.0.9").landed_in_default


@pytest.mark.parametrize(
    "words",
    [
        "192.0.2.1.invalid",
        "192.0.2.256",
        "192.0.2.01",
        " 192.0.2.1",
        "192.0.2.1\n",
        "2001:db8::1",
        "-1",
        "3221225985",
        "",
    ],
)
def test_19_what_is_no_address_is_refused_before_anything_is_looked_up(desk: Desk, words: str) -> None:
    with refused(desk, "invalid_address"):
        one(desk, "no-such-pool", address=words)


def test_19_an_address_and_a_count_exclude_each_other(desk: Desk) -> None:
    customer_cidr(desk)
    with refused(desk, "invalid_count"):
        desk.platform.allocate(AllocationRequest(pool_id="edge", address="203.0.113.3", count=2))


def test_21_both_ends_taken_leave_no_empty_range(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/30")
    one(desk, address="203.0.113.0")
    one(desk, address="203.0.113.3")
    left = "SELECT lo & 3, hi & 3 FROM free_range WHERE pool_id = 'edge'"
    assert rows(desk, left) == [(1, 2)]
    one(desk, address="203.0.113.2")
    one(desk, address="203.0.113.1")
    assert rows(desk, left) == []
    audit(desk)


def test_23_a_softly_reserved_address_is_given_only_when_asked_for(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/31")
    desk.platform.reserve(ReserveRequest(cidr="203.0.113.0/31", first="203.0.113.0", soft=True))
    assert one(desk).address == "203.0.113.1"
    with refused(desk, "pool_exhausted"):
        one(desk)
    assert one(desk, address="203.0.113.0").address == "203.0.113.0"
    audit(desk)


def test_23_a_firmly_reserved_address_is_not_given_even_when_asked_for(desk: Desk) -> None:
    customer_cidr(desk)
    reserve = ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.3", reason="the routers' own")
    desk.platform.reserve(reserve)
    with refused(desk, "address_reserved") as caught:
        one(desk, address="203.0.113.3")
    assert "the routers' own" in caught.value.message
