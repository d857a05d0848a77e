"""Cases D: withheld addresses."""

from __future__ import annotations

import pytest

from core import ActivateRequest, Desk, DrainRequest, ReserveRequest, UnreserveRequest
from tests.core.audit import audit
from tests.core.kit import addresses, customer_cidr, many, one, refused, release, rows, unchanged

CIDR = "203.0.113.0/24"


def reserve(desk: Desk, first: int, last: int | None = None, *, soft: bool = False, cidr: str = CIDR) -> None:
    request = ReserveRequest(
        cidr=cidr, first=f"203.0.113.{first}", last=None if last is None else f"203.0.113.{last}", soft=soft
    )
    desk.platform.reserve(request)


def unreserve(desk: Desk, first: int, last: int, *, cidr: str = CIDR) -> None:
    desk.platform.unreserve(UnreserveRequest(cidr=cidr, first=f"203.0.113.{first}", last=f"203.0.113.{last}"))


def used(desk: Desk) -> tuple[int, int, int, int]:
    pool = desk.pool("edge")
    return pool.total, pool.allocated, pool.reserved, pool.available


def test_30_reserved_addresses_are_counted_apart(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    one(desk, address="203.0.113.5")
    reserve(desk, 32, 35)
    assert used(desk) == (256, 1, 4, 251)


def test_32_overlapping_nested_and_repeated_reservations_count_once(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    for first, last in ((32, 35), (32, 35), (33, 34), (34, 40), (30, 32), (41, 41)):
        reserve(desk, first, last)
    assert used(desk) == (256, 0, 12, 244)
    audit(desk)


def test_32_the_same_reservation_again_changes_nothing(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    reserve(desk, 32, 35)
    with unchanged(desk):
        reserve(desk, 32, 35)
        reserve(desk, 33)


def test_32_reserving_again_softly_makes_it_soft(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    reserve(desk, 32, 35)
    reserve(desk, 33, soft=True)
    assert one(desk, address="203.0.113.33").address == "203.0.113.33"
    with refused(desk, "address_reserved"):
        one(desk, address="203.0.113.34")
    audit(desk)


def test_33_a_wholly_reserved_cidr_is_called_reserved_and_not_used_up(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/30")
    reserve(desk, 0, 3, cidr="203.0.113.0/30")
    with refused(desk, "pool_exhausted") as caught:
        one(desk)
    assert "All 4 addresses of pool edge are reserved" in caught.value.message
    assert caught.value.details["available"] == 0


def test_34_a_live_address_that_becomes_reserved_does_not_come_free_on_release(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    one(desk, address="203.0.113.5")
    reserve(desk, 5)
    assert used(desk) == (256, 1, 0, 255)
    release(desk, "203.0.113.5")
    assert used(desk) == (256, 0, 1, 255)
    with refused(desk, "address_reserved"):
        one(desk, address="203.0.113.5")
    assert "203.0.113.5" not in addresses(many(desk, 255))


def test_35_a_lifted_reservation_frees_its_addresses_once(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/30")
    reserve(desk, 1, 2, cidr="203.0.113.0/30")
    unreserve(desk, 1, 2, cidr="203.0.113.0/30")
    with unchanged(desk):
        unreserve(desk, 1, 2, cidr="203.0.113.0/30")
    assert addresses(many(desk, 4)) == [f"203.0.113.{last}" for last in range(4)]
    with refused(desk, "pool_exhausted"):
        one(desk)


def test_35_a_part_of_a_reservation_can_be_lifted(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    reserve(desk, 10, 20)
    unreserve(desk, 12, 14)
    spans = rows(desk, "SELECT first & 255, last & 255 FROM reservation ORDER BY first")
    assert spans == [(10, 11), (15, 20)]
    assert used(desk) == (256, 0, 8, 248)
    audit(desk)


def test_35_a_lifted_reservation_of_a_draining_cidr_stays_held(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    reserve(desk, 10, 20)
    desk.platform.drain_cidr(DrainRequest(cidr=CIDR))
    unreserve(desk, 10, 20)
    assert (desk.pool("edge").held, desk.pool("edge").available) == (256, 0)
    desk.platform.activate_cidr(ActivateRequest(cidr=CIDR, reason="the drain was a mistake"))
    assert used(desk) == (256, 0, 0, 256)


def test_37_reserving_the_edges_leaves_a_live_one_with_its_owner(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    holder = one(desk, address="203.0.113.0")
    reserve(desk, 0)
    reserve(desk, 255)
    assert desk.eip("203.0.113.0") == holder
    assert used(desk) == (256, 1, 1, 254)


@pytest.mark.parametrize(("first", "last"), [("203.0.112.255", None), ("203.0.113.250", "203.0.114.1")])
def test_reserving_outside_the_cidr_is_refused(desk: Desk, first: str, last: str | None) -> None:
    customer_cidr(desk, CIDR)
    with refused(desk, "address_not_in_pool"):
        desk.platform.reserve(ReserveRequest(cidr=CIDR, first=first, last=last))


def test_reserving_backwards_is_refused(desk: Desk) -> None:
    customer_cidr(desk, CIDR)
    with refused(desk, "invalid_address"):
        reserve(desk, 9, 8)
