"""A gauge: how much of a whole is used, in eighths of a cell, with its thresholds marked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from tui.terminal.roles import Role
from tui.widgets.lines import Line, Part, joined

__all__ = ["BLOCKS", "Levels", "Use", "gauge_row", "level_role", "measured", "percent_words"]

BLOCKS: Final = "▏▎▍▌▋▊▉█"
"""From one eighth of a cell to a whole one."""
_EIGHTHS: Final = 8


@dataclass(frozen=True, slots=True)
class Use:
    """The parts of a whole, in addresses."""

    used: int
    held: int
    """Cooling and reserved ones: not in use, and not free either."""
    total: int


@dataclass(frozen=True, slots=True)
class Levels:
    """The thresholds, in percent."""

    warn: float = 80
    critical: float = 95


def measured(use: Use, cells: int) -> tuple[int, int]:
    """Return the used and the held part in eighths of a cell.

    A part that is not empty takes at least one eighth, and a whole that is not full leaves at least one.
    """
    if use.total <= 0:
        return 0, 0
    whole = _EIGHTHS * cells
    used = _share(use.used, use.total, whole)
    return used, min(_share(use.held, use.total, whole), whole - used)


def _share(part: int, total: int, whole: int) -> int:
    eighths = (2 * whole * part + total) // (2 * total)
    if part <= 0:
        return 0
    return whole if part >= total else min(max(eighths, 1), whole - 1)


def level_role(used: float, levels: Levels) -> Role:
    """Return the role of a use in percent."""
    if used >= levels.critical:
        return Role.CRITICAL
    return Role.WARNING if used >= levels.warn else Role.BOUND


def percent_words(use: Use) -> str:
    """Return the used percent without its fraction; `<1` above zero."""
    if not use.used or use.total <= 0:
        return "0"
    return str(100 * use.used // use.total) if 100 * use.used >= use.total else "<1"


def gauge_row(use: Use, cells: int, levels: Levels, *, ascii_only: bool = False, role: Role | None = None) -> Line:
    """Return a gauge of so many cells; `role` is that of the used part, when its level does not decide it."""
    parts = measured(use, cells)
    colour = role or level_role(100 * use.used / use.total if use.total > 0 else 0, levels)
    ticks = {int(cells * level / 100) for level in (levels.warn, levels.critical)}
    return joined(_cell(place, parts, colour, ticks, ascii_only=ascii_only) for place in range(cells))


def _cell(place: int, parts: tuple[int, int], role: Role, ticks: Collection[int], *, ascii_only: bool) -> Part:
    """Return one cell; a cell that two parts share has the block of the first.

    A threshold is a tick at the left edge of its cell; in the filled part, a gap of an eighth before it.
    """
    begin, (used, held) = place * _EIGHTHS, parts
    mine = min(max(used - begin, 0), _EIGHTHS)
    theirs = min(max(used + held - begin, 0), _EIGHTHS) - mine
    if ascii_only:
        whole = max(mine, theirs) == _EIGHTHS
        ticked = place in ticks and (whole or not (mine or theirs))
        return ("|", Role.DIM) if ticked else _ascii_cell(place, mine, theirs, role)
    if not (mine or theirs):
        return (BLOCKS[0], Role.DIM) if place in ticks else (" ", Role.TRACK)
    eighths = mine or theirs
    if eighths == _EIGHTHS and place + 1 in ticks and used + held > begin + _EIGHTHS:
        eighths -= 1
    return BLOCKS[eighths - 1], role if mine else Role.COOLING


def _ascii_cell(place: int, mine: int, theirs: int, role: Role) -> Part:
    """Return a cell of ASCII: the part that has half of it; a used first cell is always shown."""
    if mine >= max(theirs, _EIGHTHS // 2) or (mine and not place):
        return "#", role
    return ("=", Role.COOLING) if theirs >= _EIGHTHS // 2 else (".", Role.TRACK)
