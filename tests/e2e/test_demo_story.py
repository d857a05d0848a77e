"""The demo on a real terminal, from the dashboard's first screen to what the command line says of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core import seed_demo
from tests.e2e.terminal import Terminal, terminal

if TYPE_CHECKING:
    from tests.e2e.conftest import Said

LANDED = ("198.18.0.5", "198.18.0.6", "198.18.0.9")
MENDED = "192.0.2.88"
"""What the pool with the most room gives out next."""


def mend_the_second_landing(deck: Terminal) -> None:
    """Find the three landings, go to the second, open it and rehome it with a review."""
    deck.until("7 findings, 2 critical", "> ! 198.18.0.5")
    deck.press("/")
    deck.type("is:landed")
    deck.press("enter")
    deck.until(*LANDED, "3 shown", absent="198.51.100.20")
    deck.press("j")
    deck.until("> ! 198.18.0.6", "198.18.0.6 -- ! default-bound -- fix in: zenlayer")
    deck.press("enter")
    deck.until("customer   no (DEFAULT)", "web-31-b", "nic nic-31")
    deck.press("F")
    deck.until("fix 198.18.0.6", "> hk-spare")
    deck.fill_in("", "", "", "J-344")
    deck.until("review: fix 198.18.0.6", MENDED, "--reason J-344", "Type its last octet")
    deck.confirm("6")
    deck.until(f"fixed: 198.18.0.6 -> {MENDED}", "customer-owned: yes", "6 findings, 2 critical")
    deck.until(f"{MENDED} -- customer-bound", "customer   yes (customer)", absent="EIP 198.18.0.6")


def owns(program: Callable[..., Said], db: Path) -> None:
    """What another process says of the mended address: owned, in use, and one finding fewer."""
    said = program("--db", str(db), "lookup", MENDED, "--json")
    (verdict,) = said.document
    assert (said.code, verdict["verdict"]) == (0, "customer-bound")
    assert verdict["eip"]["customer_owned"]
    assert verdict["eip"]["bindings"][0]["service_id"] == "nic-31"
    said = program("--db", str(db), "findings", "--json")
    assert said.code == 1
    landed = [found["subject"] for found in said.document if found["code"] == "landed_in_default_pool"]
    assert (len(said.document), sorted(landed)) == (6, ["198.18.0.5", "198.18.0.9"])
    assert program("--db", str(db), "lookup", "198.18.0.6").code == 1


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 36)])
def test_what_was_mended_stays_mended_after_the_end(
    program: Callable[..., Said], tmp_path: Path, columns: int, rows: int
) -> None:
    db = tmp_path / "deck.db"
    seed_demo(f"sqlite:///{db}", datetime.now(UTC))
    assert len(program("findings", "--json").document) == 7
    with terminal(columns=columns, rows=rows) as deck:
        mend_the_second_landing(deck)
        assert deck.leave() == 0
        assert deck.left_clean
        assert "\x1b[?1049h" in deck.sent.decode("utf-8", "replace"), "it never took the alternate screen"
    owns(program, db)
    said = program("history", "198.18.0.6", "--json").document
    assert [(event["operator"], event["action"], event["reason"]) for event in said][-1] == (
        "alice",
        "release",
        "J-344",
    )


def test_the_throw_away_demo_tells_the_same_and_takes_it_along(program: Callable[..., Said], tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    with terminal("demo", env={"TMPDIR": str(folder)}) as deck:
        mend_the_second_landing(deck)
        (db,) = folder.rglob("*.db")
        owns(program, db)
        assert deck.leave() == 0
        assert deck.left_clean
    assert not list(folder.iterdir())
    assert not (tmp_path / "deck.db").exists(), "the operator's own inventory was made"
