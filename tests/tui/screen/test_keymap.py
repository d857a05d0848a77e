"""Remapped keys: refused at the start when they would surprise, and named wherever a key is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import Config, EipdeckError
from tests.tui.deck_kit import WIDE, allocated, demo_desk, on_deck, on_the_balancer, small_desk
from tui.screen.keymap import keymap_of


def refusal(**keys: str) -> str:
    with pytest.raises(EipdeckError) as refused:
        keymap_of(Config(keys=keys, path=Path("/etc/eipdeck/config.toml")))
    assert refused.value.code == "usage"
    assert refused.value.exit_code == 2
    assert "/etc/eipdeck/config.toml" in refused.value.reason
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("yes", "enter", "yes is fixed: y sends, and nothing else does"),
        ("yes", "R", "yes is fixed"),
        ("interrupt", "x", "interrupt is fixed"),
        ("release", "y", "a change is on an upper-case letter or a function key"),
        ("release", "r", "a change is on an upper-case letter or a function key"),
        ("release", "enter", "a change is on an upper-case letter or a function key"),
        ("release", "slash", "a change is on an upper-case letter or a function key"),
        ("release", "U", "U would be release and unbind"),
        ("release", "X", "X would be release and service_remove"),
        ("release", "F,G", "G would be last and release"),
        ("copy", "y", "y would be copy and yes"),
        ("copy", "ctrl+c", "ctrl+c would be copy and interrupt"),
        ("copy", "j", "j would be copy and down"),
        ("find", "ctrl+q", "a key that terminals keep for themselves"),
        ("find", "alt+x", "a key that terminals keep for themselves"),
        ("find", "shift+up", "a key that terminals keep for themselves"),
        ("find", "~", "a key that terminals keep for themselves"),
        ("find", "7", "begins a lookup"),
        ("find", "", "is not the name of a key"),
        ("find", "nonsense", "is not the name of a key"),
        ("find", "x,", "is not the name of a key"),
        ("nonsense", "x", "nonsense is not a command that has a key"),
        ("cidr_activate", "X", "cidr_activate is not a command that has a key"),
    ],
)
def test_what_would_surprise_is_refused(name: str, key: str, why: str) -> None:
    assert why in refusal(**{name: key})


def test_every_problem_is_named_at_once() -> None:
    said = refusal(release="r", yes="r", find="ctrl+q", nonsense="x")
    for name in ("release", "yes", "find", "nonsense"):
        assert name in said


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"copy": "r", "refresh": "w"}, "r would be copy and review_reason"),
        ({"copy": "slash", "find": "w"}, "slash would be copy and what is typed"),
        ({"timeline": "q", "quit": "w"}, "q would be plan_leave and timeline"),
        ({"export": "n", "next_problem": "w"}, "n would be export and trail_leave"),
    ],
)
def test_keys_that_clash_only_in_a_modal_are_refused_too(keys: dict[str, str], why: str) -> None:
    assert why in refusal(**keys)


def test_what_is_sound_is_taken_as_textual_names_it() -> None:
    keys = {"release": "J", "unbind": "f5", "rehome": "U", "find": "?", "help": "f1, h", "mark": "w", "eips": "L"}
    named = {**keys, "find": "question_mark", "help": "f1,h"}
    assert keymap_of(Config(keys=keys)) == named
    assert keymap_of(Config()) == {}


KEYS = {
    "rehome": "J",
    "release": "f5",
    "write_mode": "H",
    "eips": "L",
    "copy": "h",
    "abort": "V",
    "mark": "w",
    "timeline": "T",
    "go_to": "O",
    "find": "comma",
    "quit": "Q",
}


async def test_every_key_that_is_named_is_the_one_to_press(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path, config=Config(keys=KEYS))) as operator:
        await operator.until(
            "[L EIPs 347]",
            "T Timeline",
            ", filter   : command",
            "J rehome  A alloc  U unbind  f5 release",
        )
        await operator.press("w")
        await operator.until("f5, U, B and J act on marked 198.18.0.5", "f5 release 1")
        await operator.press("u", "j", "f5")
        await operator.until("review: release 198.18.0.9", "h copy")
        operator.deck.runner.flow.grace.second = 3600
        await operator.confirm()
        await operator.until("Nothing has been sent yet.  V or esc aborts", "V abort   esc abort")
        await operator.press("V")
        await operator.until("aborted: nothing was sent")
        await operator.press("H", "J")
        await operator.until("J does nothing now: READ-ONLY.  H arms write mode", "H arm write  enter detail")
        await operator.press("f")
        await operator.until("2d J rehome", "139d f5 release")


async def test_a_remapped_key_is_the_same_in_a_plan_and_in_the_wide_titles(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path, config=Config(keys=KEYS)), WIDE) as operator:
        await operator.until("[L EIPs 347]", "in default pool by mistake")
        await operator.press("c", "D")
        await operator.until("J rehome", "f5 release", "bound: J rehome or f5")
        await operator.press("f5")
        await operator.until("review: release 198.51.100.20")


async def test_the_detail_names_the_remapped_keys(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path, config=Config(keys={"go_to": "O", "down": "J", "up": "N"}))
    for eip in [allocated(inventory, pool="default-asia-east-1") for _ in range(22)]:
        on_the_balancer(inventory, eip)
    async with on_deck(inventory, WIDE) as operator:
        await operator.press("enter")
        await operator.until("in the detail: J and N scroll, esc goes back to the list")
        await operator.press("end")
        await operator.until("and 1 more: O lists them")


async def test_the_next_deck_has_its_own_keys(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.until("F rehome", "R release")
