"""Cases E: release, cool-down, recovery, and addresses that come back."""

from __future__ import annotations

import pytest

from core import (
    Inventory,
    PoolOrder,
    PoolSettingsRequest,
    RecoverRequest,
    ReleaseRequest,
    ReserveRequest,
    UnreserveRequest,
)
from core.domain.addresses import format_address
from tests.core.audit import audit
from tests.core.kit import (
    START,
    Clock,
    addresses,
    another,
    balancer,
    customer_cidr,
    dnat,
    many,
    nic,
    one,
    refused,
    release,
    rows,
    services,
    unchanged,
)

ONE = "203.0.113.7/32"
X = "203.0.113.7"


def recover(inventory: Inventory, address: str = X, reason: str | None = None) -> str | None:
    (eip,) = inventory.execute(RecoverRequest(address=address, reason=reason)).eips
    assert eip.address == address
    return eip.previous_eip_id


@pytest.mark.parametrize("order", list(PoolOrder))
def test_38_a_released_address_returns_to_its_own_cidr_and_pool(inventory: Inventory, order: PoolOrder) -> None:
    customer_cidr(inventory, "203.0.113.0/31", pool="edge", order=order)
    customer_cidr(inventory, "203.0.113.2/31", pool="spare", order=order)
    supply = inventory.pool("default-asia-east-1").available
    many(inventory, 2, "edge")
    many(inventory, 2, "spare")
    release(inventory, "203.0.113.1")
    assert [inventory.pool(pool).available for pool in ("edge", "spare")] == [1, 0]
    assert inventory.pool("default-asia-east-1").available == supply
    assert one(inventory, "edge").address == "203.0.113.1"


@pytest.mark.parametrize("key", ["eip-404", "203.0.113.9", "198.18.0.1"])
def test_39_releasing_what_is_no_live_eip_is_refused_and_tells_no_event(inventory: Inventory, key: str) -> None:
    customer_cidr(inventory)
    keeps = one(inventory, address="203.0.113.1")
    with refused(inventory, "eip_not_found"):
        release(inventory, str(keeps.id), key)


def test_41_an_address_named_twice_is_released_once_and_comes_free_once(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/31")
    eip, _ = many(inventory, 2)
    assert len(release(inventory, eip.address, str(eip.id), eip.address)) == 1
    assert addresses(many(inventory, 1)) == [eip.address]
    with refused(inventory, "pool_exhausted"):
        one(inventory)


def test_41_releasing_by_the_id_of_a_released_eip_changes_nothing(inventory: Inventory) -> None:
    customer_cidr(inventory)
    eip = one(inventory)
    first = release(inventory, str(eip.id))
    again = one(inventory)
    with unchanged(inventory):
        assert release(inventory, str(eip.id)) == first
    assert inventory.eip(again.address) == again


def test_44_an_address_rests_to_the_second(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    one(inventory)
    release(inventory, X)
    clock.advance(59)
    with refused(inventory, "pool_exhausted") as caught:
        one(inventory)
    assert caught.value.details["next_free_at"] == "2026-11-23T12:01:00Z"
    assert "2026-11-23T12:01:00Z" in caught.value.message
    clock.advance(1)
    assert one(inventory).address == X


def test_44_what_rests_is_passed_over(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/30", cooldown=60)
    many(inventory, 4)
    release(inventory, "203.0.113.0")
    clock.advance(50)
    release(inventory, "203.0.113.1")
    clock.advance(10)
    assert one(inventory).address == "203.0.113.0"
    with refused(inventory, "pool_exhausted"):
        one(inventory)


def test_45_a_cooling_address_asked_for_is_refused_with_the_end_of_its_rest(inventory: Inventory) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    one(inventory)
    release(inventory, X)
    with refused(inventory, "address_cooling") as caught:
        one(inventory, address=X)
    assert caught.value.details["ready_at"] == "2026-11-23T12:01:00Z"


def test_45_a_cooling_address_that_is_softly_reserved_still_rests(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    one(inventory)
    release(inventory, X)
    inventory.execute(ReserveRequest(cidr=ONE, first=X, soft=True))
    with refused(inventory, "address_cooling"):
        one(inventory, address=X)
    clock.advance(60)
    assert one(inventory, address=X).address == X


def test_45_recover_gives_a_cooling_address_as_a_new_tenancy_linked_to_the_old(inventory: Inventory) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    old = one(inventory, name="shop", bandwidth_mbps=200)
    release(inventory, X)
    (new,) = inventory.execute(RecoverRequest(address=X, reason="J-9")).eips
    assert (new.previous_eip_id, new.name, new.bandwidth_mbps, new.address) == (old.id, "shop", 200, X)
    assert new.id != old.id
    audit(inventory)


def test_45_recover_is_refused_once_the_address_has_been_given_out_again(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    one(inventory)
    release(inventory, X)
    clock.advance(60)
    holder = one(inventory)
    with refused(inventory, "address_in_use") as caught:
        recover(inventory)
    assert caught.value.details["eip_id"] == holder.id


def test_45_recover_of_an_address_nobody_had_is_refused(inventory: Inventory) -> None:
    customer_cidr(inventory)
    with refused(inventory, "eip_not_found"):
        recover(inventory, "203.0.113.3")


def test_45_a_recovered_address_rests_from_its_last_release_only(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, ONE, cooldown=3600)
    one(inventory)
    release(inventory, X)
    recover(inventory)
    inventory.execute(PoolSettingsRequest(pool_id="edge", cooldown_seconds=0))
    clock.advance(60)
    release(inventory, X)
    inventory.execute(ReserveRequest(cidr=ONE, first=X))
    inventory.execute(UnreserveRequest(cidr=ONE, first=X))
    assert one(inventory).address == X


def test_47_who_recovered_an_address_and_why_is_in_the_history(inventory: Inventory) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    one(inventory)
    release(inventory, X)
    other = another(inventory, operator="carol")
    recover(other, reason="J-9: the customer's DNS still points there")
    other.close()
    event = inventory.history(X)[-1]
    assert (event.action, event.operator, event.reason) == (
        "recover",
        "carol",
        "J-9: the customer's DNS still points there",
    )


@pytest.mark.parametrize("seconds", [0, 30, 3600])
def test_48_a_changed_cooldown_leaves_what_is_cooling_at_its_date(
    inventory: Inventory, clock: Clock, seconds: int
) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    one(inventory)
    release(inventory, X)
    inventory.execute(PoolSettingsRequest(pool_id="edge", cooldown_seconds=seconds))
    clock.advance(59)
    with refused(inventory, "address_cooling"):
        one(inventory, address=X)
    clock.advance(1)
    assert one(inventory, address=X).address == X


def test_49_cooling_is_a_state_of_its_own_and_not_available(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/30", cooldown=90)
    many(inventory, 4)
    release(inventory, "203.0.113.0", "203.0.113.1", "203.0.113.2", "203.0.113.3")
    pool = inventory.pool("edge")
    assert (pool.total, pool.allocated, pool.cooling, pool.available) == (4, 0, 4, 0)
    assert [finding.code for finding in inventory.findings()] == ["pool_near_exhaustion"]
    clock.advance(90)
    pool = inventory.pool("edge")
    assert (pool.cooling, pool.available) == (0, 4)
    assert inventory.findings() == []


def test_49_what_is_listed_as_cooling_is_what_is_counted_as_cooling(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, cooldown=60)
    eips = many(inventory, 3)
    release(inventory, *addresses(eips))
    recover(inventory, eips[0].address)
    clock.advance(1)
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first=eips[1].address))
    assert [eip.id for eip in inventory.eips("state:cooling")] == [eips[2].id]
    assert inventory.pool("edge").cooling == 1
    clock.advance(60)
    assert list(inventory.eips("state:cooling")) == []


def test_50_a_bound_eip_is_not_released_without_being_told_to_unbind(inventory: Inventory) -> None:
    customer_cidr(inventory)
    services(inventory)
    eip, free = many(inventory, 2)
    inventory.execute(balancer(eip.address))
    with refused(inventory, "eip_bound") as caught:
        release(inventory, free.address, eip.address)
    assert [each["service_id"] for each in caught.value.details["bindings"]] == ["lb-1"]


def test_50_told_to_unbind_a_release_ends_the_bindings_in_the_same_transaction(inventory: Inventory) -> None:
    customer_cidr(inventory)
    services(inventory)
    eip = one(inventory)
    inventory.execute(dnat(eip.address, "tcp", "443"))
    inventory.execute(dnat(eip.address, "tcp", "80"))
    (gone,) = release(inventory, eip.address, unbind=True)
    assert [str(binding.port) for binding in gone.bindings] == ["443", "80"]
    assert {binding.unbound_at for binding in gone.bindings} == {gone.released_at}
    assert [event.action for event in inventory.history(eip.address)][-3:] == ["unbind", "unbind", "release"]
    audit(inventory)


def test_50_a_release_of_several_is_all_or_none(inventory: Inventory) -> None:
    customer_cidr(inventory)
    services(inventory)
    eips = many(inventory, 3)
    inventory.execute(nic(eips[2].address))
    with refused(inventory, "eip_bound"):
        release(inventory, *addresses(eips))
    release(inventory, *addresses(eips), unbind=True)
    assert list(inventory.eips()) == []


def test_ids_are_never_given_twice(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, ONE)
    ids = []
    for _ in range(3):
        ids.append(one(inventory).id)
        release(inventory, X)
        clock.advance(1)
    assert len(set(ids)) == 3
    kept = rows(inventory, "SELECT id, address FROM eip ORDER BY seq")
    assert [(key, format_address(address)) for key, address in kept] == [(key, X) for key in ids]


def test_a_clock_that_goes_backwards_ends_no_tenancy_before_it_began(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, ONE, cooldown=60)
    one(inventory)
    clock.advance(-600)
    (gone,) = release(inventory, X)
    assert gone.released_at == gone.allocated_at == START
    audit(inventory)


def test_an_address_that_is_another_eips_by_now_is_not_released(inventory: Inventory) -> None:
    customer_cidr(inventory, ONE)
    seen = one(inventory)
    release(inventory, X)
    theirs = one(another(inventory))
    request = ReleaseRequest(eips=(X,), expected=(seen,))
    with unchanged(inventory), refused(inventory, "conflict") as caught:
        inventory.execute(request)
    assert [each["id"] for each in caught.value.details["seen"]] == [seen.id]
    assert caught.value.details["now"]["id"] == theirs.id
