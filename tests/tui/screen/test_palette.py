"""The palette: every verb is in it or says where it is, and words may follow a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.deck_kit import SMALL, WIDE, Operator, demo_desk, on_deck
from tui.commands.registry import View
from tui.wording.verbs import VERBS


async def typed(operator: Operator, text: str) -> None:
    await operator.press("colon")
    await operator.until("every command, by name")
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


async def test_every_verb_of_the_command_line_is_found(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("colon")
        for verb in VERBS:
            if verb.name not in ("open", "demo"):
                await operator.type(verb.name)
                await operator.until(f"> {verb.name.split()[0]}")
                await operator.press("ctrl+u")


async def test_a_known_value_is_completed_and_the_first_row_is_chosen(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("colon")
        await operator.until("> allocate")
        await operator.type("pool hk-")
        await operator.until("> pool hk-edge", "pool hk-legacy", "pool hk-spare")
        await operator.press("down", "enter")
        await operator.until("pool hk-legacy --")


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
