"""What goes over the wire: only the cells that changed, and nothing when nothing changed."""

from __future__ import annotations

import pytest

from core import AllocationRequest, open_inventory
from tests.e2e.conftest import Deck
from tests.e2e.terminal import Terminal, terminal

CALM = 1.0
"""Seconds in which everything that a key caused has arrived."""


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


def test_nothing_is_written_while_nothing_changes_and_little_when_one_row_does(demo: Deck) -> None:
    with terminal() as deck:
        deck.until("7 findings", "> !! 198.18.0.5")
        deck.quiet(CALM)
        before = len(deck.sent)
        deck.quiet(4.0)
        assert len(deck.sent) == before
        bob = open_inventory(str(demo.path), operator="bob")
        bob.execute(AllocationRequest(pool_id="hk-spare", name="seen"))
        bob.close()
        deck.until("348")
        deck.quiet(CALM)
        assert len(deck.sent) - before <= 900
