"""What a list shows: its columns, its filter while it is typed, and the timeline beside everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import AllocationRequest
from tests.core.kit import another
from tests.corpus import TEXTS
from tests.tui.deck_kit import SMALL, WIDE, demo_desk, on_deck, small_desk
from tui.screen.filter_completion import complete
from tui.terminal.kept import Kept

KNOWN = {
    "pool": ("hk-edge", "hk-spare", "default-asia-east-1", "my pool", "our pool 1", "our pool 2"),
    "cidr": ("192.0.2.0/24",),
}


@pytest.mark.parametrize(
    ("text", "completed", "candidates"),
    [
        ("po", "pool:", ("pool:",)),
        ("s", "s", ("state:", "service:")),
        ("st", "state:", ("state:",)),
        ("state:", "state:", ("bound", "unbound", "cooling", "released")),
        ("state:u", "state:unbound ", ("unbound",)),
        ("pool:h", "pool:hk-", ("hk-edge", "hk-spare")),
        ("pool:hk-e", "pool:hk-edge ", ("hk-edge",)),
        ("own:yes !is:l", "own:yes !is:landed ", ("landed",)),
        ("web poo", "web pool:", ("pool:",)),
        ("cidr:19", "cidr:192.0.2.0/24 ", ("192.0.2.0/24",)),
        ("pool:my", 'pool:"my pool" ', ("my pool",)),
        ("pool:our", "pool:our", ("our pool 1", "our pool 2")),
        ("nothing", "nothing", ()),
        ("no:such", "no:such", ()),
        ("service:", "service:", ()),
    ],
)
def test_the_last_word_is_completed_as_far_as_it_is_certain(
    text: str, completed: str, candidates: tuple[str, ...]
) -> None:
    done = complete(text, KNOWN)
    assert (done.text, done.candidates) == (completed, candidates)


@given(st.text() | st.sampled_from(TEXTS) | st.text('poolk:"! my'))
def test_whatever_is_typed_is_completed_or_left_as_it_is(text: str) -> None:
    done = complete(text, KNOWN)
    assert done.candidates or done.text == text


async def test_tab_completes_in_the_filter(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.until("tab completes")
        await operator.type("po")
        await operator.press("tab")
        await operator.type("hk-")
        await operator.press("tab")
        await operator.until("filter: pool:hk-", "hk-edge hk-legacy hk-spare")
        await operator.type("s")
        await operator.press("tab", "enter")
        await operator.until("88 EIPs, rows 1-15", "filter: pool:hk-spare")


async def test_columns_are_chosen_and_the_address_stays(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("v")
        await operator.until("columns of the EIPs", "[*] STATE", "[ ] MBPS")
        await operator.press("space", "down", "space")
        await operator.until("[ ] STATE", "[ ] OWNER")
        await operator.press("down", "down", "down", "down", "space", "enter")
        await operator.until("ADDRESS", "NAME", "MBPS", absent="OWNER")
        assert "shop-front-vip" in operator.text()
        await operator.press("v", "space", "escape")
        await operator.until("MBPS", absent="OWNER")


async def test_from_160_columns_the_timeline_stands_beside(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory, (160, 45)) as operator:
        await operator.until("t Timeline ", "hk and 1 more")
        bob.execute(AllocationRequest(pool_id="hk"))
        await operator.until("03:12:44 203.0.113.0 allocate")
        await operator.press("t")
        await operator.until("t Timeline]")
        assert not operator.deck.panes.aside.display, "one timeline is enough"
        await operator.pilot.resize_terminal(150, 45)
        await operator.press("e")
        await operator.until("[e EIPs 1]", absent="hk and 1 more")
    bob.close()


@pytest.mark.parametrize(
    ("view", "filter_", "shown"),
    [
        ("tt", "by:bob action:release", "203.0.113.253"),
        ("c", "state:draining", "198.51.100.0/24"),
        ("c", "!own:yes", "198.18.0.0/20"),
        ("p", "kind:default", "default"),
        ("f", "severity:critical code:pool_near_exhaustion", "hk-edge"),
    ],
)
async def test_a_list_is_filtered_by_its_keys(tmp_path: Path, view: str, filter_: str, shown: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press(*view, "/")
        await operator.type(filter_)
        await operator.press("enter")
        await operator.until(f"filter: {filter_}", shown, "hidden by the filter")


async def test_a_key_that_a_list_does_not_know_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("t", "t", "/")
        await operator.type("zz:q")
        await operator.press("enter")
        await operator.until("zz: is not a key of the Timeline; known here: by:, action:, pool:, cidr:")


@pytest.mark.parametrize("size", [SMALL, WIDE, (200, 50)])
async def test_s_shows_the_orders_and_on_the_present_one_reverses_it(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = demo_desk(tmp_path)
    addresses = [eip.address for eip in inventory.eips()]
    async with on_deck(inventory, size) as operator:
        table = operator.deck.panes.eips.table
        await operator.press("s")
        await operator.until("order of the EIPs", "> problems first", "by operator")
        await operator.press("down", "enter")
        await operator.until("ADDRESS▴", "by address", absent="order of")
        await operator.press("g")
        await operator.when(lambda: table.row and table.row.eip.address == addresses[0])
        await operator.at_once("s", "s")
        await operator.until("ADDRESS▾", "by address, reversed", absent="order of")
        await operator.when(lambda: table.row and table.row.eip.address == addresses[0])
        await operator.press("g")
        await operator.when(lambda: table.row and table.row.eip.address == addresses[-1])
        await operator.press("s")
        await operator.until("order of the EIPs", "now, reversed")
        await operator.press("escape")
        await operator.until("ADDRESS▾", absent="order of")


async def test_a_turned_order_is_kept_for_the_next_session(tmp_path: Path) -> None:
    path = tmp_path / "ui.json"
    async with on_deck(demo_desk(tmp_path), kept=Kept(path)) as operator:
        await operator.press("s", "down", "down", "enter")
        await operator.until("AGE▴", "newest first")
        await operator.press("s", "s")
        await operator.until("AGE▾", "newest first, reversed")
        await operator.when(lambda: "newest reversed" in path.read_text(encoding="utf-8"))
    async with on_deck(demo_desk(tmp_path), kept=Kept(path)) as operator:
        await operator.until("AGE▾", "newest first, reversed")
