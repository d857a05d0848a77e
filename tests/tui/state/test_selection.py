"""One thing in hand, whatever the lists do by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import Eip
from tests.tui.deck_kit import NOW, allocated, small_desk
from tui.state.selection import CurrentSelection, Selection, SelectionDetails, SelectionKind, load_details


@pytest.fixture
def eip(tmp_path: Path) -> Eip:
    inventory = small_desk(tmp_path)
    made = allocated(inventory)
    inventory.close()
    return made


def hand_of(eip: Eip) -> Selection:
    return Selection(SelectionKind.ADDRESS, eip.address, eip=eip)


def test_the_cursor_takes_its_row_in_hand(eip: Eip) -> None:
    keeper = CurrentSelection()
    keeper.move(hand_of(eip), by_operator=False)
    assert keeper.selection == hand_of(eip)


def test_a_row_that_is_gone_stays_in_hand_without_its_eip_until_the_operator_moves(eip: Eip) -> None:
    keeper = CurrentSelection()
    keeper.move(hand_of(eip), by_operator=True)
    keeper.move(None, by_operator=False)
    assert keeper.selection == Selection(SelectionKind.ADDRESS, eip.address)
    other = hand_of(eip._replace(address="203.0.113.9"))
    keeper.move(other, by_operator=False)
    assert keeper.selection == Selection(SelectionKind.ADDRESS, eip.address)
    keeper.move(other, by_operator=True)
    assert keeper.selection == other


def test_a_verdict_about_the_past_is_not_replaced_by_the_row_of_today(eip: Eip) -> None:
    keeper = CurrentSelection()
    past = Selection(SelectionKind.ADDRESS, eip.address, at=NOW)
    keeper.hold(past)
    keeper.move(hand_of(eip), by_operator=False)
    assert keeper.selection == past


def test_a_looked_up_address_gets_the_eip_of_its_row(eip: Eip) -> None:
    keeper = CurrentSelection()
    keeper.hold(Selection(SelectionKind.ADDRESS, eip.address))
    keeper.move(hand_of(eip), by_operator=False)
    assert keeper.selection == hand_of(eip)


def test_facts_about_something_else_by_now_are_not_learnt(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    details = load_details(inventory, hand_of(eip))
    inventory.close()
    keeper = CurrentSelection(selection=Selection(SelectionKind.POOL, "hk"))
    assert not keeper.learn(details)
    keeper.move(Selection(SelectionKind.ADDRESS, eip.address), by_operator=True)
    assert keeper.learn(details)
    assert keeper.selection == hand_of(eip)
    assert isinstance(keeper.details, SelectionDetails)
