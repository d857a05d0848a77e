"""The command line for a screen reader: lines instead of tables, questions instead of refusals."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core import open_inventory
from tests.core.kit import customer_cidr
from tests.corpus import TEXTS, obeyed
from tests.e2e.terminal import terminal
from tests.server import new_server

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck


@pytest.fixture
def spoken(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> Deck:
    monkeypatch.setenv("ACCESSIBLE", "1")
    return deck


@pytest.mark.parametrize("words", ["cidrs", "pools", "eips", "services", "findings", "history", "lookup 203.0.113.0"])
def test_a_table_comes_as_lines_with_the_same_cells(spoken: Deck, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    spoken.done("allocate", "--pool", "hk", "--name", "web")
    spoken.done("allocate", code=3)
    records = spoken(*words.split()).out.split("\n\n")
    assert len(records) == len(spoken(*words.split(), "--json").document)
    monkeypatch.setenv("ACCESSIBLE", "0")
    headings = spoken(*words.split()).out.splitlines()[0].replace("!", "").split()
    for record in records:
        lines = [line.partition(": ") for line in record.strip().splitlines()]
        assert all(separator for _, separator, _ in lines)
        assert [word for name, _, _ in lines if name != "PROBLEM" for word in name.split()] == headings


def test_a_problem_is_a_line_and_columns_are_chosen(spoken: Deck) -> None:
    spoken.done("allocate", "--pool", "hk", "--name", "web")
    spoken.done("allocate", code=3)
    assert "PROBLEM: yes\nADDRESS: 198.18.0.0\n" in spoken("eips").out
    assert spoken("eips", "--columns", "address,name").out == (
        "ADDRESS: 198.18.0.0\nNAME: -\n\nADDRESS: 203.0.113.0\nNAME: web\n"
    )
    assert spoken("eips", "own:yes", "--columns", "address,name", "--no-header").out == "203.0.113.0\nweb\n"
    assert spoken("eips", "nothing-has-this").err == "eipdeck: nothing to list\n"


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_name_makes_no_line_of_its_own(spoken: Deck, name: str) -> None:
    spoken.done("allocate", f"--name={name}", code=3)
    out = spoken("eips", "--columns", "name,address").out
    assert obeyed(out) == []
    assert len(out.splitlines()) == 2


def test_missing_arguments_are_asked_one_by_one(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk")
    with terminal("bind", "--private-ip", "10.0.1.1", env={"ACCESSIBLE": "1"}) as deck_:
        for asked, answer in (("EIP:", "203.0.113.0"), ("One of --nic", "nic"), ("nic (an instance", "nic-1")):
            deck_.until(asked)
            deck_.press(*answer, "enter")
        assert deck_.ended() == 0
    assert deck.done("eips", "own:yes")[0]["bindings"][0]["service_id"] == "nic-1"


def test_a_second_word_and_a_value_with_a_dash_are_asked_for(deck: Deck) -> None:
    deck.done("cidr", "add", "198.51.100.0/28", "--isp", "x", "--asn", "64500")
    with terminal("cidr", env={"ACCESSIBLE": "1"}) as deck_:
        for asked, answer in (("VERB:", "activate"), ("CIDR:", "198.51.100.0/28"), ("reason (why", "-seen")):
            deck_.until(asked)
            deck_.press(*answer, "enter")
        assert deck_.ended() == 0
    assert deck.done("history")[-1]["reason"] == "-seen"


def test_nobody_is_asked_without_a_terminal_or_for_long(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal("unbind", env={"ACCESSIBLE": "1"}) as deck_:
        deck_.until("EIP:")
        deck_.press("enter")
        assert deck_.ended() == 2
    monkeypatch.setenv("ACCESSIBLE", "1")
    said = deck("unbind")
    assert (said.code, "required" in said.err) == (2, True)
    monkeypatch.delenv("ACCESSIBLE")
    with terminal("unbind") as deck_:
        assert deck_.ended() == 2


def test_no_line_is_overwritten_for_a_reader(deck: Deck, tmp_path: Path) -> None:
    assert deck.path.exists()
    log = tmp_path / "log"
    log.write_text("203.0.113.0\n" * 12_000)
    begun = f"import sys; sys.stdin = open({str(log)!r})"
    with terminal("lookup", "-", begun=begun) as deck_:
        assert deck_.ended() == 0
        assert b"lines read" in deck_.sent
    for env in ({"ACCESSIBLE": "1"}, {"TERM": "dumb"}):
        with terminal("lookup", "-", begun=begun, env=env) as deck_:
            assert deck_.ended() == 0
            assert b"lines read" not in deck_.sent
            assert b"\x1b" not in deck_.sent


def test_progress_is_told_on_a_terminal_alone(deck: Deck, tmp_path: Path) -> None:
    """The work is made to look slow by a clock that runs fast."""
    deck.done("cidr", "add", "44.0.0.0/20", "--isp", "x", "--asn", "64500", "--pool", "big")
    deck.done("cidr", "activate", "44.0.0.0/20", "--reason", "x")
    deck.done("allocate", "--pool", "big", "--count", "1000")
    fast = "import time, itertools; ticks = itertools.count(); time.monotonic = lambda: next(ticks)"
    for number, env in enumerate(({}, {"ACCESSIBLE": "1"}, {"TERM": "dumb"})):
        with terminal("export", str(tmp_path / f"{number}.json"), begun=fast, env=env) as deck_:
            assert deck_.ended() == 0
            assert (b" rows, " in deck_.sent) == (not env)
            assert "exported to" in deck_.text()
            assert "rows" not in deck_.text(), "the line is gone"


def test_a_commit_that_takes_long_is_told() -> None:
    """The server waits for a standby that is not there."""
    made = new_server()
    try:
        url = made.url(made.create())
        with closing(open_inventory(url, operator="owner")) as inventory:
            customer_cidr(inventory)
        made.execute("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
        made.execute("SELECT pg_reload_conf()")
        with terminal("--db", url, "allocate", "--pool", "edge") as deck_:
            deck_.until("allocate: the commit is under way")
            made.execute("ALTER SYSTEM RESET synchronous_standby_names")
            made.execute("SELECT pg_reload_conf()")
            assert deck_.ended() == 0
            assert "under way" not in deck_.text(), "the line is gone"
    finally:
        made.remove()
