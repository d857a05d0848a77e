"""Each write action under each fault, and under a kill after each transaction: it ends settled, and was made once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import (
    AccountInventory,
    AllocationRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    EipdeckError,
    RecoverRequest,
    ReleaseRequest,
    Request,
    RetireRequest,
    UnbindRequest,
)
from core.live.client import Client
from core.live.executor import AccountExecutor
from core.live.journal import held_addresses
from core.live.settling import Settling
from tests.core.audit import audit
from tests.core.kit import Clock, dump, rows
from tests.core.live.test_changes import HORIZON, Opened, patient
from tests.standin.account import Account
from tests.standin.server import Fault, Standin

Asked = Callable[[AccountInventory, Account], Request[Any]]
FREE = "203.0.113.10"
KEY = "key-1"


def binned(live: AccountInventory, account: Account) -> Request[Any]:
    account.recycle_bin = True
    live.execute(ReleaseRequest(eips=(FREE,)))
    return RecoverRequest(address=FREE, request_id=KEY)


def drained(live: AccountInventory, account: Account) -> Request[Any]:
    account.cidr("c-2", "203.0.112.0/24")
    live.sync()
    live.execute(DrainRequest(cidr="203.0.112.0/24"))
    return RetireRequest(cidr="203.0.112.0/24", request_id=KEY)


def bind(**words: Any) -> Asked:
    return lambda *_: BindRequest(eip=FREE, request_id=KEY, **words)


def unbind(kind: BindingKind) -> Asked:
    def asked(live: AccountInventory, _account: Account) -> Request[Any]:
        (binding,) = (each for each in live.eip("203.0.113.8").bindings if each.kind is kind)
        return UnbindRequest(eip="203.0.113.8", binding_id=binding.id, request_id=KEY)

    return asked


NIC: dict[str, Any] = {"kind": BindingKind.NIC, "service_id": "nic-1", "private_ip": "10.0.1.2"}
SNAT: dict[str, Any] = {"kind": BindingKind.SNAT, "service_id": "nat-1"}
DNAT: dict[str, Any] = {"kind": BindingKind.DNAT, "service_id": "nat-1", "private_ip": "10.0.8.7"}
ACTIONS: dict[str, tuple[str, Asked]] = {
    "allocate": ("CreateEips", lambda *_: AllocationRequest(pool_id="pool-c-1", request_id=KEY)),
    "allocate, default pool": ("CreateEips", lambda *_: AllocationRequest(default=True, name="web", request_id=KEY)),
    "release": ("DeleteEip", lambda *_: ReleaseRequest(eips=(FREE,), request_id=KEY)),
    "release, bound": ("DeleteEip", lambda *_: ReleaseRequest(eips=("203.0.113.8",), unbind=True, request_id=KEY)),
    "recover": ("RenewEip", binned),
    "bind nic": ("AssociateEipAddress", bind(**NIC)),
    "bind snat": ("CreateSnatEntry", bind(**SNAT, sources=("10.0.9.0/24",))),
    "bind snat, an entry that is there": ("ModifySnatEntry", bind(**SNAT, sources=("10.0.8.0/24",))),
    "bind dnat": ("CreateDnatEntry", bind(**DNAT, protocol="tcp", port="80")),
    "unbind nic": ("UnassociateEipAddress", lambda *_: UnbindRequest(eip="203.0.113.7", request_id=KEY)),
    "unbind snat": ("DeleteSnatEntry", unbind(BindingKind.SNAT)),
    "unbind dnat": ("DeleteDnatEntry", unbind(BindingKind.DNAT)),
    "retire": ("DeleteCidr", drained),
}
FAULTS = {
    "429": Fault(429, "REQUEST_LIMIT_EXCEEDED"),
    "500 with a business code": Fault(500, "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT"),
    "500": Fault(500),
    "502 text": Fault(502, kind="text"),
    "cut before": Fault(kind="cut"),
    "cut after": Fault(kind="cut_after"),
    "half a body": Fault(kind="half"),
    "a stall": Fault(kind="drip"),
}
KILLS = ("noted", "sent", "made", "settled")
"""After which a process is killed: a transaction, or the call."""
SAMPLE = {
    *(("allocate", "cut after"), ("allocate", "made"), ("allocate, default pool", "sent")),
    *(("bind snat", "500"), ("release, bound", "made")),
}
"""The cases of `make test`; `make test-live` has all of them."""


def table(others: Any) -> list[Any]:
    """Every action with each of the others, those beside the sample marked."""
    cases = [(action, other) for action in ACTIONS for other in others]
    return [pytest.param(*case, marks=() if case in SAMPLE else pytest.mark.full) for case in cases]


@pytest.fixture
def live(mirror: AccountInventory, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AccountInventory:
    monkeypatch.setitem(Client.__init__.__kwdefaults__ or {}, "deadline", 0.5)
    return patient(mirror, clock)


def settled(live: AccountInventory, account: Account, clock: Clock, action: str, before: int) -> str:
    """What holds after two syncs, whatever happened; returns the state of the plan."""
    for _ in range(3):
        clock.advance(HORIZON)
        live.sync()
    plan = live.plan(KEY)
    assert plan.state in ("done", "refused", "unfinished")
    assert {step.state for step in plan.steps} <= {"noted", "done", "refused"}
    assert account.changed[action] - before <= 1
    with live._store.read() as connection:
        assert held_addresses(connection) == set()
    same(live, account)
    assert [event.action for event in live.history()].count("noted") >= 1
    if plan.state == "unfinished":
        assert live.resume(KEY).state == "done"
        assert account.changed[action] - before == 1
        same(live, account)
    return plan.state


def same(live: AccountInventory, account: Account) -> None:
    """The inventory is as the account."""
    before = dump(live)["event"]
    live.sync()
    assert dump(live)["event"] == before
    here = {(eip.id, eip.address, eip.status == "bound") for eip in live.eips()}
    there = {(key, row["publicIpAddresses"][0], row["status"] == "BINDED") for key, row in account.eips.items()}
    assert here == there
    entries = [entry for each in account.details.values() for entry in each["snats"]]
    assert all(entry["eipIds"] and not entry["isAllEip"] for entry in entries)
    audit(live)


@pytest.mark.parametrize(("verb", "fault"), table(FAULTS))
def test_a_fault_ends_settled_and_the_call_is_made_once_at_most(
    live: AccountInventory, account: Account, standin: Standin, clock: Clock, verb: str, fault: str
) -> None:
    action, asked = ACTIONS[verb]
    request = asked(live, account)
    before = account.changed[action]
    standin.faults_on[action] = FAULTS[fault]
    with suppress(EipdeckError):
        live.execute(request)
    state = settled(live, account, clock, action, before)
    assert state in (("done",) if fault == "cut after" else ("done", "refused", "unfinished"))


def killed(opened: Opened, clock: Clock, at: str, action: str, request: Request[Any]) -> None:
    """Another process makes the change, and is killed at this point."""
    child = os.fork()
    if child == 0:
        inventory = patient(opened(), clock)
        noted, call, done = AccountExecutor._noted, Client.call, Settling.done

        def die() -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        def noting(self: AccountExecutor, *parts: Any) -> Any:
            found = noted(self, *parts)
            if at == "noted":
                die()
            return found

        def calling(self: Client, what: Any, fields: Any) -> Any:
            if at == "sent" and what.name == action:
                die()
            found = call(self, what, fields)
            if at == "made" and what.name == action:
                die()
            return found

        def ending(self: Settling, plan: Any, step: Any, *parts: Any) -> None:
            done(self, plan, step, *parts)
            if at == "settled" and step.action == action:
                die()

        AccountExecutor._noted, Client.call, Settling.done = noting, calling, ending  # type: ignore[method-assign,assignment]
        try:
            inventory.execute(request)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.parametrize(("verb", "at"), table(KILLS))
def test_a_kill_ends_settled(
    live: AccountInventory, opened: Opened, account: Account, clock: Clock, verb: str, at: str
) -> None:
    action, asked = ACTIONS[verb]
    request = asked(live, account)
    before = account.changed[action]
    killed(opened, clock, at, action, request)
    state = settled(live, account, clock, action, before)
    assert (state == "done" or account.changed[action] > before) >= (at in ("made", "settled"))


@pytest.mark.parametrize(("verb", "at"), table(KILLS))
def test_the_same_request_id_goes_on_after_a_kill(
    live: AccountInventory, opened: Opened, account: Account, clock: Clock, verb: str, at: str
) -> None:
    action, asked = ACTIONS[verb]
    request = asked(live, account)
    before = account.changed[action]
    killed(opened, clock, at, action, request)
    with suppress(EipdeckError):
        live.execute(request)
    settled(live, account, clock, action, before)
    assert rows(live, "SELECT count(*) FROM mirror_plan WHERE state = 'open'") == [(0,)]
