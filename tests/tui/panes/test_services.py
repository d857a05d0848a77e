"""The Services view: what each service serves by, and how services come and go."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import AddServiceRequest, BindingKind, BindRequest, Inventory, RemoveServiceRequest, ServiceKind
from tests.tui.deck_kit import SMALL, WIDE, Operator, allocated, demo_desk, on_deck, on_the_balancer, small_desk

HUGE = (200, 50)


async def services(operator: Operator) -> None:
    await operator.press("l")
    await operator.until("SERVICE", "SERVES BY")


def many(inventory: Inventory, count: int) -> None:
    for number in range(count):
        inventory.execute(AddServiceRequest(kind=ServiceKind.NIC, service_id=f"nic-{number:04}"))


@pytest.mark.parametrize("size", [SMALL, WIDE, HUGE])
async def test_services_stand_with_what_they_serve_by_and_their_quotas(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    for sources in (("10.0.8.0/24",), ("10.0.9.0/24",)):
        eip = allocated(inventory)
        inventory.execute(BindRequest(eip=eip.address, kind=BindingKind.SNAT, service_id="nat-1", sources=sources))
    async with on_deck(inventory, size) as operator:
        await services(operator)
        text = await operator.until("l Services 3", "2/10", "0/100", "203.0.113.1 +1", "nic-1", "idle")
        assert "shop" in text
        assert "gateway" in text
        await operator.press("o")
        await operator.until("filter: service:")


async def test_the_detail_says_who_serves_it_by_what(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = on_the_balancer(inventory, allocated(inventory, pool=None))
    async with on_deck(inventory) as operator:
        await services(operator)
        await operator.until(">", 'lb-1 -- !! balancer "shop"')
        await operator.press("enter")
        await operator.until("serves by", f"{eip.address} DEFAULT front end", "esc back to Services")
        await operator.press("escape")
        await operator.until("SERVES BY")


async def test_a_filter_narrows_and_an_unknown_key_is_named(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await services(operator)
        await operator.press("/")
        await operator.type("kind:gateway")
        await operator.press("enter")
        await operator.until("nat-1", "nat-2", "filter: kind:gateway", "hidden by the filter", absent="nic-31")
        await operator.press("escape")
        await operator.until("nic-31")
        await operator.press("/")
        await operator.type("pool:x")
        await operator.press("enter")
        await operator.until("! pool: is not a key of the Services; known here: kind:, region:, is:.")


async def test_a_long_list_is_read_by_the_block_and_keys_reach_both_ends(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    many(inventory, 700)
    read: list[int] = []
    page = inventory.service_page

    def counting(*args: object, **words: object) -> object:
        read.append(int(str(words["limit"])))
        return page(*args, **words)  # type: ignore[arg-type]

    inventory.service_page = counting  # type: ignore[method-assign,assignment]
    async with on_deck(inventory) as operator:
        await services(operator)
        await operator.press("G")
        await operator.until("> ", "nic-0699")
        await operator.press("pageup", "pageup")
        await operator.until("nic-0672")
        await operator.press("g")
        await operator.until(">    lb-1")
        await operator.press("pagedown")
        await operator.settled()
        assert operator.deck.panes.services.table.cursor == operator.deck.panes.services.table.height_in_rows
    assert max(read) < 200


async def test_next_problem_goes_round(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory, pool=None))
    many(inventory, 300)
    async with on_deck(inventory) as operator:
        await services(operator)
        await operator.press("G")
        await operator.until("nic-0299")
        await operator.press("n")
        await operator.until("> !! lb-1")


async def test_s_shows_the_orders_and_the_cursor_stays_on_its_service(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await services(operator)
        await operator.until("> !! lb-shop", "sorted: problems first")
        for order in ("by id", "by name", "by kind", "by region"):
            await operator.press("s", "down", "enter")
            await operator.until(f"sorted: {order}", "> !! lb-shop", "lb-shop -- !!")
        await operator.press("s", "s")
        await operator.until("sorted: by region, reversed", "> !! lb-shop", "lb-shop -- !!")
        await operator.press("s", "up", "up", "up", "enter", "g")
        await operator.until(">    lab-02")


async def test_a_service_is_registered_and_selected(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("S")
        await operator.until("S works in Services (press l)")
        await services(operator)
        await operator.press("S")
        await operator.until("register a service", "> interface")
        await operator.press("right", "enter")
        for text in ("nat-9", "hk-out", "", "10.0.0.1", "10.9.0.0/24", "J-7"):
            await operator.type(text)
            await operator.press("enter")
        await operator.until("review: register nat-9", "gateway nat-9", "not registered", "eipdeck service add")
        await operator.confirm()
        await operator.until("gateway nat-9 is registered", "nat-9 -- gateway", "l Services 4")
        service = inventory.service("nat-9")
        assert (service.kind, service.name, service.subnets) == (ServiceKind.NAT_GATEWAY, "hk-out", ("10.9.0.0/24",))
        assert inventory.history()[-1].reason == "J-7"


async def test_subnets_of_an_interface_are_refused_at_their_field(tmp_path: Path) -> None:
    async with on_deck(small_desk(tmp_path)) as operator:
        await services(operator)
        await operator.press("S", "enter")
        for text in ("nic-9", "", "", "", "10.9.0.0/24", ""):
            await operator.type(text)
            await operator.press("enter")
        await operator.until("! Only a gateway has subnets")


async def test_a_removed_service_stays_listed_as_gone_and_comes_back(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    on_the_balancer(inventory, allocated(inventory))
    async with on_deck(inventory) as operator:
        await services(operator)
        await operator.until(">    lb-1")
        await operator.press("X")
        await operator.until("review: remove lb-1", "203.0.113.0 front end", "eipdeck service remove lb-1")
        await operator.confirm()
        await operator.until("balancer lb-1 is gone: 1 EIP still names it", "> !  lb-1", "gone; 203.0.113.0")
        await operator.press("X")
        await operator.until("lb-1 is gone already")
        await operator.press("S", "right", "right", "enter")
        await operator.until("> balancer")
        await operator.type("lb-1")
        await operator.press("enter", "enter", "enter", "enter", "enter", "enter")
        await operator.until("review: register lb-1", "registered, and gone: this brings it back")
        await operator.confirm()
        await operator.until("balancer lb-1 is registered", absent="gone;")


async def test_a_binding_begins_with_a_registration_when_nothing_fits(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    inventory.execute(RemoveServiceRequest(service_id="nic-1"))
    async with on_deck(inventory) as operator:
        await operator.press("B", "enter")
        await operator.until("> + register an interface", "0 of 0")
        await operator.type("nic-77")
        await operator.press("enter")
        await operator.until("register a service", "nic-77")
        await operator.press("enter", "enter", "enter", "enter")
        await operator.type("10.0.0.77")
        await operator.press("enter", "enter", "enter")
        await operator.until("review: register nic-77")
        await operator.confirm()
        await operator.until(f"bind {eip.address}", "> nic-77")
        await operator.press("enter", "enter", "enter", "enter")
        await operator.until(f"review: bind {eip.address} to nic nic-77")
        await operator.confirm()
        await operator.until(f"bound {eip.address} to nic-77")
    assert [b.private_ip for b in inventory.eip(str(eip.id)).bindings] == ["10.0.0.77"]
