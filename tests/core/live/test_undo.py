"""Plans that are taken back."""

from __future__ import annotations

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import AccountInventory, AllocationRequest, EipdeckError, RehomeRequest, ReleaseRequest
from tests.core.kit import Clock
from tests.core.live.test_changes import patient, refused
from tests.core.live.test_plans import FREE, POOL, in_step, sent
from tests.standin.account import Account
from tests.standin.server import Fault, Standin


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


def test_of_two_released_none_comes_back_when_one_cannot(
    live: AccountInventory, account: Account, standin: Standin
) -> None:
    account.recycle_bin = True
    live.execute(ReleaseRequest(eips=(FREE,)))
    live.execute(ReleaseRequest(eips=(FREE, "198.51.100.20"), request_id="key-1"))
    before = sent(standin)
    assert refused(lambda: live.undo("key-1"), "conflict").details["step"] == 1
    assert sent(standin) == before


def test_what_lies_in_the_recycle_bin_is_renewed(live: AccountInventory, account: Account, standin: Standin) -> None:
    account.recycle_bin = True
    live.execute(ReleaseRequest(eips=(FREE,), request_id="key-1"))
    assert account.eips["e-10"]["status"] == "RECYCLED"
    assert live.undo("key-1").state == "done"
    assert (account.eips["e-10"]["status"], sent(standin)) == ("UNBIND", ["DeleteEip", "RenewEip"])
    assert live.plan("key-1").state == "undone"
    in_step(live, account)


def test_a_rehome_is_undone_while_the_old_address_lies_in_the_bin(live: AccountInventory, account: Account) -> None:
    account.recycle_bin = True
    account.bind("e-z", "NIC", "nic-1", "10.0.1.2")
    live.sync()
    live.execute(RehomeRequest(eip="e-z", pool_id=POOL, request_id="key-1"))
    live.undo("key-1")
    assert (account.eips["e-z"]["status"], account.eips["e-z"]["associatedId"]) == ("BINDED", "nic-1")
    assert [row["status"] for key, row in account.eips.items() if key.startswith("e-new")] == ["RECYCLED"]
    in_step(live, account)


def test_an_undo_that_was_refused_is_tried_again(live: AccountInventory, account: Account, standin: Standin) -> None:
    live.execute(AllocationRequest(pool_id=POOL, name="web", request_id="key-1"))
    for tried in ("key-1.undo", "key-1.undo-2"):
        standin.write_faults.append(Fault(400, "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT"))
        with pytest.raises(EipdeckError):
            live.undo("key-1")
        assert (live.plan(tried).state, live.plan("key-1").state) == ("refused", "done")
    assert (live.undo("key-1").id, live.plan("key-1").state) == ("key-1.undo-3", "undone")
    assert live.undo("key-1").id == "key-1.undo-3"
    assert account.changed["DeleteEip"] == 1
    in_step(live, account)


def test_a_request_id_that_looks_like_an_undo_is_none(live: AccountInventory, account: Account) -> None:
    live.execute(AllocationRequest(pool_id=POOL, name="web", request_id="key-1"))
    live.execute(AllocationRequest(pool_id=POOL, name="web-2", request_id="key-1.undo"))
    assert live.undo("key-1").verb == "plan undo"
    assert (account.changed["DeleteEip"], live.plan("key-1").state) == (1, "undone")
