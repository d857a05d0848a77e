"""Every view, form, review and layout as it stands on the screen; `pytest --snapshot-update` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.tui.deck_kit import demo_desk, empty_desk, on_deck

NARROW, SMALL, WIDE, VERY_WIDE = (60, 16), (80, 24), (120, 36), (160, 45)
VIEWS = {"EIPs": "e", "Pools": "p", "CIDRs": "c", "Findings": "f", "Timeline": "t"}
MAIL = "From 203.0.113.17 at 2025-11-22 21:14\nand 198.18.0.9 2025-11-22 21:15Z\nand 8.8.8.8 too"
MODALS: dict[str, tuple[tuple[str, ...], str]] = {
    "allocate": (("A",), "allocate an EIP"),
    "allocate from a pool": (("p", "j", "j", "A"), "you get"),
    "bind to an interface": (("n", "n", "B"), "bind 198.18.0.9"),
    "bind to an SNAT entry": (("n", "n", "B", "right"), "gateway"),
    "bind to a DNAT entry": (("n", "n", "B", "right", "right"), "to port"),
    "bind to a load balancer": (("n", "n", "B", "right", "right", "right"), "balancer"),
    "fix": (("F",), "choose where it goes"),
    "bandwidth": (("M",), "bandwidth of"),
    "rename": (("E",), "rename 198.18.0.5"),
    "accept": (("f", "K"), 'accept "in default pool"'),
    "add a CIDR": (("C",), "add a customer CIDR"),
    "review of a repair": (("F", "enter", "enter", "enter", "enter"), "read again now: unchanged"),
    "review of an unbind": (("U",), "read again now: unchanged"),
    "review of a release": (("R",), "read again now: unchanged"),
    "review of several releases": (("space", "space", "space", "R"), "read again now: unchanged"),
    "review of a drain": (("c", "j", "D"), "read again now: unchanged"),
    "plan of a retirement": (("c", "D"), "plan: retire"),
    "write mode": (("W", "W"), "read again now"),
    "help": (("question_mark",), "keys"),
    "palette": (("colon",), "every command by its command-line name"),
    "copy menu": (("m",), "copy of"),
    "export": (("x",), "export EIPs"),
    "pin": (("i",), "pin to the incident trail"),
    "columns": (("v",), "columns of the EIPs"),
}


@pytest.mark.parametrize("size", [NARROW, SMALL, WIDE, VERY_WIDE, (59, 15)])
@pytest.mark.parametrize("view", VIEWS)
async def test_a_view(tmp_path: Path, snapshot: SnapshotAssertion, view: str, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press(VIEWS[view])
        await operator.settled()
        assert operator.text() == snapshot


@pytest.mark.parametrize("modal", MODALS)
async def test_a_modal(tmp_path: Path, snapshot: SnapshotAssertion, modal: str) -> None:
    keys, ready = MODALS[modal]
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press(*keys)
        await operator.until(ready)
        await operator.settled()
        assert operator.text() == snapshot


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_the_detail(tmp_path: Path, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.paste("203.0.113.17")
        await operator.until("> !  203.0.113.17", "yours, in use")
        await operator.press("enter")
        await operator.settled()
        assert operator.text() == snapshot


async def test_a_mail_with_several_addresses(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste(MAIL)
        await operator.until("3 addresses")
        await operator.settled()
        assert operator.text() == snapshot


async def test_the_first_run(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with on_deck(empty_desk(tmp_path)) as operator:
        await operator.settled()
        assert operator.text() == snapshot


async def test_read_only(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with on_deck(demo_desk(tmp_path, read_only=True)) as operator:
        await operator.press("F")
        await operator.settled()
        assert operator.text() == snapshot
