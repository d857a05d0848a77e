"""A verdict about a past moment stays the same, whatever happens after that moment."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from core import (
    ActivateRequest,
    AddCidrRequest,
    AllocationRequest,
    BandwidthRequest,
    Config,
    DrainRequest,
    Inventory,
    PoolOrder,
    RecoverRequest,
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    UnreserveRequest,
    Verdict,
    VerdictWord,
    open_inventory,
)
from tests.core.audit import audit
from tests.core.kit import Clock, customer_cidr, fresh_desk, one, refused, release

CIDR = "203.0.113.0/30"
DAY = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inventory(tmp_path: Path, clock: Clock) -> Inventory:
    return fresh_desk(tmp_path, clock=clock)


def both_ways(inventory: Inventory, address: str, at: datetime) -> Verdict:
    """The verdict by `lookup`, which is also that of the same address in a text."""
    alone = inventory.lookup(address, at)
    (among,) = inventory.lookup_text([address], at)
    assert (among.summary, among.asn, among.verdict, among.eip) == (
        alone.summary,
        alone.asn,
        alone.verdict,
        alone.eip,
    )
    return alone


def test_the_past_keeps_the_asn_and_the_state_of_its_cidr(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, CIDR)
    address = one(inventory).address
    held, free = clock.now, "203.0.113.1"
    clock.advance(60)
    inventory.execute(SetAsnRequest(cidr=CIDR, asn=3356))
    clock.advance(60)
    assert both_ways(inventory, address, held).asn == 64500
    assert inventory.lookup(address).asn == 3356
    release(inventory, address)
    inventory.execute(DrainRequest(cidr=CIDR))
    draining = clock.advance(60)
    clock.advance(60)
    inventory.execute(RetireRequest(cidr=CIDR))
    clock.advance(60)
    assert both_ways(inventory, address, held).asn == 64500
    assert f"in {CIDR} (active) of pool edge" in both_ways(inventory, free, held).summary
    assert f"in {CIDR} (draining) of pool edge" in both_ways(inventory, free, draining).summary


def test_the_past_keeps_every_drain(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, CIDR, cooldown=DAY, order=PoolOrder.LRU)
    address = one(inventory).address
    clock.advance(60)
    release(inventory, address)
    cooling = clock.advance(60)
    clock.advance(60)
    inventory.execute(DrainRequest(cidr=CIDR))
    held = clock.advance(60)
    clock.advance(60)
    inventory.execute(ActivateRequest(cidr=CIDR, reason="back"))
    again = clock.advance(60)
    clock.advance(60)
    inventory.execute(DrainRequest(cidr=CIDR))
    clock.advance(60)
    assert [both_ways(inventory, address, at).verdict for at in (cooling, held, again)] == [
        VerdictWord.CUSTOMER_COOLING,
        VerdictWord.CUSTOMER_UNALLOCATED,
        VerdictWord.CUSTOMER_COOLING,
    ]


def test_the_past_keeps_what_the_platform_said_the_name_and_the_cap(
    tmp_path: Path, inventory: Inventory, clock: Clock
) -> None:
    customer_cidr(inventory, CIDR)
    eip = one(inventory, name="web", bandwidth_mbps=100)
    then = clock.advance(60)
    clock.advance(60)
    inventory.execute(BandwidthRequest(eip=eip.address, bandwidth_mbps=200))
    row = {"eipId": eip.id, "publicIpAddresses": [eip.address], "status": "UNBIND", "name": "other", "bandwidth": 300}
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"response": {"dataSet": [{**row, "isCustomized": False}]}}), encoding="utf-8")
    inventory.import_files([answer])
    clock.advance(60)
    assert inventory.lookup(eip.address).verdict is VerdictWord.UNKNOWN
    verdict = both_ways(inventory, eip.address, then)
    assert verdict.verdict is VerdictWord.CUSTOMER_UNBOUND
    assert verdict.eip is not None
    assert (verdict.eip.name, verdict.eip.bandwidth_mbps) == ("web", 100)


def test_an_inventory_without_a_customer_cidr_cannot_tell(inventory: Inventory) -> None:
    said = both_ways(inventory, "203.0.113.7", inventory.now())
    assert (said.verdict, said.customer_owned, said.fix_in) == (VerdictWord.UNKNOWN, None, None)
    assert said.summary.startswith("This inventory holds no customer CIDR")
    customer_cidr(inventory, CIDR)
    assert inventory.lookup("8.8.8.8").verdict is VerdictWord.NOT_OURS


def test_before_a_prefix_came_back_it_was_not_ours(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, CIDR)
    inventory.execute(DrainRequest(cidr=CIDR))
    inventory.execute(RetireRequest(cidr=CIDR))
    between = clock.advance(60)
    clock.advance(60)
    customer_cidr(inventory, CIDR)
    said = both_ways(inventory, "203.0.113.1", between)
    assert said.verdict is VerdictWord.NOT_OURS
    assert f"{CIDR} was yours until" in said.summary


def test_an_address_that_cools_comes_back_in_the_pool_its_prefix_came_back_in(
    inventory: Inventory, clock: Clock
) -> None:
    customer_cidr(inventory, CIDR, cooldown=DAY)
    address = one(inventory, name="web").address
    release(inventory, address)
    inventory.execute(DrainRequest(cidr=CIDR))
    inventory.execute(RetireRequest(cidr=CIDR))
    clock.advance(60)
    customer_cidr(inventory, CIDR, pool="other")
    assert [eip.address for eip in inventory.eips("state:cooling")] == [address]
    (eip,) = inventory.execute(RecoverRequest(address=address)).eips
    assert (eip.address, eip.pool_id, eip.name) == (address, "other", "web")
    assert list(inventory.eips("state:cooling")) == []
    audit(inventory)


def test_the_history_keeps_what_an_unreserve_lifted(inventory: Inventory) -> None:
    customer_cidr(inventory, CIDR)
    inventory.execute(ReserveRequest(cidr=CIDR, first="203.0.113.0", last="203.0.113.2", soft=True, reason="gateway"))
    inventory.execute(UnreserveRequest(cidr=CIDR, first="203.0.113.1", last="203.0.113.3"))
    event = inventory.history(CIDR)[-1]
    lifted = {"first": "203.0.113.1", "last": "203.0.113.2", "kind": "soft", "reason": "gateway"}
    assert event.before == {"withheld": [lifted]}


def test_a_configured_region_is_known_before_something_is_written_in_it(tmp_path: Path, clock: Clock) -> None:
    inventory = fresh_desk(tmp_path, clock=clock, config=Config(regions={"eu-1": ("45.10.0.0/24",)}))
    customer_cidr(inventory)
    found = both_ways(inventory, "45.10.0.7", clock.now)
    assert (found.verdict, found.fix_in, found.cidr) == ("default-unallocated", "zenlayer", "45.10.0.0/24")
    assert both_ways(inventory, "45.10.1.7", clock.now).verdict == "not-ours"
    for prefix in ("45.10.0.0/25", "45.10.0.0/23"):
        with refused(inventory, "cidr_overlap") as caught:
            inventory.execute(AddCidrRequest(cidr=prefix, isp="l", asn=64500))
        assert caught.value.details["pool_id"] == "default-eu-1"
    (eip,) = inventory.execute(AllocationRequest(default=True, region="eu-1")).eips
    assert both_ways(inventory, eip.address, clock.now).verdict == "default-unbound"


def test_a_new_inventory_says_that_it_was_founded_by_this_call(tmp_path: Path) -> None:
    founded = open_inventory(str(tmp_path / "mistyped.db"), operator="alice")
    assert "founded by this very call" in founded.lookup("203.0.113.7").summary
    founded.close()
    again = open_inventory(str(tmp_path / "mistyped.db"), operator="alice")
    found = again.lookup("203.0.113.7")
    assert (found.verdict, "founded" in found.summary) == ("unknown", False)
    again.close()
