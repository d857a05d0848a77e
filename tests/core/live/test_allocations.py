"""Allocations on an account whose answers are lost, late or wrong, and beside other sessions and the console."""

from __future__ import annotations

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import AccountInventory, AllocationRequest
from tests.core.audit import audit
from tests.core.kit import Clock, rows
from tests.core.live.test_changes import patient, states
from tests.standin.account import Account
from tests.standin.server import Fault, Standin

POOL = "pool-c-1"
IN_A_POOL = AllocationRequest(pool_id=POOL, name="mine-1", request_id="key-1")
BY_DEFAULT = AllocationRequest(default=True, region="asia-east-1", name="mine-1", request_id="key-1")


@pytest.fixture
def live(mirror: AccountInventory, clock: Clock) -> AccountInventory:
    return patient(mirror, clock)


@pytest.mark.parametrize("asked", [IN_A_POOL, BY_DEFAULT])
def test_an_eip_that_is_made_though_the_platform_says_not_now_is_made_once(
    live: AccountInventory, account: Account, standin: Standin, asked: AllocationRequest
) -> None:
    account.late_reads = 3
    standin.write_faults.append(Fault(503, "SERVICE_TEMPORARY_UNAVAILABLE", "after"))
    (eip,) = live.execute(asked).eips
    assert (account.changed["CreateEips"], account.eips[str(eip.id)]["publicIpAddresses"]) == (1, [eip.address])
    assert rows(live, "SELECT count(*) FROM reservation") == [(0,)]
    audit(live)


def test_an_address_that_an_earlier_call_took_is_not_passed_over(
    live: AccountInventory, account: Account, standin: Standin
) -> None:
    would_be = live.preview(IN_A_POOL).eips[0].address
    account.late_reads = 4
    standin.write_faults.append(Fault(429, "REQUEST_LIMIT_EXCEEDED", "after"))
    (eip,) = live.execute(IN_A_POOL).eips
    assert (eip.address, account.changed["CreateEips"], states(live)) == (would_be, 1, ["done"])
    assert rows(live, "SELECT count(*) FROM reservation") == [(0,)]
    audit(live)
