"""Moving about: back and forward, one pane alone, and a screen that stands still."""

from __future__ import annotations

from pathlib import Path

from core import (
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Inventory,
    ServiceKind,
)
from tests.core.kit import another
from tests.tui.deck_kit import SMALL, WIDE, allocated, demo_desk, on_deck, small_desk


async def test_back_and_forward_go_where_one_has_been(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("p", "j", "j", "enter", "o")
        await operator.until("[e EIPs 347]", "filter: pool:hk-spare")
        await operator.press("j", "j", "f")
        await operator.until("[f Findings 7!]")
        await operator.press("left_square_bracket")
        await operator.until("[e EIPs 347]", "filter: pool:hk-spare", ">    192.0.2.2 ")
        await operator.press("left_square_bracket")
        await operator.until("[p Pools 4]", ">    hk-spare")
        await operator.press("left_square_bracket")
        await operator.until("[e EIPs 347]", "> !! 198.18.0.5", absent="filter:")
        await operator.press("left_square_bracket")
        await operator.until("there is no other place to go to")
        await operator.press("right_square_bracket", "right_square_bracket")
        await operator.until("filter: pool:hk-spare", ">    192.0.2.2 ")
        await operator.press("right_square_bracket")
        await operator.until("[f Findings 7!]")
        await operator.press("right_square_bracket")
        await operator.until("there is no other place to go to")


async def test_the_last_view_and_this_one_by_turns(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c")
        await operator.until("[c CIDRs 4]")
        await operator.press("minus")
        await operator.until("[e EIPs 347]")
        await operator.press("minus")
        await operator.until("[c CIDRs 4]")


async def test_a_pane_alone_has_the_whole_width(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        await operator.until("─ p Pools 4 ─", "─ f Findings 7 ─")
        await operator.press("plus")
        await operator.until("198.18.0.5      DEFAULT default", absent="─ p Pools 4 ─")
        await operator.press("enter")
        await operator.until("esc back to EIPs", "lb-shop")
        await operator.press("escape", "p")
        await operator.until("[p Pools 4]", "hk-edge", absent="198.18.0.6")
        await operator.press("plus")
        await operator.until("[p Pools 4]", "─ f Findings 7 ─")


async def test_below_120_columns_there_is_nothing_to_zoom(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), SMALL) as operator:
        before = operator.lines()[:20]
        await operator.press("plus")
        await operator.until("one pane has the whole width below 120 columns")
        assert operator.lines()[:20] == before


async def test_paused_nothing_is_read_until_it_goes_on(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("full_stop")
        await operator.until("  0 min old ", "paused: ")
        bob.execute(AllocationRequest(pool_id="hk"))
        await operator.deck.polling.poll()
        await operator.press("j")
        await operator.until("[e EIPs 1]", "not read since", "paused, . resumes")
        await operator.press("full_stop")
        await operator.until("[e EIPs 2]", " live ")
    bob.close()


ODD = 'my "pool" is:idle;touch /tmp/x'


def odd_desk(folder: Path) -> Inventory:
    """A pool and a load balancer with an id of several words; two EIPs in that pool, one of them bound to it."""
    inventory = small_desk(folder)
    inventory.execute(AddCidrRequest(cidr="192.0.2.0/28", isp="bgp-a", asn=64500, pool_id=ODD))
    inventory.execute(ActivateRequest(cidr="192.0.2.0/28", reason="announced"))
    inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id=ODD))
    inventory.execute(AllocationRequest(pool_id="hk"))
    first, _second = inventory.execute(AllocationRequest(pool_id=ODD, count=2)).eips
    inventory.execute(BindRequest(eip=first.address, kind=BindingKind.LOAD_BALANCER, service_id=ODD))
    return inventory


async def test_an_id_of_several_words_leads_to_what_is_its_own(tmp_path: Path) -> None:
    async with on_deck(odd_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type("192.0.2.0")
        await operator.press("enter", "o")
        await operator.until("1 shown  esc clears", 'filter: service:"my ""pool""', ">    192.0.2.0 ")
        await operator.press("p")
        await operator.deck.navigator.pane.select(ODD)
        await operator.press("enter", "o")
        await operator.until("2 shown  esc clears", 'filter: pool:"my ""pool""', "192.0.2.1")


async def test_a_list_takes_words_in_quotes(tmp_path: Path) -> None:
    async with on_deck(odd_desk(tmp_path)) as operator:
        await operator.press("c", "slash")
        await operator.type('pool:"my ""pool"" is:idle;touch /tmp/x"')
        await operator.press("enter")
        await operator.until("1 shown", "192.0.2.0/28", absent="203.0.113.0/28")
        await operator.press("slash")
        await operator.type(' "')
        await operator.until("A quote is not closed")
