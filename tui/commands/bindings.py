"""The commands as Textual bindings, and the names Textual gives to keys."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.commands.registry import COMMANDS, Command, Scope

__all__ = ["bindings_for", "key_name"]


def bindings_for(scope: Scope) -> list[BindingType]:
    """Return the bindings of a widget: in a table and a map they run its own actions, on the screen `command`."""
    return [_binding(command) for command in COMMANDS if command.scope is scope]


def _binding(command: Command) -> Binding:
    action = command.id if command.scope in (Scope.TABLE, Scope.MAP) else f"command('{command.id}')"
    return Binding(",".join(command.keys), action, command.label, show=False, id=command.id)


def key_name(key: str) -> str:
    """Return Textual's name of a key, such as `slash` for `/`; a word that is not a key stays as it is."""
    key = key.strip()
    return next(iter(Binding.make_bindings([(key, "", "")]))).key if len(key) == 1 else key
