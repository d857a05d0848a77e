"""Colours of the command line: on a terminal, by the role of a word, and never in what a program reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.test_cli_terminal import asked, ended

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

SGR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(*words: str) -> str:
    """The output of the program on a terminal."""
    program: Any = asked(*words, columns=200)
    _, said = ended(program)
    return str(said)


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other tests run without."""
    monkeypatch.delenv("NO_COLOR")


@pytest.mark.usefixtures("demo")
def test_a_terminal_gets_the_roles_of_words_and_marks() -> None:
    said = on_terminal("findings")
    assert "\x1b[1;97;41mcritical\x1b[0m" in said
    assert "\x1b[1;33mwarning\x1b[0m" in said
    assert "\x1b[1mdefault-bound\x1b[0m" in on_terminal("lookup", "198.18.0.5")
    listed = on_terminal("eips", "198.18.0.")
    assert re.search(r"\x1b\[1;33m!  198\.18\.0\.5 ", listed)


@pytest.mark.usefixtures("demo")
def test_nobody_gets_colours_who_did_not_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not SGR.search(on_terminal("--color", "never", "findings"))
    assert not SGR.search(on_terminal("findings", "--format", "csv"))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not SGR.search(on_terminal("findings"))
    assert SGR.search(on_terminal("--color", "always", "findings"))


@pytest.mark.parametrize(
    "words", ["findings", "lookup 198.18.0.5 203.0.113.7 192.0.2.255", "eips", "cidrs", "services"]
)
def test_colours_change_no_other_character(demo: Deck, words: str) -> None:
    plain, painted = demo(*words.split()), demo("--color", "always", *words.split())
    assert SGR.search(painted.out) or words in ("services", "cidrs")
    assert SGR.sub("", painted.out) == plain.out
    assert (painted.code, painted.err) == (plain.code, plain.err)


def test_a_name_paints_nothing(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--name", "critical \x1b[31mred")
    said = deck("--color", "always", "eips")
    assert "\x1b[31m" not in said.out
    assert not SGR.search(said.out)


def test_json_and_files_have_none(demo: Deck) -> None:
    for how in ("json", "csv", "md", "excel"):
        assert "\x1b" not in demo("--color", "always", "findings", "--format", how).out
