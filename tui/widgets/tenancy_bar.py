"""The tenancy bar of an address: who held it when, what cooled, and the gaps between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from itertools import accumulate, pairwise

from rich.cells import cell_len, set_cell_size

from core import Eip
from tui.terminal.roles import Role
from tui.widgets.lines import Line, Part, joined, line_of
from tui.wording.sanitize import visible
from tui.wording.serving import serves_words

__all__ = ["Span", "SpanKind", "column_of", "spans_of", "tenancy_rows", "widths"]


class SpanKind(Enum):
    """What an address was for some time."""

    NOW = auto()
    BEFORE = auto()
    COOLING = auto()
    FREE = auto()


_CELLS: Mapping[SpanKind, tuple[str, str, Role]] = {
    SpanKind.NOW: ("█", "#", Role.BOUND),
    SpanKind.BEFORE: ("▓", "=", Role.UNBOUND),
    SpanKind.COOLING: ("░", "~", Role.COOLING),
    SpanKind.FREE: ("·", ".", Role.FREE),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the bar, from `begin` to `end`."""

    kind: SpanKind
    begin: datetime
    end: datetime
    eip: Eip | None = None
    """The holder."""


def spans_of(tenancies: Sequence[Eip], cooled: Mapping[str, datetime], now: datetime) -> tuple[Span, ...]:
    """Return the parts from the first allocation to `now`, without a gap between them.

    Args:
        tenancies: those of one address.
        cooled: the end of the cool-down by EIP id; a later allocation ends it earlier.
        now: the end of the bar.

    """
    ordered = sorted((eip for eip in tenancies if eip.allocated_at <= now), key=lambda eip: eip.allocated_at)
    spans: list[Span] = []
    for eip, following in pairwise([*ordered, None]):
        if eip is None:
            continue
        until = now if following is None else following.allocated_at
        end = min(eip.released_at or until, until)
        kind = SpanKind.NOW if eip.released_at is None else SpanKind.BEFORE
        spans.append(Span(kind, eip.allocated_at, end, eip))
        ready = min(max(cooled.get(str(eip.id), end), end), until)
        rest = ((SpanKind.COOLING, end, ready), (SpanKind.FREE, ready, until))
        spans += [Span(kind, begin, stop) for kind, begin, stop in rest if begin < stop]
    return tuple(spans)


def widths(spans: Sequence[Span], cells: int) -> list[int]:
    """Return the cells of each part: in proportion to its time, and at least one; there is a cell for each part."""
    spare = cells - len(spans)
    lengths = [(span.end - span.begin).total_seconds() for span in spans]
    whole = sum(lengths) or 1
    ends = [round(spare * sum_ / whole) for sum_ in accumulate(lengths)]
    if ends:
        ends[-1] = spare
    return [1 + end - begin for begin, end in pairwise([0, *ends])]


def column_of(spans: Sequence[Span], cells: int, moment: datetime) -> int | None:
    """Return the column of a moment; None when the bar does not reach it."""
    begin = 0
    for span, width in zip(spans, widths(spans, cells), strict=True):
        if span.begin <= moment <= span.end:
            length = (span.end - span.begin).total_seconds()
            share = (moment - span.begin).total_seconds() / length if length else 0
            return begin + min(int(share * width), width - 1)
        begin += width
    return None


def tenancy_rows(
    spans: Sequence[Span],
    cells: int,
    *,
    ascii_only: bool = False,
    event: datetime | None = None,
    asked: datetime | None = None,
) -> tuple[Line, ...]:
    """Return the bar, the names of the holders, and a line of dates; nothing when there is no part.

    Args:
        spans: the parts; the oldest are left out when there are more than cells.
        cells: the width.
        ascii_only: whether the terminal has ASCII only.
        event: the moment of the selected event, marked `^` with its date.
        asked: the moment of a lookup, marked `?`.

    """
    shown = spans[max(len(spans) - cells, 0) :]
    if not shown or cells <= 0:
        return ()
    sized = list(zip(shown, widths(shown, cells), strict=True))
    bar = [(_CELLS[span.kind][ascii_only] * width, _CELLS[span.kind][2]) for span, width in sized]
    at = None if asked is None else column_of(shown, cells, asked)
    return joined(_marked(bar, at)), _names(sized, cells), _dates(shown, cells, event)


def _marked(bar: Sequence[Part], at: int | None) -> Iterator[Part]:
    """Yield the bar, cell by cell, with a `?` at the column."""
    for place, (char, role) in enumerate((char, role) for text, role in bar for char in text):
        yield ("?", Role.FOCUS) if place == at else (char, role)


def _names(sized: Sequence[tuple[Span, int]], cells: int) -> Line:
    """Return each holder under the beginning of its part, as far as the next holder leaves room."""
    starts: list[tuple[int, str]] = []
    column = 0
    for span, width in sized:
        if span.eip is not None:
            serves = serves_words(span.eip.bindings, nothing="", once=True)
            starts.append((column, f"{visible(span.eip.allocated_by)} {serves}".rstrip()))
        column += width
    text = ""
    for (start, name), (end, _) in pairwise([*starts, (cells + 1, "")]):
        room = end - start - 1
        shown = visible(name, room) if room > 2 else ""  # less is no name
        text = set_cell_size(text, start) + shown
    return Line(set_cell_size(text, max(cells, cell_len(text))), Role.DIM)


def _dates(spans: Sequence[Span], cells: int, event: datetime | None) -> Line:
    """Return the first day at the left, `now` at the right, and the day of the selected event under its column."""
    first, last = f"{spans[0].begin:%Y-%m-%d}", "now"
    at = None if event is None else column_of(spans, cells, event)
    if at == 0 and cells > len(first) + len(last) + 1:
        return line_of(("^", Role.FOCUS), (f"{first:<{cells - len(last) - 1}}{last}", Role.DIM))
    line = f"{first:<{cells - len(last)}}{last}" if cells > len(first) + len(last) else f"{last:>{cells}}"[-cells:]
    if at is None or event is None:
        return Line(line, Role.DIM)
    start, note = _note(at, f"{event:%m-%d}", len(first) + 1, cells - len(last) - 1)
    return line_of((line[:start], Role.DIM), (note, Role.FOCUS), (line[start + len(note) :], Role.DIM))


def _note(at: int, day: str, begin: int, end: int) -> tuple[int, str]:
    """Return where a note stands that has `^` at a column, and its text: with the day where `begin`..`end` has room."""
    if at - len(day) >= begin and at < end:
        return at - len(day), f"{day}^"
    if at >= begin and at + len(day) < end:
        return at, f"^{day}"
    return at, "^"
