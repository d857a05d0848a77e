"""A port beside a looked-up address stays with it: in the bar, the detail, the copy, the trail and the export."""

from __future__ import annotations

from pathlib import Path

from tests.tui.deck_kit import demo_desk, on_deck

COMES_IN = "Port 443 comes in to 10.0.8.10:443 by dnat nat-1."


async def test_a_typed_port_is_answered_in_the_bar_and_the_detail_and_survives_a_refresh(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("203.0.113.13:443")
        await operator.press("enter")
        await operator.until("203.0.113.13:443 -- yours, in use", COMES_IN)
        await operator.press("r")
        await operator.until("203.0.113.13:443 -- yours, in use", COMES_IN)
        await operator.press("enter")
        await operator.until("EIP 203.0.113.13:443", "port", COMES_IN)


async def test_the_source_port_of_a_gateway_names_it_with_its_subnets(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste("2025-11-23T03:00:00Z DROP SRC=203.0.113.17 DST=8.8.8.8 PROTO=TCP SPT=44321 DPT=25\n")
        await operator.until(
            "203.0.113.17:44321/tcp @ 2025-11-23 03:00Z -- yours, in use",
            "No DNAT entry forwards tcp port 44321: a source port left by nat-1",
            "the log there tells which host",
        )


async def test_the_port_is_copied_pinned_and_exported(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.paste("203.0.113.13:443/tcp\n8.8.8.8:53/udp\n")
        await operator.until("203.0.113.13:443/tcp -- ", "Tcp port 443 comes in to 10.0.8.10:443 by dnat nat-1.")
        await operator.until("203.0.113.13:443/tcp now", "8.8.8.8:53/udp ")
        await operator.press("m")
        await operator.until("address and port", "203.0.113.13:443/tcp", "eipdeck lookup 203.0.113.13:443/tcp")
        await operator.press("escape", "i")
        await operator.until("note")
        await operator.press("tab", "right", "enter")
        await operator.until("pinned 203.0.113.13:443/tcp")
        await operator.press("x")
        await operator.until("0600")
        await operator.press("right", "right", "enter")
        await operator.type(str(tmp_path / "found.md"))
        await operator.press("enter")
        await operator.until("wrote 2 rows to")
        trail = operator.deck.trail.text()
    assert "203.0.113.13:443/tcp at ?: yours, in use" in trail
    assert trail.count("Tcp port 443 comes in to 10.0.8.10:443 by dnat nat-1.") == 2
    assert "| 443/tcp |" in (tmp_path / "found.md").read_text()
