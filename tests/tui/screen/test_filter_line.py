"""The line of the filter says what the list does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.deck_kit import Operator, demo_desk, on_deck

SIZES = [(80, 24), (120, 36), (200, 50)]


async def allocate(operator: Operator, pool: str, count: str) -> None:
    await operator.press("A")
    await operator.until("allocate")
    await operator.type(pool)
    await operator.press("tab", "tab", "ctrl+c", count, "tab", "tab", "tab", "enter")
    await operator.confirm()
    await operator.until("allocated ")
    await operator.settled()


def line_is_true(operator: Operator) -> bool:
    eips, text = operator.deck.panes.eips, operator.lines()[1]
    return (
        (f"filter: {eips.filter}" in text and f"{eips.table.total:,} shown" in text)
        if eips.filter
        else ("filter: " not in text)
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pool", ["hk-spare", "hk-edge"])
async def test_the_line_is_true_after_an_allocation(tmp_path: Path, pool: str, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("p", "enter", "o")
        await operator.until("filter: pool:hk-edge", "shown")
        await allocate(operator, pool, "1")
        assert line_is_true(operator)
        await operator.press("j")
        await operator.settled()
        assert line_is_true(operator)


async def test_marks_made_after_a_change_are_what_keys_act_on(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await allocate(operator, "hk-spare", "1")
        await operator.press("*")
        await operator.until("348 marked")
        await operator.settled()
        assert "left alone" not in operator.strip()
        await operator.press("R")
        await operator.until("release 348 EIPs")


@pytest.mark.parametrize("size", SIZES)
async def test_a_service_is_completed_and_a_part_of_its_id_names_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("e", "/")
        await operator.type("service:nat")
        await operator.press("enter")
        await operator.until("service: takes a whole id, such as nat-1")
        await operator.press("/", "tab")
        await operator.until("filter: service:nat- ", "nat-1 nat-2")
        await operator.type("2")
        await operator.until("filter: service:nat-2", absent="nat-1 nat-2")
        await operator.press("ctrl+c")
        await operator.type("service:zzz")
        await operator.press("tab")
        await operator.until("no known key or value begins like that")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", "epcft")
async def test_one_line_that_is_pasted_on_the_filter_is_its_text(
    tmp_path: Path, size: tuple[int, int], view: str
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press(view, "/")
        await operator.paste("203.0.113.17\n")
        await operator.until("filter: 203.0.113.17")
        assert operator.deck.bars.lookup.in_use
        assert operator.deck.navigator.pane.filter == "203.0.113.17"
