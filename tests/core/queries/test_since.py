"""Since when a pool has been short: the change that made it so, whatever happens in the pool since."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    ActivateRequest,
    BandwidthRequest,
    DrainRequest,
    Finding,
    Inventory,
    PoolSettingsRequest,
    RecoverRequest,
    ReserveRequest,
    UnreserveRequest,
)
from tests.core.kit import ON_POSTGRESQL, Clock, customer_cidr, dnat, fresh_desk, many, one, release, services

HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.fromisoformat("2026-11-01T15:00:00+00:00"))


@pytest.fixture
def inventory(tmp_path: Path, clock: Clock) -> Inventory:
    return fresh_desk(tmp_path, clock=clock)


def alarm(inventory: Inventory, code: str = "pool_near_exhaustion") -> Finding | None:
    return next((each for each in inventory.findings() if each.code == code and each.subject == "edge"), None)


def since(inventory: Inventory) -> datetime | None:
    found = alarm(inventory)
    return None if found is None else found.since


def test_a_reservation_makes_a_pool_tight(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    one(inventory)
    tight = clock.advance(3 * DAY + HOUR)
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.1", last="203.0.113.13"))
    clock.advance(HOUR)
    inventory.execute(BandwidthRequest(eip="203.0.113.0", bandwidth_mbps=7))
    clock.advance(2 * DAY)
    inventory.execute(BandwidthRequest(eip="203.0.113.0", bandwidth_mbps=8))
    assert since(inventory) == tight


def test_so_does_the_drain_of_its_other_cidr(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/29")
    many(inventory, 7)
    customer_cidr(inventory, "198.51.100.0/24")
    assert since(inventory) is None
    tight = clock.advance(2 * DAY + HOUR)
    inventory.execute(DrainRequest(cidr="198.51.100.0/24"))
    clock.advance(HOUR)
    inventory.execute(BandwidthRequest(eip="203.0.113.0", bandwidth_mbps=7))
    clock.advance(5 * DAY)
    assert since(inventory) == tight


def test_so_does_an_allocation_in_the_middle_of_a_day(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    many(inventory, 10)
    clock.advance(2 * DAY)
    many(inventory, 2)
    tight = clock.advance(HOUR)
    one(inventory)
    clock.advance(HOUR)
    one(inventory)
    clock.advance(DAY)
    many(inventory, 2)
    assert since(inventory) == tight


def test_so_does_another_threshold(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    many(inventory, 8)
    tight = clock.advance(DAY)
    inventory.execute(PoolSettingsRequest(pool_id="edge", warn_percent=50))
    clock.advance(DAY)
    assert since(inventory) == tight


def test_a_release_that_cools_eases_nothing(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/28", cooldown=30 * DAY)
    tight = clock.advance(DAY)
    many(inventory, 16)
    clock.advance(DAY)
    release(inventory, *(f"203.0.113.{last}" for last in range(12)))
    clock.advance(DAY)
    inventory.execute(RecoverRequest(address="203.0.113.0"))
    assert since(inventory) == tight


def test_a_pool_that_was_eased_is_tight_since_it_became_so_again(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    many(inventory, 16)
    clock.advance(DAY)
    release(inventory, *(f"203.0.113.{last}" for last in range(8)))
    clock.advance(DAY)
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    inventory.execute(ActivateRequest(cidr="203.0.113.0/28", reason="back"))
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.0"))
    inventory.execute(UnreserveRequest(cidr="203.0.113.0/28", first="203.0.113.0"))
    assert since(inventory) is None
    tight = clock.advance(DAY)
    many(inventory, 6)
    clock.advance(DAY)
    assert since(inventory) == tight


def test_a_short_runway_is_no_news_every_day(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    found: list[datetime] = []
    for _ in range(23):
        many(inventory, 8)
        clock.advance(DAY)
        alarmed = alarm(inventory, "pool_runway_short")
        found += [] if alarmed is None else [alarmed.since]
    assert len(found) > 3
    assert len(set(found)) == 1
    assert clock.now - found[0] < timedelta(days=len(found) + 2)


def test_a_disagreement_is_since_the_import_that_said_it(inventory: Inventory, clock: Clock, tmp_path: Path) -> None:
    customer_cidr(inventory)
    file = tmp_path / "eips.json"

    def imported(**fields: object) -> None:
        row = {"eipId": "e-1", "publicIpAddresses": ["203.0.113.1"], "createTime": "2026-10-01T00:00:00Z", **fields}
        file.write_text(json.dumps([row]))
        inventory.import_files([file])

    imported(isCustomized=True, name="a")
    clock.advance(DAY)
    said = clock.advance(HOUR)
    imported(isCustomized=False)
    clock.advance(DAY)
    imported(isCustomized=False, name="b")
    (found,) = [each for each in inventory.findings() if each.code == "ownership_disagrees"]
    assert found.since == said


def test_a_default_address_on_a_customer_service_is_since_both_serve_it(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    services(inventory)
    inventory.execute(dnat(one(inventory, None).address, "tcp", "443"))
    clock.advance(DAY)
    ours = one(inventory)
    shared = clock.advance(DAY)
    inventory.execute(dnat(ours.address, "tcp", "443"))
    clock.advance(DAY)
    (found,) = [each for each in inventory.findings() if each.code == "default_on_customer_service"]
    assert found.since == shared


steps = st.lists(
    st.tuples(st.sampled_from(["take", "give", "withhold", "lift", "cap"]), st.integers(1, 6), st.integers(1, 40)),
    max_size=14,
)


@settings(max_examples=5 if ON_POSTGRESQL else 60)
@given(steps=steps)
def test_since_is_the_change_after_which_the_pool_has_stayed_tight(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    """At most one change of the CIDR falls on a day."""
    clock = Clock(datetime.fromisoformat("2026-11-01T00:00:00+00:00"))
    inventory = fresh_desk(tmp_path_factory.mktemp("since"), clock=clock)
    customer_cidr(inventory)
    began: datetime | None = None
    clock.advance(DAY)
    for step, number, hours in steps:
        clock.advance(max(hours, 24) * HOUR if step in ("withhold", "lift") else hours * HOUR)
        live = [eip.address for eip in inventory.eips()]
        if step == "take" and inventory.pool("edge").available >= number:
            many(inventory, number)
        elif step == "give" and live:
            release(inventory, *live[:number])
        elif step == "withhold":
            inventory.execute(
                ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.8", last=f"203.0.113.{8 + number}")
            )
        elif step == "lift":
            inventory.execute(
                UnreserveRequest(cidr="203.0.113.0/28", first="203.0.113.8", last=f"203.0.113.{8 + number}")
            )
        elif step == "cap" and live:
            inventory.execute(BandwidthRequest(eip=live[0], bandwidth_mbps=number))
        tight = alarm(inventory) is not None
        began = None if not tight else began or clock.now
        assert since(inventory) == began
    inventory.close()
