"""The pictures on the screen: the map of a CIDR, the chart of a pool, the bar and the requests of a timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.deck_kit import demo_desk, on_deck
from tui.commands.registry import View

SIZES = [(80, 24), (120, 36), (200, 50)]


@pytest.mark.parametrize("size", SIZES)
async def test_enter_on_a_cidr_gives_the_keys_to_its_map(tmp_path: Path, size: tuple[int, int]) -> None:
    """Keys pressed before the map is loaded are done when it is."""
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("c", "j", "enter", "n")
        await operator.until("─ 203.0.113.17 ─", "snat nat-1")
        view = operator.deck.panes.map_view
        assert view.has_focus
        await operator.press("j", "right", "left", "right")
        assert view.span == ("203.0.113.34", "203.0.113.34")
        await operator.press("g")
        assert view.span == ("203.0.113.0", "203.0.113.0")
        await operator.press("G", "k", "n", "enter")
        await operator.when(lambda: operator.deck.view is View.EIPS)
        await operator.when(lambda: operator.deck.selection and operator.deck.selection.id == "203.0.113.17")


async def test_the_map_of_the_demo_stands_whole_at_80x24(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c", "j", "enter", "n")
        text = await operator.until("─ 203.0.113.17 ─")
        assert "     +0      +4      +8      +12" in text
        assert "  .0 r ■ ■ ■ ■ ■ ■ ■ ■ □ ■ ■ ■ ■ ■ ■" in text
        assert " .16 ■[!]■ ■" in text
        assert ".240 ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ c c · ·" in text
        assert "███████████████████▉███▉█▌  98 % used" in text
        assert "■ bound       249   □ idle          1" in text


@pytest.mark.parametrize("size", SIZES)
async def test_a_block_opens_as_a_map_and_esc_goes_back_to_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("c", "G", "enter")
        await operator.until("─ 198.18.0.0 - 198.18.0.15 ─", "! 198.18.0.5")
        await operator.press("j", "enter")
        view = operator.deck.panes.map_view
        await operator.when(lambda: view.map is not None and view.map.first == "198.18.1.0" and view.map.block == 1)
        await operator.press("escape")
        await operator.when(lambda: view.span == ("198.18.1.0", "198.18.1.15"))
        assert operator.deck.view is View.CIDRS
        await operator.press("escape")
        await operator.when(lambda: not view.has_focus)


async def test_a_click_puts_the_cursor_on_a_cell(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c", "j", "enter")
        view = operator.deck.panes.detail.map
        await operator.when(lambda: view.map is not None)
        await operator.pilot.click(view, offset=(5 + 2 * 9, 1))
        assert view.span == ("203.0.113.9", "203.0.113.9")


async def test_without_utf_8_a_map_is_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c", "j", "enter")
        text = await operator.until("98 % used", ".16 # ! # #")
        assert ".240 # # # # # # # # # # # # c c . ." in text
        assert text.isascii()


@pytest.mark.parametrize("size", SIZES)
async def test_the_detail_of_a_pool_has_its_use_over_time(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("p", "enter")
        await operator.until(" 256 ╌", " 204 ", "full 11-24")
        await operator.press("o")
        await operator.until("pool:hk-edge", "251 shown")


async def test_a_map_stands_beside_the_lists_from_160x40(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), (160, 40)) as operator:
        await operator.press("c", "j")
        await operator.until("─ 203.0.113.0/24 ", ".240 ■")
        await operator.press("p")
        await operator.when(lambda: operator.deck.panes.mapped.map.map)
        assert operator.deck.panes.mapped.display
    async with on_deck(demo_desk(tmp_path), (160, 39)) as operator:
        assert not operator.deck.panes.mapped.display
        assert operator.deck.panes.aside.display


async def test_a_timeline_has_a_row_for_each_request_and_enter_unfolds_it(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("e", "t")
        await operator.until("── Fri 21 Nov 2025", "3 events in 2 requests of 198.18.0.5", "████", "^2025-11-21")
        await operator.press("j")
        await operator.until("> !", absent="  allocate 198.18.0.5 eip-")
        await operator.press("enter")
        await operator.until("  allocate 198.18.0.5 eip-")
        await operator.press("enter")
        await operator.until("2 requests", absent="  allocate 198.18.0.5 eip-")
        await operator.press("k", "k", "k")
        assert operator.deck.panes.timeline.table.cursor == 1, "the cursor passes over the rules of the days"


async def test_a_cell_is_told_of_only_while_the_keys_are_in_the_map(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), (120, 36)) as operator:
        await operator.press("c")
        await operator.until("draining -- 3 live", ".240 ", absent="─ 198.51.100.0 ─")
        await operator.press("enter")
        await operator.until("─ 198.51.100.0 ─", "no EIP")
        await operator.press("escape")
        await operator.until("draining -- 3 live", absent="─ 198.51.100.0 ─")
