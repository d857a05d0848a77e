"""What an EIP serves, as lists, findings and refusals say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core import Binding, BindingKind, BindingWords, BindRequest, PortRange, stored_binding, to_json
from core.domain.serving import serves_brief, serves_targets, summary_of

NAMES = {"web-1": "web 31", "lb-1": "shop front", "nat-1": "hk-nat"}


def binding(kind: BindingKind, service: str, private_ip: str | None = None, sources: tuple[str, ...] = ()) -> Binding:
    port = PortRange(443, 443) if kind is BindingKind.DNAT else None
    protocol = "tcp" if port else None
    since = datetime(2025, 11, 1, tzinfo=UTC)
    return Binding("b-1", kind, service, private_ip, sources, protocol, port, port, since, None)


NIC = binding(BindingKind.NIC, "web-1", "10.0.0.1")
BARE = binding(BindingKind.NIC, "web-1")
FRONT = binding(BindingKind.LOAD_BALANCER, "lb-1")
SNAT = binding(BindingKind.SNAT, "nat-1", sources=("10.0.0.0/24", "10.0.1.0/24"))
ALL = binding(BindingKind.SNAT, "nat-1", sources=("0.0.0.0/0",))
UNKNOWN = binding(BindingKind.SNAT, "nat-1")
DNAT = binding(BindingKind.DNAT, "nat-1", "10.0.0.1")


@pytest.mark.parametrize(
    ("bindings", "text", "short"),
    [
        ((), "-", "-"),
        ((NIC,), "nic web 31 10.0.0.1", "nic web 31"),
        ((BARE,), "nic web 31", "nic web 31"),
        ((FRONT,), "lb lb-1 shop front", "lb shop front"),
        ((SNAT,), "snat nat-1 2 subnets", "snat nat-1"),
        ((ALL,), "snat nat-1 all subnets", "snat nat-1"),
        ((UNKNOWN,), "nat nat-1 no entry known", "nat nat-1"),
        ((DNAT,), "dnat nat-1 1 entry", "dnat nat-1"),
        ((DNAT, DNAT), "dnat nat-1 2 entries", "dnat nat-1"),
        ((SNAT, DNAT), "nat nat-1 2 entries", "nat nat-1"),
    ],
)
def test_a_list_says_what_is_served_whole_and_short(bindings: tuple[Binding, ...], text: str, short: str) -> None:
    served = summary_of(bindings, NAMES)
    assert (str(served), served.short) == (text, short)


@pytest.mark.parametrize(
    ("bindings", "targets", "brief"),
    [
        ((), "serves nothing", "serves nothing"),
        ((FRONT,), "serves lb lb-1", "lb lb-1"),
        ((DNAT, SNAT, DNAT), "serves dnat nat-1, snat nat-1", "dnat nat-1, snat nat-1"),
    ],
)
def test_each_target_is_named_once(bindings: tuple[Binding, ...], targets: str, brief: str) -> None:
    assert (serves_targets(bindings), serves_brief(bindings)) == (targets, brief)


ANY_PORT = replace(DNAT, protocol="any", port=None, to_port=None)
RANGE = replace(DNAT, port=PortRange(8000, 8010), to_port=PortRange(9000, 9010))


@pytest.mark.parametrize(
    ("bound", "cell", "part", "loss", "sentence"),
    [
        (NIC, "nic web-1 10.0.0.1", "10.0.0.1", "in and out", 'nic web-1 "shop" on 10.0.0.1'),
        (BARE, "nic web-1 -", "", "in and out", 'nic web-1 "shop"'),
        (FRONT, "lb lb-1", "", "clients no longer reach it there", 'lb lb-1 "shop"'),
        (
            SNAT,
            "snat nat-1 10.0.0.0/24,10.0.1.0/24",
            "10.0.0.0/24 and 10.0.1.0/24 leave through it",
            "10.0.0.0/24, 10.0.1.0/24 no longer leaves by it",
            'snat nat-1 "shop": 10.0.0.0/24, 10.0.1.0/24 leave through it',
        ),
        (
            UNKNOWN,
            "snat nat-1 -",
            "in no known entry",
            "no known entry",
            'snat nat-1 "shop", in no known entry',
        ),
        (
            RANGE,
            "dnat nat-1 tcp/8000-8010 to 10.0.0.1:9000-9010",
            "8000-8010/tcp to 10.0.0.1:9000-9010",
            "8000-8010/tcp no longer comes in to 10.0.0.1",
            'dnat nat-1 "shop": tcp 8000-8010 comes in to 10.0.0.1:9000-9010',
        ),
        (
            ANY_PORT,
            "dnat nat-1 any to 10.0.0.1",
            "all ports to 10.0.0.1",
            "all ports no longer comes in to 10.0.0.1",
            'dnat nat-1 "shop": any comes in to 10.0.0.1',
        ),
    ],
)
def test_a_binding_has_a_cell_a_part_a_loss_and_a_sentence(
    bound: Binding, cell: str, part: str, loss: str, sentence: str
) -> None:
    words = BindingWords(bound, '"shop"')
    assert (words.cell, words.part, words.loss, words.sentence) == (cell, part, loss, sentence)


@pytest.mark.parametrize(
    ("asked", "gain"),
    [
        ({"kind": BindingKind.NIC, "private_ip": "10.0.0.1"}, 'nic x-1 "shop" at 10.0.0.1'),
        ({"kind": BindingKind.SNAT, "sources": ("10.0.0.0/24",)}, 'snat x-1 "shop": 10.0.0.0/24 can leave by it'),
        ({"kind": BindingKind.LOAD_BALANCER}, 'lb x-1 "shop" front end'),
        (
            {"kind": BindingKind.DNAT, "private_ip": "10.0.0.1", "protocol": "tcp", "port": "443"},
            'dnat x-1 "shop": 443/tcp to 10.0.0.1:443',
        ),
        (
            {"kind": BindingKind.DNAT, "private_ip": "10.0.0.1", "protocol": "udp", "port": "53", "to_port": "5353"},
            'dnat x-1 "shop": 53/udp to 10.0.0.1:5353',
        ),
    ],
)
def test_a_request_has_the_gain_of_its_binding(asked: dict[str, Any], gain: str) -> None:
    request = BindRequest(eip="203.0.113.1", service_id="x-1", **asked)
    assert BindingWords(request, '"shop"').gain == gain


def test_the_stored_binding_of_an_event_has_the_words_of_the_binding() -> None:
    assert stored_binding(to_json(NIC)) == "nic web-1 10.0.0.1"
    assert stored_binding(to_json(FRONT)) == BindingWords(FRONT).short == "lb lb-1"
