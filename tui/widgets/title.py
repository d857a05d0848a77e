"""The title of a pane: its name in a rule, and a note at the right."""

from __future__ import annotations

from rich.cells import cell_len

from tui.terminal.roles import Role
from tui.widgets.lines import Line, Part, chip, line_of
from tui.wording.sanitize import visible

__all__ = ["title_line"]


def title_line(name: str, note: str, width: int, *, rule: str, focused: bool) -> Line:
    """Return `─ e EIPs 347 ──────── problems first ─`; the pane that has the keys has its name filled."""
    role = Role.FOCUS if focused else Role.BORDER
    shown = visible(name, max(width - 4, 0))
    parts: list[Part] = [(rule, role), chip(shown, Role.FOCUSED) if focused else (f" {shown} ", Role.LABEL)]
    rest = width - cell_len(shown) - 3
    if note and cell_len(note) + 4 <= rest:
        parts += [(rule * (rest - cell_len(note) - 3), role), (f" {note} ", Role.DIM), (rule, role)]
    else:
        parts.append((rule * max(rest, 0), role))
    return line_of(*parts)
