"""Names from outside on a real terminal: not one byte of theirs that a terminal would obey reaches it."""

from __future__ import annotations

from pathlib import Path

from core import AllocationRequest, BindingKind, BindRequest, open_inventory
from tests.corpus import TEXTS, register_as_older_versions_did
from tests.e2e.terminal import terminal

OBEYED = (
    b"\x1b]52",
    b"\x1b]0;title",
    b"\x1b]8;",
    b"\x1b[31mred",
    "\U000e0041".encode(),
    "\ue000".encode(),
    b"aGFjaw==\x07",
    b"\x9b",
    "\u202e".encode(),
    "\u2066".encode(),
    b"\x08",
    b"\x7f",
    b"\x1bP+q",
    "\u2028".encode(),
    "\u200b".encode(),
)


def haunted(path: Path) -> None:
    """Everything that can be named is named by an attacker."""
    inventory = open_inventory(str(path), operator="alice")
    services = {f"lb-{number}{name}": name for number, name in enumerate(TEXTS)}
    register_as_older_versions_did(path, services)
    for service, name in services.items():
        eip = inventory.execute(AllocationRequest(name=name, reason=name)).eips[0]
        inventory.execute(BindRequest(eip=eip.address, kind=BindingKind.LOAD_BALANCER, service_id=service, reason=name))
    inventory.close()


def test_no_byte_of_a_name_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "haunted.db"
    haunted(path)
    with terminal("--db", str(path)) as deck:
        deck.until(f"[e EIPs {len(TEXTS)}]", "> !! 198.18.0.0")
        for key, words in (
            ("p", "[p Pools"),
            ("c", "[c CIDRs"),
            ("f", "[f Findings"),
            ("e", "[e EIPs"),
            ("t", "t Timeline]"),
        ):
            deck.press(key)
            deck.until(words)
            deck.press("j", "j", "j", "pgdn", "pgdn")
            deck.quiet(0.1)
        deck.press("e", "g", "enter")
        deck.until("esc back to EIPs")
        deck.press("esc")
        deck.quiet(0.6)
        for key, words in (
            ("R", "review: release"),
            ("F", "choose where"),
            ("B", "bind 198"),
            ("i", "pin to"),
            ("m", "copy of"),
        ):
            deck.press(key)
            deck.until(words)
            deck.press("esc")
            deck.until("[e EIPs", absent=words)
            deck.quiet(0.6)
        assert deck.leave() == 0
        sent = bytes(deck.sent)
    assert [each for each in OBEYED if each in sent] == []
    assert b"\\x1b" in sent, "it is shown, spelled out"
