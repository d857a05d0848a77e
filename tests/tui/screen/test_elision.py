"""Every line fits the screen; what is too long is cut and marked, and no hint is cut in half."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from core import AllocationRequest
from tests.tui.deck_kit import Operator, demo_desk, on_deck, small_desk
from tui.panes.eips import _fitting
from tui.screen.key_bar import FIELD_FILTER, field_line

FIFTY = " ".join(["!nothing"] * 48 + ["own:yes", "state:bound"])
WIDE_FIFTY = " ".join(["!\u5b57\u5b57\u5b57"] * 50)


def fits(operator: Operator) -> bool:
    width, height = operator.app.size
    lines = operator.lines()
    return len(lines) == height and all(cell_len(line) <= width for line in lines)


@pytest.mark.parametrize("words", [FIFTY, WIDE_FIFTY], ids=["narrow", "wide"])
async def test_a_filter_of_fifty_words_is_elided(tmp_path: Path, words: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type(words)
        await operator.until("shown")
        await _at_every_size(operator, "F1 help")
        await operator.press("enter")
        await operator.until("filter: !", "~  ", "shown  esc clears")
        await _at_every_size(operator, "? help  q quit")
        await operator.press("n")
        await _at_every_size(operator, "? help  q quit")


async def _at_every_size(operator: Operator, last: str) -> None:
    for size in ((60, 16), (120, 36), (80, 24)):
        await operator.pilot.resize_terminal(*size)
        await operator.when(lambda: operator.lines()[-1].endswith(last))
        assert fits(operator)


async def test_a_filter_of_fifty_words_that_finds_nothing_says_so_on_one_line(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type(" ".join(f"word{number}" for number in range(50)))
        await operator.press("enter", "n")
        await operator.until("no EIP listed here has a problem", "word0 word1")
        assert fits(operator)


async def test_the_hint_of_the_next_problem_stands_whole_or_not_at_all(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(AllocationRequest(default=True, count=12))
    async with on_deck(inventory) as operator:
        assert operator.status() == "12 EIPs, rows 1-12, sorted: problems first.  n next problem, b back"
        await operator.pilot.resize_terminal(60, 20)
        await operator.until("12 EIPs, rows 1-11, sorted: problems first.", absent="n next problem")
        assert "~" not in operator.status()


def test_the_hint_gives_way_to_long_numbers() -> None:
    summary = "1,048,576 EIPs, rows 1,048,560-1,048,576, sorted: problems first."
    assert _fitting(summary, "  n next problem, b back", 80) == summary
    assert _fitting(summary, "  n next problem, b back", 120).endswith("b back")


@pytest.mark.parametrize("width", [40, 50, 60, 70, 80])
def test_the_keys_of_a_field_leave_out_what_is_expendable(width: int) -> None:
    line = field_line(FIELD_FILTER, width).text
    assert len(line) <= width
    assert line.startswith("enter keep")
    assert line.endswith("F1 help")
