from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events

from core import (
    AcceptRequest,
    AddCidrRequest,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    Cidr,
    Eip,
    Finding,
    FindingCode,
    Pool,
    RehomeRequest,
    RenameRequest,
    Severity,
)
from tests.corpus import TEXTS
from tests.tui.modals_kit import (
    CIDRS,
    DEFAULT,
    EDGE,
    FREE,
    LANDED,
    LEGACY,
    OCCUPANTS,
    POOLS,
    REGION,
    SEEN,
    SERVICES,
    SPARE,
    TOP,
    Host,
    binding,
    cidr,
    eip,
    overflow,
    pool,
    service,
    shown,
    type_text,
    words,
)
from tui.changes.accept import AcceptModal
from tui.changes.add_cidr import AddCidrModal
from tui.changes.allocate_form import AllocateModal
from tui.changes.bandwidth import BandwidthModal
from tui.changes.bind_form import BindModal
from tui.changes.rehome_form import RehomeModal
from tui.changes.rename import RenameModal
from tui.modals.form import FormError
from tui.modals.pool_choice import usage_lines
from tui.modals.sheet import Sheet
from tui.widgets.field import Field, FieldContent

FINDING = Finding(
    id="f-1",
    code=FindingCode.LANDED_IN_DEFAULT_POOL,
    severity=Severity.CRITICAL,
    subject="198.18.0.5",
    message="198.18.0.5 landed in the default pool of asia-east-1 and serves lb lb-shop: no pool was given.",
    remedy="Move it to a customer pool of asia-east-1 (hk-edge 2 free, hk-spare 168): eipdeck rehome.",
    since=SEEN,
    accepted_reason=None,
    accepted_until=None,
)


Form = Callable[[], Any]


async def fill(form: Form, *steps: str, see: str | tuple[str, ...] = "", chosen: Pool | str | None = "") -> Any:
    """Open a form, press keys and return the answers. A step that is not a key is typed, or pasted if it is long.

    Args:
        form: makes the form; Textual's fields need a running app.
        steps: the keys and texts.
        see: texts that the screen must show then.
        chosen: the pool that must be chosen then.
    """
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        modal = form()
        await app.put(pilot, modal)
        for step in steps:
            if step in KEYS:
                await pilot.press(step)
            elif len(step) < 4:
                await type_text(pilot, step)
            else:
                app.post_message(events.Paste(step))
                await pilot.pause()
        await pilot.pause()
        text = words(app)
        for each in (see,) if isinstance(see, str) else see:
            assert each in text
        assert app.leaks == 0
        if isinstance(modal, AllocateModal) and chosen != "":
            assert modal.pool == chosen
    return app.answers


KEYS = {"tab", "shift+tab", "enter", "up", "down", "left", "right", "space", "escape", "ctrl+c", "ctrl+u", "f1"}


def allocate(preselect: str | None = None, **parts: Any) -> Form:
    pools, cidrs = parts.pop("pools", POOLS), parts.pop("cidrs", CIDRS)
    return lambda: AllocateModal(pools, cidrs, preselect=preselect, runway_days=14, **parts)


def rehome_form(eips: Sequence[Eip], pools: Sequence[Pool], cidrs: Sequence[Cidr] = ()) -> RehomeModal:
    return RehomeModal(eips, pools, cidrs, runway_days=14)


# allocate


async def test_a_customer_pool_that_is_given_is_chosen_and_every_field_reaches_the_request() -> None:
    answers = await fill(
        allocate("hk-spare"), "tab", "192.0.2.9", "tab", "tab", "web-44", "tab", "100", "tab", "J-902", "enter"
    )
    assert answers == [
        AllocationRequest(pool_id="hk-spare", address="192.0.2.9", name="web-44", bandwidth_mbps=100, reason="J-902")
    ]


async def test_the_fullest_pool_is_not_first_and_the_default_is_last_under_a_rule() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, allocate("hk-spare")())
        screen = shown(app)
    order = ["> hk-spare", "hk-edge", "hk-legacy", "not your addresses", DEFAULT.id]
    assert sorted(order, key=screen.index) == order


@pytest.mark.parametrize("preselect", [None, DEFAULT.id, "no-such-pool", "hk-legacy"])
async def test_nothing_is_chosen_by_itself_and_nothing_goes_out_then(preselect: str | None) -> None:
    steps = ["tab", "tab", "tab", "tab", "tab", "enter"]
    assert await fill(allocate(preselect), chosen=None) == []
    assert await fill(allocate(preselect), *steps, see="Choose a pool first") == []


@pytest.mark.parametrize("pools", [(DEFAULT,), (DEFAULT, replace(DEFAULT, id="default-eu", region="eu"))])
async def test_the_default_pool_is_never_chosen_by_itself_even_alone(pools: Any) -> None:
    assert await fill(allocate(None, pools=pools), see="There is no customer pool yet", chosen=None) == []


async def test_the_only_customer_pool_is_chosen() -> None:
    assert await fill(allocate(None, pools=(DEFAULT, SPARE)), "tab", "tab", "tab", "tab", "tab", "enter") == [
        AllocationRequest(pool_id="hk-spare")
    ]


async def test_the_default_pool_is_chosen_on_purpose_with_its_warning() -> None:
    see = "DEFAULT POOL. This EIP gets a Zenlayer address, not yours"
    answers = await fill(allocate("hk-spare"), "down", "down", "down", "tab", "tab", "tab", "tab", "tab", "enter")
    assert answers == [AllocationRequest(default=True, region=REGION)]
    await fill(allocate("hk-spare"), "down", "down", see=(see, "hk-spare has 168 free customer addresses"))
    assert await fill(allocate("hk-spare"), "down", "down", "up", see="168 free") == []


async def test_up_never_wraps_round_to_the_default_pool() -> None:
    await fill(allocate(None), "up", "up", "up", chosen=SPARE)


async def test_a_draining_pool_is_shown_and_cannot_be_chosen() -> None:
    see = "hk-legacy customer draining: no allocations"
    await fill(allocate("hk-spare"), "down", "down", see=see, chosen=DEFAULT)


async def test_an_inactive_cidr_makes_a_pool_unchoosable_whatever_room_it_has() -> None:
    cidrs = (cidr("192.0.2.0/24", "hk-spare", "validating"), *CIDRS[:1])
    await fill(allocate("hk-spare", cidrs=cidrs), see="validating: no allocations", chosen=None)


async def test_before_and_after_follow_the_count() -> None:
    see = "before 88 allocated 0 cooling 0 reserved 168 free 34 % after 91 allocated 0 cooling 0 reserved 165 free"
    await fill(allocate("hk-spare"), "tab", "tab", "ctrl+u", "3", see=see)


@pytest.mark.parametrize(
    ("address", "count", "cap", "see"),
    [
        ("192.0.2.07", "1", "", "192.0.2.07 is not an IPv4 address."),
        ("2001:db8::1", "1", "", "2001:db8::1 is not an IPv4 address."),
        ("", "-1", "", "A count is a whole number from 1 on, not -1."),
        ("", "0", "", "A count is a whole number from 1 on, not 0."),
        ("", "x", "", "A count is a whole number"),
        ("192.0.2.9", "2", "", "One address was asked for"),
        ("", "1", "0", "A cap in Mbps is a whole number from 1 on"),
    ],
)
async def test_what_is_wrong_is_said_inside_and_nothing_is_lost(address: str, count: str, cap: str, see: str) -> None:
    form = allocate("hk-spare")
    steps = ("tab", address, "tab", "ctrl+u", count, "tab", "keep me", "tab", cap, "tab", "J-1", "enter")
    assert await fill(form, *steps, see=(see, "keep me", "J-1")) == []


async def test_the_address_in_hand_is_filled_in() -> None:
    enters = ("enter",) * 6
    assert await fill(allocate("hk-spare", address="192.0.2.9"), *enters) == [
        AllocationRequest(pool_id="hk-spare", address="192.0.2.9")
    ]


async def test_a_pool_without_the_room_says_so_and_never_counts_below_zero() -> None:
    full = replace(EDGE, available=0, allocated=EDGE.total, cooling=0, reserved=0)
    see = f"{EDGE.id} is full, none of its 256 addresses is free: refused"
    await fill(allocate(EDGE.id, pools=[full, SPARE]), see=see)
    more = f"{SPARE.id} has {SPARE.available} free of {SPARE.total}: 999 are refused"
    await fill(allocate(SPARE.id), "tab", "tab", "ctrl+u", "999", see=more)


async def test_of_a_full_pool_an_address_withheld_softly_can_still_be_asked_for() -> None:
    full = replace(EDGE, available=0, allocated=EDGE.total - 1, reserved=1)
    see = f"{EDGE.id} is full: name a softly reserved address to get that one"
    await fill(allocate(EDGE.id, pools=[full, SPARE]), "tab", "203.0.113.7", see=see)
    before, after = (line.text for line in usage_lines(full, 1))
    assert ("1 reserved" in before, "0 free" in before) == (True, True)
    assert ("0 reserved" in after, " 0 free" in after) == (True, True)


async def test_a_repair_into_a_full_pool_says_that_it_is_refused() -> None:
    full = replace(EDGE, available=0, allocated=EDGE.total, cooling=0, reserved=0)
    see = f"{EDGE.id} is full, none of its 256 addresses is free: refused"
    await fill(lambda: rehome_form([LANDED], [DEFAULT, full], CIDRS), see=see)
    short = f"{EDGE.id} has 2 free of 256: 3 are refused"
    await fill(lambda: rehome_form([LANDED] * 3, [DEFAULT, EDGE], CIDRS), see=short)


# bind

DNAT = ("right", "right", "tab")


def bind() -> BindModal:
    return BindModal([FREE], SERVICES, OCCUPANTS)


@pytest.mark.parametrize(
    ("steps", "request_"),
    [
        (
            ("tab", "web-44", "tab", "tab", "J-904", "enter"),
            {"kind": BindingKind.NIC, "service_id": "nic-44", "private_ip": "10.0.1.44", "reason": "J-904"},
        ),
        (
            ("tab", "nic-07", "tab", "down", "tab", "enter"),
            {"kind": BindingKind.NIC, "service_id": "nic-07", "private_ip": "10.0.1.207"},
        ),
        (
            ("right", "tab", "nat-1", "tab", "space", "down", "down", "space", "tab", "tab", "enter"),
            {"kind": BindingKind.SNAT, "service_id": "nat-1", "sources": ("10.0.8.0/24", "10.0.10.0/24")},
        ),
        (
            ("right", "tab", "nat-2", "tab", "tab", "10.1.0.0/16 10.2.0.0/16", "tab", "enter"),
            {"kind": BindingKind.SNAT, "service_id": "nat-2", "sources": ("10.1.0.0/16", "10.2.0.0/16")},
        ),
        (
            (
                "right",
                "right",
                "tab",
                "hk-nat-b",
                "tab",
                "10.0.2.20",
                "tab",
                "tab",
                "443",
                "tab",
                "8443",
                "tab",
                "enter",
            ),
            {
                "kind": BindingKind.DNAT,
                "service_id": "nat-2",
                "private_ip": "10.0.2.20",
                "protocol": "tcp",
                "port": "443",
                "to_port": "8443",
            },
        ),
        (
            (
                "right",
                "right",
                "tab",
                "nat-2",
                "tab",
                "10.0.2.20",
                "tab",
                "right",
                "right",
                "tab",
                "tab",
                "tab",
                "enter",
            ),
            {"kind": BindingKind.DNAT, "service_id": "nat-2", "private_ip": "10.0.2.20", "protocol": "any"},
        ),
        (
            ("right", "right", "right", "tab", "pay", "tab", "enter"),
            {"kind": BindingKind.LOAD_BALANCER, "service_id": "lb-pay"},
        ),
    ],
    ids=["nic", "nic's second address", "snat", "snat typed", "dnat", "dnat any", "load balancer"],
)
async def test_each_kind_of_binding_reaches_its_request(steps: tuple[str, ...], request_: dict[str, Any]) -> None:
    assert await fill(bind, *steps) == [BindRequest(eip="203.0.113.9", **request_)]


async def test_the_lists_say_what_already_serves_there() -> None:
    await fill(bind, see="3 of 3 in asia-east-1")
    await fill(bind, "right", see="nat-1 hk-nat 2/10 SNAT 203.0.113.17, 198.18.0.8 DEFAULT !")
    mixed = ("10.0.10.0/24 leaves by 198.18.0.8 DEFAULT !", "it mixes owners then")
    await fill(bind, "right", "tab", "nat-1", see=mixed)
    await fill(bind, "right", "right", "right", see="lb-pay pay-front front-end EIPs: 192.0.2.2")
    busy = (eip("203.0.113.10", binding("nic", "nic-07", private_ip="10.0.1.7")),)
    await fill(lambda: BindModal([FREE], SERVICES, {"nic-07": busy}), "tab", "nic-07", see="10.0.1.7 1 of 4 EIPs")


async def test_typing_narrows_and_the_first_that_is_left_is_chosen() -> None:
    await fill(bind, "tab", "web", see="3 of 3 in asia-east-1")
    await fill(bind, "tab", "31", see="1 of 3 in asia-east-1")
    await fill(bind, "tab", "zzz", see="0 of 3 in asia-east-1 > + register an interface ...")
    await fill(bind, "tab", "zzz", "ctrl+u", "44", see="> nic-44")


async def test_a_long_list_keeps_the_chosen_one_in_sight() -> None:
    many = [service(f"nic-{number:02}", "nic", None, [f"10.0.0.{number}"]) for number in range(61)]
    downs = ["down"] * 40
    await fill(lambda: BindModal([FREE], many, {}), "tab", *downs, see="> nic-39")


@pytest.mark.parametrize(
    ("port", "to_port", "see"),
    [
        ("0", "", "0 is not a port"),
        ("70000", "", "70000 is not a port"),
        ("90-80", "", "90-80 is not a port"),
        ("x", "", "x is not a port"),
        ("80-90", "80-81", "80-90 and 80-81 are ranges of unequal size"),
        ("", "", "tcp forwards a port or a range"),
    ],
)
async def test_a_port_that_cannot_be_meant_is_refused_inside(port: str, to_port: str, see: str) -> None:
    steps = ("right", "right", "tab", "nat-2", "tab", "10.0.2.20", "tab", "tab", port, "tab", to_port, "tab", "enter")
    assert await fill(bind, *steps, see=see) == []


async def test_other_things_that_are_missing_are_named() -> None:
    assert await fill(bind, "tab", "tab", "tab", "enter", see="Choose the interface") == []
    assert await fill(bind, "right", "tab", "nat-1", "tab", "tab", "tab", "enter", see="Mark a source") == []
    typed = ("right", "tab", "nat-2", "tab", "tab", "10.0.8.1/24", "tab", "enter")
    assert await fill(bind, *typed, see="10.0.8.1/24 has host bits set; 10.0.8.0/24 is the prefix") == []


async def test_an_interface_without_known_addresses_takes_a_typed_one() -> None:
    odd = [service("nic-9", "nic", None)]
    assert await fill(lambda: BindModal([FREE], odd, {}), "tab", "tab", "10.0.0.9", "tab", "enter") == [
        BindRequest(eip="203.0.113.9", kind=BindingKind.NIC, service_id="nic-9", private_ip="10.0.0.9")
    ]


async def test_services_of_other_regions_are_not_offered() -> None:
    far = replace(SERVICES[0], region="eu-west-1")
    await fill(lambda: BindModal([FREE], [far], {}), see="0 of 0 in asia-east-1")


# rehome, bandwidth, accept, add


async def test_a_repair_offers_customer_pools_only_and_the_roomiest_first() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, rehome_form([LANDED], POOLS, CIDRS))
        screen = shown(app)
        assert DEFAULT.id not in screen
        assert "> hk-spare" in screen
        assert "changes the public address" in words(app)


async def test_a_repair_reaches_its_request() -> None:
    steps = ("down", "tab", "203.0.113.7", "tab", "down", "tab", "J-901", "enter")
    assert await fill(lambda: rehome_form([LANDED], POOLS, CIDRS), *steps) == [
        RehomeRequest(eip="198.18.0.5", pool_id="hk-edge", address="203.0.113.7", keep=True, reason="J-901")
    ]
    assert await fill(lambda: rehome_form([LANDED], POOLS), "tab", "tab", "tab", "enter") == [
        RehomeRequest(eip="198.18.0.5", pool_id="hk-spare")
    ]


async def test_a_repair_without_a_customer_pool_says_so() -> None:
    elsewhere = replace(SPARE, region="eu-west-1")
    see = "No customer pool of this region has room"
    assert await fill(lambda: rehome_form([LANDED], (DEFAULT, elsewhere)), "tab", "tab", "tab", "enter", see=see) == []


async def test_the_pool_an_eip_is_in_is_no_goal_while_its_cidr_is_active() -> None:
    here = eip("203.0.113.9")
    await fill(lambda: rehome_form([here], (EDGE, SPARE), CIDRS), see="hk-edge customer where it is now")
    draining = (cidr("203.0.113.0/24", "hk-edge", "draining"), cidr("192.0.2.0/25", "hk-edge"))
    assert await fill(lambda: rehome_form([here], (EDGE, LEGACY), draining), "tab", "tab", "tab", "enter") == [
        RehomeRequest(eip="203.0.113.9", pool_id="hk-edge")
    ]


async def test_a_cap_reaches_its_request_and_a_wrong_one_does_not() -> None:
    assert await fill(lambda: BandwidthModal(FREE), "ctrl+u", "200", "tab", "J-1", "enter") == [
        BandwidthRequest(eip="203.0.113.9", bandwidth_mbps=200, reason="J-1")
    ]
    assert await fill(lambda: BandwidthModal(FREE), "ctrl+u", "tab", "enter", see="Say how many Mbps") == []
    assert await fill(lambda: BandwidthModal(FREE), "ctrl+u", "fast", "tab", "enter", see="whole number") == []


async def test_a_name_reaches_its_request_and_an_empty_field_removes_it() -> None:
    named = eip("203.0.113.9", name="shop")
    for keys, name in (
        (("web", "tab", "enter"), "web"),
        (("right", "-2", "tab", "enter"), "shop-2"),
        (("ctrl+u", "tab", "enter"), ""),
        (("tab", "enter"), "shop"),
    ):
        assert await fill(lambda: RenameModal(named), *keys) == [RenameRequest(eip="203.0.113.9", name=name)]


@pytest.mark.parametrize("name", [*TEXTS, " shop "])
async def test_an_untouched_name_stays_as_it_is_whatever_it_holds(name: str) -> None:
    assert await fill(lambda: RenameModal(eip("203.0.113.9", name=name)), "tab", "enter") == [
        RenameRequest(eip="203.0.113.9", name=name)
    ]


@pytest.mark.parametrize(
    ("typed", "until"),
    [("", None), ("2026-01-31", "2026-01-31T00:00:00Z"), ("2026-01-31T12:00+08:00", "2026-01-31T04:00:00Z")],
)
async def test_an_acceptance_reaches_its_request(typed: str, until: str | None) -> None:
    assert await fill(lambda: AcceptModal(FINDING, SEEN), "lab only", "tab", typed, "enter") == [
        AcceptRequest(finding="f-1", until=until, reason="lab only")
    ]


async def test_an_acceptance_wants_a_reason_and_an_end_that_is_a_time() -> None:
    assert await fill(lambda: AcceptModal(FINDING, SEEN), "tab", "enter", see="Give a reason") == []
    assert await fill(lambda: AcceptModal(FINDING, SEEN), "x", "tab", "soon", "enter", see="Write the end as") == []


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("9999-12-31T23:59-14:00", "Write the end as"),
        ("0001-01-01T00:00+14:00", "Write the end as"),
        ("90d ago", "90d ago is past: the end must lie ahead"),
        ("2025-11-21T09:40Z", "is past: the end must lie ahead"),
    ],
)
async def test_an_acceptance_ends_at_a_time_that_there_is_and_that_is_to_come(typed: str, why: str) -> None:
    assert await fill(lambda: AcceptModal(FINDING, SEEN), "x", "tab", typed, "enter", see=why) == []


async def test_a_customer_cidr_reaches_its_request() -> None:
    steps = ("203.0.113.0/24", "tab", "PremiumBGP", "tab", "64500", "tab", "hk", "tab", REGION, "tab", "right", "tab")
    assert await fill(AddCidrModal, *steps, "J-1", "enter") == [
        AddCidrRequest(
            cidr="203.0.113.0/24",
            isp="PremiumBGP",
            asn=64500,
            pool_id="hk",
            region=REGION,
            avoid_edges=True,
            reason="J-1",
        )
    ]


@pytest.mark.parametrize(
    ("prefix", "isp", "asn", "see"),
    [
        ("", "x", "1", "Name the prefix"),
        ("203.0.113.0", "x", "1", "has no length"),
        ("203.0.113.0/33", "x", "1", "is not an IPv4 prefix"),
        ("203.0.113.7/24", "x", "1", "has host bits set; 203.0.113.0/24 is the prefix"),
        ("203.0.113.0/24", "", "1", "Name the ISP line"),
        ("203.0.113.0/24", "x", "", "Name the origin ASN"),
        ("203.0.113.0/24", "x", "AS1", "An ASN is a whole number"),
    ],
)
async def test_a_customer_cidr_that_cannot_be_meant_is_refused_inside(
    prefix: str, isp: str, asn: str, see: str
) -> None:
    tabs = ("tab",) * 4
    assert await fill(AddCidrModal, prefix, "tab", isp, "tab", asn, *tabs, "enter", see=see) == []


# every form

FORMS: list[Form] = [
    allocate("hk-spare"),
    bind,
    lambda: rehome_form([LANDED], POOLS, CIDRS),
    lambda: BandwidthModal(FREE),
    lambda: RenameModal(FREE),
    lambda: AcceptModal(FINDING, SEEN),
    AddCidrModal,
]


HOSTILE = (
    *TEXTS,
    "9999-12-31T23:59-14:00",
    "0001-01-01T00:00+14:00",
    "99999999999d",
    "99:99",
    "99999999999",
    "\u0663",
    "1-2-3",
    "-",
    "0.0.0.0/0",
    "203.0.113.0/33",
    "1.2.3.4/255.255.0.255",
    "::/0",
    '"',
    "'",
)


@pytest.mark.parametrize("form", FORMS)
async def test_whatever_is_typed_into_a_form_is_a_request_or_refused_as_none(form: Form) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        modal = form()
        await app.put(pilot, modal)
        fields = list(modal.query(Field))

        @settings(max_examples=50, deadline=None)
        @given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=40), min_size=len(fields), max_size=len(fields)))
        def filled_in(texts: list[str]) -> None:
            for field, text in zip(fields, texts, strict=True):
                field.value = text
            with suppress(FormError):
                modal.request()
            list(modal.info())

        filled_in()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("keys", [("escape", "escape"), ("ctrl+c", "ctrl+c")])
async def test_a_form_is_left_with_nothing(form: Form, keys: tuple[str, ...]) -> None:
    assert await fill(form, "tab", "x", *keys) == [None]


async def test_ctrl_c_clears_the_field_before_it_leaves() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, AcceptModal(FINDING, SEEN))
        await type_text(pilot, "half a reason")
        await pilot.press("ctrl+c")
        assert app.answers == []
        assert "half a reason" not in words(app)
        await pilot.press("ctrl+c")
        assert app.answers == [None]


async def test_what_is_preset_is_replaced_by_what_is_typed() -> None:
    (asked,) = await fill(allocate("hk-spare"), "tab", "tab", "3", "enter", "enter", "enter", "enter")
    assert isinstance(asked, AllocationRequest)
    assert asked.count == 3


SPOKEN = {
    "allocation": (
        allocate("hk-spare"),
        ("tab", "192.0.2.9", "tab", "tab", "web-44", "tab", "100", "tab", "J-1", "enter"),
    ),
    "interface": (bind, ("tab", "nic-07", "tab", "down", "tab", "J-1", "enter")),
    "sources": (bind, ("right", "tab", "down", "tab", "down", "space", "tab", "10.9.0.0/16", "tab", "J-1", "enter")),
    "ports": (
        bind,
        (
            "right",
            "right",
            "tab",
            "down",
            "tab",
            "10.0.2.20",
            "tab",
            "tab",
            "443",
            "tab",
            "8443",
            "tab",
            "J-1",
            "enter",
        ),
    ),
    "repair": (lambda: rehome_form([LANDED], POOLS, CIDRS), ("down", "tab", "tab", "down", "tab", "J-1", "enter")),
    "cap": (lambda: BandwidthModal(FREE), ("ctrl+u", "250", "tab", "J-1", "enter")),
    "name": (lambda: RenameModal(FREE), ("ctrl+u", "web-44", "tab", "J-1", "enter")),
    "finding": (lambda: AcceptModal(FINDING, SEEN), ("lab only", "tab", "2026-01-31", "enter")),
    "prefix": (
        AddCidrModal,
        ("192.0.2.0/24", "tab", "bgp-a", "tab", "64500", "tab", "pool-1", "tab", "tab", "right", "tab", "J-1", "enter"),
    ),
}


@pytest.mark.parametrize("what", SPOKEN)
async def test_a_form_begins_with_what_another_of_its_kind_was_left_with(what: str) -> None:
    form, steps = SPOKEN[what]
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        first, second = form(), form()
        await app.put(pilot, first)
        for step in steps:
            await (pilot.press(step) if step in KEYS else type_text(pilot, step))
        await pilot.pause()
        second.filled = first.filled
        await app.put(pilot, second)
        second.submit()
        await pilot.pause()
        assert len(app.answers) == 2
        assert app.answers[0] == app.answers[1]
        assert "J-1" in repr(app.answers) or "lab only" in repr(app.answers)


async def test_the_default_pool_is_not_filled_in_again() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        form = allocate()()
        form.filled = [FieldContent(DEFAULT.id), *[FieldContent("")] * 5]
        await app.put(pilot, form)
        assert form.pool is None


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_fits_80_by_24_whole(form: Form) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, form())
        rows = shown(app).splitlines()
        assert overflow(app) == 0
        assert rows[0].startswith(TOP)
        assert rows[-1].rstrip().endswith("esc cancel   F1 help")
        assert "~" not in shown(app)
        assert not any(row.max_scroll_x for row in app.screen.query("*") if row.display and row.is_container)


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_works_at_60_by_16_by_scrolling(form: Form) -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        await app.put(pilot, form())
        for _ in range(len(app.screen.focus_chain)):
            focused = app.screen.focused
            assert focused is not None
            assert focused.region.bottom <= 14, "what has the focus is in sight"
            await pilot.press("tab")
        assert "esc cancel" in shown(app).splitlines()[-1]
        assert "F1 help" in shown(app).splitlines()[-1]


def hostile_allocation() -> AllocateModal:
    pools = [pool(text, 3) for text in TEXTS]
    cidrs = [cidr("192.0.2.0/24", text, isp=text) for text in TEXTS]
    text = "".join(TEXTS)
    form = AllocateModal([*pools, DEFAULT], cidrs, preselect=None, runway_days=14)
    form.filled = [
        FieldContent(TEXTS[0]),
        FieldContent(""),
        FieldContent("1"),
        FieldContent(text),
        FieldContent(""),
        FieldContent(text),
    ]
    return form


def hostile_bind() -> BindModal:
    services = [service(text, "nic", text, ["10.0.1.44"]) for text in TEXTS]
    busy = {text: (eip("203.0.113.7", binding("nic", text, private_ip="10.0.1.44"), name=text),) for text in TEXTS}
    return BindModal([FREE], services, busy)


@pytest.mark.parametrize(
    "form",
    [
        hostile_allocation,
        hostile_bind,
        lambda: rehome_form([eip("198.18.0.5", *(binding("nic", text) for text in TEXTS))], [pool("[/]", 3)]),
        lambda: BandwidthModal(eip("203.0.113.9", *(binding("nic", text) for text in TEXTS))),
        lambda: RenameModal(eip("203.0.113.9", *(binding("nic", text) for text in TEXTS), name="".join(TEXTS)[:60])),
        lambda: AcceptModal(replace(FINDING, subject=TEXTS[0], message="".join(TEXTS), remedy=TEXTS[4]), SEEN),
    ],
)
async def test_hostile_names_are_shown_in_forms_and_never_obeyed(form: Form) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, form())
        for _ in range(4):
            screen = shown(app)
            assert TOP in screen
            assert not any(char in screen for char in "\x1b\x07\r\u202e\t")
            await pilot.press("down", "pagedown")
        for widget in app.screen.query("Static, Choice"):
            if widget.region:
                await pilot.click(widget)
        assert app.leaks == 0


async def test_a_paste_goes_to_the_field_in_use_and_to_nobody_else() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        form = allocate("hk-spare")()
        await app.put(pilot, form)
        app.post_message(events.Paste("198.51.100.1\n198.51.100.2"))
        await pilot.pause()
        await pilot.press("tab")
        app.post_message(events.Paste("\n 192.0.2.9\x1b[2J \n192.0.2.10\n"))
        await pilot.pause()
        assert "192.0.2.9\\x1b[2J" in shown(app)
        assert app.leaks == 0


async def test_help_covers_a_form_and_leaves_it_as_it_was() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        form = allocate("hk-spare")()
        await app.put(pilot, form)
        await pilot.press("tab", *"192.0.2.9", "f1")
        await pilot.pause()
        assert "Nothing is sent from a form" in words(app)
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is form
        assert "192.0.2.9" in shown(app)


async def test_no_key_of_a_modal_is_one_that_terminals_keep() -> None:
    kept = {f"ctrl+{key}" for key in "abhijmopqsvwyz"} | {"tilde"}
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        for form in FORMS:
            modal = form()
            assert isinstance(modal, Sheet)
            await app.put(pilot, modal)
            for widget in (modal, *modal.query("*")):
                keys = set(widget._bindings.key_to_bindings)
                assert not keys & kept, widget
                assert not any(key.startswith("alt+") for key in keys), widget
            modal.cancel()
            await pilot.pause()
