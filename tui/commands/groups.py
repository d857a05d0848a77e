"""The commands in groups, and the terms of the screens: the help and the key table of the README follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tui.commands.registry import COMMANDS, Command, Scope, key_text

__all__ = ["DIGITS", "FIRST", "GLOSSARY", "GROUPS", "grouped", "readme_table"]

DIGITS: Final = ("0-9", "look up the address being typed; ADDRESS @ TIME for the past")
FIRST: Final = ("find", "palette", "open", "back", "next_problem", "rehome", "allocate", "yes", "help")
"""The commands that matter first; with the digits they have ten keys."""
_MARKING: Final = ("mark", "mark_all", "unmark")
_KEEPING: Final = ("copy", "copy_menu", "export", "pin", "trail")
_LEAVING: Final = ("abort", "yes", "back", "interrupt", "quit")
GROUPS: Final = ("change", "look", "move", "mark", "copy and keep", "confirm and leave")
GLOSSARY: Final = (
    ("by mistake", "in the default pool because no pool was named: a Zenlayer address, not one of yours"),
    ("rehome", "move what an EIP serves to an address of your own pool, and release the old one"),
    ("cooling", "released lately: not allocated again until its cool-down is over; Z takes it back before"),
    ("reserved", "kept back by an operator; a soft one can still be allocated by its address"),
    ("locked", "free, but its CIDR drains or is not active yet: no allocations (held in JSON)"),
    ("runway", "days until the pool is full, at its growth of late"),
)
"""Terms of the screens with their meanings."""


def _group(command: Command) -> str:
    """Return the group of a command."""
    if command.changes or command.id == "write_mode":
        return "change"
    if command.id in _MARKING:
        return "mark"
    if command.id in _KEEPING:
        return "copy and keep"
    if command.id in _LEAVING:
        return "confirm and leave"
    moves = command.scope in (Scope.TABLE, Scope.MAP) and command.id != "open"
    return "move" if moves else "look"


def grouped() -> Iterator[tuple[str, list[Command]]]:
    """Yield each group with its commands."""
    for group in GROUPS:
        yield group, [command for command in COMMANDS if _group(command) == group]


def readme_table() -> str:
    """Return the key tables of the README, in Markdown: the keys that matter first, then all of them by group."""
    known = {command.id: command for command in COMMANDS}
    first = [_row("`0` … `9`", DIGITS[1]), *(_command_row(known[id_]) for id_ in FIRST)]
    parts = [("The ten keys that matter first:", first)]
    parts += [(f"To {group}:", [_command_row(command) for command in commands]) for group, commands in grouped()]
    return "\n".join(f"{title}\n\n| key | does |\n| --- | --- |\n{''.join(rows)}" for title, rows in parts)


def _command_row(command: Command) -> str:
    keys = " ".join(f"`{key_text(key)}`" for key in command.keys) or f"`:` {command.name}"
    return _row(keys, command.help)


def _row(keys: str, does: str) -> str:
    return f"| {keys} | {does} |\n"
