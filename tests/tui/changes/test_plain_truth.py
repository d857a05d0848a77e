"""What a form, a review and a refusal say is what the change does."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import (
    ActivateRequest,
    AddCidrRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Code,
    DrainRequest,
    EipdeckError,
    ReleaseRequest,
)
from tests.tui.deck_kit import allocated, demo_desk, on_deck, small_desk

SIZES = [(80, 24), (120, 36), (200, 50)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_second_binding_is_not_shown_as_a_replacement(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    inventory.execute(BindRequest(eip=eip.address, kind=BindingKind.SNAT, service_id="nat-1", sources=("10.0.8.0/24",)))
    async with on_deck(inventory, size) as operator:
        await operator.press("B", "right", "enter", "enter")
        await operator.type("10.0.8.10")
        await operator.press("enter", "enter")
        await operator.type("8080")
        await operator.press("enter", "enter", "enter")
        text = await operator.until("review: bind", "after")
        kept, new = (next(line for line in text.splitlines() if word in line) for word in ("(stays)", "(new)"))
        assert "snat nat-1" in kept
        assert "+ dnat nat-1" in new


@pytest.mark.parametrize("size", SIZES)
async def test_a_cidr_of_a_lab_is_warned_of_in_the_form_and_in_the_review(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    warnings = ("RFC 5737", "longer than /24", "RFC 5398")
    async with on_deck(small_desk(tmp_path), size) as operator:
        await operator.press("C")
        await operator.until("add a customer CIDR")
        await operator.type("198.51.100.0/28")
        await operator.press("enter")
        await operator.type("PremiumBGP")
        await operator.press("enter")
        await operator.type("64500")
        await operator.until(*warnings)
        await operator.press(*["enter"] * 5)
        await operator.until("review: add 198.51.100.0/28", *warnings)


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_draining_cidr_gave_is_not_offered_to_be_taken_back(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    inventory.execute(ReleaseRequest(eips=(eip.address,)))
    async with on_deck(inventory, size) as operator:
        await operator.type(eip.address)
        await operator.press("enter")
        await operator.until("Z recover")
        inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
        await operator.until(eip.address, absent="Z recover")
        await operator.settled()
        await operator.press("Z")
        await operator.until("Z does nothing: the CIDR of", "is draining", "cidr activate")
        assert len(operator.app.screen_stack) == 1


def test_a_full_pool_names_those_with_room_and_how_long_released_addresses_cool(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    with pytest.raises(EipdeckError) as refused:
        inventory.execute(AllocationRequest(pool_id="hk-edge", count=5))
    inventory.close()
    assert refused.value.code == Code.POOL_EXHAUSTED
    assert refused.value.details["pools_with_room"] == [{"pool_id": "hk-spare", "available": 168}]
    assert "hk-spare (168 free)" in refused.value.hint
    assert "cools for 24 h" in refused.value.hint
    assert "Release" not in refused.value.hint


def test_without_another_pool_a_full_one_asks_for_a_cidr(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.execute(AddCidrRequest(cidr="198.51.100.0/24", isp="bgp-a", asn=64500, pool_id="far", region="eu-1"))
    inventory.execute(ActivateRequest(cidr="198.51.100.0/24", reason="announced"))
    with pytest.raises(EipdeckError) as refused:
        inventory.execute(AllocationRequest(pool_id="hk", count=17))
    inventory.close()
    assert refused.value.details["pools_with_room"] == []
    assert refused.value.hint.startswith("Add a CIDR to hk.")


@pytest.mark.parametrize("size", SIZES)
async def test_the_form_names_what_helps_when_a_pool_is_full(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("p", "A")
        await operator.until("> hk-edge")
        await operator.press("tab", "tab")
        await operator.type("5")
        await operator.until(
            "hk-edge has 2 free of 256: 5 are refused",
            "hk-spare has 168 free: choose it in the list",
            "releasing does not help now: hk-edge reuses no address for 24 h",
        )
