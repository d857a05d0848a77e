"""The lines of a modal: a label and a text, and a command line broken where a shell allows it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.table import Table
from rich.text import Text

from tui.terminal.palette import style
from tui.terminal.roles import Role
from tui.wording.sanitize import visible

__all__ = ["Line", "Shell", "grid", "shell_rows"]

REVIEW_LABEL: Final = 16
"""Cells of the labels of a review."""
FORM_LABEL: Final = 12
"""Cells of the labels of a form."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row; a problem carries a `!` in every theme."""

    label: str
    text: str
    problem: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """A command line, broken with backslashes so that it can be copied."""

    command: str

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[Text]:
        for row in shell_rows(self.command, options.max_width):
            yield Text(row, overflow="fold")


def shell_rows(command: str, width: int) -> list[str]:
    """Return the command in rows of `width` cells. An option stays with its value if there is room."""
    rows: list[str] = []
    row = ""
    for part in _parts(command):
        longer = f"{row} {part}" if row else part
        if row and cell_len(longer) > width - 2:
            rows.append(f"{row} \\")
            row = f"  {part}"
        else:
            row = longer
    return [*rows, row]


def _parts(command: str) -> list[str]:
    """Return the quoted words of the command, an option and its value as one."""
    parts: list[str] = []
    option = False
    for word in shlex.split(command):
        shown = visible(shlex.quote(word))
        if option and not word.startswith("-"):
            parts[-1] += f" {shown}"
            option = False
        else:
            parts.append(shown)
            option = word.startswith("--") and "=" not in word
    return parts


def grid(lines: Iterable[Line | tuple[str, Shell]], label: int = REVIEW_LABEL) -> Table:
    """Return the lines as two columns; texts wrap and are never cut."""
    table = Table.grid(expand=True)
    table.add_column(width=label, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for line in lines:
        if isinstance(line, tuple):
            table.add_row(Text(line[0]), line[1])
        else:
            table.add_row(*_row(line, label))
    return table


def _row(line: Line, width: int) -> tuple[Text, Text]:
    label, text = visible(line.label), visible(line.text)
    if not line.problem:
        return Text(label, style=style(Role.LABEL)), Text(text)
    if len(label) + 3 <= width:
        return Text(f"{label:{width - 2}}! ", style=style(Role.WARNING)), Text(text, style=style(Role.WARNING))
    return Text(label, style=style(Role.WARNING)), Text(f"! {text}", style=style(Role.WARNING))
