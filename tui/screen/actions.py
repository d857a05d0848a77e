"""Runs a command, or says why it does not apply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from core import EipdeckError
from tui.commands.context import KeyContext
from tui.commands.context import refusal as refusal_of
from tui.commands.registry import BY_ID, Command
from tui.state.workers import Say, Work

__all__ = ["Actions"]


class Actions:
    """The dashboard's answer to each command."""

    def __init__(
        self,
        table: Mapping[str, Callable[[], object]],
        context: Callable[[], KeyContext],
        change: Callable[[Command], Work],
        start: Callable[[Work], None],
        say: Say,
    ) -> None:
        """Run the commands of `table` by their id; `start` starts the change of those that change something."""
        self._table = table
        self._context = context
        self._change = change
        self._start = start
        self._say = say

    def run(self, name: str) -> None:
        """Run what a key or the palette asks for, or say why it does nothing."""
        command = BY_ID[name]
        why_not = refusal_of(command, self._context())
        if why_not:
            self._say(why_not)
        elif command.changes:
            self._start(self._change(command))
        else:
            self._table[name]()

    def run_at(self, name: str, go: Callable[[], Awaitable[bool]]) -> None:
        """Start a change once `go` has selected its subject; `go` returns whether it did."""
        self._start(partial(self._at, BY_ID[name], go))

    async def _at(self, command: Command, go: Callable[[], Awaitable[bool]]) -> None:
        try:
            there = await go()
        except EipdeckError as refusal:
            self._say(refusal.message, problem=True)
            return
        if not there:
            return
        why_not = refusal_of(command, replace(self._context(), busy=False, selecting=False))
        if why_not:
            self._say(why_not)
        else:
            await self._change(command)()
