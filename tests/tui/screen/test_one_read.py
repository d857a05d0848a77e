"""A change reads the inventory once, and paints each bar twice at most: when it is sent, and when it is shown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import core.queries.findings
from tests.tui.deck_kit import Operator, allocated, demo_desk, on_deck, small_desk
from tui.changes.grace_count import GRACE_SECONDS
from tui.screen import polling, selection_reader
from tui.state import refresh
from tui.widgets.lines import Lines

BARS = ("top", "views", "strip", "status", "keys")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the calls of the real functions; what is read may take its time before it is painted without."""
    counted: Counter[str] = Counter()

    def count(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def counting(*args: Any, **named: Any) -> Any:
            counted[name] += 1
            return real(*args, **named)

        monkeypatch.setattr(owner, name, counting)

    count(refresh, "load_snapshot")
    count(core.queries.findings, "evaluate_findings")
    count(selection_reader, "load_details")
    real_show = Lines.show

    def show(bar: Lines, *lines: Any) -> None:
        counted[bar.id or ""] += 1
        real_show(bar, *lines)

    monkeypatch.setattr(Lines, "show", show)
    monkeypatch.setattr(polling, "REREAD_SECONDS", 30.0)
    return counted


async def idle(operator: Operator) -> None:
    """Wait until the change is over, everything has been read after it, and nothing is left to paint."""
    deck = operator.deck

    def is_idle() -> bool:
        working = [worker for worker in operator.app.workers if worker.group != "poll" and not worker.is_finished]
        return operator.app.screen is deck and not working and not deck.painter.waiting

    await operator.when(is_idle)
    await operator.pilot.pause()
    await operator.when(is_idle)


def check(calls: Counter[str], *, counted_down: bool) -> None:
    """A grace count repaints the status line once a second, and the key line once."""
    assert (calls["load_snapshot"], calls["evaluate_findings"], calls["load_details"]) == (1, 1, 1)
    more = {"status": GRACE_SECONDS, "keys": 1} if counted_down else {}
    painted = {bar: calls[bar] for bar in BARS}
    assert all(painted[bar] <= 2 + more.get(bar, 0) for bar in BARS), painted
    assert painted["status"], "the count of paintings is that of the bars on the screen"


async def sent(operator: Operator, calls: Counter[str], typed: str = "") -> None:
    """Confirm the review; count from `y` on."""
    await operator.until("review:", "read again now")
    await operator.type(typed)
    await operator.press("end")
    calls.clear()
    await operator.press("y")


async def test_an_allocation_reads_once_and_paints_twice(tmp_path: Path, calls: Counter[str]) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        await operator.press("A")
        await operator.until("allocate an EIP")
        await operator.press(*["enter"] * 6)
        await sent(operator, calls)
        await idle(operator)
        check(calls, counted_down=False)
        await operator.until("allocated 203.0.113.0 from hk", "203.0.113.0 -- yours, idle")


async def test_a_release_of_three_reads_once_and_paints_twice(tmp_path: Path, calls: Counter[str]) -> None:
    inventory = small_desk(tmp_path)
    for _ in range(4):
        allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("space", "space", "space", "R")
        await sent(operator, calls, "3")
        await operator.until("released 3 EIPs")
        await operator.press("escape")
        await idle(operator)
        check(calls, counted_down=True)
        await operator.until("released 3 EIPs", "[e EIPs 1]")


async def test_a_rehome_reads_once_and_paints_twice(tmp_path: Path, calls: Counter[str]) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("F")
        await operator.until("198.18.0.5: choose where it goes")
        await operator.press(*["enter"] * 4)
        await sent(operator, calls, "5")
        await idle(operator)
        check(calls, counted_down=True)
        await operator.until("198.18.0.5 -> ", "yours, in use")
