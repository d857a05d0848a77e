"""Cases F: what an EIP serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core import (
    AddServiceRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    Desk,
    Eip,
    EipStatus,
    RehomeRequest,
    ServiceKind,
    UnbindRequest,
)
from tests.core.audit import audit
from tests.core.kit import (
    Clock,
    balancer,
    customer_cidr,
    dnat,
    many,
    nic,
    one,
    refused,
    release,
    services,
    snat,
    unchanged,
)


@pytest.fixture
def eip(desk: Desk) -> Eip:
    customer_cidr(desk, "203.0.113.0/24")
    services(desk)
    return one(desk)


@pytest.mark.parametrize("make", [nic, balancer, snat, lambda eip: dnat(eip, "tcp", "443")])
def test_51_binding_the_same_again_changes_nothing(desk: Desk, eip: Eip, make: Callable[[str], BindRequest]) -> None:
    request = make(eip.address)
    (bound,) = desk.platform.bind(request)
    with unchanged(desk):
        assert desk.platform.bind(request) == [bound]


def test_51_a_second_holder_is_refused_naming_the_first(desk: Desk, eip: Eip) -> None:
    desk.platform.bind(nic(eip.address, 1))
    for request in (nic(eip.address, 2), balancer(eip.address), snat(eip.address)):
        with refused(desk, "holder_conflict") as caught:
            desk.platform.bind(request)
        assert caught.value.details["holder"]["service_id"] == "nic-1"


def test_51_a_gateway_may_carry_snat_and_many_dnat_of_one_eip(desk: Desk, eip: Eip) -> None:
    desk.platform.bind(snat(eip.address, "10.0.8.0/24"))
    desk.platform.bind(snat(eip.address, "10.0.9.0/24"))
    desk.platform.bind(dnat(eip.address, "tcp", "443"))
    (bound,) = desk.platform.bind(dnat(eip.address, "tcp", "80"))
    assert [binding.kind for binding in bound.bindings] == ["snat", "snat", "dnat", "dnat"]
    with refused(desk, "holder_conflict"):
        desk.platform.bind(dnat(eip.address, "tcp", "25", gateway="nat-2"))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("service_not_found", {"service_id": "nic-404"}),
        ("service_not_found", {"kind": BindingKind.NIC, "service_id": "lb-1"}),
        ("service_not_found", {"private_ip": "10.0.0.99"}),
        ("invalid_address", {"private_ip": "10.0.0.099"}),
        ("eip_not_found", {"eip": "203.0.113.250"}),
        ("eip_not_found", {"eip": "eip-404", "service_id": "nic-404"}),
        ("usage", {"kind": BindingKind.SNAT, "service_id": "nat-1", "private_ip": None}),
        ("usage", {"kind": BindingKind.DNAT, "service_id": "nat-1", "protocol": "icmp", "port": "1"}),
        ("usage", {"kind": BindingKind.DNAT, "service_id": "nat-1", "protocol": None, "port": "1"}),
        ("usage", {"kind": BindingKind.DNAT, "service_id": "nat-1", "private_ip": None, "protocol": "any"}),
        ("usage", {"sources": ("10.0.8.0/24",)}),
        ("usage", {"port": "80"}),
        ("usage", {"kind": BindingKind.LOAD_BALANCER, "service_id": "lb-1"}),
        (
            "invalid_cidr",
            {"kind": BindingKind.SNAT, "service_id": "nat-1", "sources": ("10.0.8.1/24",), "private_ip": None},
        ),
    ],
)
def test_53_a_binding_that_cannot_be_meant_is_refused(desk: Desk, eip: Eip, code: str, change: dict[str, Any]) -> None:
    with refused(desk, code):
        desk.platform.bind(replace(nic(eip.address), **change))


def test_53_an_interface_with_several_addresses_wants_the_one_meant(desk: Desk, eip: Eip) -> None:
    ips = ("10.0.1.1", "10.0.1.2")
    desk.platform.add_service(AddServiceRequest(kind=ServiceKind.NIC, service_id="nic-9", private_ips=ips))
    request = BindRequest(eip=eip.address, kind=BindingKind.NIC, service_id="nic-9")
    with refused(desk, "usage"):
        desk.platform.bind(request)
    (bound,) = desk.platform.bind(replace(request, private_ip="10.0.1.2"))
    assert bound.bindings[0].private_ip == "10.0.1.2"


def test_53_a_target_in_another_region_is_refused(desk: Desk, eip: Eip) -> None:
    service = AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-far", region="europe-west-2")
    desk.platform.add_service(service)
    with refused(desk, "region_mismatch"):
        desk.platform.bind(replace(balancer(eip.address), service_id="lb-far"))


def test_53_a_released_eip_is_not_bound(desk: Desk, eip: Eip) -> None:
    release(desk, eip.address)
    with refused(desk, "eip_not_found"):
        desk.platform.bind(balancer(str(eip.id)))
    with refused(desk, "eip_not_found"):
        desk.platform.set_bandwidth(BandwidthRequest(eip=str(eip.id), bandwidth_mbps=100))


def test_54_unbinding_what_is_not_bound_is_done_and_changes_nothing(desk: Desk, eip: Eip) -> None:
    with unchanged(desk):
        assert desk.platform.unbind(UnbindRequest(eip=eip.address)) == [eip]


def test_54_an_unknown_binding_is_refused(desk: Desk, eip: Eip) -> None:
    other = one(desk)
    desk.platform.bind(balancer(eip.address))
    (theirs,) = desk.platform.bind(nic(other.address))
    for binding in ("b-404", theirs.bindings[0].id):
        with refused(desk, "binding_not_found"):
            desk.platform.unbind(UnbindRequest(eip=eip.address, binding_id=binding))


def test_54_one_binding_of_several_can_be_ended_and_ended_again(desk: Desk, eip: Eip, clock: Clock) -> None:
    desk.platform.bind(dnat(eip.address, "tcp", "443"))
    (bound,) = desk.platform.bind(dnat(eip.address, "tcp", "80"))
    clock.advance(1)
    request = UnbindRequest(eip=eip.address, binding_id=bound.bindings[0].id)
    (left,) = desk.platform.unbind(request)
    assert (left.status, left.bindings) == (EipStatus.BOUND, bound.bindings[1:])
    with unchanged(desk):
        assert desk.platform.unbind(request) == [left]
    (idle,) = desk.platform.unbind(UnbindRequest(eip=eip.address))
    assert (idle.status, idle.bindings) == (EipStatus.UNBOUND, ())
    audit(desk)


def test_55_a_port_is_forwarded_once_for_each_protocol(desk: Desk, eip: Eip) -> None:
    desk.platform.bind(dnat(eip.address, "tcp", "80"))
    desk.platform.bind(dnat(eip.address, "tcp", "443"))
    with refused(desk, "port_in_use"):
        desk.platform.bind(dnat(eip.address, "tcp", "80", to_port="8080"))
    (bound,) = desk.platform.bind(dnat(eip.address, "udp", "80"))
    assert len(bound.bindings) == 3


@pytest.mark.parametrize("port", ["8000", "8010", "7990-8000", "8010-8020", "8004-8005", "1-65535"])
def test_55_ranges_of_ports_do_not_overlap(desk: Desk, eip: Eip, port: str) -> None:
    desk.platform.bind(dnat(eip.address, "tcp", "8000-8010", to_port="9000-9010"))
    with refused(desk, "port_in_use"):
        desk.platform.bind(dnat(eip.address, "tcp", port))


@pytest.mark.parametrize(
    ("port", "to_port"),
    [("0", None), ("70000", None), ("80-79", None), ("", None), ("http", None), ("80-82", "80-81"), ("80", "80-81")],
)
def test_55_a_port_that_is_none_is_refused(desk: Desk, eip: Eip, port: str, to_port: str | None) -> None:
    with refused(desk, "invalid_port"):
        desk.platform.bind(dnat(eip.address, "tcp", port, to_port=to_port))


def test_55_forwarding_everything_excludes_all_else(desk: Desk, eip: Eip) -> None:
    other = one(desk)
    desk.platform.bind(dnat(eip.address, "any", None))
    for request in (dnat(eip.address, "tcp", "80"), snat(eip.address)):
        with refused(desk, "anyport_conflict"):
            desk.platform.bind(request)
    for first in (dnat(other.address, "tcp", "80"), snat(other.address)):
        desk.platform.bind(first)
        with refused(desk, "anyport_conflict"):
            desk.platform.bind(dnat(other.address, "any", None))
        desk.platform.unbind(UnbindRequest(eip=other.address))
    with refused(desk, "invalid_port"):
        desk.platform.bind(dnat(other.address, "any", "80"))


def test_quota_four_eips_share_a_private_address(desk: Desk, eip: Eip) -> None:
    for each in (eip, *many(desk, 3)):
        desk.platform.bind(nic(each.address))
    fifth = one(desk)
    with refused(desk, "quota_exceeded"):
        desk.platform.bind(nic(fifth.address))
    desk.platform.unbind(UnbindRequest(eip=eip.address))
    desk.platform.bind(nic(fifth.address))


def test_quota_ten_snat_entries_a_gateway_and_equal_sources_share_one(desk: Desk, eip: Eip) -> None:
    other = one(desk)
    for block in range(10):
        desk.platform.bind(snat(eip.address, f"10.0.{block}.0/24"))
    desk.platform.bind(snat(other.address, "10.0.3.0/24"))
    with refused(desk, "quota_exceeded"):
        desk.platform.bind(snat(other.address, "10.0.10.0/24"))


def test_quota_a_hundred_dnat_entries_a_gateway(desk: Desk, eip: Eip) -> None:
    for port in range(1, 101):
        desk.platform.bind(dnat(eip.address, "tcp", str(port)))
    other = one(desk)
    with refused(desk, "quota_exceeded"):
        desk.platform.bind(dnat(other.address, "tcp", "443"))


def test_quota_a_rehome_that_keeps_the_old_one_counts_every_entry_it_adds(desk: Desk, eip: Eip) -> None:
    for port in range(1, 98):
        desk.platform.bind(dnat(eip.address, "tcp", str(port)))
    landed = one(desk, None)
    for port in (1, 2):
        desk.platform.bind(dnat(landed.address, "tcp", str(port)))
    with refused(desk, "quota_exceeded"):
        desk.platform.rehome(RehomeRequest(eip=landed.address, pool_id="edge", keep=True))
    desk.platform.rehome(RehomeRequest(eip=landed.address, pool_id="edge"))


def test_58_an_eip_is_used_alike_wherever_its_address_came_from(desk: Desk, eip: Eip) -> None:
    landed = one(desk, "default-asia-east-1")
    for request in (nic, balancer, snat, lambda key: dnat(key, "tcp", "443")):
        shapes = []
        for each in (eip, landed):
            (bound,) = desk.platform.bind(request(each.address))
            (capped,) = desk.platform.set_bandwidth(BandwidthRequest(eip=each.address, bandwidth_mbps=300))
            (free,) = desk.platform.unbind(UnbindRequest(eip=each.address))
            shapes.append([shape(one_) for one_ in (bound, capped, free)])
        assert shapes[0] == shapes[1]
    gone = [shape(release(desk, each.address)[0]) for each in (eip, landed)]
    assert gone[0] == gone[1]


def shape(eip: Eip) -> tuple[object, ...]:
    """An EIP without what says where it came from."""
    bindings = [replace(binding, id="") for binding in eip.bindings]
    return eip.status, bindings, eip.bandwidth_mbps, eip.released_at, eip.region


@pytest.mark.parametrize("mbps", [0, -1, 10**9])
def test_a_bandwidth_that_is_none_is_refused(desk: Desk, eip: Eip, mbps: int) -> None:
    with refused(desk, "invalid_bandwidth"):
        desk.platform.set_bandwidth(BandwidthRequest(eip=eip.address, bandwidth_mbps=mbps))


def test_what_changed_since_the_operator_looked_is_a_conflict_with_both_versions(desk: Desk, eip: Eip) -> None:
    (bound,) = desk.platform.bind(balancer(eip.address))
    for request in (replace(nic(eip.address), expected=eip), replace(balancer(eip.address), expected=eip)):
        with refused(desk, "conflict") as caught:
            desk.platform.bind(request)
        assert caught.value.details["seen"]["status"] == "unbound"
        assert caught.value.details["now"]["bindings"][0]["id"] == bound.bindings[0].id
    with refused(desk, "conflict"):
        desk.platform.unbind(UnbindRequest(eip=eip.address, expected=eip))
    desk.platform.unbind(UnbindRequest(eip=eip.address, expected=bound))
