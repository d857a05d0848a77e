"""The keys that run in a burst, and those that stop it."""

from __future__ import annotations

from typing import Final

from tui.commands.registry import COMMANDS, Command, Scope, View, keys_of

__all__ = ["runs_in_burst", "stops_burst"]

_RUN: Final = frozenset({"find", "palette", "help", *(view.name.lower() for view in View)})
_STOP: Final = frozenset({"yes", "quit", "export", "pin", "write_mode"})


def runs_in_burst(key: str) -> bool:
    """Whether a key only moves, turns to another view, or opens a field or the help."""
    command = _command(key)
    return key.isdigit() or (command is not None and (command.scope is Scope.TABLE or command.id in _RUN))


def stops_burst(key: str) -> bool:
    """Whether a key could begin a change, confirm one, leave, or write a file: an upper-case letter always."""
    command = _command(key)
    return (len(key) == 1 and key.isupper()) or (command is not None and (command.changes or command.id in _STOP))


def _command(key: str) -> Command | None:
    return next((command for command in COMMANDS if key in keys_of(command.id)), None)
