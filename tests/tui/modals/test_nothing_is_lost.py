"""No single key loses what was typed: in a form, in the reason of a review, in a field of the main screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from tests.tui.deck_kit import allocated, demo_desk, on_deck, small_desk

SIZES = [(80, 24), (120, 36), (200, 50)]
VIEWS = "epcft"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_a_form_with_entries_asks_before_it_is_left(tmp_path: Path, size: tuple[int, int], key: str) -> None:
    async with on_deck(small_desk(tmp_path), size) as operator:
        await operator.press("C")
        await operator.type("192.0.2.0/24")
        await operator.press("tab", key)
        await operator.until("esc again leaves this form", "192.0.2.0/24")
        await operator.type("x")
        await operator.until("192.0.2.0/24", absent="esc again leaves")
        await operator.press("tab", "escape", "escape")
        await operator.until("nothing was sent", absent="192.0.2.0/24")


async def test_a_form_without_entries_is_left_at_once(tmp_path: Path) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        await operator.press("A", "escape")
        await operator.until("nothing was sent")


@pytest.mark.parametrize("size", SIZES)
async def test_an_error_stands_below_its_field_which_has_the_focus(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(small_desk(tmp_path), size) as operator:
        await operator.press("C")
        await operator.type("192.0.2.1/24")
        await operator.press("enter")
        await operator.until("192.0.2.1/24 has host bits set; 192.0.2.0/24 is the prefix.")
        lines = operator.lines()
        at = next(number for number, line in enumerate(lines) if "as 203.0.113.0/24" in line)
        assert "has host bits set" in lines[at + 1]
        assert operator.text().count("has host bits set") == 1
        await operator.press("ctrl+c")
        await operator.type("192.0.2.0/24")
        await operator.until("192.0.2.0/24", absent="host bits")
        await operator.press("tab", "tab", "tab", "tab", "tab", "tab", "enter")
        await operator.until("Name the ISP line.")
        await operator.type("bgp-a")
        await operator.until("ISP line    bgp-a", absent="Name the ISP line.")


async def test_enter_in_a_review_tells_the_form_that_it_came_back(tmp_path: Path) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        await operator.press("A", "enter", "enter", "enter", "enter", "enter", "enter")
        await operator.until("review: allocate", "read again now")
        await operator.press("enter")
        await operator.until("Back in the form: nothing was sent")


async def test_an_enter_too_many_does_not_leave_the_review_that_it_came_upon(tmp_path: Path) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        operator.deck.runner.flow.clock = lambda: operator.clock.at  # painted at the moment of the last key
        await operator.press("A", "enter", "enter", "enter", "enter", "enter", "enter")
        await operator.until("review: allocate", "read again now")
        early = events.Key("enter", None)
        operator.clock.known[id(early)] = (early, operator.clock.at + 0.1)
        operator.app.post_message(early)
        await operator.until("enter came too early", "review: allocate")


async def test_the_reason_typed_in_a_review_that_is_left_is_there_when_it_opens_again(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.until("review: release", "read again now")
        await operator.press("r")
        await operator.type("J-903")
        await operator.press("escape")
        await operator.until("esc again leaves the reason as it was", "J-903")
        await operator.press("enter", "escape")
        await operator.until("nothing was sent")
        await operator.press("R")
        await operator.confirm()
        await operator.when(lambda: inventory.history(eip.id)[-1].action == "release")
    assert inventory.history(eip.id)[-1].reason == "J-903"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_filter_and_a_refused_address_stay_in_the_field(
    tmp_path: Path, size: tuple[int, int], view: str
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press(view, "slash")
        await operator.type("zz:1 web")
        await operator.press("enter")
        await operator.until("filter: zz:1 web", "enter keep")
        await operator.press("ctrl+c", "ctrl+c")
        await operator.until(absent="enter keep")
        await operator.type("1qRyU")
        await operator.press("enter")
        await operator.until("! 1qRyU is not an address", "look up: 1qRyU")


async def test_an_answered_lookup_leaves_the_field(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("198.18.0.5")
        await operator.press("enter")
        await operator.until("Zenlayer address, in use", absent="leave the field")


@pytest.mark.parametrize("opens", ["question_mark", "colon"])
async def test_ctrl_c_clears_the_list_of_commands_before_it_closes_it(tmp_path: Path, opens: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press(opens)
        await operator.type("alloc")
        await operator.press("ctrl+c")
        await operator.until("unbind the EIP from everything", "esc close")
        await operator.press("ctrl+c")
        await operator.until(absent="esc close")


async def test_a_paste_into_a_preset_field_replaces_it(tmp_path: Path) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        await operator.press("A", "tab", "tab")
        await operator.paste("12")
        await operator.press("enter", "enter", "enter", "enter")
        await operator.until("review: allocate 12 EIPs")
