"""The top line: the database, the operators, the write mode, the age of the data, and its findings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

from tui.state.screen_state import WIDE
from tui.wording.phrases import count_of
from tui.wording.sanitize import visible

__all__ = ["Top", "database_name", "top_line"]

_MOST_LABEL = 24
"""Cells of the database's name, which can be any file name."""
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


def database_name(label: str, file: Path | None, width: int) -> str:
    """Return the name of the database, with its file's name where there is room."""
    if file is None or width < WIDE:
        return label
    return " ".join(dict.fromkeys((*label.split(" ", 1), file.name)))


def top_line(top: Top, width: int) -> str:
    """Return `eipdeck | embedded | alice@10.0.4.7 +1 | WRITE | live     | 7 findings, 2 critical`.

    When short, the database's name is cut to what a name needs, then the operator; mode, age and count never are.
    """
    count = "reading" if top.findings is None else count_of(top.findings, "finding")
    if top.critical:
        count += f", {top.critical} critical"
    label, operator = visible(top.label, _MOST_LABEL), visible(top.operator)
    parts = ["eipdeck", label, operator, top.mode, f"{top.age:<8}", count]
    if top.others:
        parts[2] = f"{operator} with {top.others}"
        if cell_len(" | ".join(parts)) > width:
            parts[2] = operator = f"{operator} +{top.others.count(', ') + 1}"
    over = cell_len(" | ".join(parts)) - width
    if over > 0:
        parts[1] = label = visible(label, max(cell_len(label) - over, _LEAST_LABEL))
        over = cell_len(" | ".join(parts)) - width
    if over > 0:
        keep = cell_len(operator) - over
        parts[2] = visible(operator, keep) if keep >= _LEAST_OPERATOR else ""
    if cell_len(" | ".join(filter(None, parts))) <= width:
        return " | ".join(filter(None, parts))
    short = "|".join(["eipdeck", label, top.mode, top.age, _short_count(top)])
    if cell_len(short) <= width:
        return short
    rest = "|".join([top.mode, top.age, _short_count(top)])
    room = width - cell_len(rest) - 1
    return f"{visible(label, room)}|{rest}" if room > 0 else rest


def _short_count(top: Top) -> str:
    if top.findings is None:
        return "reading"
    return f"{top.findings} find" + (f",{top.critical} crit" if top.critical else "")
