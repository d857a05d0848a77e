"""Allocations on an account whose answers are lost, late or wrong, and beside other sessions and the console."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import AccountInventory, AllocationRequest
from core.live.client import Client
from tests.core.audit import audit
from tests.core.kit import Clock, rows
from tests.core.live.test_changes import HORIZON, Opened, patient, refused, states
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


def taken_by_the_console(live: AccountInventory, account: Account, clock: Clock, address: str, name: str) -> None:
    """While the call is waited for, the console makes an EIP."""

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        if "e-console" not in account.eips:
            account.eip("e-console", address, "c-1", name=name, createTime=account.stamp())

    live._sleep = sleep


def test_an_eip_of_the_console_is_not_taken_for_the_one_of_a_lost_call(
    live: AccountInventory, account: Account, standin: Standin, clock: Clock
) -> None:
    standin.write_faults.append(Fault(kind="cut"))
    taken_by_the_console(live, account, clock, live.preview(IN_A_POOL).eips[0].address, "of-somebody-else")
    refused(lambda: live.execute(IN_A_POOL), "outcome_unknown")
    clock.advance(HORIZON)
    live.sync()
    assert (states(live), rows(live, "SELECT code FROM mirror_step")) == (["refused"], [("NOT_SHOWN",)])
    clock.advance(1)
    live.sync()
    assert live.eip("e-console").name == "of-somebody-else"
    audit(live)


def test_an_eip_of_the_same_name_from_before_is_not_taken_for_the_one_of_a_lost_call(
    live: AccountInventory, account: Account, standin: Standin
) -> None:
    account.eip("e-before", "198.51.100.40", None, name="mine-1", createTime=account.stamp())
    standin.write_faults.append(Fault(kind="cut"))
    refused(lambda: live.execute(BY_DEFAULT), "outcome_unknown")
    assert account.changed == {}


def test_each_lost_call_of_one_name_finds_its_own_eip(
    live: AccountInventory, account: Account, standin: Standin
) -> None:
    standin.write_faults.extend([Fault(kind="cut_after")] * 3)
    asked = AllocationRequest(default=True, region="asia-east-1", name="mine-1", count=3)
    assert {eip.id for eip in live.execute(asked).eips} == {key for key in account.eips if key.startswith("e-new")}
    assert account.changed["CreateEips"] == 3
    audit(live)


def test_an_answer_that_comes_after_another_session_settled_the_call_is_no_refusal(
    live: AccountInventory, opened: Opened, account: Account, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    other, call = patient(opened(), clock), Client.call

    def slow(self: Client, action: Any, fields: Any) -> Any:
        found = call(self, action, fields)
        if action.name == "CreateEips":
            other.sync()
        return found

    monkeypatch.setattr(Client, "call", slow)
    (eip,) = live.execute(IN_A_POOL).eips
    assert ([eip.id], states(live), account.changed["CreateEips"]) == (["e-new-1"], ["done"], 1)
    three = live.execute(AllocationRequest(pool_id=POOL, count=3, request_id="key-3")).eips
    assert (len({each.id for each in three}), states(live)) == (3, ["done", "done"])
    audit(live)


def test_an_address_that_the_account_shows_as_taken_is_not_reserved(
    live: AccountInventory, account: Account, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    would_be, call = live.preview(IN_A_POOL).eips[0].address, Client.call

    def raced(self: Client, action: Any, fields: Any) -> Any:
        if action.name == "CreateEips" and "e-other" not in account.eips:
            account.eip("e-other", would_be, "c-1", name="other", createTime=account.stamp())
        return call(self, action, fields)

    monkeypatch.setattr(Client, "call", raced)
    (eip,) = live.execute(IN_A_POOL).eips
    assert (eip.address != would_be, eip.id) == (True, "e-new-1")
    assert rows(live, "SELECT count(*) FROM reservation") == [(0,)]
    clock.advance(1)
    live.sync()
    assert live.eip(would_be).id == "e-other"
    audit(live)


class Killed(BaseException):
    """The program of a session is stopped."""


def test_an_address_that_another_session_gave_up_is_not_sent(
    live: AccountInventory,
    opened: Opened,
    account: Account,
    standin: Standin,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    would_be, other = live.preview(IN_A_POOL).eips[0].address, patient(opened(), clock)
    call, begun = Client.call, list[str]()
    account.elsewhere.add(would_be)

    def meanwhile(self: Client, action: Any, fields: Any) -> Any:
        asked = fields.get("ipAddresses")
        if asked and begun and asked != [would_be] and "back" not in begun:
            raise Killed  # before it looks at the address that it chose instead
        found = call(self, action, fields)
        if asked and not begun:
            begun.append("other")
            with suppress(Killed):
                other.execute(IN_A_POOL)
            begun.append("back")
        return found

    monkeypatch.setattr(Client, "call", meanwhile)
    (eip,) = live.execute(IN_A_POOL).eips
    sent = [each.body["publicIp"] for each in standin.seen if each.action == "CreateEips"]
    assert (sent, states(live)) == ([would_be, eip.address], ["done"])
    audit(live)


@pytest.mark.parametrize("address", [None, "203.0.113.77"])
def test_an_eip_that_another_session_made_for_the_same_request_is_its_answer(
    live: AccountInventory,
    opened: Opened,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
    address: str | None,
) -> None:
    asked = replace(IN_A_POOL, address=address)
    other, call, begun, made = patient(opened(), clock), Client.call, list[bool](), list[str | None]()

    def meanwhile(self: Client, action: Any, fields: Any) -> Any:
        if fields.get("ipAddresses") and not begun:
            begun.append(True)
            made.extend(eip.id for eip in other.execute(asked).eips)
        return call(self, action, fields)

    monkeypatch.setattr(Client, "call", meanwhile)
    assert [eip.id for eip in live.execute(asked).eips] == made == ["e-new-1"]
    assert (account.changed["CreateEips"], states(live)) == (1, ["done"])
    audit(live)
