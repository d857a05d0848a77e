"""The terminal as the environment describes it. Needs neither a terminal nor Textual."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TextIO

__all__ = [
    "SMALLEST",
    "Route",
    "clipboard_route",
    "is_accessible",
    "is_too_small",
    "may_overwrite",
    "names_a_terminal",
    "over_ssh",
]

SMALLEST: Final = (60, 16)
"""Columns and lines; below them only the lookup bar, the verdict and the status line have room."""


def is_too_small(columns: int, lines: int) -> bool:
    return columns < SMALLEST[0] or lines < SMALLEST[1]


def names_a_terminal(term: str) -> bool:
    """Return whether a value of `TERM` names a terminal that can be drawn on."""
    return term not in ("", "dumb", "unknown")


def is_accessible(environ: Mapping[str, str]) -> bool:
    """Return whether what is printed is read aloud (`ACCESSIBLE=1`): nothing is drawn or overwritten then."""
    return environ.get("ACCESSIBLE", "") not in ("", "0")


def may_overwrite(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether a line on this stream may be overwritten: on a terminal that can, and is not read aloud."""
    return stream.isatty() and names_a_terminal(environ.get("TERM", "")) and not is_accessible(environ)


def over_ssh(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


class Route(StrEnum):
    """A way to the clipboard of the operator's own machine."""

    TMUX = "tmux load-buffer -w"
    SCREEN = "OSC 52 through screen"
    TERMINAL = "OSC 52"


def clipboard_route(environ: Mapping[str, str]) -> Route:
    """Return the way to try first."""
    if environ.get("TMUX"):
        return Route.TMUX if shutil.which("tmux") else Route.TERMINAL
    return Route.SCREEN if environ.get("STY") else Route.TERMINAL
