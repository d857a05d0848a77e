"""Settings of pools and CIDRs, and the end of one of several bindings, from the keyboard to the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import BindingKind, BindRequest, Eip, Inventory, PoolOrder, ReserveRequest
from tests.tui.deck_kit import SMALL, WIDE, Operator, allocated, on_deck, small_desk


async def run(operator: Operator, command: str) -> None:
    await operator.press(":")
    await operator.type(command)
    await operator.press("enter")


async def fill_in(operator: Operator, *fields: str) -> None:
    for text in fields:
        await operator.type(text)
        await operator.press("enter")


def on_the_gateway(inventory: Inventory) -> Eip:
    eip = allocated(inventory)
    inventory.execute(BindRequest(eip=eip.address, kind=BindingKind.SNAT, service_id="nat-1", sources=("10.0.8.0/24",)))
    parts = {"private_ip": "10.0.8.10", "protocol": "tcp", "port": "8080"}
    inventory.execute(BindRequest(eip=eip.address, kind=BindingKind.DNAT, service_id="nat-1", **parts))  # type: ignore[arg-type]
    return inventory.eip(eip.address)


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_one_of_several_bindings_ends_and_the_other_stays(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = small_desk(tmp_path)
    eip = on_the_gateway(inventory)
    async with on_deck(inventory, size) as operator:
        await operator.press("U")
        await operator.until("which of 2 bindings", "> [ ] snat nat-1", "dnat nat-1", "stays")
        await operator.press("down", "space", "enter")
        await fill_in(operator, "J-7")
        await operator.until("review: unbind", "8080/tcp", "still snat nat-1", "--binding")
        await operator.confirm()
        await operator.until("1 binding ended, 1 binding left")
    assert [b.kind for b in inventory.eip(str(eip.id)).bindings] == [BindingKind.SNAT]
    assert inventory.history()[-1].reason == "J-7"


async def test_all_marked_bindings_end_together(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = on_the_gateway(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("U")
        await operator.until("which of 2 bindings")
        await operator.press("space", "down", "space", "enter", "enter")
        await operator.until("review: unbind", "the EIP stays allocated")
        await operator.confirm()
        await operator.until("2 bindings ended, 0 bindings left")
    assert not inventory.eip(str(eip.id)).bindings


async def test_a_pool_is_set_with_a_cooldown_in_hours(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("p")
        await run(operator, "pool set")
        await operator.until("pool set hk", "cool-down")
        await operator.press("right", "enter")
        await fill_in(operator, "2h", "70", "", "J-7")
        await operator.until("review: pool set hk", "0s -> 2h", "--cooldown 7200", "--warn 70")
        await operator.confirm()
        await operator.until("pool hk: ", "0s -> 2h")
    pool = inventory.pool("hk")
    assert (pool.cooldown_seconds, pool.order) == (7_200, PoolOrder.LOWEST)


async def test_settings_that_change_nothing_are_not_sent(tmp_path: Path) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        await operator.press("p")
        await run(operator, "pool set")
        await operator.until("pool set hk")
        await operator.press("enter", "enter", "enter", "enter", "enter")
        await operator.until("! Nothing differs from what is set")


async def test_addresses_are_withheld_and_given_back(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("c")
        await operator.until("> ", "203.0.113.0/28")
        await run(operator, "reserve")
        await operator.until("reserve addresses of 203.0.113.0/28")
        await fill_in(operator, "203.0.113.4", "203.0.113.7", "", "J-7")
        await operator.until("review: reserve 203.0.113.4-203.0.113.7", "4 addresses")
        await operator.confirm()
        await operator.until("203.0.113.4-203.0.113.7 of 203.0.113.0/28: withheld")
        assert inventory.pool("hk").reserved == 4
        await run(operator, "unreserve")
        await operator.until("unreserve addresses of")
        await fill_in(operator, "203.0.113.4", "203.0.113.7", "J-8")
        await operator.until("review: unreserve")
        await operator.confirm()
        await operator.until("available again")
    assert inventory.pool("hk").reserved == 0


async def test_an_address_outside_the_cidr_is_named_at_its_field(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.15"))
    async with on_deck(inventory) as operator:
        await operator.press("c")
        await operator.until("203.0.113.0/28")
        await run(operator, "unreserve")
        await operator.until("unreserve addresses of")
        await fill_in(operator, "203.0.113.99", "", "")
        await operator.until("! 203.0.113.99 is not in 203.0.113.0/28")


async def test_the_asn_of_a_cidr_is_set_with_its_warnings(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await run(operator, "set-asn")
        await operator.until("cidr set-asn needs a selected CIDR")
        await operator.press("c")
        await operator.until("203.0.113.0/28")
        await run(operator, "set-asn")
        await operator.until("set the origin ASN of 203.0.113.0/28")
        await fill_in(operator, "64511", "moved")
        await operator.until("review: set-asn", "AS64500", "AS64511")
        await operator.confirm()
        await operator.until("is originated by AS64511")
    assert inventory.cidr("203.0.113.0/28").asn == 64511
