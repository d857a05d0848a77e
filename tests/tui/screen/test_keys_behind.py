"""What a key acts on: the thing in the strip at the moment it is pressed, however fast it follows another key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events

from core import Code, EipdeckError, EipQuery, UnbindRequest, error
from tests.tui.deck_kit import WIDE, Operator, allocated, demo_desk, held_up, on_deck, on_the_balancer, small_desk
from tui.screen import polling, selection_reader


def under_the_cursor(operator: Operator) -> str:
    (row,) = (line for line in operator.lines() if line.startswith("> "))
    return row[4:].split()[0]


@pytest.mark.parametrize("move", ["j", "jj", "jjk", "jjjgj"])
async def test_a_change_key_right_behind_a_move_acts_on_the_row_moved_to(tmp_path: Path, move: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type(f"{move}R")
        text = await operator.until("review: release ")
        await operator.press("escape")
        await operator.settled()
        assert f"review: release {under_the_cursor(operator)}" in text
        assert under_the_cursor(operator) != "198.18.0.5"


async def test_a_change_key_right_behind_a_far_move_waits_for_the_row(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        with held_up(inventory, "page") as let_through:
            await operator.type("GR")
            await operator.until("R ignored: the selected item is still loading. Press it again.")
            let_through()
        await operator.settled()
        last = inventory.page(EipQuery(), limit=1, last=True).rows[0].eip.address
        assert under_the_cursor(operator) == last
        await operator.press("R")
        await operator.until(f"review: release {last}")


async def test_what_is_copied_right_behind_a_move_is_the_row_moved_to(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("ja")
        await operator.until("copied 198.18.0.6 via")


async def test_keys_of_other_lists_act_on_their_own_row(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("fjjK")
        await operator.until('accept "drain blocked" of 198.51.100.0/24')
        await operator.press("escape")
        await operator.type("cjjD")
        await operator.until("review: drain 192.0.2.0/24")


async def test_a_key_right_behind_a_click_acts_on_the_row_clicked(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        await operator.press("p")
        table = operator.deck.panes.eips.table
        table.post_message(events.Click(table, 5, 3, 0, 0, 1, shift=False, meta=False, ctrl=False))
        await operator.type("R")
        await operator.until("review: release 198.18.0.9")


async def test_a_key_behind_a_typed_lookup_never_acts_on_what_was_in_hand_before(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        with held_up(inventory, "evidence") as let_through:
            await operator.type("203.0.113.17")
            await operator.press("enter", "R")
            await operator.until("R ignored: the selected item is still loading. Press it again.")
            await operator.press("a", "U")
            await operator.until("U ignored")
            let_through()
        await operator.until("203.0.113.17 -- ! yours, in use")
        await operator.settled()
        await operator.press("R")
        await operator.until("review: release 203.0.113.17")


async def test_an_address_looked_up_while_the_lists_are_read_is_judged_at_once(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        with held_up(inventory, "snapshot"):
            await operator.press("r")
            await operator.type("203.0.113.17")
            await operator.until(" 203.0.113.17 -- ! yours, in use")
            await operator.press("enter", "R")
            await operator.until("review: release 203.0.113.17")


async def test_an_opened_detail_is_loaded_while_the_lists_are_read(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = on_the_balancer(inventory, allocated(inventory))
    async with on_deck(inventory) as operator:
        await operator.until(f" {eip.address} -- yours, in use")
        with held_up(inventory, "snapshot"):
            await operator.press("r")
            inventory.execute(UnbindRequest(eip=eip.address))
            await operator.press("enter")
            await operator.until(f" {eip.address} -- yours, idle")


async def test_the_row_that_a_change_brings_under_the_cursor_is_named_before_its_details_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "REREAD_SECONDS", 30.0)
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("f", "G")
        await operator.settled()
        released = operator.deck.selection
        await operator.press("R")
        await operator.until("review: release 203.0.113.9")
        with held_up(selection_reader, "load_details"):
            await operator.confirm()
            await operator.when(lambda: operator.deck.selection != released)
            selection = operator.deck.selection
            assert selection is not None
            await operator.until(f" {selection.id} -- reading")


async def test_a_key_behind_a_paste_never_acts_on_what_was_in_hand_before(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        operator.app.post_message(events.Paste("203.0.113.17"))
        await operator.type("R")
        text = await operator.until("203.0.113.17")
        assert "review: release 198.18.0.5" not in text
        if "review:" not in text:  # R came before the verdict, and was dropped
            await operator.until("203.0.113.17 -- ! yours, in use")
            await operator.settled()
            await operator.press("R")
        await operator.until("review: release 203.0.113.17")


async def test_a_key_behind_a_turn_to_another_list_waits_for_its_row(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("j", "o")
        await operator.until("filter: service:nic-31")
        with held_up(inventory, "page") as let_through:
            await operator.type("[R")
            await operator.until("R ignored: the selected item is still loading.")
            let_through()


@pytest.mark.parametrize("text", ["see 203.0.113.17 y\ny\n", "recover 203.0.113.17", "5203.0.113.17y"])
async def test_keys_in_a_burst_over_a_review_close_it_and_are_looked_up(tmp_path: Path, text: str) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.until("review: release 198.18.0.5", "read again now")
        await operator.at_once(*text)
        await operator.until("pasted", absent="review:")
        await operator.settled()
        assert len(operator.app.screen_stack) == 1
        assert inventory.eip("198.18.0.5").bindings


async def test_a_reason_typed_fast_is_text(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("R")
        await operator.until("review: release 198.18.0.5", "read again now")
        await operator.press("r")
        await operator.at_once(*"INC-4711 yes")
        await operator.press("enter")
        await operator.until("--reason 'INC-4711 yes'")


async def test_a_strip_that_could_not_be_read_is_about_the_row_under_the_cursor(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        with held_up(inventory, "lookup"):
            await operator.press("j")
            await operator.until(" 198.18.0.6 -- reading", absent="198.18.0.5 -- ")
        await operator.until("198.18.0.6 -- ! Zenlayer address, in use")
        inventory.lookup = refused  # type: ignore[method-assign,assignment]
        for failing in (False, True):
            if failing:
                operator.deck.refresher._failed(gone())
            await operator.press("j")
            await operator.until(f" {under_the_cursor(operator)} -- not read", "the database is gone")


def gone() -> EipdeckError:
    return error(Code.STORE_UNAVAILABLE, "the database is gone")


def refused(*_args: Any) -> Any:
    raise gone()
