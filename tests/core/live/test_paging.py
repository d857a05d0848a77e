"""Reads: repeated, paged while pages shift, and by id; the pace of calls."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.json_value import JsonObject
from core.live.budget import Budget
from core.live.fields import Action
from core.live.meanings import Failed
from core.live.reading import Reader, Stopped
from tests.standin.account import Account, Refusal


class Timer:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Direct:
    """An account that is called without a network; `refusing` answers the next calls."""

    def __init__(self, account: Account, *refusing: tuple[int, str]) -> None:
        self.account, self.refusing = account, list(refusing)
        self.retry_after: float | None = None

    def call(self, action: Action, fields: JsonObject) -> JsonObject:
        if self.refusing:
            status, code = self.refusing.pop(0)
            raise Failed(action.name, code, "no", status=status, retry_after=self.retry_after)
        try:
            return self.account.answer(action.name, dict(fields))
        except Refusal as refusal:
            raise Failed(action.name, refusal.code, refusal.message, status=refusal.status) from None


def account_of(eips: int) -> Account:
    account = Account()
    account.cidr("c-1", "203.0.112.0/20")
    for number in range(eips):
        account.eip(f"e-{number}", f"203.0.{112 + number // 250}.{number % 250}", "c-1")
    return account


def reader(caller: Direct, timer: Timer | None = None, stopped: Callable[[], bool] = lambda: False) -> Reader:
    timer = timer or Timer()
    return Reader(caller, Budget(1000, 1000, clock=timer), sleep=timer.sleep, stopped=stopped)


def read_eips(made: Reader) -> tuple[bool, set[str]]:
    """Whether the reading is steady, and what was seen."""
    seen: set[str] = set()
    return made.read_all("DescribeEips", seen, lambda _rows: None), seen


def ids(rows: list[JsonObject]) -> list[str]:
    return [str(row["eipId"]) for row in rows]


def test_pages_that_agree_are_read_once() -> None:
    kept: list[JsonObject] = []
    made = reader(Direct(account_of(2500)))
    seen: set[str] = set()
    steady = made.read_all("DescribeEips", seen, kept.extend)
    assert (steady, len(seen), len(kept), made.calls) == (True, 2500, 2500, 3)


def test_an_empty_account_is_read_with_one_call() -> None:
    made = reader(Direct(Account()))
    assert (*read_eips(made), made.calls) == (True, set(), 1)


@pytest.mark.parametrize("boundary", [2, 3])
def test_an_eip_released_between_two_pages_loses_no_other(boundary: int) -> None:
    account = account_of(2500)

    def release(_action: str, page: int) -> None:
        if page == boundary:
            account.eips.pop("e-10", None)

    account.before_page = release
    steady, seen = read_eips(reader(Direct(account)))
    assert steady
    assert set(account.eips) <= seen


def test_pages_that_never_agree_are_unsteady() -> None:
    account, numbers = account_of(1500), count()

    def release(_action: str, _page: int) -> None:
        account.eips.pop(f"e-{next(numbers)}", None)

    account.before_page = release
    assert not read_eips(reader(Direct(account)))[0]


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), released=st.integers(0, 4), made=st.integers(0, 4))
def test_a_steady_reading_has_seen_all_that_stays(seed: int, released: int, made: int) -> None:
    account, chance = account_of(2100), random.Random(seed)
    stays = set(account.eips)
    left = [*(["release"] * released), *(["make"] * made)]

    def meddle(_action: str, _page: int) -> None:
        if left and chance.random() < 0.5:
            if left.pop() == "release":
                stays.discard(gone := chance.choice(sorted(account.eips)))
                del account.eips[gone]
            else:
                account.eip(f"n-{len(left)}-{seed}", "203.0.127.1", "c-1")

    account.before_page = meddle
    steady, seen = read_eips(reader(Direct(account)))
    assert not steady or stays <= seen


def test_look_asks_by_a_hundred_and_leaves_out_what_is_gone() -> None:
    caller = Direct(account_of(250))
    made = reader(caller)
    found = made.look("DescribeEips", [*(f"e-{number}" for number in range(250)), "gone"])
    assert (len(found), made.calls) == (250, 3)
    assert "gone" not in ids(found)


@pytest.mark.parametrize(
    "code", ["SERVICE_TEMPORARY_UNAVAILABLE", "REQUEST_TIMED_OUT", "NETWORK_ERROR", "ANYTHING_ELSE"]
)
def test_a_read_is_repeated_six_times_at_most(code: str) -> None:
    caller = Direct(account_of(1), *[(503, code)] * 5)
    assert reader(caller).read("DescribeEips", {})["totalCount"] == 1
    caller.refusing = [(503, code)] * 7
    with pytest.raises(Failed):
        reader(caller).read("DescribeEips", {})
    assert len(caller.refusing) == 1


@pytest.mark.parametrize("code", ["AUTHFAILURE_SIGNATURE_FAILURE", "INVALID_PARAMETER_TYPE", "INVALID_EIP_NOT_FOUND"])
def test_a_refusal_is_not_repeated(code: str) -> None:
    caller = Direct(account_of(1), (400, code), (400, code))
    with pytest.raises(Failed):
        reader(caller).read("DescribeEips", {})
    assert len(caller.refusing) == 1


def test_the_pause_that_the_api_asks_for_is_slept() -> None:
    timer, caller = Timer(), Direct(account_of(1), (429, "REQUEST_LIMIT_EXCEEDED"))
    caller.retry_after = 30.0
    reader(caller, timer).read("DescribeEips", {})
    assert timer.now >= 30


def test_a_read_that_nobody_answers_ends_after_two_minutes() -> None:
    timer = Timer()

    class Silent(Direct):
        def call(self, action: Action, fields: JsonObject) -> JsonObject:
            timer.now += 60
            return super().call(action, fields)

    caller = Silent(account_of(1), *[(0, "NETWORK_ERROR")] * 6)
    made = Reader(caller, Budget(5, 5, clock=timer), sleep=timer.sleep, stopped=lambda: False, clock=timer)
    with pytest.raises(Failed):
        made.read("DescribeEips", {})
    assert (made.calls, timer.now < 130) == (2, True)


def test_an_answer_without_rows_is_not_an_empty_account() -> None:
    class Odd(Direct):
        def call(self, *_: object) -> JsonObject:
            return {}

    with pytest.raises(Failed, match="NOT_JSON"):
        read_eips(reader(Odd(Account())))


def test_a_reading_stops_before_the_next_call() -> None:
    account = account_of(2500)
    made = reader(Direct(account), stopped=lambda: account.calls["DescribeEips"] == 2)
    with pytest.raises(Stopped):
        read_eips(made)
    assert account.calls["DescribeEips"] == 2


def moments(budget: Budget, timer: Timer, calls: int) -> Iterator[float]:
    for _ in range(calls):
        timer.sleep(budget.delay())
        yield timer.now


def test_calls_keep_the_pace_after_the_first_burst() -> None:
    timer = Timer()
    told = list(moments(Budget(5, 10, clock=timer), timer, 30))
    assert told[:10] == [0.0] * 10
    assert told[-1] == pytest.approx(4.0)


def test_a_refusal_halves_the_pace_and_answers_bring_it_back() -> None:
    timer = Timer()
    budget = Budget(8, 10, clock=timer)
    budget.refused()
    assert budget.rate == 4
    assert budget.delay() == pytest.approx(0.25)
    for _ in range(20):
        budget.answered()
    assert budget.rate == 8
    for _ in range(50):
        budget.refused()
    assert budget.rate == pytest.approx(0.125)


@given(st.lists(st.floats(0, 3), max_size=60))
def test_no_second_has_more_calls_than_the_burst_and_the_pace(pauses: list[float]) -> None:
    timer = Timer()
    budget = Budget(5, 10, clock=timer)
    sent: list[float] = []
    for pause in pauses:
        timer.sleep(pause)
        timer.sleep(budget.delay())
        sent.append(timer.now)
    assert all(sum(moment <= each < moment + 1 for each in sent) <= 15 for moment in sent)


def test_a_region_is_asked_for_alone() -> None:
    account = account_of(3)
    account.eip("far", "203.0.113.99", "c-1", regionId="na-east-1")
    made: Any = Reader(
        Direct(account), Budget(clock=Timer()), sleep=lambda _: None, stopped=lambda: False, region="na-east-1"
    )
    assert read_eips(made)[1] == {"far"}
