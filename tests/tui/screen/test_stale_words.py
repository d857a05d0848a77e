"""No line of the screen stays when it is no longer true."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import AddCidrRequest, open_inventory
from tests.tui.deck_kit import SMALL, WIDE, demo_desk, on_deck, small_desk
from tui.commands.registry import View

SIZES = [SMALL, WIDE, (200, 50)]
MAIL = "203.0.113.17 2025-11-22T10:00Z\n203.0.113.17 2025-11-22T10:00Z\n192.0.2.9 2025-11-22T10:00Z\n"


async def test_at_the_end_of_a_review_nothing_says_that_it_goes_on(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), (80, 20)) as operator:
        await operator.press("R")
        await operator.until("review: release", "PgDn more")
        await operator.press("y")
        await operator.until("there is more to read")
        await operator.press("end")
        await operator.until("enter or esc: ", absent="more to read")
        await operator.until(absent="PgDn more")
        await operator.press("pageup")
        await operator.until("PgDn more")


@pytest.mark.parametrize("size", SIZES)
async def test_a_required_reason_is_asked_for_where_the_way_to_send_stands(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(AddCidrRequest(cidr="192.0.2.0/24", isp="bgp-a", asn=64500))
    async with on_deck(inventory, size) as operator:
        await operator.press("c", "colon")
        await operator.type("cidr activate")
        await operator.press("enter")
        await operator.until("a reason is required: press r", "r reason, required", absent="y send")
        await operator.press("r")
        await operator.type("announced")
        await operator.press("enter")
        await operator.until("y sends at once", "y send   r reason", absent="a reason is required")


async def test_a_corrected_time_takes_its_error_away(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("198.18.0.9 @ 25:00")
        await operator.press("enter")
        await operator.until("is not a time")
        await operator.press("backspace", "backspace", "backspace", "backspace")
        await operator.type("1:00")
        await operator.until("@ 21:00", absent="is not a time")


@pytest.mark.parametrize("view", "epcft")
async def test_a_refresh_says_when_it_was_done(tmp_path: Path, view: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press(view, "r")
        await operator.until("read 03:12:44Z", absent="reading everything")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", "epcft")
async def test_a_session_that_may_only_look_is_not_offered_to_write(
    tmp_path: Path, size: tuple[int, int], view: str
) -> None:
    async with on_deck(demo_desk(tmp_path, read_only=True), size) as operator:
        await operator.press(view)
        await operator.settled()
        assert "arm write" not in operator.text()


async def test_an_address_of_the_command_line_was_not_pasted(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), address="203.0.113.17") as operator:
        await operator.until("look up: 203.0.113.17", "203.0.113.17 -- ", absent="pasted")


@pytest.mark.parametrize("size", SIZES)
async def test_the_bar_of_the_lookups_names_them_also_on_the_way_back(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.paste(MAIL)
        await operator.until("look up: 3 addresses, 2 distinct", "3 addresses in 2 rows: ")
        await operator.press("j")
        await operator.until("look up: 3 addresses, 2 distinct")
        await operator.press("p", "[")
        await operator.until("look up: 3 addresses, 2 distinct", "esc leaves")


async def test_back_leaves_the_detail(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c", "e", "enter")
        await operator.until("esc back to EIPs")
        await operator.press("[")
        await operator.until(absent="esc back to EIPs")
        assert operator.deck.view is View.EIPS
        await operator.press("[")
        await operator.when(lambda: operator.deck.view is View.CIDRS)


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_the_timeline_at_the_side_is_read_when_the_terminal_grows(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(open_inventory(inventory.url, operator="alice"), size) as operator:
        await operator.settled()
        await operator.pilot.resize_terminal(200, 50)
        await operator.when(lambda: operator.deck.panes.aside.table.total > 10)
        await operator.until("t Timeline", "203.0.113.253")
    inventory.close()
