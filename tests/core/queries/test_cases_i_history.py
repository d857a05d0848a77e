"""Cases I: who had an address, and what happened to it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BandwidthRequest,
    DrainRequest,
    Inventory,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RenameRequest,
    Request,
    ReserveRequest,
    RetireRequest,
    ServiceKind,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
    Verdict,
    VerdictWord,
)
from tests.core.kit import (
    REFUSALS,
    START,
    Clock,
    balancer,
    broken_links,
    connect,
    customer_cidr,
    nic,
    one,
    reading,
    refused,
    release,
    rows,
    services,
)

X = "203.0.113.7"
CIDR = "203.0.113.7/32"


def at(inventory: Inventory, minute: float) -> Verdict:
    return inventory.lookup(X, START + timedelta(minutes=minute))


def tell_two_tenancies(inventory: Inventory, clock: Clock) -> None:
    """Held from minute 10 to 20, cooling until 25, held again from 30 on; bound from 12 to 15 and from 32 on."""
    customer_cidr(inventory, CIDR, cooldown=300)
    services(inventory)
    clock.advance(600)
    one(inventory, name="first")
    clock.advance(120)
    inventory.execute(nic(X))
    clock.advance(180)
    inventory.execute(UnbindRequest(eip=X))
    clock.advance(300)
    release(inventory, X)
    clock.advance(600)
    one(inventory, name="second")
    clock.advance(120)
    inventory.execute(balancer(X))
    clock.advance(600)


@pytest.mark.parametrize(
    ("minute", "word", "name", "serves"),
    [
        (9.99, VerdictWord.CUSTOMER_UNALLOCATED, None, []),
        (10, VerdictWord.CUSTOMER_UNBOUND, "first", []),
        (12, VerdictWord.CUSTOMER_BOUND, "first", ["nic-1"]),
        (14.99, VerdictWord.CUSTOMER_BOUND, "first", ["nic-1"]),
        (15, VerdictWord.CUSTOMER_UNBOUND, "first", []),
        (20, VerdictWord.CUSTOMER_COOLING, None, []),
        (25, VerdictWord.CUSTOMER_UNALLOCATED, None, []),
        (30, VerdictWord.CUSTOMER_UNBOUND, "second", []),
        (32, VerdictWord.CUSTOMER_BOUND, "second", ["lb-1"]),
    ],
)
def test_76_who_had_it_at_a_moment_and_for_what(
    inventory: Inventory, clock: Clock, minute: float, word: VerdictWord, name: str | None, serves: list[str]
) -> None:
    tell_two_tenancies(inventory, clock)
    said = at(inventory, minute)
    assert said.verdict is word
    assert (said.eip and said.eip.name, [b.service_id for b in said.eip.bindings] if said.eip else []) == (name, serves)


def test_76_the_last_holder_is_named_when_nobody_has_it(inventory: Inventory, clock: Clock) -> None:
    tell_two_tenancies(inventory, clock)
    for minute in (22, 27):
        assert 'Its last holder was eip-1 "first", allocated by alice' in at(inventory, minute).summary


def test_76_before_the_cidr_was_added_nobody_can_tell(inventory: Inventory, clock: Clock) -> None:
    tell_two_tenancies(inventory, clock)
    said = at(inventory, -1)
    assert (said.verdict, said.customer_owned, said.fix_in) == (VerdictWord.UNKNOWN, None, None)
    assert all(words in said.summary for words in (CIDR, "known here since", "is not recorded"))


def test_77_the_answer_is_the_same_after_all_is_released_and_retired(inventory: Inventory, clock: Clock) -> None:
    tell_two_tenancies(inventory, clock)
    moments = [0, 5, 10, 12, 15, 20, 24.99, 25, 30, 32, 40]
    before = [at(inventory, minute) for minute in moments]
    clock.advance(60)
    release(inventory, X, unbind=True)
    inventory.execute(DrainRequest(cidr=CIDR))
    inventory.execute(RetireRequest(cidr=CIDR))
    clock.advance(60)
    after = [at(inventory, minute) for minute in moments]
    assert [gist(said) for said in after] == [gist(said) for said in before]
    now = inventory.lookup(X)
    assert (now.verdict, now.eip) == (VerdictWord.NOT_OURS, None)
    assert all(words in now.summary for words in (CIDR, "was yours until", "eip-2"))


def gist(said: Verdict) -> tuple[object, ...]:
    """A verdict without what is of the moment it was asked at: the sentence and how its bindings ended since."""
    bindings = [replace(binding, unbound_at=None) for binding in said.eip.bindings] if said.eip else None
    eip = said.eip and said.eip._replace(released_at=None, bindings=())
    return said.verdict, said.customer_owned, said.cidr, said.pool_id, said.fix_in, eip, bindings


def test_77_an_address_that_was_held_while_its_cidr_drained_is_told_so_later(
    inventory: Inventory, clock: Clock
) -> None:
    customer_cidr(inventory, CIDR, cooldown=300)
    one(inventory)
    inventory.execute(DrainRequest(cidr=CIDR))
    release(inventory, X)
    clock.advance(60)
    while_draining = at(inventory, 0.5).verdict
    inventory.execute(RetireRequest(cidr=CIDR))
    clock.advance(60)
    assert at(inventory, 0.5).verdict is while_draining is VerdictWord.CUSTOMER_UNALLOCATED


def test_79_an_address_in_no_known_range_is_not_ours_and_the_nearest_range_is_named(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/28")
    for address, nearest in (
        ("203.0.113.77", "203.0.113.0/28"),
        ("198.18.16.1", "198.18.0.0/20"),
        ("8.8.8.8", "198.18."),
    ):
        said = inventory.lookup(address)
        assert (said.verdict, said.fix_in, said.cidr) == (VerdictWord.NOT_OURS, "elsewhere", None)
        assert nearest in said.summary


def test_79_an_ipv6_address_is_named_and_unknown(inventory: Inventory) -> None:
    said = inventory.lookup("2001:db8::1")
    assert (said.verdict, said.address, said.customer_owned, said.fix_in) == ("unknown", "2001:db8::1", None, None)


@pytest.mark.parametrize("statement", ["UPDATE event SET reason = 'nothing'", "DELETE FROM event WHERE seq = 1"])
def test_80_the_history_is_not_changed_by_sql(inventory: Inventory, statement: str) -> None:
    customer_cidr(inventory)
    with closing(connect(inventory)) as connection, pytest.raises(REFUSALS, match="append-only"):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET operator = 'mallory' WHERE seq = 2",
        "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
        "DELETE FROM event WHERE seq = 2",
        "UPDATE event SET pool_id = NULL WHERE seq = 2",
    ],
)
def test_80_the_chain_tells_of_a_row_changed_behind_the_databases_back(inventory: Inventory, statement: str) -> None:
    customer_cidr(inventory)
    one(inventory)
    with closing(connect(inventory)) as connection:
        connection.drop_triggers("event", "event_unchanged", "event_kept")
        with reading(inventory) as read:
            assert broken_links(read) == []
        connection.execute(statement)
        with reading(inventory) as read:
            assert "edge" in broken_links(read)


def test_81_every_verb_leaves_events_with_operator_reason_and_request_id(inventory: Inventory) -> None:
    cidr = "203.0.113.0/28"
    requests: tuple[Request[object], ...] = (
        AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1"),
        AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500, pool_id="edge"),
        ActivateRequest(cidr=cidr),
        SetAsnRequest(cidr=cidr, asn=3320),
        PoolSettingsRequest(pool_id="edge", cooldown_seconds=60),
        ReserveRequest(cidr=cidr, first="203.0.113.8"),
        UnreserveRequest(cidr=cidr, first="203.0.113.8"),
        AllocationRequest(address="198.18.0.7"),
        AcceptRequest(finding="198.18.0.7"),
        balancer("198.18.0.7"),
        BandwidthRequest(eip="198.18.0.7", bandwidth_mbps=100),
        RenameRequest(eip="198.18.0.7", name="web"),
        RehomeRequest(eip="198.18.0.7", pool_id="edge"),
        UnbindRequest(eip="203.0.113.0"),
        ReleaseRequest(eips=("203.0.113.0",)),
        RecoverRequest(address="203.0.113.0"),
        ReleaseRequest(eips=("203.0.113.0",)),
        DrainRequest(cidr=cidr),
        RetireRequest(cidr=cidr),
    )
    for place, request in enumerate(requests):
        ((before,),) = rows(inventory, "SELECT coalesce(max(seq), 0) FROM event")
        inventory.execute(replace(request, reason=f"J-{place}", request_id=f"key-{place}"))
        told = rows(inventory, "SELECT operator, reason, request_id FROM event WHERE seq > ?", before)
        assert set(told) == {("alice", f"J-{place}", f"key-{place}")}, request


def test_81_an_event_says_what_was_and_what_is(inventory: Inventory) -> None:
    customer_cidr(inventory)
    one(inventory)
    inventory.execute(BandwidthRequest(eip="203.0.113.0", bandwidth_mbps=100))
    inventory.execute(BandwidthRequest(eip="203.0.113.0", bandwidth_mbps=200))
    event = inventory.history("203.0.113.0")[-1]
    assert (event.before, event.after) == ({"bandwidth_mbps": 100}, {"bandwidth_mbps": 200})
    assert (event.eip_id, event.pool_id, event.cidr, event.at) == ("eip-1", "edge", "203.0.113.0/28", START)


def test_the_history_is_read_by_eip_by_address_by_cidr_and_since(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    first = one(inventory)
    release(inventory, first.address)
    clock.advance(60)
    second = one(inventory, address=first.address)
    one(inventory, None)
    assert [event.action for event in inventory.history(str(first.id))] == ["allocate", "release"]
    assert [event.eip_id for event in inventory.history(first.address)] == [first.id, first.id, second.id]
    assert [event.action for event in inventory.history("203.0.113.0/28")] == [
        *("add_cidr", "activate_cidr", "allocate", "release", "allocate")
    ]
    assert len(inventory.history(since=clock.now)) == 3
    assert [event.address for event in inventory.history(limit=1)] == ["198.18.0.0"]
    for code, subject in (("cidr_not_found", "192.0.2.0/24"), ("eip_not_found", "eip-404"), ("invalid_cidr", "1/2")):
        with refused(inventory, code):
            inventory.history(subject)
