"""Cases D: withheld addresses."""

from __future__ import annotations

import pytest

from core import ActivateRequest, DrainRequest, Inventory, ReserveRequest, UnreserveRequest
from tests.core.audit import audit
from tests.core.kit import addresses, customer_cidr, many, one, refused, release, rows, unchanged

CIDR = "203.0.113.0/24"


def reserve(inventory: Inventory, first: int, last: int | None = None, *, soft: bool = False, cidr: str = CIDR) -> None:
    request = ReserveRequest(
        cidr=cidr, first=f"203.0.113.{first}", last=None if last is None else f"203.0.113.{last}", soft=soft
    )
    inventory.execute(request)


def unreserve(inventory: Inventory, first: int, last: int, *, cidr: str = CIDR) -> None:
    inventory.execute(UnreserveRequest(cidr=cidr, first=f"203.0.113.{first}", last=f"203.0.113.{last}"))


def used(inventory: Inventory) -> tuple[int, int, int, int]:
    pool = inventory.pool("edge")
    return pool.total, pool.allocated, pool.reserved, pool.available


def test_30_reserved_addresses_are_counted_apart(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    one(inventory, address="203.0.113.5")
    reserve(inventory, 32, 35)
    assert used(inventory) == (256, 1, 4, 251)


def test_32_overlapping_nested_and_repeated_reservations_count_once(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    for first, last in ((32, 35), (32, 35), (33, 34), (34, 40), (30, 32), (41, 41)):
        reserve(inventory, first, last)
    assert used(inventory) == (256, 0, 12, 244)
    audit(inventory)


def test_32_the_same_reservation_again_changes_nothing(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    reserve(inventory, 32, 35)
    with unchanged(inventory):
        reserve(inventory, 32, 35)
        reserve(inventory, 33)


def test_32_reserving_again_softly_makes_it_soft(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    reserve(inventory, 32, 35)
    reserve(inventory, 33, soft=True)
    assert one(inventory, address="203.0.113.33").address == "203.0.113.33"
    with refused(inventory, "address_reserved"):
        one(inventory, address="203.0.113.34")
    audit(inventory)


def test_33_a_wholly_reserved_cidr_is_called_reserved_and_not_used_up(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/30")
    reserve(inventory, 0, 3, cidr="203.0.113.0/30")
    with refused(inventory, "pool_exhausted") as caught:
        one(inventory)
    assert "All 4 addresses of pool edge are reserved" in caught.value.message
    assert caught.value.details["available"] == 0


def test_34_a_live_address_that_becomes_reserved_does_not_come_free_on_release(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    one(inventory, address="203.0.113.5")
    reserve(inventory, 5)
    assert used(inventory) == (256, 1, 0, 255)
    release(inventory, "203.0.113.5")
    assert used(inventory) == (256, 0, 1, 255)
    with refused(inventory, "address_reserved"):
        one(inventory, address="203.0.113.5")
    assert "203.0.113.5" not in addresses(many(inventory, 255))


def test_35_a_lifted_reservation_frees_its_addresses_once(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/30")
    reserve(inventory, 1, 2, cidr="203.0.113.0/30")
    unreserve(inventory, 1, 2, cidr="203.0.113.0/30")
    with unchanged(inventory):
        unreserve(inventory, 1, 2, cidr="203.0.113.0/30")
    assert addresses(many(inventory, 4)) == [f"203.0.113.{last}" for last in range(4)]
    with refused(inventory, "pool_exhausted"):
        one(inventory)


def test_35_a_part_of_a_reservation_can_be_lifted(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    reserve(inventory, 10, 20)
    unreserve(inventory, 12, 14)
    spans = rows(inventory, "SELECT first & 255, last & 255 FROM reservation ORDER BY first")
    assert spans == [(10, 11), (15, 20)]
    assert used(inventory) == (256, 0, 8, 248)
    audit(inventory)


def test_35_a_lifted_reservation_of_a_draining_cidr_stays_held(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    reserve(inventory, 10, 20)
    inventory.execute(DrainRequest(cidr=CIDR))
    unreserve(inventory, 10, 20)
    assert (inventory.pool("edge").held, inventory.pool("edge").available) == (256, 0)
    inventory.execute(ActivateRequest(cidr=CIDR, reason="the drain was a mistake"))
    assert used(inventory) == (256, 0, 0, 256)


def test_37_reserving_the_edges_leaves_a_live_one_with_its_owner(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    holder = one(inventory, address="203.0.113.0")
    reserve(inventory, 0)
    reserve(inventory, 255)
    assert inventory.eip("203.0.113.0") == holder
    assert used(inventory) == (256, 1, 1, 254)


@pytest.mark.parametrize(("first", "last"), [("203.0.112.255", None), ("203.0.113.250", "203.0.114.1")])
def test_reserving_outside_the_cidr_is_refused(inventory: Inventory, first: str, last: str | None) -> None:
    customer_cidr(inventory, CIDR)
    with refused(inventory, "address_not_in_pool"):
        inventory.execute(ReserveRequest(cidr=CIDR, first=first, last=last))


def test_reserving_backwards_is_refused(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    with refused(inventory, "invalid_address"):
        reserve(inventory, 9, 8)
