"""The demo's incident, played on a real terminal at 80x24 and at 120x36, from the screen alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.terminal import ALONE, terminal

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

SIZES = [(80, 24), (120, 36)]
pytestmark = pytest.mark.parametrize(("columns", "rows"), SIZES)


def verdict(deck: Deck, address: str) -> dict[str, Any]:
    """What the command line says of an address."""
    (said,) = deck("lookup", address, "--json").document
    return dict(said)


def test_an_address_from_an_abuse_mail(demo: Deck, columns: int, rows: int) -> None:
    before = demo.dump()
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("2 critical", "7 findings", "> !! 198.18.0.5")
        deck.paste("203.0.113.17")
        deck.until("203.0.113.17", "yours, in use", "> !  203.0.113.17", "hk-nat")
        deck.press("enter")
        deck.until("hk-edge", "203.0.113.0/24", "10.0.8.0/24", "J-377")
        deck.press("esc")
        deck.paste("From 203.0.113.17 at 2025-11-22 21:14\nand 198.18.0.9 2025-11-22 21:15Z\nand 8.8.8.8 too")
        deck.until("3 addresses", "2025-11-22 21:14", "not yours")
        deck.press("R")
        deck.until("R is refused: this verdict is about the past")
        assert deck.leave() == 0
        assert deck.left_clean
    assert demo.dump() == before


def test_a_landing_on_a_load_balancer(demo: Deck, columns: int, rows: int) -> None:
    assert len(demo("findings", "--json").document) == 7
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("2 critical", "7 findings", "> !! 198.18.0.5")
        deck.press("f")
        deck.until("in default pool by mistake", "F rehome")
        deck.press("F")
        deck.until("rehome 198.18.0.5: choose where it goes", "> hk-spare", "lb-shop")
        deck.fill_in("", "", "", "J-901")
        deck.until("review: rehome 198.18.0.5", "shop-front", "DNS", "--reason J-901", "Type its last octet")
        deck.confirm("5")
        deck.until("REHOME 198.18.0.5 in", "Nothing has been sent yet")
        deck.until("rehomed: 198.18.0.5 -> 192.0.2.", "customer-owned: yes", "1 critical", "6 findings")
        deck.until("yours, in use", "shop-front")
        assert deck.leave() == 0
        assert deck.left_clean
    assert verdict(demo, "198.18.0.5")["verdict"] == "default-unallocated"
    (new,) = [eip for eip in demo("eips", "service:lb-shop", "--json").document if eip["customer_owned"]]
    assert (new["pool_id"], new["landed_in_default"]) == ("hk-spare", False)
    assert len(demo("findings", "--json").document) == 6


def test_a_pool_nearly_exhausted(demo: Deck, columns: int, rows: int) -> None:
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("2 critical", "7 findings")
        deck.press("p")
        deck.until("[p Pools 4]", "> !! hk-edge", "! 2 free of")
        deck.press("j", "j", "A")
        text = deck.until("allocate an EIP", "> hk-spare", "not your addresses")
        assert text.index("hk-spare") < text.index("hk-edge") < text.index("not your addresses")
        deck.fill_in("", "", "", "web-44", "100", "J-902")
        deck.until("review: allocate 1 EIP from hk-spare", "customer-owned: yes", "--pool hk-spare --name web-44")
        deck.confirm()
        deck.until("allocated 192.0.2.88 from hk-spare; customer-owned: yes", "192.0.2.88", "yours, idle")
        assert deck.leave() == 0
        assert deck.left_clean
    eip = verdict(demo, "192.0.2.88")["eip"]
    assert (eip["name"], eip["bandwidth_mbps"], eip["landed_in_default"]) == ("web-44", 100, False)


def test_a_cidr_is_retired(demo: Deck, columns: int, rows: int) -> None:
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("2 critical", "7 findings")
        deck.press("c")
        deck.until("> !  198.51.100.0/24", "draining -- 3 live EIPs", "block retirement", "D retire")
        deck.press("D")
        deck.until("plan: retire 198.51.100.0/24", "nic old-01", "lb lb-old", "because of the 3 live EIPs")
        deck.press("enter")
        deck.until("filter: cidr:198.51.100.0/24", "> !  198.51.100.20")
        deck.press("*")
        deck.until("3 marked", "R release 3")
        deck.press("R")
        deck.until("review: release 3 EIPs", "2 bound, 1 unbound", "Type the count")
        deck.confirm("3")
        deck.until("RELEASE 3 EIPs in")
        deck.until("released 3 EIPs, each to the pool it came from", "198.51.100.77 -> hk-legacy")
        deck.quiet(ALONE)
        deck.press("esc")
        deck.until("[e EIPs 344]")
        deck.press("c")
        deck.until("198.51.100.0/24", "draining", "empty")
        deck.press("D")
        deck.until("review: retire 198.51.100.0/24", "Type the whole prefix")
        deck.confirm("198.51.100.0/24")
        deck.until("retired 198.51.100.0/24", absent="review:")
        assert deck.leave() == 0
        assert deck.left_clean
    (cidr,) = [each for each in demo("cidrs", "--json").document if each["cidr"] == "198.51.100.0/24"]
    assert cidr["state"] == "retired"
    assert verdict(demo, "198.51.100.20")["verdict"] == "not-ours"


def test_an_idle_eip_is_released_and_taken_back(demo: Deck, columns: int, rows: int) -> None:
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("2 critical", "7 findings")
        deck.press("/")
        deck.type("is:idle own:yes")
        deck.press("enter")
        deck.until("203.0.113.9", "hidden by the filter")
        deck.type("203.0.113.9")
        deck.press("enter")
        deck.until("203.0.113.9", "yours, idle")
        deck.press("R")
        deck.until("review: release 203.0.113.9", "returns to", "hk-edge")
        deck.confirm()
        deck.until("RELEASE 203.0.113.9 in")
        deck.press("z")
        deck.until("aborted: nothing was sent")
        assert verdict(demo, "203.0.113.9")["verdict"] == "customer-unbound"
        deck.press("R")
        deck.confirm()
        deck.until("released 203.0.113.9 to hk-edge", "203.0.113.9", "yours, cooling", "Z")
        assert verdict(demo, "203.0.113.9")["verdict"] == "customer-cooling"
        deck.press("Z")
        deck.confirm()
        deck.until("recovered 203.0.113.9", "203.0.113.9", "yours, idle")
        assert deck.leave() == 0
    assert verdict(demo, "203.0.113.9")["eip"]["previous_eip_id"] is not None


def test_the_demo_leaves_nothing_behind(tmp_path: Path, columns: int, rows: int) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    with terminal("demo", columns=columns, rows=rows, env={"TMPDIR": str(folder)}) as deck:
        deck.until("2 critical", "7 findings", "[e EIPs 347]")
        assert len(list(folder.iterdir())) == 1
        assert deck.leave() == 0
    assert not list(folder.iterdir())
