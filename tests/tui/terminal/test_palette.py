"""Every text of every theme can be read: WCAG AA, computed pair by pair."""

from __future__ import annotations

import pytest

from tui.terminal.palette import ANSI, COLOURS, GROUNDS, LOOKS, colours, default_look
from tui.terminal.roles import Role

FIXED = [look for look in LOOKS if look != ANSI]
TEXT, MARK = 4.5, 3.0
"""The least contrast of a text, and of a mark."""
TEXTS = [role for role in Role if role not in GROUNDS and role not in (Role.BORDER, Role.TRACK)]

_BAR = [Role.TEXT, Role.STRONG, Role.DIM, Role.LABEL, Role.KEY, Role.OK, Role.WARNING]
BARS = {"raised": _BAR, "field": [*_BAR, Role.CRITICAL]}
"""The texts of the top line, and of the fields."""

SIXTEEN = {
    "xterm": {"ground": "#000000", "green": "#00cd00", "cyan": "#00cdcd", "yellow": "#cdcd00", "default": "#e5e5e5"},
    "linux": {"ground": "#000000", "green": "#00aa00", "cyan": "#00aaaa", "yellow": "#aa5500", "default": "#aaaaaa"},
    "solarized": {
        "ground": "#002b36",
        "green": "#859900",
        "cyan": "#2aa198",
        "yellow": "#b58900",
        "default": "#839496",
    },
}
"""The colours of terminals that the 16-colour theme has as text."""


def luminance(colour: str) -> float:
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (level / 12.92 if level <= 0.03928 else ((level + 0.055) / 1.055) ** 2.4 for level in levels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("indexes", [False, True])
@pytest.mark.parametrize("look", FIXED)
def test_every_text_can_be_read_on_the_ground(look: str, *, indexes: bool) -> None:
    shades = colours(look, indexes=indexes)
    pale = {role: round(contrast(shades[role], shades["ground"]), 1) for role in TEXTS}
    assert not {role: found for role, found in pale.items() if found < TEXT}
    assert contrast(shades["border"], shades["ground"]) >= MARK


@pytest.mark.parametrize("indexes", [False, True])
@pytest.mark.parametrize("look", FIXED)
@pytest.mark.parametrize("ground", BARS)
def test_the_texts_of_the_bars_and_fields_can_be_read(ground: str, look: str, *, indexes: bool) -> None:
    shades = colours(look, indexes=indexes)
    pale = {role: round(contrast(shades[role], shades[ground]), 1) for role in BARS[ground]}
    assert not {role: found for role, found in pale.items() if found < TEXT}


@pytest.mark.parametrize("indexes", [False, True])
@pytest.mark.parametrize("look", FIXED)
def test_every_text_can_be_read_on_its_own_ground(look: str, *, indexes: bool) -> None:
    shades = colours(look, indexes=indexes)
    pairs = {ground: contrast(shades[f"on_{ground}"], shades[ground]) for ground in GROUNDS.values()}
    assert not {ground: found for ground, found in pairs.items() if found < TEXT}


@pytest.mark.parametrize("terminal", SIXTEEN)
def test_every_text_of_the_sixteen_colours_can_be_read(terminal: str) -> None:
    table = SIXTEEN[terminal]
    shades = colours(ANSI)
    pairs = {role: contrast(table[shades[role]], table["ground"]) for role in TEXTS}
    assert not {role: found for role, found in pairs.items() if found < MARK}


def test_each_theme_names_every_role() -> None:
    assert {len(values) for values in COLOURS.values()} == {len(LOOKS)}
    assert {role for role in Role if role not in GROUNDS} <= set(COLOURS)


@pytest.mark.parametrize(
    ("environ", "look"),
    [
        ({}, "ansi"),
        ({"COLORTERM": "truecolor"}, "dark"),
        ({"COLORTERM": "24bit", "COLORFGBG": "0;15"}, "light"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, "ansi"),
    ],
)
def test_the_terminal_decides_the_first_theme(environ: dict[str, str], look: str) -> None:
    assert default_look(environ) == look
