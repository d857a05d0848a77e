"""A clock that was ahead: writes are refused until the clock is accepted, and then time goes on from now."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from core import (
    AcceptClockRequest,
    DrainRequest,
    Inventory,
    PoolOrder,
    RetireRequest,
    SetAsnRequest,
    UnbindRequest,
    VerdictWord,
    iso,
)
from tests.core.audit import audit
from tests.core.kit import (
    Clock,
    balancer,
    customer_cidr,
    fresh_desk,
    many,
    of_a_file,
    one,
    refused,
    release,
    services,
    unchanged,
)

YEARS = 7 * 365 * 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inventory(tmp_path: Path, clock: Clock) -> Inventory:
    return fresh_desk(tmp_path, clock=clock)


def test_no_write_follows_an_event_that_is_ahead_of_the_clock(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    right = clock.now
    ahead = clock.advance(YEARS)
    one(inventory)
    clock.now = right
    with unchanged(inventory), refused(inventory, "clock_doubtful") as caught:
        one(inventory)
    assert caught.value.exit_code == 4
    assert caught.value.details == {"newest": iso(ahead), "clock": iso(right)}
    assert inventory.integrity()["clock"] == inventory.clock_doubt() != "ok"
    with unchanged(inventory), refused(inventory, "usage"):
        inventory.execute(AcceptClockRequest())


def test_ten_minutes_are_no_reason_and_neither_is_a_long_silence(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    clock.advance(-600)
    one(inventory)
    clock.advance(YEARS)
    one(inventory)


@pytest.mark.parametrize("order", PoolOrder)
def test_after_the_clock_is_accepted_time_goes_on_from_now(
    inventory: Inventory, clock: Clock, order: PoolOrder
) -> None:
    services(inventory)
    customer_cidr(inventory, "203.0.113.0/28", order=order, cooldown=60)
    before, early, resting = many(inventory, 3)
    clock.advance(60)
    release(inventory, resting.address)
    sound = clock.now
    clock.advance(YEARS)
    later = one(inventory)
    inventory.execute(balancer(early.address))
    inventory.execute(balancer(later.address))
    inventory.execute(UnbindRequest(eip=later.address))
    release(inventory, before.address)
    inventory.execute(SetAsnRequest(cidr="203.0.113.0/28", asn=3356))
    customer_cidr(inventory, "198.51.100.0/28", pool="other")
    inventory.execute(DrainRequest(cidr="198.51.100.0/28"))
    inventory.execute(RetireRequest(cidr="198.51.100.0/28"))

    ahead = clock.now
    now = clock.now = sound
    clock.advance(3600)
    now = clock.now
    accepted = inventory.execute(AcceptClockRequest(reason="the RTC was wrong"))
    assert (accepted.at, accepted.was, accepted.since) == (now, ahead, sound)
    audit(inventory)
    assert inventory.verify().ok
    assert inventory.integrity()["clock"] == "ok"
    assert inventory.history()[-1].at == now
    assert inventory.eip(later.address).allocated_at == now
    assert inventory.lookup(early.address).verdict is VerdictWord.CUSTOMER_BOUND
    assert inventory.lookup(before.address).verdict is VerdictWord.CUSTOMER_COOLING
    clock.advance(61)
    assert inventory.lookup(before.address).verdict is VerdictWord.CUSTOMER_UNALLOCATED
    assert inventory.pool("edge").cooling == 0
    assert inventory.execute(AcceptClockRequest(reason="once more")).was is None
    one(inventory)
    audit(inventory)


def test_verdicts_on_the_time_between_say_that_the_clock_was_ahead(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    eip = one(inventory)
    sound = clock.now
    clock.advance(YEARS)
    inventory.execute(SetAsnRequest(cidr="203.0.113.0/28", asn=3356))
    clock.now = sound
    between = clock.advance(1800)
    after = clock.advance(1800)
    inventory.execute(AcceptClockRequest(reason="the RTC was wrong"))
    clock.advance(60)
    for at, doubtful, asn in ((sound, False, 64500), (between, True, 64500), (after, False, 3356)):
        alone = inventory.lookup(eip.address, at)
        (among,) = inventory.lookup_text([eip.address], at)
        assert among.summary == alone.summary
        assert ("clock_doubtful" in among.doubts) == doubtful
        assert ("clock_doubtful" in alone.summary, alone.asn) == (doubtful, asn)


@of_a_file
@pytest.mark.parametrize("days", [-3, 3])
def test_nothing_is_written_after_the_clock_leapt_by_more_than_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    inventory = fresh_desk(tmp_path)
    customer_cidr(inventory)
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + days * 86_400)
    with refused(inventory, "clock_doubtful") as caught:
        one(inventory)
    assert "moved by" in caught.value.message
    assert "moved by" in inventory.integrity()["clock"]
    inventory.execute(AcceptClockRequest(reason="the clock is right now"))
    assert abs((one(inventory).allocated_at - inventory.now()).total_seconds()) < 60
    inventory.close()
