"""What an EIP serves, as lists, findings and refusals say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core import Binding, BindingKind, PortRange
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
        ((FRONT,), "serves load_balancer lb-1", "lb lb-1"),
        ((DNAT, SNAT, DNAT), "serves dnat nat-1, snat nat-1", "dnat nat-1, snat nat-1"),
    ],
)
def test_each_target_is_named_once(bindings: tuple[Binding, ...], targets: str, brief: str) -> None:
    assert (serves_targets(bindings), serves_brief(bindings)) == (targets, brief)
