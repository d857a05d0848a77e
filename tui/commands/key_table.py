"""The keys in the order of the help and of the README: those that matter most, then group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui.commands.registry import COMMANDS, Command, Scope, key_text

__all__ = ["DIGITS", "grouped", "readme_table"]

DIGITS: Final = "look up an address; ADDRESS @ TIME for the past"
"""The help of the digits, which have no command."""
_FIRST: Final = ("findings", "open", "find", "palette", "next_problem", "copy", "rehome", "yes", "back")
"""The commands that matter most, beside the digits."""
_FIRST_TITLE: Final = "The ten that matter most"
_GROUPS: Final = {
    "Mark, copy and keep": ("mark", "mark_all", "unmark", "copy_menu", "export", "pin", "trail"),
    "This screen": (
        *("sort", "columns", "view", "theme", "detail", "zoom", "next_pane", "previous_pane", "refresh", "pause"),
        *("redraw", "write_mode"),
    ),
    "Leave": ("abort", "interrupt", "quit"),
}
_LOOK, _MOVE, _CHANGE = "Look", "Move", "Change, each after a review"


def grouped() -> dict[str, Sequence[Command]]:
    """Return every command by the title of its group."""
    titles = (_FIRST_TITLE, _LOOK, _MOVE, _CHANGE, *_GROUPS)
    rows: dict[str, list[Command]] = {title: [] for title in titles}
    for command in COMMANDS:
        rows[_group(command)].append(command)
    rows[_FIRST_TITLE].sort(key=lambda command: _FIRST.index(command.id))
    return dict(rows)


def _group(command: Command) -> str:
    if command.id in _FIRST:
        return _FIRST_TITLE
    if command.changes:
        return _CHANGE
    if command.scope in (Scope.TABLE, Scope.MAP):
        return _MOVE
    return next((title for title, ids in _GROUPS.items() if command.id in ids), _LOOK)


def readme_table() -> str:
    """Return the key table of the README, in Markdown."""
    lines = ["| key | does |", "| --- | --- |"]
    for title, commands in grouped().items():
        lines.append(f"| **{title}** | |")
        if title == _FIRST_TITLE:
            lines.append(f"| `0` … `9` | {DIGITS} |")
        for command in commands:
            keys = " ".join(f"`{key_text(key)}`" for key in command.keys) or f"`:` {command.name}"
            lines.append(f"| {keys} | {command.help} |")
    return "\n".join(lines) + "\n"
