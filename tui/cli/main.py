"""Runs one verb on the inventory and prints its answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from core import Code, Inventory, error
from tui.cli.arguments import Command
from tui.cli.opening import config_of, inventory_of
from tui.cli.result import Answer, print_answer

__all__ = ["run"]


def run(command: Command, answer: Callable[[Inventory], Answer]) -> int:
    """Open the inventory, run the verb and print its answer; return the exit code.

    Raises:
        EipdeckError: it was refused; nothing has been printed on stdout.

    """
    config = config_of(command.settings)
    if command.settings.read_only and command.verb.writes:
        raise error(Code.READ_ONLY, "--read-only refuses every write; nothing changed.", hint="Leave --read-only out.")
    with closing(inventory_of(command.settings, config)) as inventory:
        return print_answer(answer(inventory), command.format)
