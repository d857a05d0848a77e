"""The palette: every verb is in it or says where it is, and words may follow a command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tui.deck_kit import SMALL, WIDE, Operator, demo_desk, on_deck
from tui.commands.registry import View
from tui.wording.verbs import VERBS

CHANGES = {
    "release 203.0.113.9": "review: release 203.0.113.9",
    "bandwidth 192.0.2.0": "bandwidth of 192.0.2.0",
    "allocate hk-spare": "> hk-spare",
    "recover 203.0.113.253": "recover 203.0.113.253",
    "pool set hk-spare": "pool set hk-spare",
    "reserve 192.0.2.0/24": "reserve addresses of 192.0.2.0/24",
    "cidr drain 192.0.2.0/24": "drain 192.0.2.0/24",
    "service remove nic-07": "remove nic-07",
    "accept 198.18.0.9": "of 198.18.0.9",
    "cidr add 10.0.0.0/24": "add a customer CIDR",
    "service add nic nic-9": "register a service",
}
"""Typed changes, and the title of the form or the review that they open."""
WRONG = {
    "backup /tmp/there": "backup is on the command line: eipdeck backup --help",
    "release 198.18.0.5 198.18.0.6": "release takes one EIP here; its form asks for the rest",
    "release eip-nothing": "eip-nothing",
    "cidr drain 10.0.0.0/8": "10.0.0.0/8 is not in the CIDRs",
    "pool set nothing": "nothing is not in the Pools",
    "service remove nic-nothing": "nic-nothing",
    "accept something": "something is not in the Findings",
}
COMPLETED = {
    "release 203.0.113.": ("> release 203.0.113.", "release 203.0.113.9"),
    "service remove nat": ("> service remove nat", "service remove nat-1"),
    "lookup 198.18.0.": ("> lookup 198.18.0.", "lookup 198.18.0.5"),
    "eips pool:hk-": ("> eips pool:hk-edge", "eips pool:hk-spare"),
    "cidr activate 198.51": ("> cidr activate 198.51.100.0/24",),
    "accept pool": ("> accept pool_near_exhaustion",),
}


async def typed(operator: Operator, text: str) -> None:
    await operator.press("colon")
    await operator.until("every command by its command-line name")
    await operator.type(text)
    await operator.press("enter")


@pytest.mark.parametrize("size", [SMALL, WIDE])
@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("pool hk-spare", ("[p Pools 4]", "168 free of 256")),
        ("pools spare", ("[p Pools 4]", "168 free of 256")),
        ("cidr 192.0.2.0/24", ("[c CIDRs 4]", "active -- 88 live")),
        ("service nat-2", ("[l Services 70]", 'gateway "hk-nat-b"')),
        ("eips own:no state:bound", ("[e EIPs 347]", "filter: own:no state:bound")),
        ("lookup 203.0.113.17", ("> !  203.0.113.17", "yours, in use")),
        ("lookup 203.0.113.17 @ 2025-11-22 21:14", ("judged as of 2025-11-22 21:14:00Z",)),
        ("history 203.0.113.0/24", ("[t Timeline]",)),
        ("findings severity:critical", ("[f Findings", "filter: severity:critical")),
        ("pools", ("[p Pools 4]",)),
    ],
)
async def test_words_behind_a_command_say_what_it_is_about(
    tmp_path: Path, size: tuple[int, int], command: str, wanted: tuple[str, ...]
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await typed(operator, command)
        await operator.until(*wanted, absent="every command")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("cidr 10.0.0.0/8", "10.0.0.0/8 is not in the CIDRs"),
        ("service nothing-such", "nothing-such"),
        ("eips colour:red", "colour"),
        ("lookup 203.0.113.17 @ never", "is not a time"),
        ("backup", "backup is on the command line: eipdeck backup --help"),
        ("clock accept", "clock accept is on the command line: eipdeck clock accept --help"),
    ],
)
async def test_wrong_words_are_told_and_change_no_view(tmp_path: Path, command: str, said: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await typed(operator, command)
        await operator.until(said)
        assert operator.deck.navigator.view is View.EIPS


@pytest.mark.parametrize(("size", "step"), [(SMALL, 1), (WIDE, 5), ((200, 50), 4)])
async def test_a_change_takes_its_subject_behind_its_name(tmp_path: Path, size: tuple[int, int], step: int) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        for command, title in list(CHANGES.items())[::step]:
            await typed(operator, command)
            await operator.until(title, absent="every command")
            assert operator.app.screen is not operator.deck, "a form or a review asks"
            await operator.press("escape")
            await operator.when(lambda: operator.app.screen is operator.deck and not operator.deck.runner.busy)


async def test_a_change_with_a_wrong_subject_is_told_and_nothing_moves(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        for command, said in WRONG.items():
            await typed(operator, command)
            await operator.until(said, absent="every command")
            assert operator.deck.navigator.view is View.EIPS
            assert operator.deck.selection is not None
            assert operator.deck.selection.id == "198.18.0.5"


async def test_every_verb_of_the_command_line_is_listed(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("colon")
        await operator.until("> allocate", "... 0 above")
        seen = operator.text()
        while "0 below" not in operator.text():
            await operator.press("pagedown")
            seen += operator.text()
        missing = {verb.name for verb in VERBS if not re.search(rf" {re.escape(verb.name)}[ ,]", seen)}
        assert missing == {"open", "demo"}


async def test_a_known_value_is_completed_and_the_first_row_is_chosen(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("colon")
        await operator.until("> allocate")
        await operator.type("pool hk-")
        await operator.until("> pool hk-edge", "pool hk-legacy", "pool hk-spare")
        await operator.press("down", "enter")
        await operator.until("pool hk-legacy --")


async def test_the_words_are_completed_from_the_inventory(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("colon")
        await operator.until("> allocate")
        for begun, offered in COMPLETED.items():
            await operator.type(begun)
            await operator.until(*offered)
            await operator.press("ctrl+u")


async def test_a_session_that_may_not_write_says_so_and_shows_the_subject(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path, read_only=True)) as operator:
        await typed(operator, "release 203.0.113.9")
        await operator.until("203.0.113.9 --", "this session was started with --read-only")


@pytest.mark.parametrize(("size", "rows"), [(SMALL, 17), (WIDE, 29)])
async def test_it_uses_the_height_and_its_keys_reach_both_ends(
    tmp_path: Path, size: tuple[int, int], rows: int
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.press("colon")
        await operator.until("> allocate", "... 0 above")
        field, *commands, more = (line for line in operator.lines() if line.startswith("│ "))
        assert "type to narrow" in field
        assert "0 above" in more
        assert len(commands) == rows
        await operator.press("end")
        await operator.until("> doctor", "0 below")
        await operator.press("pageup")
        await operator.until("> ", absent="> doctor")
        await operator.press("home")
        await operator.until("> allocate")


async def test_a_theme_that_is_named_is_painted_and_kept(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        before = operator.lines()[3:20]
        await typed(operator, "theme blind")
        await operator.until("theme blind", absent="every command")
        assert operator.deck.app.theme == "blind"
        assert operator.lines()[3:20] == before, "no word and no mark moves"
        await typed(operator, "theme pink")
        await operator.until("pink is none of dark, light, contrast, blind, ansi")
