"""Changes of an account: each noted, sent once, and settled by what the account shows."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import (
    AccountInventory,
    BandwidthRequest,
    EipdeckError,
    ReleaseRequest,
    RenameRequest,
    Request,
)
from core.live.executor import AccountExecutor
from core.live.runner import Runner
from core.live.settling import Settling
from tests.core.audit import audit
from tests.core.kit import Clock, dump, rows
from tests.standin.account import Account
from tests.standin.server import Fault, Standin

Opened = Callable[..., AccountInventory]
FREE = "203.0.113.10"
"""The address of EIP e-10, which serves nothing."""
HORIZON = 15 * 60 + 1

CHANGES: dict[str, tuple[str, Callable[[str | None], Request[Any]]]] = {
    "rename": ("ModifyEipAttribute", lambda key: RenameRequest(eip=FREE, name="other", request_id=key)),
    "bandwidth": ("ModifyEipBandwidth", lambda key: BandwidthRequest(eip=FREE, bandwidth_mbps=50, request_id=key)),
    "release": ("DeleteEip", lambda key: ReleaseRequest(eips=(FREE,), request_id=key)),
}


@pytest.fixture
def live(mirror: AccountInventory, clock: Clock) -> AccountInventory:
    """A mirror whose waits move the clock of the test alone."""
    return patient(mirror, clock)


def patient(inventory: AccountInventory, clock: Clock) -> AccountInventory:
    def sleep(seconds: float) -> None:
        clock.advance(seconds)

    inventory._sleep = sleep
    return inventory


def made(account: Account, verb: str) -> bool:
    """Whether the account has the change."""
    row = account.eips.get("e-10")
    if verb == "release":
        return row is None
    assert row is not None
    return bool(row["name"] == "other" if verb == "rename" else row["bandwidth"] == 50)


def shown(inventory: AccountInventory, verb: str) -> bool:
    """Whether the inventory has the change."""
    if verb == "release":
        return not [eip for eip in inventory.tenancies(FREE) if eip.released_at is None]
    eip = inventory.eip(FREE)
    return eip.name == "other" if verb == "rename" else eip.bandwidth_mbps == 50


def states(inventory: AccountInventory) -> list[str]:
    return [state for (state,) in rows(inventory, "SELECT state FROM mirror_plan ORDER BY noted_at")]


def actions(inventory: AccountInventory) -> list[str]:
    return [event.action for event in inventory.history(FREE)][1:]


def refused(act: Callable[[], object], code: str) -> EipdeckError:
    with pytest.raises(EipdeckError) as caught:
        act()
    assert caught.value.code == code, caught.value.message
    return caught.value


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_is_made_on_the_account_and_here(
    live: AccountInventory, account: Account, standin: Standin, verb: str
) -> None:
    action, request = CHANGES[verb]
    (eip,) = live.execute(request(None))
    assert (eip.id, made(account, verb), shown(live, verb)) == ("e-10", True, True)
    assert [call.action for call in standin.seen if call.action == action] == [action]
    assert (states(live), actions(live)) == (["done"], ["noted", verb])
    assert {event.operator for event in live.history(FREE)[1:]} == {"alice"}
    before = dump(live)["event"]
    live.sync()
    assert dump(live)["event"] == before  # the mirror finds nothing new
    audit(live)


@pytest.mark.parametrize("verb", CHANGES)
def test_the_same_request_id_gives_the_first_answer_and_sends_nothing(
    live: AccountInventory, account: Account, verb: str
) -> None:
    action, request = CHANGES[verb]
    first = live.carry_out(request("key-1"))
    assert live.carry_out(request("key-1")) == first
    assert account.changed[action] == 1
    refused(lambda: live.execute(RenameRequest(eip=FREE, name="third", request_id="key-1")), "request_mismatch")
    assert live.settle("key-1") == first.receipt


def test_what_changes_nothing_is_not_sent(live: AccountInventory, account: Account) -> None:
    name = live.eip(FREE).name
    assert name is not None
    live.execute(RenameRequest(eip=FREE, name=name))
    assert (account.changed, states(live)) == ({}, [])


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (RenameRequest(eip=FREE, name=""), "invalid_name"),
        (RenameRequest(eip=FREE, name="ends-badly-"), "invalid_name"),
        (RenameRequest(eip=FREE, name="n" * 64), "invalid_name"),
        (RenameRequest(eip="203.0.113.99", name="other"), "eip_not_found"),
        (BandwidthRequest(eip=FREE, bandwidth_mbps=0), "invalid_bandwidth"),
        (ReleaseRequest(eips=("203.0.113.7",)), "eip_bound"),
        (ReleaseRequest(eips=(FREE, "203.0.113.9")), "eip_bound"),
    ],
)
def test_what_a_rule_refuses_is_not_sent(
    live: AccountInventory, account: Account, request_: Request[Any], code: str
) -> None:
    before = dump(live)
    refused(lambda: live.execute(request_), code)
    assert (account.changed, dump(live)) == ({}, before)


def test_drift_since_it_was_seen_is_refused(live: AccountInventory, account: Account) -> None:
    seen = live.eip(FREE)
    account.eips["e-10"]["name"] = "changed-meanwhile"
    live.sync()
    refused(lambda: live.execute(RenameRequest(eip=FREE, name="other", expected=seen)), "conflict")
    assert account.changed == {}


def test_a_read_only_session_sends_nothing(live: AccountInventory, opened: Opened, account: Account) -> None:
    assert live.label == "acme"
    refused(lambda: opened(read_only=True).execute(RenameRequest(eip=FREE, name="other")), "read_only")
    assert account.changed == {}


def test_a_recycled_eip_keeps_its_tenancy_until_it_is_released_again(live: AccountInventory, account: Account) -> None:
    account.recycle_bin = True
    (eip,) = live.execute(ReleaseRequest(eips=(FREE,), request_id="key-1"))
    assert (eip.released_at, actions(live)) == (None, ["noted", "recycled"])
    assert live.execute(ReleaseRequest(eips=(FREE,), request_id="key-1")) == [eip]
    (gone,) = live.execute(ReleaseRequest(eips=(FREE,)))
    assert gone.released_at is not None
    assert account.changed["DeleteEip"] == 2


def test_a_cap_that_is_set_in_the_background_is_waited_for(live: AccountInventory, account: Account) -> None:
    account.late_reads = 3
    live.execute(BandwidthRequest(eip=FREE, bandwidth_mbps=50))
    assert (shown(live, "bandwidth"), account.changed["ModifyEipBandwidth"]) == (True, 1)


def test_what_the_platform_gives_up_is_refused(live: AccountInventory, account: Account) -> None:
    account.gives_up = True
    refused(lambda: live.execute(BandwidthRequest(eip=FREE, bandwidth_mbps=50)), "platform_refused")
    assert (states(live), actions(live)) == (["refused"], ["noted", "refused"])


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(400, "OPERATION_DENIED_EIP_IS_NOT_UN_ASSIGN"), "eip_bound"),
        (Fault(500, "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT"), "conflict"),
        (Fault(400, "INVALID_PARAMETER_BANDWIDTH_EXCEED"), "invalid_bandwidth"),
        (Fault(404, "OPERATION_DENIED_EIP_IP_CHANGE_LIMIT_EXCEEDED"), "quota_exceeded"),
        (Fault(403, "AUTHFAILURE_UNAUTHORIZED_OPERATION"), "platform_refused"),
        (Fault(400, "SOMETHING_ELSE"), "platform_refused"),
        (Fault(407, kind="text"), "platform_unavailable"),
    ],
)
@pytest.mark.parametrize("verb", CHANGES)
def test_a_refusal_of_the_platform_keeps_its_words(
    live: AccountInventory, account: Account, standin: Standin, verb: str, fault: Fault, code: str
) -> None:
    standin.write_faults.append(fault)
    problem = refused(lambda: live.execute(CHANGES[verb][1](None)), code)
    assert problem.details["platform"]["action"] == CHANGES[verb][0]
    assert (states(live), account.changed, shown(live, verb)) == (["refused"], {}, False)
    live.execute(CHANGES[verb][1](None))
    assert shown(live, verb)
    audit(live)


FAULTS = {
    "429": Fault(429, "REQUEST_LIMIT_EXCEEDED"),
    "500 with a business code": Fault(500, "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT"),
    "500": Fault(500),
    "502 text": Fault(502, kind="text"),
    "cut before": Fault(kind="cut"),
    "cut after": Fault(kind="cut_after"),
    "half a body": Fault(kind="half"),
}


def outcome(inventory: AccountInventory, request: Request[Any]) -> str:
    try:
        inventory.execute(request)
    except EipdeckError as problem:
        return problem.code.value
    return "done"


@pytest.mark.parametrize("late", [3, *(pytest.param(late, marks=pytest.mark.full) for late in (0, 9))])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", CHANGES)
def test_a_fault_ends_settled_and_the_call_is_made_once_at_most(
    live: AccountInventory, account: Account, standin: Standin, clock: Clock, verb: str, fault: str, late: int
) -> None:
    account.late_reads = late
    standin.write_faults.append(FAULTS[fault])
    ended = outcome(live, CHANGES[verb][1]("key-1"))
    assert ended in ("done", "outcome_unknown", "conflict")
    assert (ended == "outcome_unknown") == ("open" in states(live))
    for _ in range(2):
        clock.advance(HORIZON)
        live.sync()
    assert set(states(live)) <= {"done", "refused"}
    assert account.changed[CHANGES[verb][0]] <= 1
    assert shown(live, verb) == made(account, verb)
    assert (states(live) == ["done"]) == made(account, verb)
    assert actions(live)[-1] in (verb, "refused")
    assert (live.settle("key-1") is not None) == made(account, verb)
    audit(live)


@pytest.mark.parametrize("verb", CHANGES)
def test_an_open_operation_keeps_others_off_the_eip_until_it_is_settled(
    live: AccountInventory, account: Account, standin: Standin, clock: Clock, verb: str
) -> None:
    standin.write_faults.append(Fault(kind="cut"))
    refused(lambda: live.execute(CHANGES[verb][1]("key-1")), "outcome_unknown")
    refused(lambda: live.settle("key-1"), "outcome_unknown")
    busy = refused(lambda: live.execute(RenameRequest(eip=FREE, name="third")), "conflict")
    assert busy.details["request_id"] == "key-1"
    clock.advance(HORIZON)
    assert live.settle("key-1") is None
    live.execute(RenameRequest(eip=FREE, name="third"))
    assert account.eips["e-10"]["name"] == "third"


def test_a_sync_never_goes_back_behind_a_change_made_meanwhile(
    live: AccountInventory, opened: Opened, clock: Clock
) -> None:
    other = patient(opened(), clock)

    def rename(kind: str, _rows: int) -> None:
        if kind == "DescribeNatGateways" and live.eip(FREE).name != "other":
            other.execute(RenameRequest(eip=FREE, name="other"))

    live.sync(on_progress=rename)
    assert live.eip(FREE).name == "other"
    assert "observed" not in actions(live)


KILLS: dict[str, tuple[type, str, bool]] = {
    "noted": (AccountExecutor, "_noted", False),
    "before the call": (Runner, "_send", True),
    "after the call": (Runner, "_send", False),
    "before it is settled": (Settling, "done", True),
}
"""Where a process is killed: a method, and whether before it."""


def killed(opened: Opened, clock: Clock, at: str, request: Request[Any]) -> None:
    """Another process makes the change, and is killed at this point."""
    child = os.fork()
    if child == 0:
        inventory = patient(opened(), clock)
        owner, name, before = KILLS[at]
        whole = getattr(owner, name)

        def dying(self: Any, *parts: Any, **named: Any) -> Any:
            if before:
                os.kill(os.getpid(), signal.SIGKILL)
            found = whole(self, *parts, **named)
            os.kill(os.getpid(), signal.SIGKILL)
            return found

        setattr(owner, name, dying)
        try:
            inventory.execute(request)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.parametrize("at", KILLS)
@pytest.mark.parametrize("verb", CHANGES)
def test_a_kill_between_two_transactions_ends_settled(
    live: AccountInventory, opened: Opened, account: Account, clock: Clock, verb: str, at: str
) -> None:
    killed(opened, clock, at, CHANGES[verb][1]("key-1"))
    for _ in range(2):
        clock.advance(HORIZON)
        live.sync()
    sent = at in ("after the call", "before it is settled")
    assert set(states(live)) <= {"done", "refused"}
    assert account.changed[CHANGES[verb][0]] == sent
    assert shown(live, verb) == made(account, verb) == sent
    audit(live)
    assert (live.settle("key-1") is not None) == made(account, verb)


@pytest.mark.parametrize("verb", CHANGES)
def test_the_same_request_id_goes_on_after_a_kill(
    live: AccountInventory, opened: Opened, account: Account, clock: Clock, verb: str
) -> None:
    killed(opened, clock, "noted", CHANGES[verb][1]("key-1"))
    live.execute(CHANGES[verb][1]("key-1"))
    assert (account.changed[CHANGES[verb][0]], shown(live, verb)) == (1, True)
