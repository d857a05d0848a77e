"""What goes over the wire: only the cells that changed, and nothing when nothing changed."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic, time

import pytest

from core import AllocationRequest, open_inventory
from tests.e2e.conftest import Deck
from tests.e2e.terminal import Terminal, terminal
from tui.terminal.palette import LOOKS

CALM = 1.0
"""Seconds in which everything that a key caused has arrived."""
STILL = 0.2
"""Seconds without a byte after which a key has caused everything."""
IDLE = 4.0
"""Seconds without a key."""
LIKE, UNLIKE = 260, 600
"""Bytes of a move of the cursor at 80x24: to a row like the one before, and to one with another problem."""
MINUTE, MINUTES = 40, 5
"""Bytes of a minute without a key, and the minutes that are watched."""


def cost(deck: Terminal, key: str) -> int:
    """Bytes that a key causes."""
    before = sent = len(deck.sent)
    deck.press(key)
    ends = monotonic() + CALM
    while monotonic() < ends and (len(deck.sent) > sent or sent == before):
        sent = len(deck.sent)
        deck.quiet(STILL)
    return len(deck.sent) - before


def keep(home: Path, theme: str) -> None:
    """Begin with a theme."""
    kept = home / ".local/state/eipdeck/ui.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"theme": theme}))


def median(moves: list[int]) -> int:
    return sorted(moves)[len(moves) // 2]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("columns", "rows", "down", "page_down"), [(80, 24, 600, 1_600), (120, 40, 900, 3_500)])
def test_a_move_of_the_cursor_costs_its_cells(columns: int, rows: int, down: int, page_down: int) -> None:
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("7 findings", "> !! 198.18.0.5")
        deck.quiet(CALM)
        assert 0 < median([cost(deck, "j") for _ in range(7)]) <= down
        assert 0 < cost(deck, "pgdn") <= page_down


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("theme", [*LOOKS, ""])
def test_a_move_of_the_cursor_is_cheap_in_every_theme(home: Path, theme: str) -> None:
    keep(home, theme)
    with terminal(env={"COLORTERM": "truecolor", "NO_COLOR": ""} if theme else {"NO_COLOR": "1"}) as deck:
        deck.until("7 findings", "> !! 198.18.0.5")
        deck.quiet(CALM)
        assert 0 < median([cost(deck, "j") for _ in range(5)]) <= UNLIKE
        assert (b"38;2;" in deck.sent) is (theme not in ("ansi", ""))
        deck.type("/kind:nic pool:hk-spare")
        deck.press("enter")
        deck.until("hidden by the filter")
        deck.quiet(CALM)
        assert 0 < median([cost(deck, "j") for _ in range(5)]) <= LIKE


_A_MINUTE_A_SECOND = """
from datetime import datetime, UTC
from core import Inventory
begun, true = datetime.now(UTC), Inventory.now
Inventory.now = lambda self: begun + 60 * (true(self) - begun)
"""


@pytest.mark.parametrize(("theme", "young"), [("ansi", True), ("dark", False)])
def test_an_idle_minute_writes_the_digits_that_changed(demo: Deck, home: Path, theme: str, *, young: bool) -> None:
    keep(home, theme)
    if young:  # its age changes with the minute
        bob = open_inventory(str(demo.path), operator="bob")
        bob.execute(AllocationRequest())
        bob.close()
    with terminal(env={"COLORTERM": "truecolor", "NO_COLOR": ""}, begun=_A_MINUTE_A_SECOND) as deck:
        deck.until("8 findings" if young else "7 findings", "198.18.0.5", "live")
        deck.quiet(CALM)
        before, shown = len(deck.sent), deck.text()
        deck.quiet(MINUTES)
        assert deck.text() != shown
        assert 0 < len(deck.sent) - before <= MINUTE * (MINUTES + 1)


def test_nothing_is_written_while_nothing_changes_and_little_when_one_row_does(demo: Deck) -> None:
    with terminal() as deck:
        deck.until("7 findings", "> !! 198.18.0.5")
        deck.quiet(CALM)
        left = 60 - time() % 60
        if left < IDLE + 2 * CALM:  # the clock of the top line turns with the minute
            deck.quiet(left + 2 * CALM)
        before = len(deck.sent)
        deck.quiet(IDLE)
        assert len(deck.sent) == before
        bob = open_inventory(str(demo.path), operator="bob")
        bob.execute(AllocationRequest(pool_id="hk-spare", name="seen"))
        bob.close()
        deck.until("348")
        deck.quiet(CALM)
        assert len(deck.sent) - before <= 900
