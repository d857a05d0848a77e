"""A plan that is made while other sessions sync, and while the account changes in the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import AccountInventory, Allocation, AllocationRequest, EipStatus, RehomeRequest, Request
from tests.core.audit import audit
from tests.core.kit import Clock, dump
from tests.core.live.test_changes import patient, refused, states
from tests.standin.account import Account
from tests.standin.server import Fault, Standin

Opened = Callable[..., AccountInventory]
POOL = "pool-c-1"
ALIVE = 150
"""Seconds in which a program that works on a plan touches it."""


@pytest.fixture
def other(opened: Opened, clock: Clock) -> AccountInventory:
    return patient(opened(), clock)


def interrupted(mirror: AccountInventory, clock: Clock, other: AccountInventory, times: int) -> AccountInventory:
    """A session in whose first waits another one syncs."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        waits.append(seconds)
        if len(waits) <= times:
            other.sync()

    mirror._sleep = sleep
    return mirror


@pytest.mark.parametrize(("fault", "times", "late"), [(None, 40, 5), ("cut_after", 1, 2)])
def test_a_sync_does_not_stop_a_plan_that_is_being_made(
    mirror: AccountInventory,
    other: AccountInventory,
    account: Account,
    standin: Standin,
    clock: Clock,
    fault: str | None,
    times: int,
    late: int,
) -> None:
    live = interrupted(mirror, clock, other, times)
    account.late_reads = late
    if fault is not None:
        standin.write_faults.append(Fault(kind=fault))
    done = live.execute(AllocationRequest(pool_id=POOL, count=3, request_id="key-1"))
    assert (len(done.eips), account.changed["CreateEips"], states(live)) == (3, 3, ["done"])
    audit(live)


def test_a_sync_stops_a_plan_that_nobody_makes_any_more(
    mirror: AccountInventory, account: Account, standin: Standin, clock: Clock
) -> None:
    live = patient(mirror, clock)
    standin.write_faults.append(Fault(kind="cut_after"))
    account.late_reads = 20
    refused(lambda: live.execute(AllocationRequest(pool_id=POOL, count=3, request_id="key-1")), "outcome_unknown")
    account.late_reads = 0
    for _ in range(20):
        account._ripen()
    for _ in range(2):
        clock.advance(1 + ALIVE)
        live.sync()
    assert states(live) == ["unfinished"]
    assert live.resume("key-1").state == "done"
    assert account.changed["CreateEips"] == 3


@pytest.mark.parametrize(
    ("address", "cidr", "request_"),
    [
        ("198.51.100.77", None, AllocationRequest(default=True, region="asia-east-1", name="web", request_id="key-1")),
        ("198.51.100.77", None, RehomeRequest(eip="e-z", pool_id=POOL, request_id="key-1")),
        ("203.0.113.77", "c-1", AllocationRequest(pool_id=POOL, request_id="key-1")),
    ],
)
def test_an_address_that_the_console_released_is_granted_again(
    mirror: AccountInventory,
    account: Account,
    clock: Clock,
    address: str,
    cidr: str | None,
    request_: Request[Allocation],
) -> None:
    live = patient(mirror, clock)
    account.eip("e-x", address, cidr)
    live.sync()
    account.delete("e-x")
    account.grants = address
    (eip,) = live.execute(request_).eips
    assert (eip.address, eip.id in account.eips, states(live)) == (address, True, ["done"])
    assert live.eip("e-x").status is EipStatus.RELEASED
    assert live.history("e-x")[-1].reason == "granted again on the account"
    before = dump(live)["event"]
    live.sync()
    assert dump(live)["event"] == before
    audit(live)
