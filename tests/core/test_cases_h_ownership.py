"""Cases H: whose address it is, and landing in the default pool."""

from __future__ import annotations

from contextlib import closing
from dataclasses import fields

import pytest

from core import (
    AcceptRequest,
    AllocationRequest,
    Config,
    Desk,
    DrainRequest,
    EipdeckError,
    EipQuery,
    RehomeRequest,
    RemoveServiceRequest,
    ReserveRequest,
    UnbindRequest,
    open_desk,
)
from tests.core.audit import audit
from tests.core.kit import (
    REFUSALS,
    Clock,
    addresses,
    balancer,
    connect,
    customer_cidr,
    dnat,
    many,
    one,
    refused,
    release,
    services,
    snat,
)


def test_72_the_flag_follows_what_was_granted(desk: Desk) -> None:
    customer_cidr(desk)
    assert one(desk).customer_owned
    assert not one(desk, None).customer_owned
    assert not one(desk, "default-asia-east-1").customer_owned


def test_72_no_caller_can_say_whose_address_it_is() -> None:
    assert not [field.name for field in fields(AllocationRequest) if "own" in field.name]


@pytest.mark.parametrize("foreign_keys", [True, False])
def test_72_a_lie_in_sql_is_refused(desk: Desk, foreign_keys: bool) -> None:  # noqa: FBT001
    customer_cidr(desk)
    ours, theirs = one(desk), one(desk, "default-asia-east-1")
    with closing(connect(desk, foreign_keys=foreign_keys)) as connection:
        for eip in (ours, theirs):
            with pytest.raises(REFUSALS):
                connection.execute("UPDATE eip SET customer_owned = NOT customer_owned WHERE id = ?", (eip.id,))


def test_73_an_allocation_without_a_pool_lands_in_the_default_pool_and_says_so_everywhere(desk: Desk) -> None:
    customer_cidr(desk)
    done = desk.platform.allocate(AllocationRequest(reason="J-812"))
    (eip,), (warning,) = done.eips, done.warnings
    assert (eip.pool_id, eip.customer_owned, eip.landed_in_default) == ("default-asia-east-1", False, True)
    assert (warning.code, warning.eip_id) == ("landed_in_default_pool", eip.id)
    assert eip.address in warning.message
    assert [event.action for event in desk.history(eip.address)] == ["allocate", "landed_in_default"]
    assert [(finding.code, finding.subject) for finding in desk.findings()] == [("landed_in_default_pool", eip.address)]
    assert [row.problem for row in desk.page(EipQuery()).rows] == [True]
    assert "no pool was named" in desk.lookup(eip.address).summary


@pytest.mark.parametrize(
    "request_", [AllocationRequest(default=True), AllocationRequest(pool_id="default-asia-east-1")]
)
def test_73_the_default_pool_on_purpose_is_no_landing(desk: Desk, request_: AllocationRequest) -> None:
    done = desk.platform.allocate(request_)
    assert (done.warnings, done.eips[0].landed_in_default, desk.findings()) == ((), False, [])


def test_73_the_pool_and_the_default_pool_exclude_each_other(desk: Desk) -> None:
    customer_cidr(desk)
    with refused(desk, "usage"):
        desk.platform.allocate(AllocationRequest(pool_id="edge", default=True))


def test_73_a_deck_that_requires_customer_pools_refuses_before_anything_is_taken(desk: Desk) -> None:
    strict = open_desk(desk.url, operator="bob", config=Config(require_customer_pool=True))
    with refused(strict, "customer_pool_required"):
        strict.platform.allocate(AllocationRequest())
    assert not strict.platform.allocate(AllocationRequest(default=True)).eips[0].landed_in_default
    strict.close()


def test_73_a_full_pool_never_spills_into_the_default_pool(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/30")
    many(desk, 3)
    with refused(desk, "pool_exhausted"):
        many(desk, 2)
    assert desk.pool("default-asia-east-1").allocated == 0


def test_73_a_typo_in_a_pool_or_a_region_lands_nowhere(desk: Desk) -> None:
    for request in (AllocationRequest(pool_id="egde"), AllocationRequest(region="asia-east-l")):
        with refused(desk, "pool_not_found"):
            desk.platform.allocate(request)


def test_73_a_dry_run_says_what_would_come_and_has_no_ids(desk: Desk) -> None:
    customer_cidr(desk)
    before = desk.data_version()
    seen = desk.preview(AllocationRequest(request_id="k", name="web"))
    assert [(eip.id, eip.address, eip.name) for eip in seen.eips] == [(None, "198.18.0.0", "web")]
    assert [(warning.code, warning.eip_id) for warning in seen.warnings] == [("landed_in_default_pool", None)]
    assert desk.data_version() == before
    assert one(desk, None).address == "198.18.0.0"


def test_73_an_accepted_landing_is_no_open_finding_until_its_time_is_over(desk: Desk, clock: Clock) -> None:
    eip = one(desk, None)
    with refused(desk, "usage"):
        desk.platform.accept(AcceptRequest(finding=eip.address))
    with refused(desk, "invalid_time"):
        desk.platform.accept(AcceptRequest(finding=eip.address, reason="lab", until="2020-01-01"))
    request = AcceptRequest(finding=eip.address, reason="lab until spring", until="2026-11-24")
    accepted = desk.platform.accept(request)
    assert accepted.accepted_reason == "lab until spring"
    assert desk.findings() == []
    assert [finding.accepted_reason for finding in desk.findings(accepted=True)] == ["lab until spring"]
    clock.advance(86_400)
    assert [finding.code for finding in desk.findings()] == ["landed_in_default_pool"]


def test_73_an_acceptance_ends_when_the_landing_serves_something_else(desk: Desk) -> None:
    services(desk)
    eip = one(desk, None)
    desk.platform.accept(AcceptRequest(finding=str(eip.id), reason="serves nothing"))
    assert desk.findings() == []
    desk.platform.bind(balancer(eip.address))
    assert [(finding.code, finding.severity) for finding in desk.findings()] == [("landed_in_default_pool", "critical")]


def test_74_rehome_gives_a_customer_address_with_the_bindings_and_frees_the_old(desk: Desk) -> None:
    customer_cidr(desk)
    services(desk)
    eip = one(desk, None, name="shop", bandwidth_mbps=500)
    desk.platform.bind(snat(eip.address))
    desk.platform.bind(dnat(eip.address, "tcp", "443"))
    done = desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id="edge", reason="J-812"))
    (new,) = done.eips
    assert new == desk.eip("203.0.113.0")
    assert (new.customer_owned, new.name, new.bandwidth_mbps) == (True, "shop", 500)
    assert new.previous_eip_id == eip.id
    assert [binding.kind for binding in new.bindings] == ["snat", "dnat"]
    assert desk.eip(str(eip.id)).status == "released"
    assert (desk.findings(), done.warnings) == ([], ())
    audit(desk)


@pytest.mark.parametrize(
    ("code", "pool", "address"),
    [
        ("pool_exhausted", "edge", None),
        ("address_reserved", "spare", "192.0.2.1"),
        ("address_not_in_pool", "spare", "203.0.113.0"),
        ("invalid_address", "spare", "192.0.2.01"),
        ("pool_not_found", "egde", None),
        ("customer_pool_required", "default-asia-east-1", None),
    ],
)
def test_74_a_rehome_that_is_refused_changes_nothing(desk: Desk, code: str, pool: str, address: str | None) -> None:
    customer_cidr(desk, "203.0.113.0/32")
    customer_cidr(desk, "192.0.2.0/30", pool="spare")
    desk.platform.reserve(ReserveRequest(cidr="192.0.2.0/30", first="192.0.2.1"))
    services(desk)
    one(desk)
    eip = one(desk, None)
    desk.platform.bind(balancer(eip.address))
    with refused(desk, code):
        desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id=pool, address=address))


def test_74_rehome_with_keep_leaves_both_serving(desk: Desk) -> None:
    customer_cidr(desk)
    services(desk)
    eip = one(desk, None)
    desk.platform.bind(balancer(eip.address))
    (new,) = desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id="edge", keep=True)).eips
    assert [each.id for each in desk.service_eips("lb-1")] == [eip.id, new.id]
    assert desk.eip(eip.address).bindings[0].id != new.bindings[0].id
    release(desk, eip.address, unbind=True)
    assert addresses(desk.service_eips("lb-1")) == [new.address]


def test_74_an_eip_whose_service_was_removed_is_unbound_before_it_is_rehomed(desk: Desk) -> None:
    customer_cidr(desk)
    services(desk)
    eip = one(desk, None)
    desk.platform.bind(balancer(eip.address))
    desk.platform.remove_service(RemoveServiceRequest(service_id="lb-1"))
    for keep in (False, True):
        with refused(desk, "service_not_found") as caught:
            desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id="edge", keep=keep))
        assert "Unbind" in caught.value.message
    desk.platform.unbind(UnbindRequest(eip=eip.address))
    (new,) = desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id="edge")).eips
    assert new.bindings == ()


def test_74_rehome_moves_an_eip_out_of_a_draining_cidr_within_its_pool(desk: Desk) -> None:
    customer_cidr(desk)
    customer_cidr(desk, "192.0.2.0/30")
    eip = one(desk, address="203.0.113.0")
    with refused(desk, "conflict"):
        desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id="edge"))
    desk.platform.drain_cidr(DrainRequest(cidr="203.0.113.0/28"))
    (new,) = desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id="edge")).eips
    assert new.address == "192.0.2.0"


def test_74_a_released_eip_or_one_of_another_region_is_not_rehomed(desk: Desk) -> None:
    customer_cidr(desk)
    customer_cidr(desk, "192.0.2.0/30", pool="west", region="europe-west-2")
    eip = one(desk, None)
    with refused(desk, "region_mismatch"):
        desk.platform.rehome(RehomeRequest(eip=eip.address, pool_id="west"))
    release(desk, eip.address)
    with refused(desk, "eip_not_found"):
        desk.platform.rehome(RehomeRequest(eip=str(eip.id), pool_id="edge"))
    with pytest.raises(EipdeckError, match="no live EIP"):
        desk.eip(eip.address)
