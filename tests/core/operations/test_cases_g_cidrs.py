"""Cases G: the life of a customer CIDR and of its pool."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import (
    ActivateRequest,
    AddCidrRequest,
    CidrState,
    Config,
    DrainRequest,
    EipdeckError,
    Inventory,
    PoolOrder,
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    open_inventory,
)
from tests.core.audit import audit
from tests.core.kit import (
    Clock,
    addresses,
    another,
    balancer,
    connect,
    customer_cidr,
    many,
    one,
    refused,
    release,
    rows,
    services,
    unchanged,
)

CIDR = "203.0.113.0/28"


def adding(cidr: str, **options: Any) -> AddCidrRequest:
    return replace(AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500), **options)


def drain(inventory: Inventory, cidr: str = CIDR) -> None:
    inventory.execute(DrainRequest(cidr=cidr))


def retire(inventory: Inventory, cidr: str = CIDR) -> None:
    inventory.execute(RetireRequest(cidr=cidr))


def activate(inventory: Inventory, cidr: str = CIDR) -> None:
    inventory.execute(ActivateRequest(cidr=cidr, reason="onboarding done"))


def test_60_host_bits_are_refused_with_the_canonical_form(inventory: Inventory) -> None:
    customer_cidr(inventory, "192.0.2.0/24")
    with refused(inventory, "invalid_cidr") as caught:
        inventory.execute(adding("192.0.2.1/24"))
    assert "192.0.2.0/24" in caught.value.message


@pytest.mark.parametrize(
    "cidr", ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.255/32", "192.0.0.0/16", "192.0.2.0/23", "198.18.0.0/20"]
)
def test_60_an_overlap_is_refused_naming_the_other(inventory: Inventory, cidr: str) -> None:
    customer_cidr(inventory, "192.0.2.0/24")
    with refused(inventory, "cidr_overlap") as caught:
        inventory.execute(adding(cidr))
    assert caught.value.details["overlaps"] in ("192.0.2.0/24", "198.18.0.0/20")


def test_60_neighbours_do_not_overlap_nor_share_a_range(inventory: Inventory) -> None:
    for cidr in ("203.0.113.4/30", "203.0.113.0/30", "203.0.113.8/30"):
        customer_cidr(inventory, cidr)
    assert addresses(many(inventory, 12)) == [f"203.0.113.{last}" for last in range(12)]
    audit(inventory)


def test_62_of_two_operators_who_add_overlapping_cidrs_one_succeeds(inventory: Inventory) -> None:
    desks = [another(inventory, operator=name) for name in ("bob", "carol")]
    start, codes = threading.Barrier(2), []

    def add(mine: Inventory, cidr: str) -> None:
        start.wait()
        try:
            mine.execute(adding(cidr))
            codes.append("done")
        except EipdeckError as refusal:
            codes.append(refusal.code)

    threads = [
        threading.Thread(target=add, args=pair)
        for pair in zip(desks, ("203.0.113.0/24", "203.0.113.128/25"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in desks:
        each.close()
    assert sorted(codes) == ["cidr_overlap", "done"]
    audit(inventory)


@pytest.mark.parametrize(
    "cidr",
    [
        *("203.0.113.0/33", "::/129", "2001:db8::/32", "203.0.113.0", "203.0.113.0/", "203.0.113.0/255.255.255.0"),
        *("203.0.113.0/024", "203.0.113.0/-1", " 203.0.113.0/24", "203.0.113/24", "", "/24"),
        *("10.0.0.0/24", "172.16.0.0/12", "192.168.4.0/24", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"),
        *("224.0.0.0/4", "239.1.0.0/16", "240.0.0.0/4", "255.255.255.255/32", "0.0.0.0/8", "0.0.0.0/0", "8.0.0.0/5"),
    ],
)
def test_63_what_is_no_cidr_or_nobodys_to_bring_is_refused(inventory: Inventory, cidr: str) -> None:
    with refused(inventory, "invalid_cidr"):
        inventory.execute(adding(cidr))


@pytest.mark.parametrize("cidr", ["192.0.2.0/24", "198.19.0.0/24", "203.0.113.0/25", "8.8.8.8/32"])
def test_63_documentation_space_and_long_prefixes_pass_with_a_caution(inventory: Inventory, cidr: str) -> None:
    assert inventory.cautions(cidr, 3320)
    assert inventory.execute(adding(cidr)).state is CidrState.VALIDATING


@pytest.mark.parametrize("asn", [-1, 0, 23456, 64512, 65534, 65535, 65552, 131071, 4200000000, 4294967295, 2**32])
def test_63_private_and_reserved_asns_are_refused(inventory: Inventory, asn: int) -> None:
    with refused(inventory, "asn_not_supported"):
        inventory.execute(adding(CIDR, asn=asn))
    customer_cidr(inventory)
    with refused(inventory, "asn_not_supported"):
        inventory.execute(SetAsnRequest(cidr=CIDR, asn=asn))


@pytest.mark.parametrize("state", ["validating", "failed"])
def test_64_a_cidr_that_is_not_active_gives_out_nothing(inventory: Inventory, state: str) -> None:
    customer_cidr(inventory, active=False)
    connection = connect(inventory)
    connection.execute("UPDATE cidr SET state = ? WHERE pool_id = 'edge'", (state,))
    connection.close()
    with refused(inventory, "no_active_cidr"):
        one(inventory)
    with refused(inventory, "cidr_not_active"):
        one(inventory, address="203.0.113.3")


def test_64_activating_is_the_operators_word_and_wants_a_reason(inventory: Inventory) -> None:
    customer_cidr(inventory, active=False)
    with refused(inventory, "usage"):
        inventory.execute(ActivateRequest(cidr=CIDR))
    activate(inventory)
    with unchanged(inventory):
        activate(inventory)
    assert one(inventory).address == "203.0.113.0"


def roa(folder: Path, *payloads: tuple[str, int, int]) -> Path:
    path = folder / "roas.json"
    roas = [{"prefix": prefix, "maxLength": longest, "asn": f"AS{asn}"} for prefix, longest, asn in payloads]
    path.write_text(json.dumps({"roas": roas}))
    return path


def test_65_an_asn_that_no_roa_allows_is_refused_and_allocations_stay(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    eip = one(inventory)
    config = Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 64500)))
    strict = open_inventory(inventory.url, operator="bob", config=config)
    with refused(strict, "rpki_not_valid"):
        strict.execute(SetAsnRequest(cidr=CIDR, asn=3320))
    with refused(strict, "rpki_not_valid"):
        strict.execute(adding("198.51.100.0/24"))
    assert strict.execute(SetAsnRequest(cidr=CIDR, asn=64500)).asn == 64500
    assert strict.eip(eip.address) == eip
    strict.close()


def test_65_an_asn_that_a_roa_allows_is_set_and_kept_in_the_history(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    config = Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 3320)))
    strict = open_inventory(inventory.url, operator="bob", config=config)
    cidr = strict.execute(SetAsnRequest(cidr=CIDR, asn=3320))
    assert (cidr.asn, cidr.rpki) == (3320, "valid")
    event = strict.history(CIDR)[-1]
    assert (event.action, event.before, event.after) == (
        "set_asn",
        {"asn": 64500, "rpki": "unknown"},
        {"asn": 3320, "rpki": "valid"},
    )
    strict.close()


def test_65_what_roa_data_say_is_kept_with_the_activation_and_when_the_asn_is_set_again(
    inventory: Inventory, tmp_path: Path
) -> None:
    customer_cidr(inventory, active=False)
    customer_cidr(inventory, "198.51.100.0/24", pool="other")
    config = Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 64500), ("198.51.100.0/24", 24, 64500)))
    strict = open_inventory(inventory.url, operator="bob", config=config)
    activate(strict)
    assert strict.cidr(CIDR).rpki == "valid"
    event = strict.history(CIDR)[-1]
    assert event.before == {"state": "validating", "rpki": "unknown"}
    assert event.after == {"state": "active", "rpki": "valid"}
    again = SetAsnRequest(cidr="198.51.100.0/24", asn=64500)
    assert strict.execute(again).rpki == "valid"
    with unchanged(strict):
        strict.execute(again)
    strict.close()


def test_65_without_roa_data_what_was_found_of_the_same_origin_stays(inventory: Inventory, tmp_path: Path) -> None:
    strict = open_inventory(
        inventory.url,
        operator="bob",
        clock=inventory.now,
        config=Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 64500))),
    )
    customer_cidr(strict, active=False)
    strict.close()
    activate(inventory)
    drain(inventory)
    assert inventory.cidr(CIDR).rpki == "valid"
    with unchanged(inventory):
        inventory.execute(SetAsnRequest(cidr=CIDR, asn=64500))
    assert inventory.execute(SetAsnRequest(cidr=CIDR, asn=3320)).rpki == "unknown"


UNREADABLE = {
    "missing": None,
    "no JSON": "{",
    "nested too deeply": "[" * 100_000,
    "a number beyond all": '{"roas": [{"prefix": "203.0.113.0/24", "maxLength": 1e999, "asn": "AS3320"}]}',
    "an ASN of many digits": f'{{"roas": [{{"prefix": "203.0.113.0/24", "maxLength": 28, "asn": "{"9" * 5000}"}}]}}',
    "a prefix of another type": '{"roas": [{"prefix": [], "maxLength": 28, "asn": 3320}]}',
    "no list": '{"roas": 3}',
}


@pytest.mark.parametrize("flaw", UNREADABLE)
def test_65_unreadable_roa_data_wave_nothing_through(inventory: Inventory, tmp_path: Path, flaw: str) -> None:
    customer_cidr(inventory)
    path, words = tmp_path / "roas.json", UNREADABLE[flaw]
    if words is not None:
        path.write_text(words)
    strict = open_inventory(inventory.url, operator="bob", config=Config(roa_file=path))
    with refused(strict, "store_unavailable"):
        strict.execute(SetAsnRequest(cidr=CIDR, asn=3320))
    strict.close()


@pytest.mark.parametrize("order", list(PoolOrder))
def test_66_a_draining_cidr_gives_out_nothing_and_what_lives_there_works(
    inventory: Inventory, order: PoolOrder
) -> None:
    customer_cidr(inventory, order=order)
    services(inventory)
    eip, other = many(inventory, 2)
    drain(inventory)
    with unchanged(inventory):
        drain(inventory)
    with refused(inventory, "no_active_cidr"):
        one(inventory)
    (bound,) = inventory.execute(balancer(eip.address))
    assert bound.status == "bound"
    release(inventory, other.address)
    with refused(inventory, "no_active_cidr"):
        one(inventory)
    pool = inventory.pool("edge")
    assert (pool.allocated, pool.held, pool.available) == (1, 15, 0)


def test_66_a_drain_can_be_undone(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, cooldown=60, order=PoolOrder.LRU)
    many(inventory, 3)
    release(inventory, "203.0.113.1")
    drain(inventory)
    release(inventory, "203.0.113.0")
    activate(inventory)
    assert (inventory.pool("edge").cooling, inventory.pool("edge").available) == (2, 13)
    clock.advance(60)
    assert addresses(many(inventory, 15))[-2:] == ["203.0.113.0", "203.0.113.1"]


def test_68_a_cidr_with_nothing_but_cooling_addresses_is_retired(inventory: Inventory) -> None:
    customer_cidr(inventory, cooldown=60)
    one(inventory)
    release(inventory, "203.0.113.0")
    drain(inventory)
    retire(inventory)
    with unchanged(inventory):
        retire(inventory)
    assert (inventory.cidr(CIDR).state, inventory.pool("edge").total) == ("retired", 0)


def test_68_a_prefix_brought_back_reopens_its_pool_and_honours_what_still_cools(
    inventory: Inventory, clock: Clock
) -> None:
    customer_cidr(inventory, cooldown=60)
    old = one(inventory)
    release(inventory, "203.0.113.0")
    drain(inventory)
    retire(inventory)
    clock.advance(30)
    assert customer_cidr(inventory, pool=None, cooldown=60) == "edge"
    with refused(inventory, "address_cooling"):
        one(inventory, address="203.0.113.0")
    assert inventory.lookup("203.0.113.0").verdict == "customer-cooling"
    assert [eip.id for eip in inventory.eips("state:cooling")] == [old.id]
    clock.advance(30)
    assert inventory.lookup("203.0.113.0").verdict == "customer-unallocated"
    assert one(inventory, address="203.0.113.0").id != old.id
    assert [event.action for event in inventory.history("203.0.113.0")] == ["allocate", "release", "allocate"]
    audit(inventory)


def test_68_retiring_what_was_not_drained_or_still_lives_is_refused_listing_it(inventory: Inventory) -> None:
    customer_cidr(inventory)
    services(inventory)
    with refused(inventory, "cidr_not_drained"):
        retire(inventory)
    bound, idle = many(inventory, 2)
    inventory.execute(balancer(bound.address))
    drain(inventory)
    with refused(inventory, "cidr_not_drained") as caught:
        retire(inventory)
    assert "serves lb lb-1" in caught.value.message
    assert [(each["id"], len(each["bindings"])) for each in caught.value.details["eips"]] == [
        (bound.id, 1),
        (idle.id, 0),
    ]
    release(inventory, bound.address, idle.address, unbind=True)
    retire(inventory)
    assert inventory.cidr(CIDR).state is CidrState.RETIRED


@pytest.mark.parametrize("verb", ["activate", "drain", "set_asn", "reserve"])
def test_68_a_retired_cidr_is_not_changed(inventory: Inventory, verb: str) -> None:
    customer_cidr(inventory)
    drain(inventory)
    retire(inventory)
    acts: dict[str, Callable[[], object]] = {
        "activate": lambda: activate(inventory),
        "drain": lambda: drain(inventory),
        "set_asn": lambda: inventory.execute(SetAsnRequest(cidr=CIDR, asn=3320)),
        "reserve": lambda: inventory.execute(ReserveRequest(cidr=CIDR, first="203.0.113.1")),
    }
    with refused(inventory, "cidr_not_active"):
        acts[verb]()


def test_69_no_address_lives_in_a_cidr_that_is_retired_meanwhile(inventory: Inventory) -> None:
    """One operator allocates and releases without pause while another drains, retires and brings back."""
    customer_cidr(inventory)
    other, done = another(inventory), threading.Event()
    answers: set[str] = set()

    def allocate() -> None:
        while not done.is_set():
            try:
                release(other, one(other).address)
                answers.add("done")
            except EipdeckError as refusal:
                answers.add(refusal.code)

    thread = threading.Thread(target=allocate)
    thread.start()
    retired = rounds = 0
    while rounds < 12 or (not retired and rounds < 200):
        rounds += 1
        drain(inventory)
        with suppress(EipdeckError):
            retire(inventory)
            retired += 1
            inventory.execute(adding(CIDR))
        activate(inventory)
        audit_when_quiet(inventory)
    done.set()
    thread.join()
    other.close()
    assert retired
    assert answers <= {"done", "no_active_cidr", "address_not_in_pool"}
    audit(inventory)


def audit_when_quiet(inventory: Inventory) -> None:
    """What can be asked while others write: nobody lives in a retired CIDR."""
    lost = "SELECT 1 FROM eip e JOIN cidr c ON c.id = e.cidr_id WHERE e.released_at IS NULL AND c.state = 'retired'"
    assert rows(inventory, lost) == []


def test_70_further_cidrs_in_a_pool_change_no_tenancy(inventory: Inventory) -> None:
    customer_cidr(inventory)
    eips = many(inventory, 3)
    customer_cidr(inventory, "198.51.100.0/24")
    customer_cidr(inventory, "192.0.2.0/24", pool="spare")
    assert tuple(inventory.eips()) == eips
    assert inventory.pool("edge").cidrs == ("198.51.100.0/24", CIDR)


@pytest.mark.parametrize("act", [activate, drain, retire])
def test_an_unknown_cidr_is_not_found(inventory: Inventory, act: Callable[[Inventory], None]) -> None:
    with refused(inventory, "cidr_not_found"):
        act(inventory)


@pytest.mark.parametrize("act", [activate, drain, retire])
def test_a_zenlayer_assigned_range_is_not_the_operators_to_change(
    inventory: Inventory, act: Callable[[Inventory, str], None]
) -> None:
    with refused(inventory, "customer_pool_required"):
        act(inventory, "198.18.0.0/20")


def test_a_customer_cidr_does_not_join_a_default_pool(inventory: Inventory) -> None:
    for pool in ("default-asia-east-1", "default-nowhere"):
        with refused(inventory, "customer_pool_required"):
            inventory.execute(adding(CIDR, pool_id=pool))


def test_a_prefix_that_once_was_zenlayers_opens_a_pool_of_its_own(inventory: Inventory) -> None:
    with closing(connect(inventory)) as plain:
        plain.execute(
            "INSERT INTO cidr (cidr, first, last, pool_id, state, rpki, avoid_edges, allocated, reserved, created_at,"
            " version) VALUES ('203.0.113.0/28', 3405803776, 3405803791, 'default-asia-east-1', 'retired', 'unknown',"
            " FALSE, 0, 0, 0, 1)"
        )
    assert inventory.execute(adding(CIDR, pool_id=None)).pool_id == "pool-203.0.113.0-28"


def test_a_region_whose_configured_range_is_taken_is_refused(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    config = Config(regions={"lab": ("203.0.113.0/28",)})
    inventory = open_inventory(inventory.url, operator="alice", clock=inventory.now, config=config)
    with unchanged(inventory), refused(inventory, "cidr_overlap") as caught:
        customer_cidr(inventory, "198.51.100.0/24", pool="west", region="lab")
    assert caught.value.details["overlaps"] == "203.0.113.0/24"
    inventory.close()


def test_a_cidr_does_not_join_a_pool_of_another_region(inventory: Inventory) -> None:
    customer_cidr(inventory)
    with refused(inventory, "region_mismatch"):
        inventory.execute(adding("198.51.100.0/24", pool_id="edge", region="europe-west-2"))


def test_a_new_region_comes_with_a_default_pool_of_its_own(inventory: Inventory) -> None:
    with refused(inventory, "pool_not_found"):
        one(inventory, None, region="europe-west-2")
    customer_cidr(inventory, pool="west", region="europe-west-2")
    assert inventory.pool("default-europe-west-2").cidrs == ("198.18.16.0/20",)
    assert one(inventory, None, region="europe-west-2").address == "198.18.16.0"
    with refused(inventory, "region_mismatch"):
        one(inventory, "west", region="asia-east-1")
