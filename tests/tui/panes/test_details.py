"""The detail of an address: a page at 80 columns, a column at 120; who has it, and who had it before."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import AllocationRequest, Eip, ReleaseRequest
from tests.tui.deck_kit import WIDE, allocated, demo_desk, on_deck, on_the_balancer, small_desk
from tui.panes import detail
from tui.panes.detail_text import detail_lines
from tui.state.selection import SelectionDetails
from tui.widgets.lines import Line
from tui.wording.phrases import eips_beyond


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
    inventory = small_desk(tmp_path)
    first = allocated(inventory)
    on_the_balancer(inventory, first)
    inventory.execute(ReleaseRequest(eips=(first.address,), unbind=True))
    inventory.execute(AllocationRequest(pool_id="hk", address=first.address, name="second"))
    async with on_deck(inventory, size) as operator:
        await operator.type(first.address)
        await operator.press("enter", "enter")
        await operator.until(wanted)


async def test_of_the_past_those_who_came_after_are_named_too(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("203.0.113.252 @ 2025-11-22 20:00Z")
        await operator.press("enter", "enter")
        await operator.until("EIP 203.0.113.252 @ 2025-11-22 20:00Z", "state      bound", "beside now")
        await operator.press("escape", "escape")
        await operator.type("203.0.113.252 @ 2020-01-01")
        await operator.press("enter", "enter")
        await operator.until("after that", absent="before that")


async def test_the_column_tells_the_moment_that_it_is_about(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        await operator.type("203.0.113.252 @ 2025-11-22 20:00Z")
        await operator.press("enter")
        await operator.until("@ 2025-11-22 20:00Z", "changes    on your CIDR")


async def test_the_column_of_a_finding_tells_its_remedy(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        await operator.press("f")
        await operator.until("remedy: Rehome it to", "(168 free)", "in default pool, lb lb-shop")


async def test_of_many_siblings_some_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    first = allocated(inventory)
    for eip in (first, *(allocated(inventory, pool="default-asia-east-1") for _ in range(24))):
        on_the_balancer(inventory, eip)
    async with on_deck(inventory) as operator:
        await operator.type(first.address)
        await operator.press("enter")
        await operator.until("same balancer: 24 more, owners mixed")
        await operator.press("enter", "pagedown")
        await operator.until("198.18.0.19     DEFAULT  lb lb-1: mixes owners", "and 4 more: o lists them")


def test_where_counting_ended_there_may_be_more() -> None:
    assert (eips_beyond(999, 4), eips_beyond(1000, 4), eips_beyond(1000)) == ("995", "996+", "1,000+")


async def test_a_detail_that_is_not_seen_is_not_laid_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[str] = []

    def counted(details: SelectionDetails, width: int) -> list[Line | str]:
        laid_out.append(details.selection.id)
        return detail_lines(details, width)

    monkeypatch.setattr(detail, "detail_lines", counted)
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("down", "down")
        await operator.until("198.18.0.9 -- ! Zenlayer address, idle")
        assert not laid_out
        await operator.press("enter")
        await operator.until("EIP 198.18.0.9", "customer-owned  no")
        assert set(laid_out) == {"198.18.0.9"}
        await operator.press("escape", "down")
        await operator.until("198.18.0.8 -- ! Zenlayer address, in use")
        assert set(laid_out) == {"198.18.0.9"}
        await operator.press("enter")
        await operator.until("EIP 198.18.0.8", "customer-owned  no", absent="203.0.113.9 ")


async def test_a_service_with_many_eips_names_a_few_in_the_form(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    for _ in range(6):
        on_the_balancer(inventory, allocated(inventory))
    free: Eip = allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.type(free.address)
        await operator.press("enter", "B")
        await operator.until(f"bind {free.address}")
        await operator.press("right", "right", "right")
        await operator.until("as well as 203.0.113.0", "203.0.113.3 and 2 more", absent="203.0.113.4")


@pytest.mark.parametrize(
    ("size", "view", "title"), [((120, 36), "e", "198.18.0.5"), ((160, 45), "c", "198.51.100.0/24")]
)
async def test_the_title_of_what_has_the_keys_is_lit(
    tmp_path: Path, size: tuple[int, int], view: str, title: str
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press(view)
        await operator.until(f"─ {title} ─")
        await operator.settled()
        await operator.press("enter")
        await operator.until(f"─[{title}]─", "in the map: arrows walk it" if view == "c" else "in the detail: j and k")
        await operator.press("escape")
        await operator.until(f"─ {title} ─", absent=f"[{title}]")
