"""What goes over the wire: only the cells that changed, and nothing when nothing changed."""

from __future__ import annotations

from time import time

import pytest

from core import AllocationRequest, open_inventory
from tests.e2e.conftest import Deck
from tests.e2e.terminal import Terminal, terminal

CALM = 1.0
"""Seconds in which everything that a key caused has arrived."""
IDLE = 4.0
"""Seconds without a key."""


def cost(deck: Terminal, key: str, calm: float = CALM) -> int:
    """Bytes that a key causes."""
    before = len(deck.sent)
    deck.press(key)
    deck.quiet(calm)
    return len(deck.sent) - before


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("columns", "rows", "down", "page_down"), [(80, 24, 700, 10_000), (120, 40, 1_300, 10_000)])
def test_a_move_of_the_cursor_costs_its_lines(columns: int, rows: int, down: int, page_down: int) -> None:
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("7 findings", "> !! 198.18.0.5")
        deck.quiet(CALM)
        moves = sorted(cost(deck, "j") for _ in range(9))
        assert 0 < moves[len(moves) // 2] <= down
        assert 0 < cost(deck, "pgdn") <= page_down


LIKE, UNLIKE = 260, 600
"""Bytes of a move of the cursor at 80x24: to a row like the one before, and to one with another problem."""


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("environ", "more"),
    [
        ({"NO_COLOR": "1"}, 1.0),
        ({"NO_COLOR": "", "COLORTERM": ""}, 1.0),
        ({"NO_COLOR": "", "COLORTERM": "truecolor", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, 1.5),
    ],
    ids=["no colour", "16 colours", "a fixed theme over SSH"],
)
def test_a_move_of_the_cursor_is_cheap_on_a_slow_line(environ: dict[str, str], more: float) -> None:
    with terminal(env=environ) as deck:
        deck.until("7 findings", "> !! 198.18.0.5")
        deck.quiet(CALM)
        unlike = sorted(cost(deck, "j") for _ in range(7))
        assert 0 < unlike[len(unlike) // 2] <= UNLIKE * more
        deck.type("/kind:nic pool:hk-spare")
        deck.press("enter")
        deck.until("hidden by the filter")
        deck.quiet(CALM)
        like = sorted(cost(deck, "j") for _ in range(7))
        assert 0 < like[len(like) // 2] <= LIKE * more


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
