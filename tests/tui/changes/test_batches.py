"""Marked EIPs: one review for all, and the result of each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import AllocationRequest, EipQuery, EipStatus, ReleaseRequest, Request, UnbindRequest
from tests.core.kit import another
from tests.tui.deck_kit import allocated, demo_desk, on_deck, on_the_balancer, small_desk
from tui.state.marks import Marks


async def test_space_marks_and_goes_on_and_u_clears_and_brings_back(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("space", "space", "j", "space")
        text = await operator.until("347 EIPs, rows 1-15; 3 marked, u clears")
        assert [line[4:19].strip() for line in text.splitlines() if line[1:2] == "*"] == [
            "198.18.0.5",
            "198.18.0.6",
            "198.18.0.8",
        ]
        assert operator.lines()[-1].startswith("R release 3  U unbind 3  F rehome 3  u clear  * all")
        assert operator.lines()[-1].endswith("? help  q")
        await operator.press("u")
        await operator.until("3 marks cleared, u again brings them back", absent="release 3")
        await operator.press("u")
        await operator.until("3 EIPs marked again", "R release 3")
        await operator.press("k", "space")
        await operator.until("R release 2")


async def test_marks_stay_on_their_eips_and_reach_beyond_the_list(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("slash")
        await operator.type("service:nat-2")
        await operator.press("enter")
        await operator.until("hidden by the filter")
        found = inventory.page(EipQuery("service:nat-2")).total
        await operator.press("asterisk")
        await operator.until(f"{found} marked")
        await operator.press("escape", "s", "down", "enter")
        await operator.until(f"R release {found}")
        assert {eip.bindings[0].service_id for eip in operator.deck.marks.acting} == {"nat-2"}


async def test_the_strip_says_what_marks_do_before_a_key_does_it(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("space")
        await operator.until(
            "* 1 marked -- 198.18.0.6 -- ! Zenlayer address",
            "R, U, B and F act on marked 198.18.0.5, not on 198",
        )
        await operator.press("space")
        await operator.until("* 2 marked -- 198.18.0.9", "R, U, B and F act on the 2 marked, not on 198.18.0.9")
        await operator.press("k")
        await operator.until("R, U, B and F act on the 2 marked, 198.18.0.6 among them")
        await operator.press("f")
        await operator.until("[f Findings", absent="marked")
        await operator.press("e", "u")
        await operator.until("2 marks cleared", " 198.18.0.6 -- ! Zenlayer address", "F rehome", absent="* 2 marked")


async def test_marks_stand_back_for_an_address_that_was_looked_up(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("space")
        await operator.type("203.0.113.9")
        await operator.press("enter")
        await operator.until(" 203.0.113.9 -- ", "1 marked EIP left alone: keys act on 203.0.113.9", "R release  M")
        await operator.press("R")
        await operator.until("review: release 203.0.113.9", "1 marked EIP left alone: this is about the selected item")
        await operator.press("escape", "j")
        await operator.until("* 1 marked", "R release 1")


async def test_what_the_filter_hides_is_not_acted_on(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("space", "space")
        await operator.press("slash")
        await operator.type("own:yes is:idle")
        await operator.press("enter")
        await operator.until("2 marked, 2 of them hidden", "2 marked EIPs left alone: keys act on")
        assert not operator.deck.marks.acting
        await operator.press("R")
        await operator.until(
            "review: release 198.51.100.77", "2 marked EIPs left alone: this is about the selected item"
        )
        await operator.press("escape", "space")
        await operator.until("3 marked, 2 of them hidden", "* 1 marked -- 203.0.113.9")
        await operator.press("space", "R")
        await operator.until("review: release 2 EIPs", "2 in this list, 2 more hidden by the filter and left alone")
        await operator.press("escape", "escape")
        await operator.until("R release 4")
        await operator.press("R")
        await operator.until("review: release 4 EIPs", "4 in this list, 0 more hidden")


async def test_a_change_elsewhere_that_hides_a_marked_eip_leaves_it_alone(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    first = allocated(inventory)
    allocated(inventory)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("slash")
        await operator.type("state:unbound")
        await operator.press("enter", "asterisk")
        await operator.until("R release 2")
        on_the_balancer(bob, first)
        await operator.until("2 marked EIPs left alone: keys act on 203.0.113.0", absent="R release 2")
        await operator.press("j")
        await operator.until("R release 1", "* 1 marked", "2 marked, 1 of them hidden")
        await operator.press("R")
        await operator.until("review: release 203.0.113.1", "1 more hidden by the filter and left alone")
    bob.close()


async def test_a_key_acts_on_the_marks_there_were_when_it_was_pressed(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("space", "space")
        await operator.type("Ru")
        await operator.until("review: release 2 EIPs")


async def test_several_are_released_with_the_count_typed(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    allocated(inventory)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("space", "space", "R")
        await operator.until("review: release 2 EIPs", "2: 1 bound, 1 unbound", "Type the count", "--unbind --yes")
        await operator.press("y")
        await operator.until("review: release 2 EIPs")
        await operator.confirm("2")
        await operator.until("released 2 EIPs", "203.0.113.0 -> hk", "203.0.113.1 -> hk", "a copy all")
        await operator.press("a")
        await operator.until("copied 203.0.113.0 -> hk")
        await operator.press("escape")
        await operator.until("released 2 EIPs", "[e EIPs 1]")
        assert inventory.eip("203.0.113.2").status is EipStatus.UNBOUND
        assert not operator.deck.marks.acting


async def test_one_marked_eip_has_the_review_of_a_selected_one(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("space", "R")
        await operator.until("review: release 203.0.113.0 (BOUND)", "Type its last octet", "1 in this list")
        await operator.press("escape", "U")
        await operator.until("review: unbind 203.0.113.0", "unbound; the EIP stays allocated")
        await operator.confirm()
        await operator.until("unbound 203.0.113.0: it serves nothing now")
        assert not operator.deck.marks.acting


async def test_several_are_unbound_one_after_the_other(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    for _ in range(3):
        on_the_balancer(inventory, allocated(inventory))
    async with on_deck(inventory) as operator:
        await operator.press("asterisk", "U")
        await operator.confirm("3")
        await operator.until("unbound 3 EIPs", "203.0.113.2   unbound from lb lb-1")
        await operator.press("enter")
        await operator.until("unbound 3 EIPs", "[e EIPs 3]", absent="bound   lb")
        assert all(not eip.bindings for eip in inventory.eips())


class Slow:
    """A link on which an unbind takes until it is let through."""

    def __init__(self, execute: Callable[[Request[object]], Any]) -> None:
        self._execute = execute
        self.let_through = threading.Event()

    def __call__(self, request: Request[object]) -> Any:
        assert not isinstance(request, UnbindRequest) or self.let_through.wait(20)
        return self._execute(request)


async def test_z_stops_several_changes_after_the_one_that_is_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory = small_desk(tmp_path)
    for _ in range(3):
        on_the_balancer(inventory, allocated(inventory))
    slow = Slow(inventory.execute)
    monkeypatch.setattr(inventory, "execute", slow)
    async with on_deck(inventory) as operator:
        await operator.press("asterisk", "U")
        await operator.confirm("3")
        await operator.until("unbind 203.0.113.0 (1 of 3; z stops): sending")
        await operator.press("z")
        await operator.until("no further one is sent")
        slow.let_through.set()
        await operator.until("1 of 3 done", "203.0.113.0   unbound from lb", "203.0.113.2   not changed")
        await operator.press("escape")
        await operator.until("unbind: stopped, 1 of 3 done; the others are as they were")
        assert [eip.status.value for eip in inventory.eips()] == ["unbound", "bound", "bound"]
        assert len(operator.deck.marks.acting) == 2


async def test_several_are_bound_alike(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    for _ in range(3):
        allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("asterisk", "B")
        await operator.until("bind 3 EIPs", "203.0.113.0 and 2 more, alike")
        await operator.press("right", "right", "right", "enter", "down", "enter")
        await operator.type("J-904")
        await operator.press("enter")
        await operator.until(
            "review: bind 3 EIPs to lb lb-1", "203.0.113.2", "Type the count", "eipdeck bind 203.0.113.1"
        )
        await operator.confirm("3")
        await operator.until("bound 3 EIPs to lb-1", "203.0.113.2   serves lb lb-1")
        await operator.press("q")
        await operator.until("bound 3 EIPs to lb-1", "[e EIPs 3]")
        assert [eip.bindings[0].service_id for eip in inventory.eips()] == ["lb-1"] * 3
        assert not operator.deck.marks.acting
        await operator.press("asterisk", "B")
        await operator.until("bind 3 EIPs")
        await operator.press("home", "left", "left", "left", "enter")
        await operator.type("nic-1")
        await operator.press("enter", "enter", "enter")
        await operator.until("203.0.113.0 serves lb lb-1, and that alone: U ends")
        await operator.press("escape", "escape")
        await operator.until("nothing was sent", absent="bind 3 EIPs")
        assert len(operator.deck.marks.acting) == 3


async def test_several_landings_are_moved_to_one_pool(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory, pool=None))
    allocated(inventory, pool=None)
    async with on_deck(inventory) as operator:
        await operator.press("asterisk", "F")
        await operator.until("rehome 2 EIPs: choose where they go", "1 of them bound")
        await operator.press("enter", "enter", "enter")
        await operator.until("review: rehome 2 EIPs to hk", "DNS")
        await operator.confirm("2")
        await operator.until(
            "rehomed 2 EIPs", "198.18.0.0 -> 203.0.113.0   lb lb-1", "198.18.0.1 -> 203.0.113.1   unbound"
        )
        await operator.press("escape")
        await operator.until("rehomed 2 EIPs", "0 findings")
        assert [eip.pool_id for eip in inventory.eips()] == ["hk", "hk"]
        assert not inventory.findings()


async def test_new_eips_are_marked_for_the_next_key(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    first = allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("space", "A", "enter", "enter")
        await operator.press("ctrl+u")
        await operator.type("3")
        await operator.press("enter", "enter", "enter", "enter")
        await operator.until("review: allocate 3 EIPs")
        await operator.confirm()
        await operator.until("allocated 3 EIPs", *(f"203.0.113.{number}   hk" for number in (1, 2, 3)))
        await operator.press("escape")
        await operator.until("* 3 marked", "[e EIPs 4]")
        marked = {eip.address for eip in operator.deck.marks.acting}
        assert marked == {"203.0.113.1", "203.0.113.2", "203.0.113.3"}
        await operator.press("u", "u")
        await operator.until("3 EIPs marked again")
        assert first.address not in {eip.address for eip in operator.deck.marks.acting}


async def test_the_first_refusal_ends_it_and_the_rest_stays_marked(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(AllocationRequest(pool_id="hk", count=15))
    allocated(inventory, pool=None)
    allocated(inventory, pool=None)
    async with on_deck(inventory) as operator:
        await operator.press("slash")
        await operator.type("own:no")
        await operator.press("enter", "asterisk", "F")
        await operator.until("rehome 2 EIPs")
        await operator.press("enter", "enter", "enter")
        await operator.until("it stops when none is left")
        await operator.confirm("2")
        await operator.until("what to do")
        await operator.press("escape")
        await operator.until("1 of 2 done", "198.18.0.0 -> 203.0.113.15", "198.18.0.1   not changed")
        await operator.press("escape", "escape")
        await operator.until("R release 1")
        assert len(inventory.findings()) == 2, "one landing is left, and the pool is full"
        (left,) = operator.deck.marks.acting
        assert inventory.eip(left.address).landed_in_default


async def test_what_was_released_by_others_is_left_out(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    first, second = allocated(inventory), allocated(inventory)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.press(".", "asterisk")
        bob.execute(ReleaseRequest(eips=(first.address,)))
        await operator.press("R")
        await operator.until(f"review: release {second.address}")
        await operator.press("escape")
        bob.execute(ReleaseRequest(eips=(second.address,)))
        await operator.press("R")
        await operator.until("none of the marked EIPs is alive any more")
    bob.close()


async def test_what_was_released_by_others_is_unmarked_with_what_is_released(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    *_others, last = (allocated(inventory) for _ in range(3))
    async with on_deck(inventory) as operator:
        await operator.press("asterisk")
        await operator.until("R release 3")
        inventory.execute(ReleaseRequest(eips=(last.address,)))
        await operator.press("R")
        await operator.confirm("2")
        await operator.until("released 2 EIPs")
        await operator.press("escape")
        await operator.until("[e EIPs 0]")
        assert operator.deck.marks == Marks()


@pytest.mark.parametrize("key", ["M", "E"])
async def test_a_change_of_the_selected_eip_leaves_its_mark(tmp_path: Path, key: str) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("space", key)
        await operator.until("enter review")
        await operator.type("100")
        await operator.press("enter", "enter")
        await operator.confirm()
        await operator.when(lambda: not operator.deck.runner.busy)
        assert "100" in (inventory.eip("203.0.113.0").name, str(inventory.eip("203.0.113.0").bandwidth_mbps))
        assert len(operator.deck.marks.acting) == 1


async def test_an_unbind_of_what_was_looked_up_leaves_its_mark(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    async with on_deck(inventory) as operator:
        await operator.press("space")
        await operator.type("203.0.113.0")
        await operator.press("enter")
        await operator.until("1 marked EIP left alone: keys act on 203.0.113.0")
        await operator.press("U")
        await operator.confirm()
        await operator.until("unbound 203.0.113.0: it serves nothing now")
        assert operator.deck.marks.idle == 1


async def test_space_goes_on_in_a_plan_and_its_marks_survive_a_review_that_was_left(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c", "D")
        await operator.until("plan: retire 198.51.100.0/24")
        await operator.press("space", "space")
        await operator.until("[*] ! 198.51.100.20", "[*] ! 198.51.100.21", "> [ ] ! 198.51.100.77")
        await operator.press("R")
        await operator.until("review: release 2 EIPs")
        await operator.press("escape")
        await operator.until("[*] ! 198.51.100.20", "[*] ! 198.51.100.21", "> [ ] ! 198.51.100.77")
