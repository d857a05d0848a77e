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
    Eip,
    EipStatus,
    Inventory,
    RehomeRequest,
    RemoveServiceRequest,
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
def eip(inventory: Inventory) -> Eip:
    customer_cidr(inventory, "203.0.113.0/24")
    services(inventory)
    return one(inventory)


@pytest.mark.parametrize("make", [nic, balancer, snat, lambda eip: dnat(eip, "tcp", "443")])
def test_51_binding_the_same_again_changes_nothing(
    inventory: Inventory, eip: Eip, make: Callable[[str], BindRequest]
) -> None:
    request = make(eip.address)
    (bound,) = inventory.execute(request)
    with unchanged(inventory):
        assert inventory.execute(request) == [bound]
    inventory.execute(RemoveServiceRequest(service_id=request.service_id, reason="decommissioned"))
    with unchanged(inventory):
        assert inventory.execute(replace(request, reason="again")) == [bound]
        if request.kind is BindingKind.NIC:
            assert inventory.execute(replace(request, private_ip=None)) == [bound]


def test_51_a_second_holder_is_refused_naming_the_first(inventory: Inventory, eip: Eip) -> None:
    inventory.execute(nic(eip.address, 1))
    for request in (nic(eip.address, 2), balancer(eip.address), snat(eip.address)):
        with refused(inventory, "holder_conflict") as caught:
            inventory.execute(request)
        assert caught.value.details["holder"]["service_id"] == "nic-1"


def test_51_a_gateway_may_carry_snat_and_many_dnat_of_one_eip(inventory: Inventory, eip: Eip) -> None:
    inventory.execute(snat(eip.address, "10.0.8.0/24"))
    inventory.execute(snat(eip.address, "10.0.9.0/24"))
    inventory.execute(dnat(eip.address, "tcp", "443"))
    (bound,) = inventory.execute(dnat(eip.address, "tcp", "80"))
    assert [binding.kind for binding in bound.bindings] == ["snat", "snat", "dnat", "dnat"]
    with refused(inventory, "holder_conflict"):
        inventory.execute(dnat(eip.address, "tcp", "25", gateway="nat-2"))


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
def test_53_a_binding_that_cannot_be_meant_is_refused(
    inventory: Inventory, eip: Eip, code: str, change: dict[str, Any]
) -> None:
    with refused(inventory, code):
        inventory.execute(replace(nic(eip.address), **change))


def test_53_an_interface_with_several_addresses_wants_the_one_meant(inventory: Inventory, eip: Eip) -> None:
    ips = ("10.0.1.1", "10.0.1.2")
    inventory.execute(AddServiceRequest(kind=ServiceKind.NIC, service_id="nic-9", private_ips=ips))
    request = BindRequest(eip=eip.address, kind=BindingKind.NIC, service_id="nic-9")
    with refused(inventory, "usage"):
        inventory.execute(request)
    (bound,) = inventory.execute(replace(request, private_ip="10.0.1.2"))
    assert bound.bindings[0].private_ip == "10.0.1.2"


def test_53_a_target_in_another_region_is_refused(inventory: Inventory, eip: Eip) -> None:
    service = AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-far", region="europe-west-2")
    inventory.execute(service)
    with refused(inventory, "region_mismatch"):
        inventory.execute(replace(balancer(eip.address), service_id="lb-far"))


def test_53_a_released_eip_is_not_bound(inventory: Inventory, eip: Eip) -> None:
    release(inventory, eip.address)
    with refused(inventory, "eip_not_found"):
        inventory.execute(balancer(str(eip.id)))
    with refused(inventory, "eip_not_found"):
        inventory.execute(BandwidthRequest(eip=str(eip.id), bandwidth_mbps=100))


def test_54_unbinding_what_is_not_bound_is_done_and_changes_nothing(inventory: Inventory, eip: Eip) -> None:
    with unchanged(inventory):
        assert inventory.execute(UnbindRequest(eip=eip.address)) == [eip]


def test_54_an_unknown_binding_is_refused(inventory: Inventory, eip: Eip) -> None:
    other = one(inventory)
    inventory.execute(balancer(eip.address))
    (theirs,) = inventory.execute(nic(other.address))
    for binding in ("b-404", theirs.bindings[0].id):
        with refused(inventory, "binding_not_found"):
            inventory.execute(UnbindRequest(eip=eip.address, binding_id=binding))


def test_54_one_binding_of_several_can_be_ended_and_ended_again(inventory: Inventory, eip: Eip, clock: Clock) -> None:
    inventory.execute(dnat(eip.address, "tcp", "443"))
    (bound,) = inventory.execute(dnat(eip.address, "tcp", "80"))
    clock.advance(1)
    request = UnbindRequest(eip=eip.address, binding_id=bound.bindings[0].id)
    (left,) = inventory.execute(request)
    assert (left.status, left.bindings) == (EipStatus.BOUND, bound.bindings[1:])
    with unchanged(inventory):
        assert inventory.execute(request) == [left]
    (idle,) = inventory.execute(UnbindRequest(eip=eip.address))
    assert (idle.status, idle.bindings) == (EipStatus.UNBOUND, ())
    audit(inventory)


def test_55_a_port_is_forwarded_once_for_each_protocol(inventory: Inventory, eip: Eip) -> None:
    inventory.execute(dnat(eip.address, "tcp", "80"))
    inventory.execute(dnat(eip.address, "tcp", "443"))
    with refused(inventory, "port_in_use"):
        inventory.execute(dnat(eip.address, "tcp", "80", to_port="8080"))
    (bound,) = inventory.execute(dnat(eip.address, "udp", "80"))
    assert len(bound.bindings) == 3


@pytest.mark.parametrize("port", ["8000", "8010", "7990-8000", "8010-8020", "8004-8005", "1-65535"])
def test_55_ranges_of_ports_do_not_overlap(inventory: Inventory, eip: Eip, port: str) -> None:
    inventory.execute(dnat(eip.address, "tcp", "8000-8010", to_port="9000-9010"))
    with refused(inventory, "port_in_use"):
        inventory.execute(dnat(eip.address, "tcp", port))


@pytest.mark.parametrize(
    ("port", "to_port"),
    [("0", None), ("70000", None), ("80-79", None), ("", None), ("http", None), ("80-82", "80-81"), ("80", "80-81")],
)
def test_55_a_port_that_is_none_is_refused(inventory: Inventory, eip: Eip, port: str, to_port: str | None) -> None:
    with refused(inventory, "invalid_port"):
        inventory.execute(dnat(eip.address, "tcp", port, to_port=to_port))


def test_55_forwarding_everything_excludes_all_else(inventory: Inventory, eip: Eip) -> None:
    other = one(inventory)
    inventory.execute(dnat(eip.address, "any", None))
    for request in (dnat(eip.address, "tcp", "80"), snat(eip.address)):
        with refused(inventory, "anyport_conflict"):
            inventory.execute(request)
    for first in (dnat(other.address, "tcp", "80"), snat(other.address)):
        inventory.execute(first)
        with refused(inventory, "anyport_conflict"):
            inventory.execute(dnat(other.address, "any", None))
        inventory.execute(UnbindRequest(eip=other.address))
    with refused(inventory, "invalid_port"):
        inventory.execute(dnat(other.address, "any", "80"))


def test_quota_four_eips_share_a_private_address(inventory: Inventory, eip: Eip) -> None:
    for each in (eip, *many(inventory, 3)):
        inventory.execute(nic(each.address))
    fifth = one(inventory)
    with refused(inventory, "quota_exceeded"):
        inventory.execute(nic(fifth.address))
    inventory.execute(UnbindRequest(eip=eip.address))
    inventory.execute(nic(fifth.address))


def test_quota_ten_snat_entries_a_gateway_and_equal_sources_share_one(inventory: Inventory, eip: Eip) -> None:
    other = one(inventory)
    for block in range(10):
        inventory.execute(snat(eip.address, f"10.0.{block}.0/24"))
    inventory.execute(snat(other.address, "10.0.3.0/24"))
    with refused(inventory, "quota_exceeded"):
        inventory.execute(snat(other.address, "10.0.10.0/24"))


def test_quota_a_hundred_dnat_entries_a_gateway(inventory: Inventory, eip: Eip) -> None:
    for port in range(1, 101):
        inventory.execute(dnat(eip.address, "tcp", str(port)))
    other = one(inventory)
    with refused(inventory, "quota_exceeded"):
        inventory.execute(dnat(other.address, "tcp", "443"))


def test_quota_a_rehome_that_keeps_the_old_one_counts_every_entry_it_adds(inventory: Inventory, eip: Eip) -> None:
    for port in range(1, 98):
        inventory.execute(dnat(eip.address, "tcp", str(port)))
    landed = one(inventory, None)
    for port in (1, 2):
        inventory.execute(dnat(landed.address, "tcp", str(port)))
    with refused(inventory, "quota_exceeded"):
        inventory.execute(RehomeRequest(eip=landed.address, pool_id="edge", keep=True))
    inventory.execute(RehomeRequest(eip=landed.address, pool_id="edge"))


def test_58_an_eip_is_used_alike_wherever_its_address_came_from(inventory: Inventory, eip: Eip) -> None:
    landed = one(inventory, "default-asia-east-1")
    for request in (nic, balancer, snat, lambda key: dnat(key, "tcp", "443")):
        shapes = []
        for each in (eip, landed):
            (bound,) = inventory.execute(request(each.address))
            (capped,) = inventory.execute(BandwidthRequest(eip=each.address, bandwidth_mbps=300))
            (free,) = inventory.execute(UnbindRequest(eip=each.address))
            shapes.append([shape(one_) for one_ in (bound, capped, free)])
        assert shapes[0] == shapes[1]
    gone = [shape(release(inventory, each.address)[0]) for each in (eip, landed)]
    assert gone[0] == gone[1]


def shape(eip: Eip) -> tuple[object, ...]:
    """An EIP without what says where it came from."""
    bindings = [replace(binding, id="") for binding in eip.bindings]
    return eip.status, bindings, eip.bandwidth_mbps, eip.released_at, eip.region


@pytest.mark.parametrize("mbps", [0, -1, 10**9])
def test_a_bandwidth_that_is_none_is_refused(inventory: Inventory, eip: Eip, mbps: int) -> None:
    with refused(inventory, "invalid_bandwidth"):
        inventory.execute(BandwidthRequest(eip=eip.address, bandwidth_mbps=mbps))


def test_what_changed_since_the_operator_looked_is_a_conflict_with_both_versions(
    inventory: Inventory, eip: Eip
) -> None:
    (bound,) = inventory.execute(balancer(eip.address))
    for request in (replace(nic(eip.address), expected=eip), replace(balancer(eip.address), expected=eip)):
        with refused(inventory, "conflict") as caught:
            inventory.execute(request)
        assert caught.value.details["seen"]["status"] == "unbound"
        assert caught.value.details["now"]["bindings"][0]["id"] == bound.bindings[0].id
    with refused(inventory, "conflict"):
        inventory.execute(UnbindRequest(eip=eip.address, expected=eip))
    inventory.execute(UnbindRequest(eip=eip.address, expected=bound))


def test_a_cap_that_somebody_else_changed_is_not_overrun(inventory: Inventory) -> None:
    customer_cidr(inventory)
    seen = one(inventory, bandwidth_mbps=100)
    inventory.execute(BandwidthRequest(eip=seen.address, bandwidth_mbps=2000))
    with unchanged(inventory), refused(inventory, "conflict") as caught:
        inventory.execute(BandwidthRequest(eip=seen.address, bandwidth_mbps=50, expected=seen))
    assert "at 2000 Mbps" in str(caught.value)
