"""Plans that are taken back."""

from __future__ import annotations

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import AccountInventory, RehomeRequest
from tests.core.kit import Clock
from tests.core.live.test_changes import patient, refused
from tests.core.live.test_plans import POOL, in_step, sent
from tests.standin.account import Account
from tests.standin.server import Standin


@pytest.fixture
def live(mirror: AccountInventory, clock: Clock) -> AccountInventory:
    return patient(mirror, clock)


def test_a_plan_with_a_step_for_good_is_not_undone(live: AccountInventory, account: Account, standin: Standin) -> None:
    live.execute(RehomeRequest(eip="e-z", pool_id=POOL, request_id="key-1"))
    before, there = sent(standin), set(account.eips)
    problem = refused(lambda: live.undo("key-1"), "conflict")
    deleted = next(step for step in live.plan("key-1").steps if step.what == "delete")
    assert (problem.details["step"], problem.details["kind"]) == (deleted.step, "delete")
    assert f"Step {deleted.step} of plan key-1 (delete e-z) cannot be taken back" in problem.message
    assert (sent(standin), set(account.eips), live.plan("key-1").state) == (before, there, "done")
    in_step(live, account)
