"""The use of a pool over time: a crest over a quiet body, the thresholds, and the trend to the day that is full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tui.terminal.roles import Role
from tui.widgets.gauge import Levels, level_role
from tui.widgets.lines import Line, Part, joined

__all__ = ["Chart", "chart_rows", "heights"]

_LEVELS: Final = ("▁▂▃▄▅▆▇█", "_.-=+*##")
_EIGHTHS: Final = 8
_AHEAD: Final = 4
"""The least columns that are kept for the trend."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn."""

    days: Sequence[tuple[int, int]]
    """The addresses taken at the end of each day, and the addresses there were; the oldest first, today last."""
    total: int
    today: date
    growth: float | None
    """Addresses a day."""
    full_in: float | None
    """Days from now until nothing is free; None without growth."""
    levels: Levels

    @property
    def top(self) -> int:
        """The number at the top of the chart."""
        return max(self.total, *(total for _, total in self.days), 1)


def heights(chart: Chart, columns: int, rows: int) -> list[int]:
    """Return the height of each column in eighths of a row; a use that is not zero has one, a whole has all."""
    whole, days = _EIGHTHS * rows, len(chart.days)
    found = []
    for column in range(columns):
        taken, _ = chart.days[min(column * days // columns, days - 1)]
        eighths = round(whole * taken / chart.top)
        found.append(min(max(eighths, 1), whole - (taken < chart.top)) if taken > 0 else 0)
    return found


def _reach(chart: Chart, width: int) -> tuple[int, int | None]:
    """Return the columns of the past, and the column after it at which the trend is full, if the chart has it.

    The past keeps two thirds of the chart; a trend that is full later is told in words alone.
    """
    room, days = max(width, 1), max(len(chart.days), 1)
    if chart.full_in is None or room <= _AHEAD:
        return room, None
    least = 2 * room // 3
    past = min(int(room * days / (days + chart.full_in)), room - _AHEAD)
    if past < least:
        return least, None
    return past, min(max(round(chart.full_in * past / days), 1), room - past)


def chart_rows(chart: Chart, width: int, rows: int, *, ascii_only: bool = False) -> list[Line]:
    """Return a chart of `rows` lines and a line of dates, in `width` cells with the scale at the left."""
    scale = len(f"{chart.top:,}") + 2
    room = max(width - scale, 1)
    past, full = _reach(chart, room)
    tall = heights(chart, past, rows)
    levels = (chart.levels.critical, chart.levels.warn)
    ticks = {_row_of(chart, chart.total * level / 100, rows): level for level in levels}
    lines = []
    for row in range(rows):
        cells = [_column(chart, tall, row, rows, column, ascii_only=ascii_only) for column in range(past)]
        cells += _trend(chart, tall, full, room - past, (row, rows), ascii_only=ascii_only)
        if row in ticks:
            dots = "~" if ascii_only else "╌", Role.BORDER
            cells = [dots if text == " " else (text, role) for text, role in cells]
        lines.append(joined([(f"{_scale(chart, row, rows, ticks):>{scale - 1}} ", Role.DIM), *cells]))
    return [*lines, _dates(chart, scale, past, full, room)]


def _row_of(chart: Chart, taken: float, rows: int) -> int:
    """Return the row, from the top, in which a number lies."""
    return min(max(rows - 1 - int(rows * taken / chart.top), 0), rows - 1)


def _scale(chart: Chart, row: int, rows: int, ticks: dict[int, float]) -> str:
    if row == 0:
        return f"{chart.top:,}"
    if row == rows - 1:
        return "0"
    return f"{int(chart.total * ticks[row] / 100):,}" if row in ticks else ""


def _column(chart: Chart, tall: Sequence[int], row: int, rows: int, column: int, *, ascii_only: bool) -> Part:
    """Return one cell: the crest coloured by the level of its day, the body quiet."""
    floor = _EIGHTHS * (rows - 1 - row)
    filled = min(max(tall[column] - floor, 0), _EIGHTHS)
    if not filled:
        return " ", Role.TEXT
    if tall[column] > floor + _EIGHTHS:
        return (":" if ascii_only else "░"), Role.TRACK
    days = chart.days
    taken, total = days[min(column * len(days) // len(tall), len(days) - 1)]
    return _LEVELS[ascii_only][filled - 1], level_role(100 * taken / total if total else 0, chart.levels)


def _trend(
    chart: Chart, past: Sequence[int], full: int | None, room: int, at: tuple[int, int], *, ascii_only: bool
) -> Iterator[Part]:
    """Yield the cells after now: points from the level of today to an `X` where it meets the total."""
    row, rows = at
    whole, now = _EIGHTHS * rows, past[-1]
    growth = max(chart.growth or 0, 0)
    a_column = (whole - now) / full if full else growth * len(chart.days) / len(past) * whole / chart.top
    for column in range(1, room + 1):
        if full is not None and column >= full:
            yield ("X", Role.CRITICAL) if column == full and row == 0 else (" ", Role.TEXT)
            continue
        level = min(int(now + a_column * column), whole - 1)
        here = growth > 0 and rows - 1 - level // _EIGHTHS == row
        yield ("." if ascii_only else "·", Role.DIM) if here else (" ", Role.TEXT)


def _dates(chart: Chart, scale: int, past: int, full: int | None, room: int) -> Line:
    """Return the first day, `now` under the last column of the past, and the day that is full under its column."""
    first = f"{chart.today - timedelta(days=len(chart.days) - 1):%m-%d}"
    now, day = past - len("now"), ""
    if chart.full_in is not None:
        on = f"{chart.today + timedelta(days=int(chart.full_in)):%m-%d}"
        day = f"full {on}" if full else f"full in {chart.full_in:.0f} d"
    start = min(past + (full or room) - len(day) // 2, room - len(day))
    line = f"{first:<{max(min(now, start - len('now ')), 0)}}now" if now > len(first) else first
    shown = f"{line:<{start}}{day}" if start > len(line) else line
    return Line(" " * scale + shown, Role.DIM)
