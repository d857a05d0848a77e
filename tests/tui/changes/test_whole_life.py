"""The life of a customer CIDR from its first address to its retirement, by keys alone, on one database."""

from __future__ import annotations

from pathlib import Path

from core import AddServiceRequest, AllocationRequest, CidrState, Inventory, PoolKind, ServiceKind
from tests.core.kit import another
from tests.tui.deck_kit import Operator, allocated, empty_desk, on_deck, small_desk

CIDR = "203.0.113.0/28"
FIRST = "203.0.113.0"
LANDED = "198.18.0.0"


async def fill_in(operator: Operator, *fields: str) -> None:
    """Type into the fields of a form from the focused one on; enter goes on, on the last one to the review."""
    for text in fields:
        await operator.type(text)
        await operator.press("enter")


async def test_from_the_first_address_of_a_cidr_to_its_retirement(tmp_path: Path) -> None:
    inventory = empty_desk(tmp_path)
    inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1", name="shop"))
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await _bring_the_cidr(operator, inventory)
        await _allocate_all_sixteen(operator, inventory)
        await _the_seventeenth_is_refused(operator, inventory)
        await _one_without_a_pool_lands(operator, inventory, bob)
        await _a_released_address_returns_to_its_pool(operator, inventory)
        await _the_landing_is_repaired(operator, inventory)
        await _retiring_is_refused_and_says_what_lives(operator, inventory)
        await _and_succeeds_after(operator, inventory)
    bob.close()


async def _bring_the_cidr(operator: Operator, inventory: Inventory) -> None:
    await operator.press("C")
    await operator.until("add a customer CIDR")
    await fill_in(operator, CIDR, "bgp-a", "64500", "hk", "", "", "J-1")
    await operator.confirm()
    await operator.until(f"> !  {CIDR}", "validating", "cidr activate")
    await operator.press("colon")
    await operator.type("cidr activate")
    await operator.press("enter")
    await operator.until(f"review: activate {CIDR}", "read again now", "hk: 0 free of 16", "hk: 16 free of 16")
    await operator.press("r")
    await operator.type("announced")
    await operator.press("enter", "y")
    await operator.until(f"{CIDR} is active: A allocates from hk")
    assert inventory.cidr(CIDR).state is CidrState.ACTIVE


async def _allocate_all_sixteen(operator: Operator, inventory: Inventory) -> None:
    await operator.press("p", "A")
    await operator.until("allocate an EIP", "> hk ", "16 free of 16")
    await fill_in(operator, "", "")
    await operator.press("ctrl+u")
    await fill_in(operator, "15", "", "", "J-2")
    await operator.until("review: allocate 15 EIPs from hk", "customer-owned: yes")
    await operator.confirm()
    await operator.until("allocated 15 EIPs, 203.0.113.0 first from hk; customer-owned: yes", "203.0.113.14   hk")
    await operator.press("escape")
    await operator.until("[e EIPs 15]", "U unbind 15")
    await operator.press("u")
    await operator.press("p", "A")
    await operator.until("allocate an EIP", "1 free of 16")
    await fill_in(operator, "", "", "", "web-16", "", "J-2")
    await operator.confirm()
    await operator.until("allocated 203.0.113.15 from hk; customer-owned: yes")
    live = list(inventory.eips())
    assert len(live) == 16
    assert all(eip.customer_owned and eip.pool_id == "hk" and eip.cidr == CIDR for eip in live)


async def _the_seventeenth_is_refused(operator: Operator, inventory: Inventory) -> None:
    before = len(inventory.history())
    default = next(pool for pool in inventory.pools() if pool.kind is PoolKind.DEFAULT)
    assert default.available > 0
    await operator.press("p", "A")
    await operator.until("allocate an EIP", "! hk is full, none of its 16 addresses is free: refused")
    await fill_in(operator, "", "", "", "web-17", "", "J-3")
    await operator.until("! refused: allocate", "nothing: everything is as it was")
    await operator.press("escape")
    await operator.until("allocate an EIP", "web-17", "J-3", "hk is full", absent="! refused")
    await operator.press("escape", "escape")
    await operator.until("nothing was sent")
    assert len(inventory.history()) == before


async def _one_without_a_pool_lands(operator: Operator, inventory: Inventory, bob: Inventory) -> None:
    """No form of the deck leaves the pool out; a command line does, and the deck warns of it by itself."""
    allocation = bob.execute(AllocationRequest(name="web-17"))
    assert [warning.code for warning in allocation.warnings] == ["landed_in_default_pool"]
    await operator.press("e")
    await operator.until("2 findings", "f Findings 2!", "[e EIPs 17]")
    await operator.press("g")
    warning = (
        f"> !  {LANDED}      DEFAULT default ",
        f"{LANDED} -- ! Zenlayer address, idle",
        "no pool was named, so it is from default-asia-east-1",
    )
    await operator.until(*warning, "F rehome", "F rehome  A alloc")
    await operator.press("p", "c", "t", "r", "e")
    await operator.until(*warning, "2 findings")
    await operator.press("f", "j")
    await operator.until(f"> !  warning  {LANDED} in default pool", " !! critical hk         nearly full")
    await operator.until("F rehome  K accept", "0s C add CIDR")
    await operator.press("e", "B")
    await operator.until(f"bind {LANDED}")
    await operator.press("right", "right", "right", "enter", "down", "enter")
    await fill_in(operator, "J-4")
    await operator.confirm()
    await operator.until(f"bound {LANDED} to lb-1", f"{LANDED} -- !! Zenlayer address, in use", "no pool was named")
    assert inventory.eip(LANDED).landed_in_default


async def _a_released_address_returns_to_its_pool(operator: Operator, inventory: Inventory) -> None:
    default = inventory.pool(inventory.eip(LANDED).pool_id)
    await operator.type(FIRST)
    await operator.press("enter")
    await operator.until(f">    {FIRST}", f"{FIRST} -- yours, idle")
    await operator.press("R")
    await operator.until(f"review: release {FIRST}", "returns to", "hk; free at once")
    await operator.confirm()
    await operator.until(f"released {FIRST} to hk.  selected: {FIRST}", f"{FIRST} -- yours, no EIP")
    pool = inventory.pool("hk")
    assert (pool.allocated, pool.available) == (15, 1)
    assert inventory.pool(default.id) == default


async def _the_landing_is_repaired(operator: Operator, inventory: Inventory) -> None:
    old = inventory.eip(LANDED)
    await operator.press("escape", "g", "n")
    await operator.until(f"> !! {LANDED}")
    await operator.press("F")
    await operator.until(f"rehome {LANDED}: choose where it goes", "> hk ")
    await fill_in(operator, "", "", "", "J-5")
    await operator.until("review: rehome", f'bind      {FIRST} to lb lb-1 "shop"', "the public address")
    await operator.confirm("0")
    await operator.until(f"rehomed: {LANDED} -> {FIRST}, customer-owned: yes", f">    {FIRST}")
    new = inventory.eip(FIRST)
    assert new.customer_owned
    assert new.previous_eip_id == old.id
    assert [binding.service_id for binding in new.bindings] == ["lb-1"]
    assert inventory.pool(old.pool_id).allocated == 0
    assert [finding.subject for finding in inventory.findings()] == ["hk"]


async def _retiring_is_refused_and_says_what_lives(operator: Operator, inventory: Inventory) -> None:
    await operator.press("c", "D")
    await operator.until(f"review: drain {CIDR}", "16 live EIPs")
    await operator.confirm(CIDR)
    await operator.until(f"{CIDR} is draining: it gives out nothing, 16 EIPs live on", "! draining -- 16 live EIPs")
    await operator.press("D")
    plan = await operator.until(f"plan: retire {CIDR}", "retiring now, because of the 16 live EIPs above")
    assert f"! {FIRST}" in plan
    assert 'lb lb-1 "shop"' in plan
    assert "serves nothing" in plan
    assert inventory.cidr(CIDR).state is CidrState.DRAINING


async def _and_succeeds_after(operator: Operator, inventory: Inventory) -> None:
    await operator.press("enter")
    await operator.until(f"filter: cidr:{CIDR}", "16 EIPs")
    await operator.press("*")
    await operator.until("16 marked", "R release 16")
    await operator.press("R")
    await operator.until("review: release 16 EIPs", 'lb lb-1 "shop"')
    await operator.press("pagedown")
    await operator.until("locked until its CIDR is active again")
    await operator.confirm("16")
    await operator.until("released 16 EIPs, each to the pool it came from", "203.0.113.15 -> hk")
    await operator.press("escape")
    await operator.press("c")
    await operator.until(f"{CIDR} -- ! draining -- empty", "D retire")
    await operator.press("D")
    await operator.until(f"review: retire {CIDR}")
    await operator.confirm(CIDR)
    await operator.until(f"retired {CIDR}.  its history stays")
    assert inventory.cidr(CIDR).state is CidrState.RETIRED
    assert not list(inventory.eips())


async def test_the_default_pool_is_had_only_by_choosing_it_and_is_warned_of_then(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("A")
        text = await operator.until("allocate an EIP", "> hk ", "not your addresses")
        assert "DEFAULT POOL." not in text
        await operator.press("down")
        await operator.until("! DEFAULT POOL.", "customer-owned: no", "chosen on purpose")
        await fill_in(operator, "", "", "", "lab", "", "J-6")
        await operator.until("review: allocate 1 EIP from default-asia-east-1 (DEFAULT)", "! DEFAULT POOL.")
        await operator.confirm()
        await operator.until(f"allocated {LANDED} from default-asia-east-1; customer-owned: NO")
        await operator.until("DEFAULT", "Zenlayer address, idle", "0 findings")
        assert not inventory.eip(LANDED).landed_in_default


async def test_a_landing_is_warned_of_until_it_is_accepted_with_a_reason(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory, pool=None, name="lab")
    async with on_deck(inventory) as operator:
        await operator.until(f"> !  {LANDED}", "! Zenlayer address, idle", "1 finding")
        await operator.press("K")
        await operator.until('accept "in default pool"')
        await fill_in(operator, "a lab, J-7", "")
        await operator.confirm()
        await operator.until('accepted "in default pool"', "0 findings")
        assert inventory.findings(accepted=True)[0].accepted_reason == "a lab, J-7"
