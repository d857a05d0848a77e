"""Cases E: release, cool-down, recovery, and addresses that come back."""

from __future__ import annotations

import pytest

from core import (
    Desk,
    PoolOrder,
    PoolSettingsRequest,
    RecoverRequest,
    ReleaseRequest,
    ReserveRequest,
    UnreserveRequest,
)
from core.addresses import format_address
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


def recover(desk: Desk, address: str = X, reason: str | None = None) -> str | None:
    (eip,) = desk.platform.recover(RecoverRequest(address=address, reason=reason)).eips
    assert eip.address == address
    return eip.previous_eip_id


@pytest.mark.parametrize("order", list(PoolOrder))
def test_38_a_released_address_returns_to_its_own_cidr_and_pool(desk: Desk, order: PoolOrder) -> None:
    customer_cidr(desk, "203.0.113.0/31", pool="edge", order=order)
    customer_cidr(desk, "203.0.113.2/31", pool="spare", order=order)
    supply = desk.pool("default-asia-east-1").available
    many(desk, 2, "edge")
    many(desk, 2, "spare")
    release(desk, "203.0.113.1")
    assert [desk.pool(pool).available for pool in ("edge", "spare")] == [1, 0]
    assert desk.pool("default-asia-east-1").available == supply
    assert one(desk, "edge").address == "203.0.113.1"


@pytest.mark.parametrize("key", ["eip-404", "203.0.113.9", "198.18.0.1"])
def test_39_releasing_what_is_no_live_eip_is_refused_and_tells_no_event(desk: Desk, key: str) -> None:
    customer_cidr(desk)
    keeps = one(desk, address="203.0.113.1")
    with refused(desk, "eip_not_found"):
        release(desk, str(keeps.id), key)


def test_41_an_address_named_twice_is_released_once_and_comes_free_once(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/31")
    eip, _ = many(desk, 2)
    assert len(release(desk, eip.address, str(eip.id), eip.address)) == 1
    assert addresses(many(desk, 1)) == [eip.address]
    with refused(desk, "pool_exhausted"):
        one(desk)


def test_41_releasing_by_the_id_of_a_released_eip_changes_nothing(desk: Desk) -> None:
    customer_cidr(desk)
    eip = one(desk)
    first = release(desk, str(eip.id))
    again = one(desk)
    with unchanged(desk):
        assert release(desk, str(eip.id)) == first
    assert desk.eip(again.address) == again


def test_44_an_address_rests_to_the_second(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    one(desk)
    release(desk, X)
    clock.advance(59)
    with refused(desk, "pool_exhausted") as caught:
        one(desk)
    assert caught.value.details["next_free_at"] == "2026-11-23T12:01:00Z"
    assert "2026-11-23T12:01:00Z" in caught.value.message
    clock.advance(1)
    assert one(desk).address == X


def test_44_what_rests_is_passed_over(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, "203.0.113.0/30", cooldown=60)
    many(desk, 4)
    release(desk, "203.0.113.0")
    clock.advance(50)
    release(desk, "203.0.113.1")
    clock.advance(10)
    assert one(desk).address == "203.0.113.0"
    with refused(desk, "pool_exhausted"):
        one(desk)


def test_45_a_cooling_address_asked_for_is_refused_with_the_end_of_its_rest(desk: Desk) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    one(desk)
    release(desk, X)
    with refused(desk, "address_cooling") as caught:
        one(desk, address=X)
    assert caught.value.details["ready_at"] == "2026-11-23T12:01:00Z"


def test_45_a_cooling_address_that_is_softly_reserved_still_rests(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    one(desk)
    release(desk, X)
    desk.platform.reserve(ReserveRequest(cidr=ONE, first=X, soft=True))
    with refused(desk, "address_cooling"):
        one(desk, address=X)
    clock.advance(60)
    assert one(desk, address=X).address == X


def test_45_recover_gives_a_cooling_address_as_a_new_tenancy_linked_to_the_old(desk: Desk) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    old = one(desk, name="shop", bandwidth_mbps=200)
    release(desk, X)
    (new,) = desk.platform.recover(RecoverRequest(address=X, reason="J-9")).eips
    assert (new.previous_eip_id, new.name, new.bandwidth_mbps, new.address) == (old.id, "shop", 200, X)
    assert new.id != old.id
    audit(desk)


def test_45_recover_is_refused_once_the_address_has_been_given_out_again(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    one(desk)
    release(desk, X)
    clock.advance(60)
    holder = one(desk)
    with refused(desk, "address_in_use") as caught:
        recover(desk)
    assert caught.value.details["eip_id"] == holder.id


def test_45_recover_of_an_address_nobody_had_is_refused(desk: Desk) -> None:
    customer_cidr(desk)
    with refused(desk, "eip_not_found"):
        recover(desk, "203.0.113.3")


def test_45_a_recovered_address_rests_from_its_last_release_only(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, ONE, cooldown=3600)
    one(desk)
    release(desk, X)
    recover(desk)
    desk.platform.set_pool(PoolSettingsRequest(pool_id="edge", cooldown_seconds=0))
    clock.advance(60)
    release(desk, X)
    desk.platform.reserve(ReserveRequest(cidr=ONE, first=X))
    desk.platform.unreserve(UnreserveRequest(cidr=ONE, first=X))
    assert one(desk).address == X


def test_47_who_recovered_an_address_and_why_is_in_the_history(desk: Desk) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    one(desk)
    release(desk, X)
    other = another(desk, operator="carol")
    recover(other, reason="J-9: the customer's DNS still points there")
    other.close()
    event = desk.history(X)[-1]
    assert (event.action, event.operator, event.reason) == (
        "recover",
        "carol",
        "J-9: the customer's DNS still points there",
    )


@pytest.mark.parametrize("seconds", [0, 30, 3600])
def test_48_a_changed_cooldown_leaves_what_is_cooling_at_its_date(desk: Desk, clock: Clock, seconds: int) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    one(desk)
    release(desk, X)
    desk.platform.set_pool(PoolSettingsRequest(pool_id="edge", cooldown_seconds=seconds))
    clock.advance(59)
    with refused(desk, "address_cooling"):
        one(desk, address=X)
    clock.advance(1)
    assert one(desk, address=X).address == X


def test_49_cooling_is_a_state_of_its_own_and_not_available(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, "203.0.113.0/30", cooldown=90)
    many(desk, 4)
    release(desk, "203.0.113.0", "203.0.113.1", "203.0.113.2", "203.0.113.3")
    pool = desk.pool("edge")
    assert (pool.total, pool.allocated, pool.cooling, pool.available) == (4, 0, 4, 0)
    assert [finding.code for finding in desk.findings()] == ["pool_near_exhaustion"]
    clock.advance(90)
    pool = desk.pool("edge")
    assert (pool.cooling, pool.available) == (0, 4)
    assert desk.findings() == []


def test_49_what_is_listed_as_cooling_is_what_is_counted_as_cooling(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, cooldown=60)
    eips = many(desk, 3)
    release(desk, *addresses(eips))
    recover(desk, eips[0].address)
    clock.advance(1)
    desk.platform.reserve(ReserveRequest(cidr="203.0.113.0/28", first=eips[1].address))
    assert [eip.id for eip in desk.eips("state:cooling")] == [eips[2].id]
    assert desk.pool("edge").cooling == 1
    clock.advance(60)
    assert list(desk.eips("state:cooling")) == []


def test_50_a_bound_eip_is_not_released_without_being_told_to_unbind(desk: Desk) -> None:
    customer_cidr(desk)
    services(desk)
    eip, free = many(desk, 2)
    desk.platform.bind(balancer(eip.address))
    with refused(desk, "eip_bound") as caught:
        release(desk, free.address, eip.address)
    assert [each["service_id"] for each in caught.value.details["bindings"]] == ["lb-1"]


def test_50_told_to_unbind_a_release_ends_the_bindings_in_the_same_transaction(desk: Desk) -> None:
    customer_cidr(desk)
    services(desk)
    eip = one(desk)
    desk.platform.bind(dnat(eip.address, "tcp", "443"))
    desk.platform.bind(dnat(eip.address, "tcp", "80"))
    (gone,) = release(desk, eip.address, unbind=True)
    assert [binding.port for binding in gone.bindings] == [443, 80]
    assert {binding.unbound_at for binding in gone.bindings} == {gone.released_at}
    assert [event.action for event in desk.history(eip.address)][-3:] == ["unbind", "unbind", "release"]
    audit(desk)


def test_50_a_release_of_several_is_all_or_none(desk: Desk) -> None:
    customer_cidr(desk)
    services(desk)
    eips = many(desk, 3)
    desk.platform.bind(nic(eips[2].address))
    with refused(desk, "eip_bound"):
        release(desk, *addresses(eips))
    release(desk, *addresses(eips), unbind=True)
    assert list(desk.eips()) == []


def test_ids_are_never_given_twice(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, ONE)
    ids = []
    for _ in range(3):
        ids.append(one(desk).id)
        release(desk, X)
        clock.advance(1)
    assert len(set(ids)) == 3
    kept = rows(desk, "SELECT id, address FROM eip ORDER BY seq")
    assert [(key, format_address(address)) for key, address in kept] == [(key, X) for key in ids]


def test_a_clock_that_goes_backwards_ends_no_tenancy_before_it_began(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, ONE, cooldown=60)
    one(desk)
    clock.advance(-3600)
    (gone,) = release(desk, X)
    assert gone.released_at == gone.allocated_at == START
    audit(desk)


def test_an_address_that_is_another_eips_by_now_is_not_released(desk: Desk) -> None:
    customer_cidr(desk, ONE)
    seen = one(desk)
    release(desk, X)
    theirs = one(another(desk))
    request = ReleaseRequest(eips=(X,), expected=(seen,))
    with unchanged(desk), refused(desk, "conflict") as caught:
        desk.platform.release(request)
    assert [each["id"] for each in caught.value.details["seen"]] == [seen.id]
    assert caught.value.details["now"]["id"] == theirs.id
