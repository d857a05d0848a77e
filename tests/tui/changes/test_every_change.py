"""Every change from its key to the database, through its form and its review."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AllocationRequest,
    BindingKind,
    CidrState,
    Config,
    DrainRequest,
    EipdeckError,
    EipQuery,
    EipStatus,
    PoolSettingsRequest,
    PortRange,
    ReleaseRequest,
    RenameRequest,
    UnbindRequest,
)
from tests.core.kit import another
from tests.tui.deck_kit import (
    SMALL,
    WIDE,
    Operator,
    allocated,
    demo_desk,
    empty_desk,
    held_up,
    on_deck,
    on_the_balancer,
    small_desk,
)
from tui.changes import allocate as allocating


async def fill_in(operator: Operator, *fields: str) -> None:
    """Type into the fields of a form from the focused one on; enter leaves each, and from the last opens the review."""
    for text in fields:
        await operator.type(text)
        await operator.press("enter")


async def test_allocate_from_a_customer_pool(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("A")
        await operator.until("allocate an EIP")
        await fill_in(operator, "", "", "", "web-44", "100", "J-902")
        await operator.until("review: allocate", "203.0.113.0", "customer-owned: yes", "y sends at once")
        await operator.confirm()
        await operator.until("allocated 203.0.113.0 from hk; customer-owned: yes", "> ", "203.0.113.0     own")
        eip = inventory.eip("203.0.113.0")
        assert (eip.name, eip.bandwidth_mbps, eip.customer_owned) == ("web-44", 100, True)
        assert inventory.history("203.0.113.0")[-1].reason == "J-902"
        assert operator.deck.selection is not None
        assert operator.deck.selection.id == "203.0.113.0"
        await operator.until("EIPs 1]")


async def test_the_default_pool_is_only_ever_chosen_and_then_no_landing(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("A", "down", "down")
        await operator.until("DEFAULT")
        await fill_in(operator, "", "", "", "", "", "")
        await operator.until("review: allocate", "! ", "--default")
        await operator.confirm()
        await operator.until("customer-owned: NO")
        eip = inventory.eip("198.18.0.0")
        assert not eip.landed_in_default
        assert not inventory.findings()


async def test_a_landing_stays_marked_until_f_repairs_it(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    landed = on_the_balancer(inventory, allocated(inventory, pool=None))
    async with on_deck(inventory) as operator:
        text = await operator.until("> !! 198.18.0.0      DEFAULT", "! Zenlayer address, in use", "1 finding")
        assert "F rehome" in text
        await operator.press("F")
        await operator.until("rehome 198.18.0.0: choose where it goes")
        await fill_in(operator, "", "", "", "J-901")
        await operator.until("review: rehome 198.18.0.0", "203.0.113.0", "DNS")
        await operator.confirm("0")
        await operator.until("rehomed: 198.18.0.0 -> 203.0.113.0, customer-owned: yes", "0 findings")
        await operator.until(">    203.0.113.0", "203.0.113.0 -- yours, in use")
        assert inventory.eip("203.0.113.0").bindings[0].service_id == "lb-1"
        assert inventory.eip(str(landed.id)).status is EipStatus.RELEASED
        assert not inventory.findings()


async def test_a_repair_from_the_detail_shows_the_new_address_above_its_own_facts(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory, pool=None))
    async with on_deck(inventory) as operator:
        await operator.press("enter")
        await operator.until("EIP 198.18.0.0", "customer-owned  no (DEFAULT)")
        await operator.press("F")
        await operator.until("choose where it goes")
        await fill_in(operator, "", "", "", "J-901")
        await operator.confirm("0")
        await operator.until("EIP 203.0.113.0", "customer-owned  yes (customer)", absent="EIP 198.18.0.0")


async def test_a_landing_is_accepted_with_a_reason(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory, pool=None)
    async with on_deck(inventory) as operator:
        await operator.press("f", "K")
        await operator.until('accept "in default pool"')
        await fill_in(operator, "lab", "")
        await operator.until('review: accept "in default pool"')
        await operator.confirm()
        await operator.until('accepted "in default pool"', "0 findings")
        assert not inventory.findings()
        assert inventory.findings(accepted=True)[0].accepted_reason == "lab"


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_an_accepted_finding_is_listed_below_and_taken_back(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory, pool=None)
    finding = inventory.findings()[0]
    inventory.execute(AcceptRequest(finding=finding.id, reason="a lab", until="30d"))
    async with on_deck(inventory, size) as operator:
        await operator.press("f")
        await operator.until("0 findings", "no findings; 1 accepted", "accepted ", "a lab")
        await operator.until("K withdraw")
        await operator.press("K")
        await operator.until("review: withdraw the acceptance", "a lab", "--withdraw")
        await operator.press("r")
        await operator.type("it stays")
        await operator.press("enter")
        await operator.confirm()
        await operator.until('"in default pool" of 198.18.0.0 is open again', "1 finding")
        assert [each.id for each in inventory.findings()] == [finding.id]
        assert inventory.history()[-1].reason == "it stays"


@pytest.mark.parametrize(
    ("kind", "keys", "service"),
    [
        (BindingKind.NIC, ("enter", "down", "enter", "enter", "enter"), "nic-1"),
        (BindingKind.LOAD_BALANCER, ("right", "right", "right", "enter", "down", "enter", "enter"), "lb-1"),
        (BindingKind.SNAT, ("right", "enter", "down", "enter", "space", "enter", "enter", "enter"), "nat-1"),
    ],
)
async def test_bind_to_each_service(tmp_path: Path, kind: BindingKind, keys: tuple[str, ...], service: str) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("B")
        await operator.until("bind 203.0.113.0")
        for key in keys:
            await operator.press(key)
            await operator.settled()
        await operator.confirm()
        await operator.until(f"bound 203.0.113.0 to {service}", "bound   ")
        (binding,) = inventory.eip("203.0.113.0").bindings
        assert (binding.kind, binding.service_id) == (kind, service)
        await operator.until("yours, in use", "U unbind")


async def test_bind_a_port(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("B", "right", "right", "enter", "down", "enter")
        await operator.type("10.0.8.7")
        await operator.press("enter", "enter")
        await operator.type("443")
        await operator.press("enter")
        await operator.type("8443")
        await operator.press("enter", "enter")
        await operator.confirm()
        await operator.until("bound 203.0.113.0 to nat-1")
        (binding,) = inventory.eip("203.0.113.0").bindings
        assert (binding.kind, binding.port, binding.to_port) == (
            BindingKind.DNAT,
            PortRange(443, 443),
            PortRange(8443, 8443),
        )


async def test_unbind_counts_and_then_ends_the_binding(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    async with on_deck(inventory) as operator:
        await operator.press("U")
        await operator.confirm()
        await operator.until("unbound 203.0.113.0: it serves nothing now", "unbound -")
        assert inventory.eip("203.0.113.0").status is EipStatus.UNBOUND
        await operator.press("U")
        await operator.until("there is nothing to unbind")


async def test_release_and_recover(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(PoolSettingsRequest(pool_id="hk", cooldown_seconds=86_400))
    eip = allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.confirm()
        await operator.until("released 203.0.113.0 to hk.  selected: 203.0.113.0", "203.0.113.0 -- yours, cooling")
        assert not any(line.startswith(">") for line in operator.lines())
        assert "Z recover" in operator.lines()[-1]
        await operator.press("Z")
        await operator.confirm()
        await operator.until("recovered 203.0.113.0", "> ")
        assert inventory.eip("203.0.113.0").previous_eip_id == eip.id


async def test_what_a_recovered_address_served_is_offered_again(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    lost = on_the_balancer(inventory, allocated(inventory))
    inventory.execute(ReleaseRequest(eips=(lost.address,), unbind=True))
    async with on_deck(inventory) as operator:
        await operator.type(lost.address)
        await operator.press("enter", "Z")
        await operator.until("review: recover 203.0.113.0", "it served", "lb lb-1: offered again")
        await operator.confirm()
        await operator.until("review: bind 203.0.113.0 to lb lb-1")
        assert inventory.eip(lost.address).bindings == ()
        await operator.confirm()
        await operator.until("bound 203.0.113.0 to lb-1")
        assert [binding.service_id for binding in inventory.eip(lost.address).bindings] == ["lb-1"]


async def test_what_is_not_wanted_again_is_left(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    lost = on_the_balancer(inventory, allocated(inventory))
    inventory.execute(ReleaseRequest(eips=(lost.address,), unbind=True))
    async with on_deck(inventory) as operator:
        await operator.type(lost.address)
        await operator.press("enter", "Z")
        await operator.confirm()
        await operator.until("review: bind 203.0.113.0 to lb lb-1")
        await operator.press("escape")
        await operator.until("1 binding not bound again: B binds it", absent="review:")
        assert inventory.eip(lost.address).bindings == ()


async def test_release_of_a_bound_eip_wants_its_last_octet(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.until("review: release 203.0.113.0 (BOUND)", "read again now")
        await operator.press("y")
        await operator.until("type 0 exactly")
        await operator.confirm("0")
        await operator.until("released 203.0.113.0 to hk")
        assert inventory.pool("hk").allocated == 0


async def test_bandwidth(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("M")
        await operator.until("bandwidth of 203.0.113.0")
        await fill_in(operator, "250", "")
        await operator.confirm()
        await operator.until("203.0.113.0 is capped at 250 Mbps")
        assert inventory.eip("203.0.113.0").bandwidth_mbps == 250


async def test_an_eip_is_renamed_and_its_name_taken_away(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory, name="shop")
    async with on_deck(inventory) as operator:
        await operator.press("E")
        await operator.until("rename 203.0.113.0", 'before      "shop"', "eipdeck name 203.0.113.0 shop")
        await fill_in(operator, "web-44", "J-1")
        await operator.until("review: rename 203.0.113.0", '"web-44"', "y sends at once")
        await operator.confirm()
        await operator.until('203.0.113.0 is named "web-44"')
        assert inventory.eip("203.0.113.0").name == "web-44"
        await operator.press("E")
        await operator.until("eipdeck name 203.0.113.0 web-44")
        await operator.press("ctrl+u", "enter", "enter")
        await operator.until("review: rename 203.0.113.0", "after", "no name")
        await operator.confirm()
        await operator.until("203.0.113.0 has no name")
        told = [(event.action, event.after, event.reason) for event in inventory.history("203.0.113.0")[1:]]
        assert told == [("rename", {"name": "web-44"}, "J-1"), ("rename", {"name": None}, None)]
        await operator.press("t")
        await operator.until("rename")


async def test_a_rename_tells_that_the_name_has_changed_since(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory, name="shop")
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("E")
        await operator.until("rename 203.0.113.0")
        bob.execute(RenameRequest(eip="203.0.113.0", name="theirs"))
        await fill_in(operator, "mine", "")
        await operator.until('203.0.113.0 is named "theirs" now')
        assert inventory.eip("203.0.113.0").name == "theirs"
    bob.close()


async def test_without_write_mode_or_a_selected_eip_nothing_is_renamed(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path, read_only=True)) as operator:
        await operator.press("E")
        await operator.until("E does nothing: this session was started with --read-only")
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("p", "E")
        await operator.until("E works on EIPs")


async def test_the_whole_life_of_a_cidr_by_keyboard(tmp_path: Path) -> None:
    inventory = empty_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("C")
        await operator.until("add a customer CIDR")
        await operator.type("203.0.113.0/28")
        await operator.press("enter")
        await operator.type("bgp-a")
        await operator.press("enter")
        await operator.type("64500")
        while "review:" not in operator.text():
            await operator.press("enter")
        await operator.confirm()
        await operator.until("added 203.0.113.0/28", "validating")
        await operator.until("> !  203.0.113.0/28")
        await operator.press("colon")
        await operator.type("cidr activate")
        await operator.press("enter")
        await operator.until("review: activate 203.0.113.0/28", "read again now")
        await operator.press("r")
        await operator.type("announced")
        await operator.press("enter", "y")
        await operator.until("203.0.113.0/28 is active")
        await operator.press("D")
        await operator.confirm("203.0.113.0/28")
        await operator.until("203.0.113.0/28 is draining", "D retire")
        await operator.press("D")
        await operator.confirm("203.0.113.0/28")
        await operator.until("retired 203.0.113.0/28")
        assert inventory.cidr("203.0.113.0/28").state is CidrState.RETIRED


async def test_retiring_what_still_lives_is_a_plan_until_nothing_does(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("c", "D")
        text = await operator.until("plan: retire 198.51.100.0/24", "retiring now, because of the 3 live EIPs")
        for words in ("198.51.100.20", "nic old-01", "lb lb-old", "serves nothing", "unbound: R", "by bob"):
            assert words in text
        await operator.press("j", "j", "R")
        await operator.until("review: release 198.51.100.77", "locked")
        await operator.confirm()
        await operator.until("plan: retire 198.51.100.0/24", "2 live EIPs", absent="198.51.100.77")
        await operator.press("F")
        await operator.until("rehome 198.51.100.20: choose where it goes")
        await fill_in(operator, "", "", "", "J-640")
        await operator.confirm("20")
        await operator.until("plan: retire 198.51.100.0/24", "because of the 1 live EIP above")
        await operator.press("R")
        await operator.confirm("21")
        await operator.until("198.51.100.0/24 has no live EIP left: D retires it")
        await operator.press("c")
        await operator.until("> !  198.51.100.0/24", "D retire")
        await operator.press("D")
        await operator.confirm("198.51.100.0/24")
        await operator.until("retired 198.51.100.0/24")
        assert inventory.cidr("198.51.100.0/24").state is CidrState.RETIRED


async def test_a_plan_moves_all_that_are_marked_with_one_review(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("c", "D")
        await operator.until("plan: retire 198.51.100.0/24", "space mark")
        await operator.press("asterisk", "F")
        await operator.until("rehome 3 EIPs: choose where they go")
        await fill_in(operator, "", "", "J-640")
        await operator.until("review: rehome 3 EIPs to hk-spare", "198.51.100.77")
        await operator.confirm("3")
        await operator.until("rehomed 3 EIPs", "198.51.100.20 -> 192.0.2.88   nic old-01")
        await operator.press("escape")
        await operator.until("198.51.100.0/24 has no live EIP left: D retires it")
        assert inventory.cidr("198.51.100.0/24").allocated == 0


async def test_a_plan_leaves_out_what_others_released_since_it_was_read(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    *_others, last = inventory.eips("cidr:198.51.100.0/24")
    async with on_deck(inventory) as operator:
        await operator.press("c", "D")
        await operator.until("plan: retire 198.51.100.0/24", "3 live EIPs")
        await operator.press("asterisk")
        inventory.execute(ReleaseRequest(eips=(last.address,), unbind=True))
        await operator.press("R")
        await operator.until("review: release 2 EIPs", "read again now")
        await operator.confirm("2")
        await operator.until("released 2 EIPs", "198.51.100.20 -> hk-legacy")
        await operator.press("escape")
        await operator.until("198.51.100.0/24 has no live EIP left: D retires it")


async def test_the_plan_leads_to_the_list_the_service_and_the_history(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c", "D")
        await operator.until("plan: retire")
        await operator.press("enter")
        await operator.until("filter: cidr:198.51.100.0/24", "> !  198.51.100.20", "3 EIPs")
        await operator.press("left_square_bracket")
        await operator.until("[c CIDRs 4]", "> !  198.51.100.0/24")
        await operator.press("D", "j", "o")
        await operator.until("filter: service:lb-old", "> !  198.51.100.21")
        await operator.press("left_square_bracket", "D")
        await operator.until("plan: retire")
        await operator.press("t")
        await operator.until("t Timeline]", "of 198.51.100.20")
        await operator.press("left_square_bracket", "D")
        await operator.until("plan: retire")
        await operator.press("q")
        await operator.until("[c CIDRs 4]", absent="plan:")


async def test_a_retirement_that_others_made_impossible_is_refused(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    async with on_deck(inventory) as operator:
        await operator.press("c", "D")
        await operator.until("review: retire 203.0.113.0/28", "read again now")
        inventory.execute(ActivateRequest(cidr="203.0.113.0/28", reason="changed our minds"))
        allocated(inventory)
        await operator.confirm("203.0.113.0/28")
        await operator.until("CHANGED SINCE YOU LOOKED", "has 1 live EIP now")
        await operator.type("203.0.113.0/28")
        await operator.press("y")
        text = await operator.until("refused", "still has")
        assert "203.0.113.0" in text
        await operator.press("escape")
        await operator.until("refused, nothing was changed")
        assert inventory.cidr("203.0.113.0/28").state is CidrState.ACTIVE


async def test_an_exhausted_pool_refuses_before_any_review(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(AllocationRequest(pool_id="hk", count=16))
    async with on_deck(inventory) as operator:
        await operator.press("p", "A")
        await operator.until("allocate an EIP", "0 free of 16")
        await fill_in(operator, "", "", "", "", "", "")
        await operator.until("refused: allocate", "what to do")
        await operator.press("escape")
        await operator.until("allocate an EIP", "hk is full", absent="refused: allocate")
        await operator.press("escape")
        await operator.until("nothing was sent")


async def test_what_was_filled_in_is_not_lost_by_a_refusal(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("A")
        await operator.until("allocate an EIP")
        await operator.press("tab")
        await fill_in(operator, "203.0.113.99", "", "web-44", "100", "J-902")
        await operator.until("what to do")
        await operator.press("escape")
        await operator.until("allocate an EIP", "203.0.113.99", "web-44", "J-902")
        assert inventory.page(EipQuery()).total == 0
        await operator.press("tab", "ctrl+u")
        await fill_in(operator, "203.0.113.9", "", "", "", "")
        await operator.confirm()
        await operator.until("allocated 203.0.113.9 from hk")
        assert inventory.eip("203.0.113.9").name == "web-44"


async def test_what_was_filled_in_is_not_lost_when_sending_is_refused(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("C")
        await operator.until("add a customer CIDR")
        await fill_in(operator, "203.0.113.0/24", "bgp-a", "64500", "", "", "", "J-7")
        await operator.confirm()
        await operator.until("what to do")
        await operator.press("escape")
        await operator.until("add a customer CIDR", "203.0.113.0/24", "bgp-a", "64500", "J-7")
        assert [cidr.cidr for cidr in inventory.cidrs() if cidr.customer_owned] == ["203.0.113.0/28"]


async def test_cancelling_a_review_goes_back_to_its_form_and_so_does_ctrl_c(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("A")
        await operator.until("allocate an EIP")
        await fill_in(operator, "", "", "", "web-44", "", "J-902")
        await operator.until("review: allocate 1 EIP", "esc back")
        await operator.press("escape")
        await operator.until("allocate an EIP", "web-44", "J-902", absent="review:")
        await fill_in(operator, "", "", "", "", "", "")
        await operator.until("review: allocate 1 EIP")
        await operator.press("ctrl+c")
        await operator.until("allocate an EIP", "web-44", "J-902", absent="review:")
        await operator.press("escape", "escape")
        await operator.until("nothing was sent", absent="allocate an EIP")
        assert inventory.page(EipQuery()).total == 0


async def test_esc_in_a_review_after_something_was_sent_does_not_bring_the_form_back(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.until("review: release", "esc cancel")
        await operator.press("escape")
        await operator.until("nothing was sent", absent="review:")


async def test_a_refused_repair_and_a_refused_binding_keep_what_was_filled_in(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    landed = allocated(inventory, pool=None)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("F")
        await operator.until("rehome 198.18.0.0: choose where it goes")
        await fill_in(operator, "", "203.0.113.99", "", "J-901")
        await operator.until("! refused: rehome 198.18.0.0", "what to do")
        await operator.press("escape")
        await operator.until("rehome 198.18.0.0: choose where it goes", "203.0.113.99", "J-901", absent="refused:")
        await operator.press("escape", "escape", "B")
        await operator.until("bind 198.18.0.0")
        await operator.press("right", "right", "right", "enter", "down", "enter")
        await operator.type("J-904")
        await operator.press("enter")
        await operator.until("review: bind 198.18.0.0 to lb lb-1", "unchanged")
        bob.execute(ReleaseRequest(eips=(landed.address,)))
        await operator.press("y")
        await operator.until("has been released since you looked")
        await operator.press("y")
        await operator.until("! refused: bind 198.18.0.0")
        await operator.press("escape")
        await operator.until("bind 198.18.0.0", "> lb-1", "> lb", "J-904", absent="refused:")
    bob.close()


async def test_z_aborts_the_count_and_other_keys_wait(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    async with on_deck(inventory) as operator:
        operator.deck.runner.flow.grace.second = 3600
        await operator.press("R")
        await operator.confirm()
        await operator.until("RELEASE 203.0.113.0 in 5 s.  Nothing has been sent yet", "z abort   esc abort")
        await operator.press("p", "q", "q", "R", "1")
        assert operator.app.return_code is None
        assert operator.deck.view == "EIPs"
        await operator.press("z")
        await operator.until("aborted: nothing was sent")
        assert inventory.eip("203.0.113.0").id == eip.id


async def test_what_changes_under_a_review_is_shown_and_never_overrun(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.until("review: release 203.0.113.0", "unchanged")
        on_the_balancer(bob, bob.eip("203.0.113.0"))
        await operator.press("y")
        await operator.until("CHANGED SINCE YOU LOOKED", "lb lb-1")
        await operator.press("y")
        await operator.until("refused", "still serves lb lb-1")
        assert bob.eip("203.0.113.0").status is EipStatus.BOUND
    bob.close()


async def test_a_change_during_the_count_is_a_conflict(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        operator.deck.runner.flow.grace.second = 0.05
        await operator.press("U")
        await operator.confirm()
        await operator.until("UNBIND 203.0.113.0 in")
        bob.execute(UnbindRequest(eip="203.0.113.0"))
        await operator.until("! refused: unbind 203.0.113.0", "has changed since you looked")
    bob.close()


async def test_a_change_is_sent_once_with_a_request_id(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.confirm()
        await operator.until("released 203.0.113.0")
    reopened = another(inventory)
    event = reopened.history("203.0.113.0")[-1]
    assert event.request_id
    with pytest.raises(EipdeckError):
        reopened.eip("203.0.113.0")
    reopened.close()


@pytest.mark.parametrize(
    ("key", "then"),
    [
        ("F", "rehome 198.18.0.0: choose where it goes"),
        ("K", 'accept "in default pool"'),
        ("escape", "! 198.18.0.0 IN THE DEFAULT POOL"),
    ],
)
async def test_an_allocation_that_landed_says_so_and_offers_the_repair(tmp_path: Path, key: str, then: str) -> None:
    """No form asks for a landing; an executor that ignores the pool can cause one."""
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        runner = operator.deck.runner
        request = AllocationRequest(name="web-44")
        landed = inventory.execute(request)
        runner._run(partial(allocating._tell, runner.flow, landed, request), changing=True)
        await operator.until("IN THE DEFAULT POOL BY MISTAKE", "customer-owned: NO", "F rehome")
        await operator.press(key)
        await operator.until(then)
        if key == "escape":
            await operator.until("> !  198.18.0.0      DEFAULT", "1 finding", "F rehome")


async def test_a_plan_says_that_it_does_not_list_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.changes.retire_cidr._SHOWN", 2)
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c", "D")
        await operator.until("the 3 live EIPs, each by F or R: the first 2 here", absent="198.51.100.77")
        await operator.press("asterisk")
        await operator.until("the 2 listed here are marked, 1 more are not: enter lists all there are")


async def test_what_is_released_is_called_in_hand_only_while_it_is(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("j", "j")
        with held_up(inventory, "execute") as let_through:
            await operator.press("R")
            await operator.until("review: release 198.18.0.9")
            await operator.confirm()
            await operator.until("release 198.18.0.9: sending")
            await operator.press("j")
            let_through()
            await operator.until("released 198.18.0.9 to default-asia-east-1.", absent="selected:")


async def test_an_allocation_from_a_busy_pool_takes_one_y_and_shows_the_new_numbers(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("A")
        await operator.until("allocate an EIP")
        await fill_in(operator, "", "", "", "", "", "")
        await operator.until("203.0.113.0, or the next free", "read again now: unchanged")
        allocated(bob)
        await operator.press("y")
        await operator.until("allocated 203.0.113.1 from hk")
    bob.close()


async def test_a_review_of_an_allocation_objects_when_the_room_is_gone(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("A")
        await operator.until("allocate an EIP")
        await fill_in(operator, "", "203.0.113.7", "", "", "", "")
        await operator.until("203.0.113.7, which was asked for", "read again now: unchanged")
        bob.execute(AllocationRequest(pool_id="hk", address="203.0.113.7"))
        await operator.press("y")
        await operator.until("CHANGED SINCE YOU LOOKED", "203.0.113.7", "not sent: read what changed")
        await operator.press("ctrl+c", "escape", "escape", "A")
        await operator.until("allocate an EIP")
        await fill_in(operator, "", "", "3", "", "", "")
        await operator.until("3 addresses, ", "read again now: unchanged")
        bob.execute(AllocationRequest(pool_id="hk", count=13))
        await operator.press("y")
        await operator.until("CHANGED SINCE YOU LOOKED", "has 2 of 16", "not sent: read what changed")
    bob.close()


async def test_a_cidr_that_was_added_by_mistake_is_taken_out_by_keyboard(tmp_path: Path) -> None:
    inventory = empty_desk(tmp_path)
    inventory.execute(AddCidrRequest(cidr="203.0.113.0/28", isp="bgp-a", asn=64500))
    async with on_deck(inventory) as operator:
        await operator.press("c")
        await operator.until("> !  203.0.113.0/28", "D drain")
        await operator.press("D")
        await operator.confirm("203.0.113.0/28")
        await operator.until("draining", "D retire")
        await operator.press("D")
        await operator.confirm("203.0.113.0/28")
        await operator.until("retired")
    assert inventory.cidr("203.0.113.0/28").state == "retired"


@pytest.mark.parametrize("key", ["A", "F"])
@pytest.mark.parametrize(("days", "mark"), [(14, " "), (300, "!")])
async def test_a_form_marks_the_pools_whose_runway_is_a_finding(tmp_path: Path, key: str, days: int, mark: str) -> None:
    inventory = demo_desk(tmp_path, config=Config(runway_days=days))
    short = {finding.subject for finding in inventory.findings() if finding.code == "pool_runway_short"}
    assert ("hk-spare" in short) is (mark == "!")
    async with on_deck(inventory) as operator:
        await operator.press(key)
        text = await operator.until("hk-spare", "168 free of 256")
        assert f"168 free of 256 {mark}" in text
