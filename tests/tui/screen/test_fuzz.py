"""Random keys and pastes at random times, while another process changes the data: nothing crashes, nothing traps,
and nothing is changed that was not reviewed and confirmed.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import IO, Any

import pytest
from textual import events
from textual.screen import ModalScreen

from core import Inventory
from tests.core.kit import ROOT
from tests.corpus import TEXTS
from tests.tui.deck_kit import Operator, _key, demo_desk, on_deck
from tui.changes.flow import Flow
from tui.modals.review_model import Review

KEYS = (
    *"0123456789.@/:?epclftjkgGoqnbsvraimxdzABURFKZCDMSXEW *u[]-+y yyhiw",
    *("enter", "escape", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pagedown", "pageup"),
    *("backspace", "ctrl+c", "ctrl+d", "ctrl+u", "f1", "space", "delete"),
)
PASTES = (
    "203.0.113.17",
    "From 198.18.0.5 2025-11-22 21:14Z\nand 8.8.8.8\n",
    "no address here, but R and y\ny\ny",
    "203.0.113.0/33 203.0.113.07 ::1",
    "y" * 50,
    *TEXTS,
)
SIZES = ((80, 24), (120, 36), (60, 16), (50, 12), (160, 45))
PRESSED = int(os.environ.get("EIPDECK_KEYS", "3000"))
"""Keys of one run, of which there are three."""
BACKLOG = 40
"""Keys that wait for their turn at most: a person does not type hundreds ahead."""
STUCK = 30.0
"""Seconds in which the turn of another key comes on the busiest machine."""


@contextmanager
def another_operator(inventory: Inventory) -> Iterator[IO[str]]:
    """A process that changes something for each line it is written."""
    bob = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/tui/bob.py"), inventory.url, "hk-spare"],
        stdin=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert bob.stdin is not None
    try:
        yield bob.stdin
    finally:
        bob.stdin.close()
        assert bob.wait(timeout=30) == 0


async def hammer(operator: Operator, rng: random.Random, bob: IO[str], *, without: str = "") -> None:
    """Press keys in bursts and one by one, paste, and change the size."""
    keys = [key for key in KEYS if key not in without]
    pressed = 0
    while pressed < PRESSED:
        chance = rng.random()
        if chance < 0.03:
            operator.app.post_message(events.Paste(rng.choice(PASTES)))
        elif chance < 0.04:
            await operator.pilot.resize_terminal(*rng.choice(SIZES))
        else:
            run = rng.choice((1, 1, 1, 2, 5, 12))
            gap = rng.choice((0.001, 0.02, 0.35, 0.6))
            for _ in range(run):
                event = _key(rng.choice(keys))
                operator.clock.at += gap
                operator.clock.known[id(event)] = (event, operator.clock.at)
                operator.app.post_message(event)
            pressed += run
        if rng.random() < 0.02:
            bob.write("\n")
            bob.flush()
        if rng.random() < 0.1:
            await operator.pilot.pause()
        else:
            await asyncio.sleep(0)
        await operator.when(lambda: not operator.app.key_guard.pasting)
        if operator.app.key_order.waiting > BACKLOG:
            await answered(operator)
        assert operator.app.return_code is None or operator.app.return_code == 0
        if not operator.app.is_running or operator.app._exit:
            pytest.fail("it was left by accident")


async def answered(operator: Operator) -> None:
    """Wait for the answers to all keys that were pressed: on a busy machine there are hundreds that wait."""
    order, left, since = operator.app.key_order, 0, monotonic()
    while order.busy:
        if left != (left := order.waiting):
            since = monotonic()
        assert monotonic() - since < STUCK, f"a key is not answered; {left} wait behind it"
        await asyncio.sleep(0.01)
    await operator.when(lambda: not operator.app.key_guard.bursting)


async def is_not_trapped(operator: Operator) -> None:
    """From wherever it is, esc leads home, and the deck answers."""
    await operator.pilot.resize_terminal(80, 24)
    await answered(operator)
    for _ in range(40):
        if (
            operator.app.screen is operator.deck
            and not operator.deck.runner.busy
            and not operator.deck.bars.lookup.in_use
        ):
            break
        operator.clock.at += 1
        await operator.press("escape")
    await operator.when(lambda: not isinstance(operator.app.screen, ModalScreen))
    operator.clock.at += 1
    await operator.press("e")
    await operator.until("[e EIPs ")
    assert "internal error" not in operator.text()


@pytest.fixture
def nobody_quits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two `q` in the right time are a way out, and not an accident: here they lead nowhere."""
    monkeypatch.setattr("tui.changes.runner.Runner.leave", lambda _self: None)


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the session go to a folder of the test's own."""
    monkeypatch.setattr("tui.app.PASTE_QUIET", 0.005)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def changes_of_alice(inventory: Inventory) -> int:
    return sum(event.operator.startswith("alice") for event in inventory.history())


@pytest.mark.usefixtures("nobody_quits")
@pytest.mark.parametrize("seed", [1])
async def test_read_only_nothing_changes_whatever_is_pressed(tmp_path: Path, seed: int) -> None:
    inventory = demo_desk(tmp_path, read_only=True)
    before = changes_of_alice(inventory)
    async with on_deck(inventory) as operator:
        with another_operator(inventory) as bob:
            await hammer(operator, random.Random(seed), bob)
        await is_not_trapped(operator)
        assert changes_of_alice(inventory) == before


@pytest.mark.usefixtures("nobody_quits")
@pytest.mark.parametrize("seed", [2])
async def test_without_y_nothing_changes(tmp_path: Path, seed: int) -> None:
    inventory = demo_desk(tmp_path)
    before = changes_of_alice(inventory)
    async with on_deck(inventory) as operator:
        with another_operator(inventory) as bob:
            await hammer(operator, random.Random(seed), bob, without="y")
        await is_not_trapped(operator)
        assert changes_of_alice(inventory) == before


@pytest.mark.usefixtures("nobody_quits")
@pytest.mark.parametrize("seed", [3])
async def test_what_changes_was_reviewed_and_confirmed(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent but by a flow whose review was confirmed just before."""
    confirmed: list[str] = []
    unreviewed: list[str] = []
    confirm, send = Flow.confirm, Flow.send

    async def noted(self: Flow, review: Review, what: str) -> str | None:
        confirmed.clear()
        reason = await confirm(self, review, what)
        if reason is not None:
            confirmed.append(review.title)
        return reason

    async def checked(self: Flow, title: str, request: Any) -> Any:
        if not confirmed:
            unreviewed.append(title)
        return await send(self, title, request)

    monkeypatch.setattr(Flow, "confirm", noted)
    monkeypatch.setattr(Flow, "send", checked)
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        with another_operator(inventory) as bob:
            await hammer(operator, random.Random(seed), bob)
        await is_not_trapped(operator)
        assert not unreviewed
        assert not [address for address, live in _live(inventory).items() if live > 1]


def _live(inventory: Inventory) -> dict[str, int]:
    found: dict[str, int] = {}
    for eip in inventory.eips():
        found[eip.address] = found.get(eip.address, 0) + 1
    return found


async def test_keys_that_are_still_under_way_do_not_look_like_a_trap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They open a form behind a moment in which the deck is at home and idle."""
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("l")
        busy_until = monotonic() + 0.9
        monkeypatch.setattr(operator.app.key_order, "_is_reading", lambda: monotonic() < busy_until)
        operator.app.post_message(_key("j"))
        operator.app.post_message(_key("S"))
        while not operator.app.key_order.busy:  # noqa: ASYNC110  # not even one pause may pass
            await asyncio.sleep(0)
        await is_not_trapped(operator)


async def test_a_key_whose_turn_comes_when_the_screens_are_closed_is_dropped(tmp_path: Path) -> None:
    """The end of a test closes them while keys wait: that must not hide why the test ended."""
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.app._close_all()
        assert not await operator.app._judged(_key("j"))
        await operator.app.key_order._settle()
