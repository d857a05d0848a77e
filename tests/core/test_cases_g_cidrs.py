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
    Desk,
    DrainRequest,
    EipdeckError,
    PoolOrder,
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    open_desk,
)
from tests.core.audit import audit
from tests.core.kit import (
    Clock,
    addresses,
    another,
    balancer,
    connect,
    customer_cidr,
    fresh_desk,
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


def drain(desk: Desk, cidr: str = CIDR) -> None:
    desk.platform.drain_cidr(DrainRequest(cidr=cidr))


def retire(desk: Desk, cidr: str = CIDR) -> None:
    desk.platform.retire_cidr(RetireRequest(cidr=cidr))


def activate(desk: Desk, cidr: str = CIDR) -> None:
    desk.platform.activate_cidr(ActivateRequest(cidr=cidr, reason="onboarding done"))


def test_60_host_bits_are_refused_with_the_canonical_form(desk: Desk) -> None:
    customer_cidr(desk, "192.0.2.0/24")
    with refused(desk, "invalid_cidr") as caught:
        desk.platform.add_cidr(adding("192.0.2.1/24"))
    assert "192.0.2.0/24" in caught.value.message


@pytest.mark.parametrize(
    "cidr", ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.255/32", "192.0.0.0/16", "192.0.2.0/23", "198.18.0.0/20"]
)
def test_60_an_overlap_is_refused_naming_the_other(desk: Desk, cidr: str) -> None:
    customer_cidr(desk, "192.0.2.0/24")
    with refused(desk, "cidr_overlap") as caught:
        desk.platform.add_cidr(adding(cidr))
    assert caught.value.details["overlaps"] in ("192.0.2.0/24", "198.18.0.0/20")


def test_60_neighbours_do_not_overlap_nor_share_a_range(desk: Desk) -> None:
    for cidr in ("203.0.113.4/30", "203.0.113.0/30", "203.0.113.8/30"):
        customer_cidr(desk, cidr)
    assert addresses(many(desk, 12)) == [f"203.0.113.{last}" for last in range(12)]
    audit(desk)


def test_62_of_two_operators_who_add_overlapping_cidrs_one_succeeds(desk: Desk) -> None:
    desks = [another(desk, operator=name) for name in ("bob", "carol")]
    start, codes = threading.Barrier(2), []

    def add(mine: Desk, cidr: str) -> None:
        start.wait()
        try:
            mine.platform.add_cidr(adding(cidr))
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
    audit(desk)


@pytest.mark.parametrize(
    "cidr",
    [
        *("203.0.113.0/33", "::/129", "2001:db8::/32", "203.0.113.0", "203.0.113.0/", "203.0.113.0/255.255.255.0"),
        *("203.0.113.0/024", "203.0.113.0/-1", " 203.0.113.0/24", "203.0.113/24", "", "/24"),
        *("10.0.0.0/24", "172.16.0.0/12", "192.168.4.0/24", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"),
        *("224.0.0.0/4", "239.1.0.0/16", "240.0.0.0/4", "255.255.255.255/32", "0.0.0.0/8", "0.0.0.0/0", "8.0.0.0/5"),
    ],
)
def test_63_what_is_no_cidr_or_nobodys_to_bring_is_refused(desk: Desk, cidr: str) -> None:
    with refused(desk, "invalid_cidr"):
        desk.platform.add_cidr(adding(cidr))


@pytest.mark.parametrize("cidr", ["192.0.2.0/24", "198.19.0.0/24", "203.0.113.0/25", "8.8.8.8/32"])
def test_63_documentation_space_and_long_prefixes_pass_with_a_caution(desk: Desk, cidr: str) -> None:
    assert desk.cautions(cidr, 3320)
    assert desk.platform.add_cidr(adding(cidr)).state is CidrState.VALIDATING


@pytest.mark.parametrize("asn", [-1, 0, 23456, 64512, 65534, 65535, 65552, 131071, 4200000000, 4294967295, 2**32])
def test_63_private_and_reserved_asns_are_refused(desk: Desk, asn: int) -> None:
    with refused(desk, "asn_not_supported"):
        desk.platform.add_cidr(adding(CIDR, asn=asn))
    customer_cidr(desk)
    with refused(desk, "asn_not_supported"):
        desk.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=asn))


@pytest.mark.parametrize("state", ["validating", "failed"])
def test_64_a_cidr_that_is_not_active_gives_out_nothing(desk: Desk, state: str) -> None:
    customer_cidr(desk, active=False)
    connection = connect(desk)
    connection.execute("UPDATE cidr SET state = ? WHERE pool_id = 'edge'", (state,))
    connection.close()
    with refused(desk, "no_active_cidr"):
        one(desk)
    with refused(desk, "cidr_not_active"):
        one(desk, address="203.0.113.3")


def test_64_activating_is_the_operators_word_and_wants_a_reason(desk: Desk) -> None:
    customer_cidr(desk, active=False)
    with refused(desk, "usage"):
        desk.platform.activate_cidr(ActivateRequest(cidr=CIDR))
    activate(desk)
    with unchanged(desk):
        activate(desk)
    assert one(desk).address == "203.0.113.0"


def roa(folder: Path, *payloads: tuple[str, int, int]) -> Path:
    path = folder / "roas.json"
    roas = [{"prefix": prefix, "maxLength": longest, "asn": f"AS{asn}"} for prefix, longest, asn in payloads]
    path.write_text(json.dumps({"roas": roas}))
    return path


def test_65_an_asn_that_no_roa_allows_is_refused_and_allocations_stay(desk: Desk, tmp_path: Path) -> None:
    customer_cidr(desk)
    eip = one(desk)
    config = Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 64500)))
    strict = open_desk(desk.url, operator="bob", config=config)
    with refused(strict, "rpki_not_valid"):
        strict.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=3320))
    with refused(strict, "rpki_not_valid"):
        strict.platform.add_cidr(adding("198.51.100.0/24"))
    assert strict.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=64500)).asn == 64500
    assert strict.eip(eip.address) == eip
    strict.close()


def test_65_an_asn_that_a_roa_allows_is_set_and_kept_in_the_history(desk: Desk, tmp_path: Path) -> None:
    customer_cidr(desk)
    config = Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 3320)))
    strict = open_desk(desk.url, operator="bob", config=config)
    cidr = strict.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=3320))
    assert (cidr.asn, cidr.rpki) == (3320, "valid")
    event = strict.history(CIDR)[-1]
    assert (event.action, event.before, event.after) == (
        "set_asn",
        {"asn": 64500, "rpki": "unknown"},
        {"asn": 3320, "rpki": "valid"},
    )
    strict.close()


def test_65_what_roa_data_say_is_kept_with_the_activation_and_when_the_asn_is_set_again(
    desk: Desk, tmp_path: Path
) -> None:
    customer_cidr(desk, active=False)
    customer_cidr(desk, "198.51.100.0/24", pool="other")
    config = Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 64500), ("198.51.100.0/24", 24, 64500)))
    strict = open_desk(desk.url, operator="bob", config=config)
    activate(strict)
    assert strict.cidr(CIDR).rpki == "valid"
    event = strict.history(CIDR)[-1]
    assert event.before == {"state": "validating", "rpki": "unknown"}
    assert event.after == {"state": "active", "rpki": "valid"}
    again = SetAsnRequest(cidr="198.51.100.0/24", asn=64500)
    assert strict.platform.set_asn(again).rpki == "valid"
    with unchanged(strict):
        strict.platform.set_asn(again)
    strict.close()


def test_65_without_roa_data_what_was_found_of_the_same_origin_stays(desk: Desk, tmp_path: Path) -> None:
    strict = open_desk(desk.url, operator="bob", config=Config(roa_file=roa(tmp_path, ("203.0.113.0/24", 28, 64500))))
    customer_cidr(strict, active=False)
    strict.close()
    activate(desk)
    drain(desk)
    assert desk.cidr(CIDR).rpki == "valid"
    with unchanged(desk):
        desk.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=64500))
    assert desk.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=3320)).rpki == "unknown"


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
def test_65_unreadable_roa_data_wave_nothing_through(desk: Desk, tmp_path: Path, flaw: str) -> None:
    customer_cidr(desk)
    path, words = tmp_path / "roas.json", UNREADABLE[flaw]
    if words is not None:
        path.write_text(words)
    strict = open_desk(desk.url, operator="bob", config=Config(roa_file=path))
    with refused(strict, "store_unavailable"):
        strict.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=3320))
    strict.close()


@pytest.mark.parametrize("order", list(PoolOrder))
def test_66_a_draining_cidr_gives_out_nothing_and_what_lives_there_works(desk: Desk, order: PoolOrder) -> None:
    customer_cidr(desk, order=order)
    services(desk)
    eip, other = many(desk, 2)
    drain(desk)
    with unchanged(desk):
        drain(desk)
    with refused(desk, "no_active_cidr"):
        one(desk)
    (bound,) = desk.platform.bind(balancer(eip.address))
    assert bound.status == "bound"
    release(desk, other.address)
    with refused(desk, "no_active_cidr"):
        one(desk)
    pool = desk.pool("edge")
    assert (pool.allocated, pool.held, pool.available) == (1, 15, 0)


def test_66_a_drain_can_be_undone(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, cooldown=60, order=PoolOrder.LRU)
    many(desk, 3)
    release(desk, "203.0.113.1")
    drain(desk)
    release(desk, "203.0.113.0")
    activate(desk)
    assert (desk.pool("edge").cooling, desk.pool("edge").available) == (2, 13)
    clock.advance(60)
    assert addresses(many(desk, 15))[-2:] == ["203.0.113.0", "203.0.113.1"]


def test_68_a_cidr_with_nothing_but_cooling_addresses_is_retired(desk: Desk) -> None:
    customer_cidr(desk, cooldown=60)
    one(desk)
    release(desk, "203.0.113.0")
    drain(desk)
    retire(desk)
    with unchanged(desk):
        retire(desk)
    assert (desk.cidr(CIDR).state, desk.pool("edge").total) == ("retired", 0)


def test_68_a_prefix_brought_back_reopens_its_pool_and_honours_what_still_cools(desk: Desk, clock: Clock) -> None:
    customer_cidr(desk, cooldown=60)
    old = one(desk)
    release(desk, "203.0.113.0")
    drain(desk)
    retire(desk)
    clock.advance(30)
    assert customer_cidr(desk, pool=None, cooldown=60) == "edge"
    with refused(desk, "address_cooling"):
        one(desk, address="203.0.113.0")
    assert desk.lookup("203.0.113.0").verdict == "customer-cooling"
    assert [eip.id for eip in desk.eips("state:cooling")] == [old.id]
    clock.advance(30)
    assert desk.lookup("203.0.113.0").verdict == "customer-unallocated"
    assert one(desk, address="203.0.113.0").id != old.id
    assert [event.action for event in desk.history("203.0.113.0")] == ["allocate", "release", "allocate"]
    audit(desk)


def test_68_retiring_what_was_not_drained_or_still_lives_is_refused_listing_it(desk: Desk) -> None:
    customer_cidr(desk)
    services(desk)
    with refused(desk, "cidr_not_drained"):
        retire(desk)
    bound, idle = many(desk, 2)
    desk.platform.bind(balancer(bound.address))
    drain(desk)
    with refused(desk, "cidr_not_drained") as caught:
        retire(desk)
    assert "serves load_balancer lb-1" in caught.value.message
    assert [(each["id"], len(each["bindings"])) for each in caught.value.details["eips"]] == [
        (bound.id, 1),
        (idle.id, 0),
    ]
    release(desk, bound.address, idle.address, unbind=True)
    retire(desk)
    assert desk.cidr(CIDR).state is CidrState.RETIRED


@pytest.mark.parametrize("verb", ["activate", "drain", "set_asn", "reserve"])
def test_68_a_retired_cidr_is_not_changed(desk: Desk, verb: str) -> None:
    customer_cidr(desk)
    drain(desk)
    retire(desk)
    acts: dict[str, Callable[[], object]] = {
        "activate": lambda: activate(desk),
        "drain": lambda: drain(desk),
        "set_asn": lambda: desk.platform.set_asn(SetAsnRequest(cidr=CIDR, asn=3320)),
        "reserve": lambda: desk.platform.reserve(ReserveRequest(cidr=CIDR, first="203.0.113.1")),
    }
    with refused(desk, "cidr_not_active"):
        acts[verb]()


def test_69_no_address_lives_in_a_cidr_that_is_retired_meanwhile(desk: Desk) -> None:
    """One operator allocates and releases without pause while another drains, retires and brings back."""
    customer_cidr(desk)
    other, done = another(desk), threading.Event()
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
    retired = 0
    for _ in range(12):
        drain(desk)
        with suppress(EipdeckError):
            retire(desk)
            retired += 1
            desk.platform.add_cidr(adding(CIDR))
        activate(desk)
        audit_when_quiet(desk)
    done.set()
    thread.join()
    other.close()
    assert retired
    assert answers <= {"done", "no_active_cidr", "address_not_in_pool"}
    audit(desk)


def audit_when_quiet(desk: Desk) -> None:
    """What can be asked while others write: nobody lives in a retired CIDR."""
    lost = "SELECT 1 FROM eip e JOIN cidr c ON c.id = e.cidr_id WHERE e.released_at IS NULL AND c.state = 'retired'"
    assert rows(desk, lost) == []


def test_70_further_cidrs_in_a_pool_change_no_tenancy(desk: Desk) -> None:
    customer_cidr(desk)
    eips = many(desk, 3)
    customer_cidr(desk, "198.51.100.0/24")
    customer_cidr(desk, "192.0.2.0/24", pool="spare")
    assert tuple(desk.eips()) == eips
    assert desk.pool("edge").cidrs == ("198.51.100.0/24", CIDR)


@pytest.mark.parametrize("act", [activate, drain, retire])
def test_an_unknown_cidr_is_not_found(desk: Desk, act: Callable[[Desk], None]) -> None:
    with refused(desk, "cidr_not_found"):
        act(desk)


@pytest.mark.parametrize("act", [activate, drain, retire])
def test_a_zenlayer_assigned_range_is_not_the_operators_to_change(desk: Desk, act: Callable[[Desk, str], None]) -> None:
    with refused(desk, "customer_pool_required"):
        act(desk, "198.18.0.0/20")


def test_a_customer_cidr_does_not_join_a_default_pool(desk: Desk) -> None:
    for pool in ("default-asia-east-1", "default-nowhere"):
        with refused(desk, "customer_pool_required"):
            desk.platform.add_cidr(adding(CIDR, pool_id=pool))


def test_a_prefix_that_once_was_zenlayers_opens_a_pool_of_its_own(desk: Desk) -> None:
    with closing(connect(desk)) as plain:
        plain.execute(
            "INSERT INTO cidr (cidr, first, last, pool_id, state, rpki, avoid_edges, allocated, reserved, created_at,"
            " version) VALUES ('203.0.113.0/28', 3405803776, 3405803791, 'default-asia-east-1', 'retired', 'unknown',"
            " FALSE, 0, 0, 0, 1)"
        )
    assert desk.platform.add_cidr(adding(CIDR, pool_id=None)).pool_id == "pool-203.0.113.0-28"


def test_a_region_whose_configured_range_is_taken_is_refused(tmp_path: Path) -> None:
    desk = fresh_desk(tmp_path, config=Config(regions={"lab": ("203.0.113.0/28",)}))
    customer_cidr(desk, "203.0.113.0/24")
    with unchanged(desk), refused(desk, "cidr_overlap") as caught:
        customer_cidr(desk, "198.51.100.0/24", pool="west", region="lab")
    assert caught.value.details["overlaps"] == "203.0.113.0/24"
    desk.close()


def test_a_cidr_does_not_join_a_pool_of_another_region(desk: Desk) -> None:
    customer_cidr(desk)
    with refused(desk, "region_mismatch"):
        desk.platform.add_cidr(adding("198.51.100.0/24", pool_id="edge", region="europe-west-2"))


def test_a_new_region_comes_with_a_default_pool_of_its_own(desk: Desk) -> None:
    with refused(desk, "pool_not_found"):
        one(desk, None, region="europe-west-2")
    customer_cidr(desk, pool="west", region="europe-west-2")
    assert desk.pool("default-europe-west-2").cidrs == ("198.18.16.0/20",)
    assert one(desk, None, region="europe-west-2").address == "198.18.16.0"
    with refused(desk, "region_mismatch"):
        one(desk, "west", region="asia-east-1")
