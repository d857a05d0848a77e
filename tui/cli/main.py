"""Runs one verb on the inventory and prints its answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from core import Code, Inventory, error
from tui.cli.arguments import Command
from tui.cli.opening import config_of, inventory_of
from tui.cli.result import Answer, print_answer

if TYPE_CHECKING:
    from tui.wording.paint import Paint

__all__ = ["run"]

_LISTS = ("eips", "pools", "cidrs", "services", "findings")
"""The lists whose ids the shell's completion offers."""


def run(command: Command, answer: Callable[[Inventory], Answer]) -> int:
    """Open the inventory, run the verb and print its answer; return the exit code.

    Raises:
        EipdeckError: it was refused; nothing has been printed on stdout.

    """
    config = config_of(command.settings)
    if command.settings.read_only and command.verb.writes:
        raise error(Code.READ_ONLY, "--read-only refuses every write; nothing changed.", hint="Leave --read-only out.")
    with closing(inventory_of(command.settings, config)) as inventory:
        found = answer(inventory)
        if command.verb.name in _LISTS:
            from tui.cli.keep import keeping  # noqa: PLC0415  # a look-up and a change leave nothing

            found = keeping(command.verb.name, command.settings, inventory, found)
        return print_answer(found, command.format, paint=_paint(command.settings.color))


def _paint(when: str | None) -> Paint | None:
    """Return what paints a table; without a wish, a terminal gets colours unless NO_COLOR is set."""
    if when != "always":
        dull = sys.stdout is None or not sys.stdout.isatty() or os.environ.get("TERM", "") in ("", "dumb", "unknown")
        if when == "never" or dull or os.environ.get("NO_COLOR"):
            return None
    from tui.wording.paint import Paint  # noqa: PLC0415  # a pipe gets no colours

    return Paint()
