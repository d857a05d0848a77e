"""The colours: one table from role to theme. A role colours one thing; state is always a word and a mark as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from tui.terminal.environment import over_ssh
from tui.terminal.roles import Role

__all__ = [
    "ANSI",
    "COLOURS",
    "GROUNDS",
    "LOOKS",
    "choose",
    "colours",
    "default_look",
    "indexed",
    "is_colourless",
    "look",
    "sends_indexes",
    "style",
    "themes",
]


LOOKS: Final = ("dark", "light", "contrast", "blind", "ansi")
"""The themes, in the order of the table; `ansi` has the terminal's own 16 colours."""
ANSI: Final = "ansi"

COLOURS: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "ground": ("#10141b", "#fbfbf8", "#000000", "#0f131a", "default"),
    "raised": ("#232c39", "#e3e7ed", "#1f1f1f", "#232b37", "default"),
    "field": ("#1c2430", "#eef1f5", "#1a1a1a", "#1b222d", "default"),
    "track": ("#2b3543", "#d5dbe3", "#333333", "#2c3542", "bright_black"),
    "text": ("#d6dde8", "#1c232d", "#ffffff", "#dbe1ea", "default"),
    "strong": ("#d6dde8", "#1c232d", "#ffffff", "#dbe1ea", "default"),
    "dim": ("#8f9bad", "#5a6472", "#d0d0d0", "#939eaf", "default"),
    "label": ("#a7b4c8", "#45505f", "#e6e6e6", "#abb7c9", "default"),
    "key": ("#ffffff", "#000000", "#ffffff", "#ffffff", "default"),
    "border": ("#5d6b80", "#7d8896", "#b0b0b0", "#616e82", "bright_black"),
    "focus": ("#5cc8ff", "#0063a6", "#00d7ff", "#7cc7f2", "cyan"),
    "on_focus": ("#06131d", "#ffffff", "#000000", "#04131d", "black"),
    "cursor": ("#1d4e79", "#bfe0fb", "#ffffff", "#174a74", "cyan"),
    "on_cursor": ("#ffffff", "#06263f", "#000000", "#ffffff", "black"),
    "own": ("#93c5fd", "#1d58a8", "#a8d4ff", "#4f9de8", "default"),
    "zenlayer": ("#f08bd8", "#a3128a", "#ff9df0", "#f7b6dc", "default"),
    "bound": ("#62d196", "#106b3c", "#5dff9b", "#3cb596", "green"),
    "unbound": ("#c9b48a", "#7a5a10", "#ffdf9e", "#efe4c8", "default"),
    "cooling": ("#56d4dd", "#00697a", "#5ff4ff", "#8be4e8", "cyan"),
    "reserved": ("#b9a2f5", "#6a3fc0", "#d3c2ff", "#c9c4f7", "default"),
    "free": ("#7d8a9d", "#66707e", "#c0c0c0", "#7e8a9c", "default"),
    "critical": ("#ff7b72", "#b5121b", "#ff9a94", "#ff6a1f", "default"),
    "critical_chip": ("#c4262e", "#b5121b", "#d40000", "#b54000", "red"),
    "on_critical_chip": ("#ffffff", "#ffffff", "#ffffff", "#ffffff", "bright_white"),
    "warning": ("#f2c14e", "#8a5300", "#ffe04d", "#f5ea4e", "yellow"),
    "warning_chip": ("#f2c14e", "#f2c14e", "#ffe04d", "#f5ea4e", "yellow"),
    "on_warning_chip": ("#1b1300", "#1b1300", "#000000", "#101010", "black"),
    "ok": ("#a5e075", "#3f6b00", "#c4ff8a", "#8fd6c0", "green"),
    "write": ("#ff9e4a", "#a84300", "#ffb366", "#ffffff", "yellow"),
    "write_chip": ("#ff9e4a", "#a84300", "#ffb366", "#ffffff", "yellow"),
    "on_write_chip": ("#1d0e00", "#ffffff", "#000000", "#101010", "black"),
    "read_only_chip": ("#7ccf8f", "#1e6b34", "#5dff9b", "#8fd6c0", "green"),
    "on_read_only_chip": ("#04170a", "#ffffff", "#000000", "#101010", "black"),
}
"""Grounds, texts, and the text on each ground of its own. In the 16 colours, magenta, bright red and bright blue are
too dark as text on some terminals, so what would have them is bold or plain."""

GROUNDS: Final[Mapping[Role, str]] = {
    Role.FOCUSED: "focus",
    Role.CURSOR: "cursor",
    Role.CRITICAL_CHIP: "critical_chip",
    Role.WARNING_CHIP: "warning_chip",
    Role.WRITE_CHIP: "write_chip",
    Role.READ_ONLY_CHIP: "read_only_chip",
}
"""The roles with a ground of their own."""
_ON: Final = {Role.FOCUSED: "on_focus"} | {role: f"on_{role}" for role in GROUNDS if role is not Role.FOCUSED}
_BOLD: Final = frozenset({Role.STRONG, Role.KEY, Role.WRITE, Role.WARNING, *GROUNDS})
_BOLD_ANSI: Final = frozenset({Role.FOCUS, Role.ZENLAYER, Role.CRITICAL, Role.LABEL, Role.OK})
"""Bold in the 16 colours, where the colour alone says less."""
_PALE: Final = frozenset({"green", "cyan", "yellow"})
"""Colours that cannot be read as text on a light ground."""


class _Chosen:
    """The theme of the process: one process runs one dashboard."""

    name = ANSI
    colourless = False
    light = False
    indexes = False


def colours(name: str, *, indexes: bool = False) -> dict[str, str]:
    """Return the colours of a theme."""
    at = LOOKS.index(name)
    fixed = {role: values[at] for role, values in COLOURS.items()}
    return {role: indexed(colour) for role, colour in fixed.items()} if indexes and name != ANSI else fixed


def _theme(name: str) -> Theme:
    shades = colours(name, indexes=_Chosen.indexes)
    if name == ANSI:
        variables = BUILTIN_THEMES["ansi-dark"].variables | {role: f"ansi_{colour}" for role, colour in shades.items()}
        default = "ansi_default"
        return Theme(
            name,
            default,
            foreground=default,
            background=default,
            surface=default,
            panel=default,
            boost=default,
            variables=variables,
            ansi=True,
        )
    return Theme(
        name,
        shades["focus"],
        foreground=shades["text"],
        background=shades["ground"],
        surface=shades["ground"],
        panel=shades["raised"],
        dark=name != "light",
        variables=shades,
    )


def themes() -> tuple[Theme, ...]:
    """Return the themes for Textual, with a variable for each colour of the table."""
    return tuple(_theme(name) for name in LOOKS)


def choose(name: str, environ: Mapping[str, str]) -> None:
    """Paint with a theme from now on."""
    _Chosen.name = name
    _Chosen.colourless = bool(environ.get("NO_COLOR"))
    _Chosen.light = _on_light(environ)
    _Chosen.indexes = sends_indexes(environ)


def look() -> str:
    """Return the name of the chosen theme."""
    return _Chosen.name


def is_colourless() -> bool:
    """Return whether the terminal shows no colour: chips have brackets there."""
    return _Chosen.colourless


def style(role: Role) -> Style:
    """Return the style of a role in the chosen theme; only roles with a ground of their own set one."""
    return _style(role, _Chosen.name, _Chosen.colourless, _Chosen.light, _Chosen.indexes)


@cache
def _style(role: Role, name: str, colourless: bool, light: bool, indexes: bool) -> Style:  # noqa: FBT001  # a key
    bold = role in _BOLD or (name == ANSI and role in _BOLD_ANSI)
    if colourless:
        return Style(bold=bold or None, reverse=role in (Role.CURSOR, Role.FOCUSED) or None)
    shades = colours(name, indexes=indexes)
    if role in GROUNDS:
        return Style(color=shades[_ON[role]], bgcolor=shades[GROUNDS[role]], bold=True)
    colour = shades[role]
    if name == ANSI and light and colour in _PALE:
        colour, bold = "default", True
    return Style(color=None if colour == "default" else colour, bold=bold or None)


def default_look(environ: Mapping[str, str]) -> str:
    """Return the theme for a terminal: a fixed one where true colours are announced."""
    if environ.get("COLORTERM", "").lower() not in ("truecolor", "24bit") or environ.get("NO_COLOR"):
        return ANSI
    return "light" if _on_light(environ) else "dark"


def _on_light(environ: Mapping[str, str]) -> bool:
    """Return whether `COLORFGBG` names a light ground: 7 and 15 are the white ones."""
    return environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")


def sends_indexes(environ: Mapping[str, str]) -> bool:
    """Return whether colours go as indexes of 256: half the bytes, for a line that may be slow."""
    return over_ssh(environ)


_STEPS: Final = (0, 95, 135, 175, 215, 255)
"""The levels of red, green and blue among the 256 colours; 24 greys stand beside them."""


@cache
def indexed(colour: str) -> str:
    """Return the nearest of the 256 colours that every terminal paints alike."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    cube = [_nearest(_STEPS, level) for level in wanted]
    grey = [_nearest(range(8, 239, 10), sum(wanted) / 3)] * 3
    nearest = min((cube, grey), key=lambda each: sum((a - b) ** 2 for a, b in zip(each, wanted, strict=True)))
    return "#" + "".join(f"{level:02x}" for level in nearest)


def _nearest(steps: Iterable[int], level: float) -> int:
    return min(steps, key=lambda step: abs(step - level))
