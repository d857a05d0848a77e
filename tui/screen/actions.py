"""Runs a command, or says why it does not apply."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui.commands.context import KeyContext, refusal
from tui.commands.registry import BY_ID, Command
from tui.state.workers import Say

__all__ = ["Actions"]


class Actions:
    """The dashboard's answer to each command."""

    def __init__(
        self,
        table: Mapping[str, Callable[[], object]],
        context: Callable[[], KeyContext],
        start_change: Callable[[Command], None],
        say: Say,
    ) -> None:
        """Run the commands of `table` by their id, and start a change for those that change something."""
        self._table = table
        self._context = context
        self._start_change = start_change
        self._say = say

    def run(self, name: str) -> None:
        """Run what a key or the palette asks for, or say why it does nothing."""
        command = BY_ID[name]
        why_not = refusal(command, self._context())
        if why_not:
            self._say(why_not)
        elif command.changes:
            self._start_change(command)
        else:
            self._table[name]()
