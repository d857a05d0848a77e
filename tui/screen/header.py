"""The top line: the database, the operators, the write mode, the age of the data, its findings, and the clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rich.cells import cell_len

from core import Inventory
from tui.state.screen_state import WIDE
from tui.terminal.roles import Role
from tui.widgets.lines import Line, Part, chip, line_of
from tui.wording.phrases import count_of
from tui.wording.sanitize import visible

__all__ = ["Top", "database_name", "top_line"]

_MOST_LABEL = 24
"""Cells of the database's name, which can be any file name."""
_LEAST_NAME = 3
"""Cells of the account's name below which a short line drops it."""
_PRODUCTION = "PRODUCTION"
_LEAST_LABEL = 8
"""Cells to which a short line cuts the database's name before it cuts the operator's."""
_LEAST_OPERATOR = 5
"""Cells of the operator's name below which a short line drops it."""


@dataclass(frozen=True, slots=True)
class Top:
    """The parts of the top line."""

    label: str
    operator: str
    mode: str
    age: str
    findings: int | None
    """None until they are read."""
    critical: int = 0
    others: str = ""
    """The other operators; empty when there are none."""
    clock: str = ""
    """`Sat 03:12Z`; empty until the time of the inventory is known."""
    live: bool = True
    """Whether the age is the one of current data."""
    short_age: str = ""
    """The age for a short line; empty: as `age`."""
    production: bool = False
    """Whether it is a live account of production, which no line leaves out."""


def database_name(inventory: Inventory, width: int) -> str:
    """Return the name of the account, or of the database with its kind and its file's name where there is room."""
    label, file = inventory.label, inventory.file
    if inventory.profile is not None:
        return inventory.profile
    if file is None:
        return label
    if width < WIDE:
        return label.rpartition(" ")[2]
    return " ".join(dict.fromkeys((*label.split(" ", 1), file.name)))


def top_line(top: Top, width: int) -> Line:
    """Return ` eipdeck  embedded  alice   WRITE   live      2 critical   7 findings  Sat 03:12Z`.

    When short, the weekday goes, then the older kinds of an account, then the database is cut, then the operator; mode,
    age and counts never are, nor that the account is one of production.
    """
    label, operator = visible(top.label, _MOST_LABEL), visible(top.operator)
    if top.others:
        whole = f"{operator} with {top.others}"
        few = f"{operator} +{top.others.count(', ') + 1}"
        operator = whole if _cells(_left(top, label, whole) + _right(top)) < width else few
    short = replace(top, clock=top.clock.rpartition(" ")[2])
    for shown in (top, short, replace(short, age=top.short_age or top.age)):
        top, right = shown, _right(shown)
        over = _cells(_left(top, label, operator) + right) + 1 - width
        if over <= 0:
            return _spread(_left(top, label, operator), right, width)
    label = visible(label, max(cell_len(label) - over, _LEAST_LABEL))
    over = _cells(_left(top, label, operator) + right) + 1 - width
    keep = cell_len(operator) - max(over, 0)
    operator = visible(operator, keep) if keep >= _LEAST_OPERATOR else ""
    over = _cells(_left(top, label, operator) + right) + 1 - width
    keep = cell_len(label) - max(over, 0)
    if keep >= (cell_len(label) if top.production else 1):
        return _spread(_left(top, visible(label, keep), operator), right, width)
    return _shortest(top, visible(top.label, _MOST_LABEL), width)


def _left(top: Top, label: str, operator: str) -> list[Part]:
    names: list[Part] = [(f"  {label}", Role.DIM)]
    if top.production:
        names = [("  ", Role.TEXT), chip(f"{_PRODUCTION} {label}", Role.CRITICAL_CHIP)]
    if operator:
        names.append((f"  {operator}", Role.TEXT))
    return [(" eipdeck", Role.KEY), *names, ("  ", Role.TEXT), _mode(top), _age(top)]


def _shortest(top: Top, label: str, width: int) -> Line:
    """Return the line without the program's name, the operator and the clock."""
    left, right = [_mode(top), (f" {top.age}", _age(top)[1])], _short_counts(top)
    if top.production:
        room = width - _cells([*left, *right]) - len(f" [{_PRODUCTION} ]")
        name = f" {visible(label, room)}" if room >= _LEAST_NAME else ""
        left.insert(0, chip(f"{_PRODUCTION}{name}", Role.CRITICAL_CHIP))
    return _spread(left, right, width)


def _mode(top: Top) -> Part:
    if not top.mode:
        return "", Role.TEXT
    return chip(top.mode, Role.WRITE_CHIP if top.mode.startswith("WRITE") else Role.READ_ONLY_CHIP)


def _age(top: Top) -> Part:
    return f"  {top.age}", Role.OK if top.live else Role.WARNING


def _right(top: Top) -> list[Part]:
    count = "reading" if top.findings is None else count_of(top.findings, "finding")
    parts: list[Part] = [(f"  {count}", Role.TEXT)]
    if top.critical:
        parts[:0] = [("  ", Role.TEXT), chip(f"{top.critical} critical", Role.CRITICAL_CHIP)]
    return [*parts, (f"  {top.clock}", Role.STRONG)] if top.clock else parts


def _short_counts(top: Top) -> list[Part]:
    if top.findings is None:
        return [(" reading", Role.TEXT)]
    critical: list[Part] = [(" ", Role.TEXT), chip(f"{top.critical} crit", Role.CRITICAL_CHIP)] if top.critical else []
    return [*critical, (f" {top.findings} find", Role.TEXT)]


def _cells(parts: list[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)


def _spread(left: list[Part], right: list[Part], width: int) -> Line:
    blanks = " " * max(width - 1 - _cells(left) - _cells(right), 0)
    return line_of(*left, (blanks, Role.TEXT), *right)
