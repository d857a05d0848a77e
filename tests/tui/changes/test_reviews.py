"""The reviews of requests: their tiers, their sentences, and their size."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    Allocation,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    Eip,
    Event,
    Finding,
    FindingCode,
    FixIn,
    PortRange,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RenameRequest,
    RetireRequest,
    Severity,
    UnbindRequest,
    Verdict,
    VerdictWord,
)
from tests.corpus import TEXTS
from tests.tui.modals_kit import (
    CIDRS,
    DEFAULT,
    EDGE,
    FREE,
    LANDED,
    LEGACY,
    ON_LB,
    ON_SNAT,
    ON_SNAT_DEFAULT,
    POOLS,
    REGION,
    SEEN,
    SERVICES,
    SPARE,
    Host,
    binding,
    cidr,
    eip,
    overflow,
    pool,
    service,
    shown,
    unchanged,
    words,
)
from tui.changes.accept import review_accept
from tui.changes.activate_cidr import review_activate
from tui.changes.add_cidr import review_add_cidr
from tui.changes.allocate import review_allocate
from tui.changes.bandwidth import review_bandwidth
from tui.changes.bind import review_bind
from tui.changes.recover import review_recover
from tui.changes.rehome import review_rehome
from tui.changes.release import review_release
from tui.changes.rename import review_rename
from tui.changes.retire_cidr import review_drain, review_retire
from tui.changes.unbind import review_unbind
from tui.modals.review import ReviewModal
from tui.modals.review_model import Review, Tier

NOW = datetime(2025, 11, 23, 3, 18, tzinfo=UTC)
FINDING = Finding(
    id="f-1",
    code=FindingCode.LANDED_IN_DEFAULT_POOL,
    severity=Severity.WARNING,
    subject="198.18.0.5",
    message="198.18.0.5 landed in the default pool of asia-east-1 and serves nothing: no pool was named.",
    remedy="Move it to a customer pool of asia-east-1.",
    since=SEEN,
    accepted_reason=None,
    accepted_until=None,
)
NEW = eip("192.0.2.88", id=None, pool_id="hk-spare", cidr="192.0.2.0/24")
NEW_DEFAULT = eip("198.18.0.10", owned=False, landed_in_default=False)
COOLING = Verdict(
    "192.0.2.7",
    SEEN,
    VerdictWord.CUSTOMER_COOLING,
    customer_owned=True,
    cidr="192.0.2.0/24",
    pool_id="hk-spare",
    asn=64500,
    eip=None,
    fix_in=FixIn.CUSTOMER_CIDR,
    summary="released 2025-11-20 by alice; last holder carol",
    as_of=SEEN,
    count=1,
)


def allocate() -> Review:
    request = AllocationRequest(pool_id="hk-spare", name="web-44", bandwidth_mbps=100, reason="J-902")
    return review_allocate(request, Allocation((NEW,), ()), SPARE, unchanged)


def allocate_default() -> Review:
    request = AllocationRequest(default=True, region=REGION, name="web-44", reason="J-902")
    return review_allocate(request, Allocation((NEW_DEFAULT,), ()), DEFAULT, unchanged)


def bind() -> Review:
    kind = BindingKind.LOAD_BALANCER
    request = BindRequest(eip="eip-9", kind=kind, service_id="lb-pay", reason="J-904")
    return review_bind(request, [FREE], SERVICES[-1], (ON_LB,), reread=unchanged)


def bind_dnat() -> Review:
    request = BindRequest(
        eip="eip-9",
        kind=BindingKind.DNAT,
        service_id="nat-1",
        private_ip="10.0.2.20",
        protocol="tcp",
        port="443",
        to_port="8443",
    )
    return review_bind(request, [FREE], SERVICES[3], (ON_SNAT, ON_SNAT_DEFAULT), reread=unchanged)


def unbind() -> Review:
    return review_unbind(UnbindRequest(eip="eip-17"), [ON_SNAT], SERVICES, reread=unchanged)


def unbind_three() -> Review:
    return review_unbind(UnbindRequest(eip="", reason="J-1"), [ON_SNAT, ON_LB, LANDED], SERVICES, reread=unchanged)


def release(*eips: Eip) -> Review:
    found = eips or (FREE,)
    ids, unbind_ = tuple(str(eip.id) for eip in found), any(eip.bindings for eip in found)
    request = ReleaseRequest(eips=ids, unbind=unbind_, expected=found, request_id="k", reason="J-903")
    return review_release(request, found, POOLS, unchanged, now=NOW, cidrs=CIDRS)


def rehome(*, keep: bool = False) -> Review:
    request = RehomeRequest(eip="eip-5", pool_id="hk-spare", keep=keep, reason="J-901")
    return review_rehome(request, [LANDED], SPARE, "192.0.2.88", unchanged)


def cap(mbps: int = 50) -> Review:
    request = BandwidthRequest(eip="eip-2", bandwidth_mbps=mbps)
    return review_bandwidth(request, ON_LB, unchanged, services=SERVICES)


def named(name: str = "web-44") -> Review:
    return review_rename(RenameRequest(eip="eip-2", name=name), ON_LB, unchanged, services=SERVICES)


def drain() -> Review:
    return review_drain(DrainRequest(cidr="203.0.113.0/24"), CIDRS[0], EDGE, unchanged)


def retire() -> Review:
    empty = replace(LEGACY, cidrs=("198.51.100.0/24",))
    return review_retire(RetireRequest(cidr="198.51.100.0/24", reason="J-640"), CIDRS[2], empty, unchanged)


def add() -> Review:
    return review_add_cidr(AddCidrRequest(cidr="203.0.113.0/24", isp="PremiumBGP", asn=64500), unchanged)


def activate() -> Review:
    return review_activate(ActivateRequest(cidr="203.0.113.0/24"), CIDRS[0], EDGE, unchanged)


def accept() -> Review:
    return review_accept(AcceptRequest(finding="f-1", reason="lab", request_id="k"), FINDING, unchanged)


def recover() -> Review:
    return review_recover(RecoverRequest(address="192.0.2.7"), COOLING, unchanged)


@pytest.mark.parametrize(
    ("make", "tier", "typed"),
    [
        (allocate, Tier.PLAIN, ""),
        (allocate_default, Tier.PLAIN, ""),
        (bind, Tier.PLAIN, ""),
        (cap, Tier.PLAIN, ""),
        (named, Tier.PLAIN, ""),
        (add, Tier.PLAIN, ""),
        (recover, Tier.PLAIN, ""),
        (accept, Tier.PLAIN, ""),
        (activate, Tier.PLAIN, ""),
        (unbind, Tier.COUNT, ""),
        (release, Tier.COUNT, ""),
        (lambda: release(ON_LB), Tier.TYPED, "2"),
        (rehome, Tier.TYPED, "5"),
        (lambda: rehome(keep=True), Tier.TYPED, "5"),
        (lambda: release(FREE, ON_LB, ON_SNAT), Tier.TYPED, "3"),
        (lambda: release(FREE, eip("203.0.113.10")), Tier.TYPED, "2"),
        (unbind_three, Tier.TYPED, "3"),
        (drain, Tier.TYPED, "203.0.113.0/24"),
        (retire, Tier.TYPED, "198.51.100.0/24"),
    ],
)
def test_how_much_a_confirmation_asks_for(make: Callable[[], Review], tier: Tier, typed: str) -> None:
    what = make()
    assert (what.tier, what.typed) == (tier, typed)


@pytest.mark.parametrize(
    ("make", "command"),
    [
        (allocate, "eipdeck allocate --pool hk-spare --name web-44 --bandwidth 100 --reason J-902"),
        (allocate_default, "eipdeck allocate --default --region asia-east-1 --name web-44 --reason J-902"),
        (bind, "eipdeck bind 203.0.113.9 --load-balancer lb-pay --reason J-904"),
        (unbind, "eipdeck unbind 203.0.113.17"),
        (release, "eipdeck release 203.0.113.9 --yes --reason J-903"),
        (lambda: release(ON_LB), "eipdeck release 192.0.2.2 --unbind --yes --reason J-903"),
        (rehome, "eipdeck rehome 198.18.0.5 --pool hk-spare --yes --reason J-901"),
        (cap, "eipdeck bandwidth 192.0.2.2 50"),
        (named, "eipdeck name 192.0.2.2 web-44"),
        (lambda: named(""), "eipdeck name 192.0.2.2 ''"),
        (drain, "eipdeck cidr drain 203.0.113.0/24"),
        (retire, "eipdeck cidr retire 198.51.100.0/24 --yes --reason J-640"),
        (recover, "eipdeck recover 192.0.2.7"),
        (accept, "eipdeck accept f-1 --reason lab"),
    ],
)
def test_the_command_names_the_address_and_no_key_of_ours(make: Callable[[], Review], command: str) -> None:
    assert make().command == command


EVERY: list[Callable[[], Review]] = [
    allocate,
    allocate_default,
    bind,
    bind_dnat,
    unbind,
    unbind_three,
    release,
    lambda: release(ON_LB),
    lambda: release(FREE, ON_LB, ON_SNAT),
    rehome,
    lambda: rehome(keep=True),
    cap,
    named,
    lambda: named(""),
    drain,
    retire,
    add,
    activate,
    recover,
    accept,
]


@pytest.mark.parametrize("make", EVERY)
async def test_a_review_fits_80_by_24_whole(make: Callable[[], Review]) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, ReviewModal(make()))
        assert overflow(app) == 0
        screen = shown(app)
        assert "~" not in screen
        for label in ("target", "reason", "stops working", "data", "command", "> Cancel <"):
            assert label in screen
        assert screen.splitlines()[-1].rstrip().endswith("F1 help")


async def read(make: Callable[[], Review]) -> str:
    app = Host()
    async with app.run_test(size=(80, 50)) as pilot:
        await app.put(pilot, ReviewModal(make()))
        return words(app)


async def test_an_allocation_never_promises_an_address_and_shows_the_pool_before_and_after() -> None:
    text = await read(allocate)
    assert "192.0.2.88, or the next free" in text
    assert "pool before 88 allocated 0 cooling 0 reserved 168 free 34 %" in text
    assert "pool after 89 allocated 0 cooling 0 reserved 167 free 35 %" in text
    assert "customer-owned: yes" in text


async def test_the_default_pool_is_warned_of_again_in_the_review() -> None:
    text = await read(allocate_default)
    assert "! DEFAULT POOL." in text
    assert "customer-owned: NO" in text


async def test_a_move_out_of_a_draining_cidr_says_that_the_old_address_is_held() -> None:
    old = eip("198.51.100.20", pool_id="hk-legacy", cidr="198.51.100.0/24")
    request = RehomeRequest(eip="eip-20", pool_id="hk-spare")
    make = partial(review_rehome, request, [old], SPARE, "192.0.2.88", unchanged, cidrs=CIDRS)
    assert "2 release 198.51.100.20 to hk-legacy, locked until its CIDR is active again" in await read(make)
    assert "which holds it" not in await read(rehome)


@pytest.mark.parametrize(
    ("held", "reserved", "wanted"), [(16, 0, "18 free of 34"), (14, 2, "16 free of 34"), (30, 2, "up to 18 free of 34")]
)
async def test_an_activation_shows_the_pool_before_and_after(held: int, reserved: int, wanted: str) -> None:
    new = cidr("203.0.113.0/28", "hk", "validating", total=16)
    there = pool("hk", 2, total=34, held=held, reserved=reserved)
    make = partial(review_activate, ActivateRequest(cidr=new.cidr), new, there, unchanged)
    assert f"pool before hk: 2 free of 34 pool after hk: {wanted}" in await read(make)


async def test_a_cap_names_what_is_served() -> None:
    assert 'present binding lb lb-pay "pay-front" since' in await read(cap)


async def test_a_bind_names_what_the_eip_serves_already() -> None:
    request = BindRequest(eip="eip-17", kind=BindingKind.LOAD_BALANCER, service_id="lb-pay")
    make = partial(review_bind, request, [ON_SNAT], SERVICES[-1], reread=unchanged, services=SERVICES)
    assert 'present binding snat nat-1 "hk-nat" since' in await read(make)


async def test_a_bind_says_who_is_there_and_when_owners_mix() -> None:
    assert 'after lb lb-pay "pay-front" front end, next to 192.0.2.2' in await read(bind)
    text = await read(bind_dnat)
    assert "443/tcp to 10.0.2.20:8443" in text
    assert "nat-1 then mixes owners: 198.18.0.8 DEFAULT !" in text


async def test_what_stops_working_is_named() -> None:
    assert 'stops working ! snat nat-1 "hk-nat" on 203.0.113.17' in await read(unbind)
    assert "! lb lb-pay on 192.0.2.2: clients no longer reach it there" in await read(lambda: release(ON_LB))
    assert "nothing here; DNS or allow-lists outside may still name it" in await read(release)
    dnat = eip(
        "203.0.113.9",
        binding(
            "dnat",
            "nat-1",
            private_ip="10.0.0.1",
            protocol="tcp",
            port=PortRange(443, 443),
            to_port=PortRange(443, 443),
        ),
    )
    assert "443/tcp no longer comes in to 10.0.0.1" in await read(lambda: release(dnat))


async def test_a_rehome_says_that_the_public_address_changes_and_that_it_is_all_or_nothing() -> None:
    text = await read(rehome)
    assert "the public address: move DNS and partners' allow-lists" in text
    assert "1 allocate 192.0.2.88 in hk-spare" in text
    assert "4 release 198.18.0.5" in text
    assert "All of it or nothing" in text
    kept = await read(lambda: rehome(keep=True))
    assert "serves on beside the new address" in kept
    assert "--keep" in kept


async def test_a_release_says_what_the_address_served_last_and_why_it_was_allocated() -> None:
    allocated = Event(
        id="ev-1",
        at=FREE.allocated_at,
        operator="carol",
        action="allocate",
        eip_id=FREE.id,
        address=FREE.address,
        pool_id=FREE.pool_id,
        cidr=FREE.cidr,
        reason="J-201",
        request_id=None,
        before=None,
        after=None,
    )
    ended = {"kind": "nic", "service_id": "nic-05", "private_ip": "10.0.1.5"}
    unbound = replace(allocated, at=NOW, action="unbind", reason=None, before=ended)
    request = ReleaseRequest(eips=("eip-9",))
    text = await read(lambda: review_release(request, [FREE], POOLS, unchanged, now=NOW, history=[allocated, unbound]))
    assert "none; last: nic nic-05 10.0.1.5, until 2025-11-23 03:18Z" in text
    assert 'reason "J-201"' in text


async def test_a_release_says_where_the_address_goes() -> None:
    assert "hk-edge; cooling until 2025-11-24 03:18Z, then free" in await read(release)
    held = eip("198.51.100.77", cidr="198.51.100.0/24", pool_id="hk-legacy")
    text = await read(lambda: release(held))
    assert "hk-legacy; locked until its CIDR is active again" in text
    assert "pool after 255 allocated 0 cooling 0 reserved 1 held 0 free" in text
    quick = [replace(each, cooldown_seconds=0) for each in POOLS]
    request = ReleaseRequest(eips=("eip-9",))
    text = await read(lambda: review_release(request, [FREE], quick, unchanged, now=NOW))
    assert "hk-edge; free at once" in text
    assert "pool after 253 allocated 0 cooling 0 reserved 3 free" in text


async def test_a_release_of_several_shows_every_one_and_every_pool() -> None:
    spare = eip("192.0.2.9", pool_id="hk-spare", cidr="192.0.2.0/24")
    text = await read(lambda: release(FREE, ON_LB, spare))
    assert "203.0.113.9 customer hk-edge -" in text
    assert "192.0.2.2 ! customer hk-edge lb lb-pay" in text
    assert "3: 1 bound, 2 unbound" in text
    assert "returns to hk-edge" in text
    assert "returns to hk-spare" in text


async def test_a_cidr_that_still_has_eips_is_said_to_be_refused() -> None:
    full = cidr("198.51.100.0/24", "hk-legacy", "draining", allocated=3)
    request = RetireRequest(cidr="198.51.100.0/24")
    text = await read(lambda: review_retire(request, full, LEGACY, unchanged))
    assert "! retiring now is refused: 3 live EIPs left" in text
    assert "hk-legacy has no other CIDR" in await read(retire)


async def test_an_activation_wants_a_reason() -> None:
    assert activate().reason_required
    assert "! required: press r" in await read(activate)


@pytest.mark.parametrize("text", TEXTS[:6])
def test_hostile_ids_stay_one_word_of_the_command(text: str) -> None:
    odd = service(text, "load-balancer", text)
    request = BindRequest(eip="eip-9", kind=BindingKind.LOAD_BALANCER, service_id=text, reason=text)
    what = review_bind(request, [FREE], odd, reread=unchanged)
    assert shlex.split(what.command) == [
        "eipdeck", "bind", "203.0.113.9", "--load-balancer", text, "--reason", text,
    ]  # fmt: skip


async def test_hostile_names_in_reviews_are_shown_and_never_obeyed() -> None:
    for text in TEXTS:
        odd = eip(
            "203.0.113.9", binding("nic", text, private_ip="10.0.0.1"), name=text, pool_id=text, allocated_by=text
        )
        request = ReleaseRequest(eips=("eip-9",), unbind=True, reason=text)
        odd_service = service(text, "nic", text)
        what = review_release(request, [odd], [pool(text, 3)], unchanged, now=NOW, services=[odd_service])
        app = Host()
        async with app.run_test(size=(80, 24)) as pilot:
            await app.put(pilot, ReviewModal(what))
            assert not any(char in shown(app) for char in "\x1b\x07\r\u202e\t")
