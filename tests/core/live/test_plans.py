"""Changes of an account that need several calls, and those that allocate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import (
    AccountInventory,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    Allocation,
    AllocationRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    EipStatus,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    RetireRequest,
    SetAsnRequest,
    UnbindRequest,
)
from core.live.account import _HERE
from core.live.meanings import Failed, change_refusal
from core.live.planning import PLANNED
from core.operations.verbs import VERBS
from tests.core.audit import audit
from tests.core.kit import Clock, dump
from tests.core.live.test_changes import patient, refused, states
from tests.standin.account import Account
from tests.standin.server import Standin

Opened = Callable[..., AccountInventory]
POOL = "pool-c-1"
FREE = "203.0.113.10"
"""The address of EIP e-10, which serves nothing."""


@pytest.fixture
def live(mirror: AccountInventory, clock: Clock) -> AccountInventory:
    return patient(mirror, clock)


def sent(standin: Standin) -> list[str]:
    """The actions that changed something, in their order."""
    return [call.action for call in standin.seen if not call.action.startswith("Describe")]


def in_step(live: AccountInventory, account: Account) -> None:
    """The inventory is as the account: a sync finds nothing, and every law holds."""
    before = dump(live)["event"]
    live.sync()
    assert dump(live)["event"] == before
    assert all(
        entry["eipIds"] and not entry["isAllEip"] for each in account.details.values() for entry in each["snats"]
    )
    audit(live)


def test_an_allocation_chooses_the_address_here(live: AccountInventory, account: Account, standin: Standin) -> None:
    done = live.execute(AllocationRequest(pool_id=POOL, name="web", bandwidth_mbps=20))
    (eip,) = done.eips
    row = account.eips[str(eip.id)]
    assert (row["publicIpAddresses"], row["name"], row["bandwidth"]) == ([eip.address], "web", 20)
    assert (eip.name, eip.bandwidth_mbps, eip.customer_owned, eip.allocated_by) == ("web", 20, True, "alice")
    assert (done.warnings, sent(standin), eip.pool_id) == ((), ["CreateEips"], POOL)
    in_step(live, account)


def test_several_are_a_plan_and_the_same_request_id_gives_them_again(live: AccountInventory, account: Account) -> None:
    first = live.execute(AllocationRequest(pool_id=POOL, count=3, request_id="key-1"))
    assert len({eip.address for eip in first.eips}) == 3
    assert live.execute(AllocationRequest(pool_id=POOL, count=3, request_id="key-1")) == first
    assert account.changed["CreateEips"] == 3
    in_step(live, account)


def test_a_given_address(live: AccountInventory, account: Account) -> None:
    (eip,) = live.execute(AllocationRequest(pool_id=POOL, address="203.0.113.77")).eips
    assert eip.address == "203.0.113.77"
    refused(lambda: live.execute(AllocationRequest(pool_id=POOL, address="203.0.113.77")), "address_in_use")
    assert account.changed["CreateEips"] == 1


@pytest.mark.parametrize("default", [False, True])
def test_the_default_pool_is_a_landing_unless_it_was_meant(
    live: AccountInventory, account: Account, *, default: bool
) -> None:
    refused(lambda: live.preview(AllocationRequest(default=default)), "platform_refused")
    done = live.execute(AllocationRequest(default=default, region="asia-east-1", name="web"))
    (eip,) = done.eips
    assert (eip.customer_owned, eip.landed_in_default, len(done.warnings)) == (False, not default, int(not default))
    assert account.eips[str(eip.id)]["publicIpAddresses"] == [eip.address]
    in_step(live, account)


def test_an_address_that_is_taken_elsewhere_is_passed_over(live: AccountInventory, account: Account) -> None:
    would_be = live.preview(AllocationRequest(pool_id=POOL)).eips[0].address
    account.elsewhere.add(would_be)
    (eip,) = live.execute(AllocationRequest(pool_id=POOL)).eips
    assert eip.address != would_be
    assert states(live) == ["done"]
    refused(lambda: live.execute(AllocationRequest(pool_id=POOL, address=would_be)), "address_reserved")
    in_step(live, account)


def test_an_address_that_the_console_took_is_passed_over(live: AccountInventory, account: Account) -> None:
    would_be = live.preview(AllocationRequest(pool_id=POOL)).eips[0].address
    account.eip("e-console", would_be, "c-1")
    (eip,) = live.execute(AllocationRequest(pool_id=POOL)).eips
    assert eip.address != would_be
    live.sync()
    assert live.eip(would_be).id == "e-console"
    audit(live)


def test_what_was_granted_otherwise_is_kept_and_told(live: AccountInventory, account: Account) -> None:
    account.grants = "198.51.100.99"
    done = live.execute(AllocationRequest(pool_id=POOL))
    (eip,) = done.eips
    assert (eip.address, eip.customer_owned, eip.landed_in_default) == ("198.51.100.99", False, True)
    assert [warning.code for warning in done.warnings] == ["granted_otherwise", "landed_in_default_pool"]
    in_step(live, account)


def test_nothing_is_allocated_without_a_bandwidth(live: AccountInventory, account: Account) -> None:
    object.__setattr__(live._account.profile, "bandwidth_mbps", None)
    refused(lambda: live.execute(AllocationRequest(pool_id=POOL)), "invalid_bandwidth")
    assert account.changed == {}


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("INVALID_NAT_NOT_FOUND", "service_not_found"),
        ("Invalid.Cidr.Not.Found", "cidr_not_found"),
        ("INVALID_DNAT_ENTRY_NOT_FOUND", "binding_not_found"),
        ("INVALID_REGION_NOT_FOUND", "pool_not_found"),
        ("OPERATION_DENIED_EIP_INSUFFICIENT", "pool_exhausted"),
        ("OPERATION_DENIED_EIP_NOT_ASSIGNED", "eip_not_bound"),
        ("OPERATION_DENIED_EIP_REPEAT_ASSIGN", "holder_conflict"),
        ("OPERATION_DENIED_NAT_ENTRY_CONFIG_CONFLICT", "port_in_use"),
        ("OPERATION_DENIED_ANYPORT_DNAT_ENTRY", "anyport_conflict"),
        ("OPERATION_DENIED_SNAT_ENTRY_COUNT_LIMIT", "quota_exceeded"),
        ("OPERATION_DENIED_CIDR_HAS_IP_IN_USED", "cidr_not_drained"),
        ("OPERATION_DENIED_EIP_IN_RISK_CONTROL", "platform_refused"),
        ("INVALID_PARAMETER_PATTERN_ERROR", "platform_refused"),
    ],
)
def test_a_code_of_the_platform_is_one_of_ours(code: str, ours: str) -> None:
    refusal = change_refusal(Failed("AssociateEipAddress", code, "their words", request_id="r-1", status=404))
    assert (refusal.code, "Nothing was changed." in refusal.message) == (ours, True)
    told = {"action": "AssociateEipAddress", "message": "their words", "request_id": "r-1", "status": 404}
    assert {**refusal.details["platform"], "code": None} == {**told, "code": None}


def test_an_address_that_was_asked_for_and_is_taken_elsewhere_is_in_use(
    live: AccountInventory, account: Account
) -> None:
    account.elsewhere.add("203.0.113.77")
    refused(lambda: live.execute(AllocationRequest(pool_id=POOL, address="203.0.113.77")), "address_in_use")
    assert states(live) == ["refused"]


BINDINGS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nic": (
        {"kind": BindingKind.NIC, "service_id": "nic-1", "private_ip": "10.0.1.2"},
        ["AssociateEipAddress", "UnassociateEipAddress"],
    ),
    "load balancer": (
        {"kind": BindingKind.LOAD_BALANCER, "service_id": "lb-1"},
        ["AssociateEipAddress", "UnassociateEipAddress"],
    ),
    "snat": (
        {"kind": BindingKind.SNAT, "service_id": "nat-1", "sources": ("10.0.9.0/24",)},
        ["AssociateEipAddress", "CreateSnatEntry", "DeleteSnatEntry", "UnassociateEipAddress"],
    ),
    "snat, an entry that is there": (
        {"kind": BindingKind.SNAT, "service_id": "nat-1", "sources": ("10.0.8.0/24",)},
        ["AssociateEipAddress", "ModifySnatEntry", "ModifySnatEntry", "UnassociateEipAddress"],
    ),
    "dnat": (
        {
            "kind": BindingKind.DNAT,
            "service_id": "nat-1",
            "private_ip": "10.0.8.7",
            "protocol": "tcp",
            "port": "80",
            "to_port": "8080",
        },
        ["AssociateEipAddress", "CreateDnatEntry", "DeleteDnatEntry", "UnassociateEipAddress"],
    ),
}


@pytest.mark.parametrize("kind", BINDINGS)
def test_a_binding_is_made_and_ended(live: AccountInventory, account: Account, standin: Standin, kind: str) -> None:
    words, calls = BINDINGS[kind]
    (eip,) = live.execute(BindRequest(eip=FREE, **words))
    (binding,) = eip.bindings
    assert (eip.status, binding.service_id) == (EipStatus.BOUND, words["service_id"])
    assert account.eips["e-10"]["associatedId"] == words["service_id"]
    in_step(live, account)
    (eip,) = live.execute(UnbindRequest(eip=FREE))
    assert (eip.status, eip.bindings, account.eips["e-10"]["status"]) == (EipStatus.UNBOUND, (), "UNBIND")
    assert sent(standin) == calls
    in_step(live, account)


def test_one_of_two_bindings_is_ended(live: AccountInventory, account: Account, standin: Standin) -> None:
    eip = live.eip("203.0.113.8")
    snat = next(each for each in eip.bindings if each.kind is BindingKind.SNAT)
    (after,) = live.execute(UnbindRequest(eip=eip.address, binding_id=snat.id))
    assert [each.kind for each in after.bindings] == [BindingKind.DNAT]
    assert sent(standin) == ["DeleteSnatEntry"]
    in_step(live, account)


def test_an_entry_for_every_eip_is_left_with_the_gateway_alone(
    live: AccountInventory, account: Account, standin: Standin
) -> None:
    account.details["nat-1"]["snats"][0].update(eipIds=[], isAllEip=True)
    live.sync()
    eip = live.eip("203.0.113.8")
    snat = next(each for each in eip.bindings if each.kind is BindingKind.SNAT)
    refused(lambda: live.execute(UnbindRequest(eip=eip.address, binding_id=snat.id)), "platform_refused")
    assert sent(standin) == []
    live.execute(UnbindRequest(eip=eip.address))
    assert sent(standin) == ["DeleteDnatEntry", "UnassociateEipAddress"]
    assert account.details["nat-1"]["snats"][0]["isAllEip"]


def test_a_subnet_entry_keeps_its_subnets(live: AccountInventory, account: Account, standin: Standin) -> None:
    entry = account.details["nat-1"]["snats"][0]
    entry.update(cidrs=None, snatSubnets=[{"subnetId": "sub-1", "cidr": "10.0.8.0/24"}])
    live.execute(BindRequest(eip=FREE, kind=BindingKind.SNAT, service_id="nat-1", sources=("10.0.8.0/24",)))
    assert entry["eipIds"] == ["e-8", "e-10"]
    (modified,) = (call.body for call in standin.seen if call.action == "ModifySnatEntry")
    assert modified == {"snatEntryId": "s-1", "eipIds": ["e-8", "e-10"], "subnetIds": ["sub-1"]}


def test_what_came_with_its_instance_is_not_unbound(live: AccountInventory, account: Account, standin: Standin) -> None:
    account.eips["e-7"]["isDefault"] = True
    refused(lambda: live.execute(UnbindRequest(eip="203.0.113.7")), "platform_refused")
    assert sent(standin) == []


def test_drift_is_seen_before_anything_is_sent(live: AccountInventory, account: Account, standin: Standin) -> None:
    seen = live.eip(FREE)
    account.bind("e-10", "LB", "lb-1")
    refused(lambda: live.execute(ReleaseRequest(eips=(FREE,), expected=(seen,))), "conflict")
    refused(lambda: live.execute(ReleaseRequest(eips=(FREE,))), "eip_bound")
    assert (sent(standin), live.eip(FREE).status) == ([], EipStatus.BOUND)


def test_bound_eips_are_released_in_one_plan(live: AccountInventory, account: Account, standin: Standin) -> None:
    addresses = ("203.0.113.7", "203.0.113.8", "203.0.113.9")
    eips = live.execute(ReleaseRequest(eips=addresses, unbind=True))
    assert [eip.status for eip in eips] == [EipStatus.RELEASED] * 3
    assert not {"e-7", "e-8", "e-9"} & account.eips.keys()
    assert (account.details["nat-1"]["snats"], account.details["nat-1"]["dnats"]) == ([], [])
    assert sent(standin).count("DeleteEip") == 3
    live.sync()
    audit(live)


def test_a_rehome_binds_the_new_one_before_it_unbinds_the_old_one(
    live: AccountInventory, account: Account, standin: Standin
) -> None:
    account.cidr("c-2", "203.0.112.0/24")
    live.sync()
    done: Allocation = live.execute(RehomeRequest(eip="203.0.113.8", pool_id="pool-c-2"))
    (new,) = done.eips
    assert new.previous_eip_id == "e-8"
    assert {each.kind for each in new.bindings} == {BindingKind.SNAT, BindingKind.DNAT}
    calls = sent(standin)
    assert calls.index("CreateDnatEntry") < calls.index("DeleteDnatEntry")
    assert calls.index("AssociateEipAddress") < calls.index("UnassociateEipAddress")
    assert ("e-8" in account.eips, account.eips[str(new.id)]["associatedId"]) == (False, "nat-1")
    assert "moved" in [event.action for event in live.history("e-8")]
    in_step(live, account)


def test_a_landing_is_rehomed_and_kept(live: AccountInventory, account: Account) -> None:
    account.bind("e-z", "NIC", "nic-1", "10.0.1.2")
    done = live.execute(RehomeRequest(eip="198.51.100.20", pool_id=POOL, keep=True))
    (new,) = done.eips
    assert (new.customer_owned, new.bindings[0].private_ip) == (True, "10.0.1.2")
    assert live.eip("198.51.100.20").status is EipStatus.BOUND
    in_step(live, account)


def test_a_recycled_eip_is_recovered(live: AccountInventory, account: Account) -> None:
    account.recycle_bin = True
    (eip,) = live.execute(ReleaseRequest(eips=(FREE,)))
    assert eip.status is EipStatus.UNBOUND
    refused(lambda: live.execute(BindRequest(eip=FREE, kind=BindingKind.LOAD_BALANCER, service_id="lb-1")), "conflict")
    assert [each.id for each in live.eips("is:recycled")] == ["e-10"]
    assert FREE not in {each.address for each in live.execute(AllocationRequest(pool_id=POOL, count=12)).eips}
    (back,) = live.execute(RecoverRequest(address=FREE)).eips
    assert list(live.eips("is:recycled")) == []
    assert (back.id, account.eips["e-10"]["status"]) == ("e-10", "UNBIND")
    live.execute(BindRequest(eip=FREE, kind=BindingKind.LOAD_BALANCER, service_id="lb-1"))
    in_step(live, account)


def test_a_released_address_is_recovered(live: AccountInventory, account: Account) -> None:
    live.execute(ReleaseRequest(eips=(FREE,)))
    (back,) = live.execute(RecoverRequest(address=FREE)).eips
    assert (back.address, back.previous_eip_id) == (FREE, "e-10")
    assert account.eips[str(back.id)]["cidrId"] == "c-1"
    in_step(live, account)


def test_a_drained_cidr_is_deleted(live: AccountInventory, account: Account) -> None:
    cidr = "203.0.113.0/24"
    live.execute(ReleaseRequest(eips=tuple(f"203.0.113.{number}" for number in range(7, 11)), unbind=True))
    live.execute(DrainRequest(cidr=cidr))
    assert live.execute(ActivateRequest(cidr=cidr, reason="not yet")).state == "active"
    live.execute(DrainRequest(cidr=cidr))
    live.sync()
    assert live.cidr(cidr).state == "draining"
    account.eip("e-console", "203.0.113.200", "c-1")
    refused(lambda: live.execute(RetireRequest(cidr=cidr)), "cidr_not_drained")
    account.delete("e-console")
    assert live.execute(RetireRequest(cidr=cidr)).state == "retired"
    assert account.cidrs == {}
    audit(live)


def test_every_change_is_known_to_an_account() -> None:
    """It is made by calls, or of our record alone (an allocation, for a review), or in the console of Zenlayer."""
    console = {AddCidrRequest, ActivateRequest, SetAsnRequest, AddServiceRequest, RemoveServiceRequest}
    assert {*_HERE, *PLANNED} | console == set(VERBS)
    assert {*_HERE} & {*PLANNED} == {AllocationRequest}
    assert not console & {*_HERE, *PLANNED}
