"""Cases B: asking for one given address."""

from __future__ import annotations

import pytest

from core import AllocationRequest, Inventory, ReserveRequest
from tests.core.audit import audit
from tests.core.kit import customer_cidr, one, refused, rows


def test_16_a_free_address_that_is_asked_for_is_given(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    eip = one(inventory, address="203.0.113.33")
    assert (eip.address, eip.pool_id, eip.customer_owned) == ("203.0.113.33", "edge", True)


def test_17_an_address_in_use_is_refused_naming_its_holder(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    holder = one(inventory, address="203.0.113.33")
    with refused(inventory, "address_in_use") as caught:
        one(inventory, address="203.0.113.33")
    assert caught.value.details["eip_id"] == holder.id


@pytest.mark.parametrize("address", ["203.0.113.200", "198.18.0.1", "8.8.8.8", "0.0.0.0", "255.255.255.255"])  # noqa: S104
def test_18_an_address_outside_the_pool_is_refused(inventory: Inventory, address: str) -> None:
    customer_cidr(inventory, "203.0.113.0/25")
    with refused(inventory, "address_not_in_pool"):
        one(inventory, address=address)


def test_18_without_a_pool_the_default_pool_is_meant_also_for_an_address(inventory: Inventory) -> None:
    customer_cidr(inventory)
    with refused(inventory, "address_not_in_pool"):
        one(inventory, None, address="203.0.113.3")
    assert one(inventory, None, address="198.18.0.9").landed_in_default


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
def test_19_what_is_no_address_is_refused_before_anything_is_looked_up(inventory: Inventory, words: str) -> None:
    with refused(inventory, "invalid_address"):
        one(inventory, "no-such-pool", address=words)


def test_19_an_address_and_a_count_exclude_each_other(inventory: Inventory) -> None:
    customer_cidr(inventory)
    with refused(inventory, "invalid_count"):
        inventory.execute(AllocationRequest(pool_id="edge", address="203.0.113.3", count=2))


def test_21_both_ends_taken_leave_no_empty_range(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/30")
    one(inventory, address="203.0.113.0")
    one(inventory, address="203.0.113.3")
    left = "SELECT lo & 3, hi & 3 FROM free_range WHERE pool_id = 'edge'"
    assert rows(inventory, left) == [(1, 2)]
    one(inventory, address="203.0.113.2")
    one(inventory, address="203.0.113.1")
    assert rows(inventory, left) == []
    audit(inventory)


def test_23_a_softly_reserved_address_is_given_only_when_asked_for(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/31")
    inventory.execute(ReserveRequest(cidr="203.0.113.0/31", first="203.0.113.0", soft=True))
    assert one(inventory).address == "203.0.113.1"
    with refused(inventory, "pool_exhausted"):
        one(inventory)
    assert one(inventory, address="203.0.113.0").address == "203.0.113.0"
    audit(inventory)


def test_23_a_firmly_reserved_address_is_not_given_even_when_asked_for(inventory: Inventory) -> None:
    customer_cidr(inventory)
    reserve = ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.3", reason="the routers' own")
    inventory.execute(reserve)
    with refused(inventory, "address_reserved") as caught:
        one(inventory, address="203.0.113.3")
    assert "the routers' own" in caught.value.message
