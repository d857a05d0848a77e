"""Saved views of the configuration: a name for a filter, an order and columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import Config, EipdeckError, SavedView
from tests.tui.deck_kit import WIDE, demo_desk, on_deck
from tui.commands.registry import View
from tui.screen.saved_views import checked_views

VIEWS = {
    "zenlayer": SavedView("own:no", "newest", ("OWNER", "REGION")),
    "shop": SavedView("service:lb-shop"),
}


async def test_a_view_brings_its_filter_order_and_columns(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path, config=Config(views=VIEWS)), WIDE) as operator:
        await operator.press("f", "colon")
        await operator.until("every command by its command-line name")
        await operator.type("view zen")
        await operator.until("> view zenlayer")
        await operator.press("enter")
        await operator.until("newest first", "filter: own:no", "REGION")
        assert operator.deck.navigator.view is View.EIPS
        await operator.press("backspace")
        await operator.until("newest first", absent="filter:")


async def test_the_dashboard_begins_with_the_start_view(tmp_path: Path) -> None:
    config = Config(views=VIEWS, start_view="shop")
    async with on_deck(demo_desk(tmp_path, config=config)) as operator:
        await operator.until("filter: service:lb-shop")


@pytest.mark.parametrize(
    ("views", "words", "said"),
    [
        (VIEWS, "view nothing", "nothing is not a view of the configuration"),
        (VIEWS, "view", "view NAME shows one of zenlayer, shop"),
        ({}, "view", "[views.NAME] in the configuration saves a view"),
    ],
)
async def test_a_view_that_is_not_there_is_told(
    tmp_path: Path, views: dict[str, SavedView], words: str, said: str
) -> None:
    async with on_deck(demo_desk(tmp_path, config=Config(views=views))) as operator:
        await operator.press("colon")
        await operator.until("every command by its command-line name")
        await operator.type(words)
        await operator.press("enter")
        await operator.until(said)


def test_an_order_or_a_column_that_the_list_lacks_is_refused() -> None:
    checked_views(Config(views=VIEWS))
    with pytest.raises(EipdeckError) as caught:
        checked_views(Config(views={"a": SavedView(sort="size", columns=("REGIN",))}))
    assert "'size' is not one of problems, address" in caught.value.reason
    assert "the nearest is REGION" in caught.value.reason
