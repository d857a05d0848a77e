"""The detail of an address: a page at 80 columns, a column at 120; who has it, and who had it before."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import AllocationRequest, ReleaseRequest
from tests.tui.deck_kit import WIDE, allocated, demo_desk, on_deck, on_the_balancer, small_desk


async def test_the_page_shows_all_of_a_tenancy_on_one_screen(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("203.0.113.17")
        await operator.press("enter", "enter")
        await operator.until(
            "customer-owned  yes",
            'allocated       2025-04-26 03:12:44Z by alice, reason "J-377"',
            "10.0.8.0/24 leaves by it 211d",
            "10.0.9.0/24 leaves by it",
            "!  198.18.0.8      DEFAULT  snat nat-1: mixes owners",
            "203.0.113.13    customer dnat nat-1",
            'alice allocate "J-377"',
        )


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((80, 24), "before that     alice@10.0.4.7, 2025-11-23 to 2025-11-23: lb lb-1"), (WIDE, "before that")],
)
async def test_who_had_the_address_before_is_named(tmp_path: Path, size: tuple[int, int], wanted: str) -> None:
    desk = small_desk(tmp_path)
    first = allocated(desk)
    on_the_balancer(desk, first)
    desk.platform.release(ReleaseRequest(eips=(first.address,), unbind=True))
    desk.platform.allocate(AllocationRequest(pool_id="hk", address=first.address, name="second"))
    async with on_deck(desk, size) as operator:
        await operator.type(first.address)
        await operator.press("enter", "enter")
        await operator.until(wanted)


async def test_of_the_past_those_who_came_after_are_named_too(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("203.0.113.252 @ 2025-11-22 20:00Z")
        await operator.press("enter", "enter")
        await operator.until("EIP 203.0.113.252 @ 2025-11-22 20:00Z", "state      bound", "siblings now")
        await operator.press("escape", "escape")
        await operator.type("203.0.113.252 @ 2020-01-01")
        await operator.press("enter", "enter")
        await operator.until("after that", absent="before that")
