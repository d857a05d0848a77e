"""A whole list is copied with `m`, and pinned with `i` in the Lookups."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.tui.deck_kit import SMALL, WIDE, Operator, demo_desk, on_deck
from tui.session import actions

MAIL = "203.0.113.17 at 2025-11-22 21:14Z\n198.18.0.9 at 2025-11-22 21:15Z\n8.8.8.8 at 2025-11-22 21:16Z"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a state folder of the test's own."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


def trail_of(state: Path) -> str:
    (trail,) = state.rglob("*.md")
    return trail.read_text(encoding="utf-8")


async def copied(operator: Operator, state: Path, what: str) -> str:
    """Choose a line of the copy menu, and return the text that reached the clipboard."""
    await operator.press("m")
    text = await operator.until("copy of", what)
    shown = [line for line in text.splitlines() if line.startswith("│ ")]
    (place,) = (number for number, line in enumerate(shown) if what in line)
    await operator.press(*["down"] * place, "enter")
    await operator.until("copied ")
    return (state / "eipdeck" / "clip").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_a_filtered_list_is_copied_whole_in_each_format(
    tmp_path: Path, state: Path, size: tuple[int, int]
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("slash")
        await operator.type("own:no")
        await operator.press("enter")
        await operator.until("5 shown")
        text = await copied(operator, state, "list as text")
        assert text.startswith("!  ADDRESS ")
        assert len(text.splitlines()) == 6
        assert "198.18.0.8" in text
        assert "203.0.113" not in text
        markdown = await copied(operator, state, "list as md")
        assert "| ADDRESS |" in markdown.splitlines()[0]
        rows = list(csv.DictReader((await copied(operator, state, "list as csv")).splitlines()))
        assert {row["customer_owned"] for row in rows} == {"false"}


@pytest.mark.parametrize("view", ["p", "c", "l", "f", "t"])
async def test_every_view_offers_its_list(tmp_path: Path, state: Path, view: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press(view)
        await operator.settled()
        text = await copied(operator, state, "list as text")
        assert len(text.splitlines()) >= 2


async def test_a_list_that_is_too_long_names_the_way_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_COPIED", 300)
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("m", *["down"] * 6, "enter")
        await operator.until("347 rows are too many to copy, 300 is the most: x writes a file")


async def test_i_pins_every_lookup_of_the_list_or_one(tmp_path: Path, state: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste(MAIL)
        await operator.until("3 addresses")
        await operator.press("i")
        await operator.until("pin to the incident trail", "> all 3 of the list", "this one")
        await operator.type("ticket 7")
        await operator.press("enter", "enter")
        await operator.until("pinned 3 addresses: ")
        await operator.press("i")
        await operator.until("> all 3 of the list")
        await operator.press("enter", "right", "enter")
        await operator.until("pinned 203.0.113.17: ")
    whole, one = trail_of(state).split("## ")[-2:]
    assert all(f"{address} at 2025-11-22T21:1" in whole for address in ("203.0.113.17", "198.18.0.9", "8.8.8.8"))
    assert "note: ticket 7" in whole
    assert "8.8.8.8" not in one
