"""Cases H: whose address it is, and landing in the default pool."""

from __future__ import annotations

from contextlib import closing
from dataclasses import fields

import pytest

from core import (
    AcceptRequest,
    AllocationRequest,
    Config,
    DrainRequest,
    EipdeckError,
    EipQuery,
    Inventory,
    RehomeRequest,
    RemoveServiceRequest,
    ReserveRequest,
    UnbindRequest,
    open_inventory,
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


def test_72_the_flag_follows_what_was_granted(inventory: Inventory) -> None:
    customer_cidr(inventory)
    assert one(inventory).customer_owned
    assert not one(inventory, None).customer_owned
    assert not one(inventory, "default-asia-east-1").customer_owned


def test_72_no_caller_can_say_whose_address_it_is() -> None:
    assert not [field.name for field in fields(AllocationRequest) if "own" in field.name]


@pytest.mark.parametrize("foreign_keys", [True, False])
def test_72_a_lie_in_sql_is_refused(inventory: Inventory, foreign_keys: bool) -> None:  # noqa: FBT001
    customer_cidr(inventory)
    ours, theirs = one(inventory), one(inventory, "default-asia-east-1")
    with closing(connect(inventory, foreign_keys=foreign_keys)) as connection:
        for eip in (ours, theirs):
            with pytest.raises(REFUSALS):
                connection.execute("UPDATE eip SET customer_owned = NOT customer_owned WHERE id = ?", (eip.id,))


def test_73_an_allocation_without_a_pool_lands_in_the_default_pool_and_says_so_everywhere(inventory: Inventory) -> None:
    customer_cidr(inventory)
    done = inventory.execute(AllocationRequest(reason="J-812"))
    (eip,), (warning,) = done.eips, done.warnings
    assert (eip.pool_id, eip.customer_owned, eip.landed_in_default) == ("default-asia-east-1", False, True)
    assert (warning.code, warning.eip_id) == ("landed_in_default_pool", eip.id)
    assert eip.address in warning.message
    assert [event.action for event in inventory.history(eip.address)] == ["allocate", "landed_in_default"]
    assert [(finding.code, finding.subject) for finding in inventory.findings()] == [
        ("landed_in_default_pool", eip.address)
    ]
    assert [row.problem for row in inventory.page(EipQuery()).rows] == [True]
    assert "no pool was named" in inventory.lookup(eip.address).summary


@pytest.mark.parametrize(
    "request_", [AllocationRequest(default=True), AllocationRequest(pool_id="default-asia-east-1")]
)
def test_73_the_default_pool_on_purpose_is_no_landing(inventory: Inventory, request_: AllocationRequest) -> None:
    done = inventory.execute(request_)
    assert (done.warnings, done.eips[0].landed_in_default, inventory.findings()) == ((), False, [])


def test_73_the_pool_and_the_default_pool_exclude_each_other(inventory: Inventory) -> None:
    customer_cidr(inventory)
    with refused(inventory, "usage"):
        inventory.execute(AllocationRequest(pool_id="edge", default=True))


def test_73_a_deck_that_requires_customer_pools_refuses_before_anything_is_taken(inventory: Inventory) -> None:
    strict = open_inventory(inventory.url, operator="bob", config=Config(require_customer_pool=True))
    with refused(strict, "customer_pool_required"):
        strict.execute(AllocationRequest())
    assert not strict.execute(AllocationRequest(default=True)).eips[0].landed_in_default
    strict.close()


def test_73_a_full_pool_never_spills_into_the_default_pool(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/30")
    many(inventory, 3)
    with refused(inventory, "pool_exhausted"):
        many(inventory, 2)
    assert inventory.pool("default-asia-east-1").allocated == 0


def test_73_a_typo_in_a_pool_or_a_region_lands_nowhere(inventory: Inventory) -> None:
    for request in (AllocationRequest(pool_id="egde"), AllocationRequest(region="asia-east-l")):
        with refused(inventory, "pool_not_found"):
            inventory.execute(request)


def test_73_a_dry_run_says_what_would_come_and_has_no_ids(inventory: Inventory) -> None:
    customer_cidr(inventory)
    before = inventory.data_version()
    seen = inventory.preview(AllocationRequest(request_id="k", name="web"))
    assert [(eip.id, eip.address, eip.name) for eip in seen.eips] == [(None, "198.18.0.0", "web")]
    assert [(warning.code, warning.eip_id) for warning in seen.warnings] == [("landed_in_default_pool", None)]
    assert inventory.data_version() == before
    assert one(inventory, None).address == "198.18.0.0"


def test_73_an_accepted_landing_is_no_open_finding_until_its_time_is_over(inventory: Inventory, clock: Clock) -> None:
    eip = one(inventory, None)
    with refused(inventory, "usage"):
        inventory.execute(AcceptRequest(finding=eip.address))
    with refused(inventory, "invalid_time"):
        inventory.execute(AcceptRequest(finding=eip.address, reason="lab", until="2020-01-01"))
    request = AcceptRequest(finding=eip.address, reason="lab until spring", until="2026-11-24")
    accepted = inventory.execute(request)
    assert accepted.accepted_reason == "lab until spring"
    assert inventory.findings() == []
    assert [finding.accepted_reason for finding in inventory.findings(accepted=True)] == ["lab until spring"]
    clock.advance(86_400)
    assert [finding.code for finding in inventory.findings()] == ["landed_in_default_pool"]


def test_73_an_acceptance_ends_when_the_landing_serves_something_else(inventory: Inventory) -> None:
    services(inventory)
    eip = one(inventory, None)
    inventory.execute(AcceptRequest(finding=str(eip.id), reason="serves nothing"))
    assert inventory.findings() == []
    inventory.execute(balancer(eip.address))
    assert [(finding.code, finding.severity) for finding in inventory.findings()] == [
        ("landed_in_default_pool", "critical")
    ]


def test_74_rehome_gives_a_customer_address_with_the_bindings_and_frees_the_old(inventory: Inventory) -> None:
    customer_cidr(inventory)
    services(inventory)
    eip = one(inventory, None, name="shop", bandwidth_mbps=500)
    inventory.execute(snat(eip.address))
    inventory.execute(dnat(eip.address, "tcp", "443"))
    done = inventory.execute(RehomeRequest(eip=eip.address, pool_id="edge", reason="J-812"))
    (new,) = done.eips
    assert new == inventory.eip("203.0.113.0")
    assert (new.customer_owned, new.name, new.bandwidth_mbps) == (True, "shop", 500)
    assert new.previous_eip_id == eip.id
    assert [binding.kind for binding in new.bindings] == ["snat", "dnat"]
    assert inventory.eip(str(eip.id)).status == "released"
    assert (inventory.findings(), done.warnings) == ([], ())
    audit(inventory)


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
def test_74_a_rehome_that_is_refused_changes_nothing(
    inventory: Inventory, code: str, pool: str, address: str | None
) -> None:
    customer_cidr(inventory, "203.0.113.0/32")
    customer_cidr(inventory, "192.0.2.0/30", pool="spare")
    inventory.execute(ReserveRequest(cidr="192.0.2.0/30", first="192.0.2.1"))
    services(inventory)
    one(inventory)
    eip = one(inventory, None)
    inventory.execute(balancer(eip.address))
    with refused(inventory, code):
        inventory.execute(RehomeRequest(eip=eip.address, pool_id=pool, address=address))


def test_74_rehome_with_keep_leaves_both_serving(inventory: Inventory) -> None:
    customer_cidr(inventory)
    services(inventory)
    eip = one(inventory, None)
    inventory.execute(balancer(eip.address))
    (new,) = inventory.execute(RehomeRequest(eip=eip.address, pool_id="edge", keep=True)).eips
    assert [each.id for each in inventory.service_eips("lb-1")] == [eip.id, new.id]
    assert inventory.eip(eip.address).bindings[0].id != new.bindings[0].id
    release(inventory, eip.address, unbind=True)
    assert addresses(inventory.service_eips("lb-1")) == [new.address]


def test_74_an_eip_whose_service_was_removed_is_unbound_before_it_is_rehomed(inventory: Inventory) -> None:
    customer_cidr(inventory)
    services(inventory)
    eip = one(inventory, None)
    inventory.execute(balancer(eip.address))
    inventory.execute(RemoveServiceRequest(service_id="lb-1"))
    for keep in (False, True):
        with refused(inventory, "service_not_found") as caught:
            inventory.execute(RehomeRequest(eip=eip.address, pool_id="edge", keep=keep))
        assert "Unbind" in caught.value.message
    inventory.execute(UnbindRequest(eip=eip.address))
    (new,) = inventory.execute(RehomeRequest(eip=eip.address, pool_id="edge")).eips
    assert new.bindings == ()


def test_74_rehome_moves_an_eip_out_of_a_draining_cidr_within_its_pool(inventory: Inventory) -> None:
    customer_cidr(inventory)
    customer_cidr(inventory, "192.0.2.0/30")
    eip = one(inventory, address="203.0.113.0")
    with refused(inventory, "conflict"):
        inventory.execute(RehomeRequest(eip=eip.address, pool_id="edge"))
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    (new,) = inventory.execute(RehomeRequest(eip=eip.address, pool_id="edge")).eips
    assert new.address == "192.0.2.0"


def test_74_a_released_eip_or_one_of_another_region_is_not_rehomed(inventory: Inventory) -> None:
    customer_cidr(inventory)
    customer_cidr(inventory, "192.0.2.0/30", pool="west", region="europe-west-2")
    eip = one(inventory, None)
    with refused(inventory, "region_mismatch"):
        inventory.execute(RehomeRequest(eip=eip.address, pool_id="west"))
    release(inventory, eip.address)
    with refused(inventory, "eip_not_found"):
        inventory.execute(RehomeRequest(eip=str(eip.id), pool_id="edge"))
    with pytest.raises(EipdeckError, match="no live EIP"):
        inventory.eip(eip.address)
