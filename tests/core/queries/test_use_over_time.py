"""The use of a pool over time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from core import AllocationRequest, DrainRequest, Inventory, RetireRequest
from tests.core.kit import START, Clock, customer_cidr, fresh_desk, many, release

DAY = timedelta(days=1)


@settings(max_examples=20, deadline=None)
@given(days=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40))
def test_each_day_has_the_live_eips_of_its_end(days: list[tuple[int, int]]) -> None:
    """Allocate and release some each day, note how many live, and compare."""
    clock = Clock()
    with TemporaryDirectory() as folder:
        inventory = fresh_desk(Path(folder), clock=clock)
        customer_cidr(inventory, "203.0.113.0/24")
        noted, live = [], []
        for taken, given_back in days:
            if taken:
                live += [eip.address for eip in many(inventory, taken)]
            back, live = live[:given_back], live[given_back:]
            if back:
                release(inventory, *back)
            noted.append((clock.now.date(), len(live), 256))
            clock.advance(DAY.total_seconds())
        clock.now -= DAY
        shown = inventory.use_over_time("edge").days
        assert [tuple(day) for day in shown] == noted[-30:]
        inventory.close()


def test_the_total_follows_the_cidrs(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    clock.now = START + 3 * DAY
    customer_cidr(inventory, "198.51.100.0/25")
    clock.now = START + 5 * DAY
    inventory.execute(DrainRequest(cidr="203.0.113.0/24"))
    inventory.execute(RetireRequest(cidr="203.0.113.0/24"))
    assert [day.total for day in inventory.use_over_time("edge").days] == [256, 256, 256, 384, 384, 128]


def test_the_trend_is_that_of_the_pool(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    many(inventory, 10)
    assert inventory.use_over_time("edge").growth_per_day is None
    clock.now = START + 10 * DAY
    many(inventory, 10)
    use = inventory.use_over_time("edge")
    assert (use.growth_per_day, use.runway_days) == (2.0, inventory.pool("edge").runway_days)
    assert (use.warn_percent, use.critical_percent) == (80, 95)


def test_the_default_pool_has_thirty_days(inventory: Inventory) -> None:
    inventory.execute(AllocationRequest(pool_id=None))
    days = inventory.use_over_time("default-asia-east-1").days
    assert (len(days), days[0].used, days[-1].used, days[-1].total) == (30, 0, 1, 4096)


def test_the_cool_down_of_each_tenancy_is_known(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/30", cooldown=3600)
    (eip, *_) = many(inventory, 1)
    assert inventory.cooled_until(eip.address) == {}
    release(inventory, eip.address)
    assert inventory.cooled_until(eip.address) == {eip.id: clock.now + timedelta(hours=1)}
