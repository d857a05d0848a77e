"""Keys that a slow line delivers in one packet, and addresses typed anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.deck_kit import Operator, demo_desk, on_deck, small_desk
from tui.commands.registry import View
from tui.state.screen_state import FieldUse

SIZES = ((80, 24), (120, 36), (200, 50))
VIEWS = {"e": View.EIPS, "p": View.POOLS, "c": View.CIDRS, "f": View.FINDINGS, "t": View.TIMELINE}


def cursor(operator: Operator) -> int | None:
    return operator.deck.navigator.pane.table.cursor


@pytest.mark.parametrize(("size", "fast"), [((80, 24), True), *((size, False) for size in SIZES)])
@pytest.mark.parametrize("view", [*VIEWS, "lookups"])
async def test_an_address_can_be_typed_in_every_view(
    tmp_path: Path, view: str, size: tuple[int, int], *, fast: bool
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        if view == "lookups":
            await operator.paste("198.18.0.5 8.8.8.8")
            await operator.until("2 addresses")
        else:
            await operator.press(view)
        typed = "203.0.113.17 @ 2025-11-22"
        await (operator.at_once(*typed) if fast else operator.type(typed))
        await operator.settled()
        assert operator.deck.bars.lookup.field.value == typed
        assert operator.deck.bars.lookup.use is FieldUse.LOOKUP
        await operator.press("enter")
        await operator.until("203.0.113.17 @ 2025-11-22")
        await operator.settled()
        selection = operator.deck.selection
        assert selection is not None
        assert (selection.id, selection.at is not None) == ("203.0.113.17", True)


@pytest.mark.parametrize("size", SIZES)
async def test_moves_and_views_in_a_burst_run_in_order(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.at_once(*"fjjjk")
        await operator.settled()
        assert operator.deck.view is View.FINDINGS
        assert cursor(operator) == 2


@pytest.mark.parametrize("view", [*VIEWS])
@pytest.mark.parametrize("size", SIZES)
async def test_text_behind_a_slash_in_a_burst_is_the_filter(tmp_path: Path, view: str, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press(view)
        await operator.at_once("/", *"Hk-Yqxi", "enter")
        await operator.settled()
        assert operator.deck.navigator.pane.filter == "Hk-Yqxi"
        assert len(operator.app.screen_stack) == 1
        assert not operator.deck.bars.lookup.in_use


async def test_keys_behind_enter_of_a_field_are_commands_again(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once("/", *"hk", "enter", *"jjk")
        await operator.settled()
        assert operator.deck.panes.eips.filter == "hk"
        assert cursor(operator) == 1


async def test_text_behind_a_colon_in_a_burst_chooses_a_command(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once(*":findings", "enter")
        await operator.settled()
        assert operator.deck.view is View.FINDINGS
        assert len(operator.app.screen_stack) == 1


async def test_text_behind_a_question_mark_in_a_burst_narrows_the_help(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once(*"?recover")
        await operator.until("a released address", "of ", absent="allocate an EIP")


@pytest.mark.parametrize("key", "yqxiWARUFCMEKZDB")
async def test_a_key_that_could_do_harm_stops_a_burst_and_is_told(tmp_path: Path, key: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once(*"fjj", key, *"jjy")
        await operator.until(f"stopped at {key}", "nothing was changed")
        await operator.settled()
        assert len(operator.app.screen_stack) == 1
        assert (operator.deck.view, cursor(operator)) == (View.FINDINGS, 2)
        await operator.press("j")
        assert cursor(operator) == 3


async def test_what_a_burst_opened_before_it_was_one_is_closed(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once(*"fRjjj")
        await operator.until("stopped at R", "nothing was changed")
        await operator.settled()
        assert len(operator.app.screen_stack) == 1


async def test_in_a_form_keys_behind_enter_go_into_the_next_field(tmp_path: Path) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        await operator.press("C")
        await operator.until("add a customer CIDR")
        await operator.at_once(*"198.51.100.0/24", "enter", *"PremiumBGP", "enter", *"64500")
        await operator.until("eipdeck cidr add 198.51.100.0/24 --isp PremiumBGP --asn 64500")
