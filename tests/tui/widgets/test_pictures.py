"""The painters of pictures: the arithmetic of gauges, maps, charts and tenancy bars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import AddressMap, CellState, Eip, EipStatus, MapCell
from tui.terminal.roles import Role
from tui.widgets.address_map import COLUMNS, cell_glyph, map_rows, map_width
from tui.widgets.columns import Column
from tui.widgets.gauge import Levels, Use, gauge_row, measured, percent_words
from tui.widgets.row_parts import cells_of
from tui.widgets.tenancy_bar import Span, SpanKind, column_of, spans_of, tenancy_rows, widths
from tui.widgets.use_chart import Chart, chart_rows, heights

START = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def uses(draw: st.DrawFn) -> Use:
    total = draw(st.integers(0, 1 << 24))
    used = draw(st.integers(0, total))
    return Use(used, draw(st.integers(0, total - used)), total)


@given(use=uses(), cells=st.integers(1, 40))
def test_a_gauge_is_empty_or_full_only_when_its_pool_is(use: Use, cells: int) -> None:
    used, held = measured(use, cells)
    assert used >= 0
    assert 0 <= held <= 8 * cells - used
    assert (used > 0) == (use.used > 0)
    assert (used == 8 * cells) == (0 < use.total == use.used)


@given(one=uses(), more=st.integers(0, 1 << 24), cells=st.integers(1, 40))
def test_a_gauge_never_falls_while_the_use_grows(one: Use, more: int, cells: int) -> None:
    grown = Use(min(one.used + more, one.total), 0, one.total)
    assert measured(one, cells)[0] <= measured(grown, cells)[0]


@given(use=uses(), cells=st.integers(1, 40), ascii_only=st.booleans())
def test_a_gauge_has_its_cells(use: Use, cells: int, ascii_only: bool) -> None:  # noqa: FBT001  # drawn
    text = gauge_row(use, cells, Levels(), ascii_only=ascii_only).text
    assert len(text) == cells
    assert text.isascii() or not ascii_only


@pytest.mark.parametrize(
    ("use", "text", "in_ascii"),
    [
        (Use(251, 3, 256), "███████████████▉██▉▋", "################|###"),
        (Use(3, 0, 256), "▎               ▏  ▏", "#...............|..|"),
        (Use(88, 0, 256), "██████▉         ▏  ▏", "#######.........|..|"),
        (Use(5, 0, 4096), "▏               ▏  ▏", "#...............|..|"),
    ],
)
def test_the_gauges_of_the_demo(use: Use, text: str, in_ascii: str) -> None:
    assert gauge_row(use, 20, Levels()).text == text
    assert gauge_row(use, 20, Levels(), ascii_only=True).text == in_ascii


def test_a_percent_is_floored_and_never_zero_above_zero() -> None:
    assert [percent_words(Use(used, 0, 1000)) for used in (0, 1, 10, 999, 1000)] == ["0", "<1", "1", "99", "100"]


def mapped(*cells: MapCell, block: int = 1) -> AddressMap:
    first, last = "198.51.100.0", "198.51.100.255"
    return AddressMap("198.51.100.0/24", first, last, block, True, cells, {})  # noqa: FBT003  # active


@given(
    states=st.lists(
        st.sampled_from([each for each in CellState if each is not CellState.LIVE]), min_size=1, max_size=64
    ),
    gaps=st.booleans(),
    ascii_only=st.booleans(),
    at=st.integers(0, 63),
)
def test_a_map_shows_every_cell_once_and_marks_the_selected_one(
    states: list[CellState],
    gaps: bool,  # noqa: FBT001  # drawn
    ascii_only: bool,  # noqa: FBT001  # drawn
    at: int,
) -> None:
    shown = mapped(*(MapCell(state) for state in states))
    cursor, width = at % len(states), map_width(shown, gaps=gaps)
    head, *rows = map_rows(shown, cursor, width, ascii_only=ascii_only)
    label = width - (2 * COLUMNS if gaps else COLUMNS) - 1
    drawn = "".join(row.text[label + 1 :: 1 + gaps][: min(COLUMNS, len(states))] for row in rows)
    wanted = "".join(cell_glyph(cell, 1, ascii_only=ascii_only)[0] for cell in shown.cells)
    assert drawn[: len(wanted)] == wanted
    assert max(len(line.text) for line in (head, *rows)) <= width
    chosen = rows[cursor // COLUMNS].text
    if gaps:
        place = label + 1 + 2 * (cursor % COLUMNS)
        assert (chosen[place - 1], chosen[place + 1]) == ("[", "]")
    else:
        assert [row.text[label] for row in rows].index(">") == cursor // COLUMNS


@given(live=st.integers(1, 16))
def test_a_block_grows_with_its_live_addresses_and_is_never_taken_for_free(live: int) -> None:
    cell = MapCell(CellState.LIVE, live=live)
    assert cell_glyph(cell, 16)[0] == "▁▂▃▄▅▆▇█"[-(-8 * live // 16) - 1]
    assert cell_glyph(cell, 16, ascii_only=True)[0] != cell_glyph(MapCell(CellState.FREE), 16, ascii_only=True)[0]


@given(
    days=st.lists(st.integers(0, 256), min_size=1, max_size=30),
    columns=st.integers(1, 90),
    rows=st.integers(1, 12),
    full_in=st.none() | st.floats(0.1, 900),
    ascii_only=st.booleans(),
)
def test_a_chart_fits_and_reaches_the_top_only_when_it_is_full(
    days: list[int],
    columns: int,
    rows: int,
    full_in: float | None,
    ascii_only: bool,  # noqa: FBT001  # drawn
) -> None:
    growth = None if full_in is None else (256 - days[-1]) / full_in
    chart = Chart([(taken, 256) for taken in days], 256, date(2026, 11, 28), growth, full_in, Levels())
    for column, height in enumerate(heights(chart, columns, rows)):
        taken = days[min(column * len(days) // columns, len(days) - 1)]
        assert (height == 0) == (taken == 0)
        assert (height == 8 * rows) == (taken == 256)
    lines = chart_rows(chart, columns + 5, rows, ascii_only=ascii_only)
    assert len(lines) == rows + 1
    assert all(len(line.text) <= columns + 5 for line in lines[:-1])
    assert sum(line.text.count("X") for line in lines) <= 1
    assert not ascii_only or all(line.text.isascii() for line in lines)


def held(number: int, begin: int, end: int | None) -> Eip:
    at, until = START + timedelta(days=begin), None if end is None else START + timedelta(days=end)
    status = EipStatus.UNBOUND if end is None else EipStatus.RELEASED
    return Eip(
        id=f"eip-{number}",
        address="203.0.113.7",
        name=None,
        customer_owned=True,
        pool_id="edge",
        cidr="203.0.113.0/24",
        region="asia-east-1",
        status=status,
        bindings=(),
        bandwidth_mbps=None,
        allocated_at=at,
        allocated_by="bob",
        released_at=until,
        landed_in_default=False,
        previous_eip_id=None,
    )


@given(
    lengths=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 90)), min_size=1, max_size=9),
    live=st.booleans(),
    cells=st.integers(1, 120),
)
def test_a_tenancy_bar_covers_the_time_without_a_gap(
    lengths: list[tuple[int, int, int]],
    live: bool,  # noqa: FBT001  # drawn
    cells: int,
) -> None:
    tenancies, cooled, day = [], {}, 0
    for number, (stays, away, cools) in enumerate(lengths):
        last = live and number == len(lengths) - 1
        tenancies.append(held(number, day, None if last else day + stays))
        cooled[f"eip-{number}"] = START + timedelta(days=day + stays + cools)
        day += stays + away
    now = START + timedelta(days=day + 1)
    spans = spans_of(tenancies, cooled, now)
    assert (spans[0].begin, spans[-1].end) == (START, now)
    assert all(one.end == other.begin for one, other in pairwise(spans))
    assert (spans[-1].kind is SpanKind.NOW) == live
    if len(spans) <= cells:
        sized = widths(spans, cells)
        assert sum(sized) == cells
        assert min(sized) >= 1
        assert column_of(spans, cells, spans[-1].end) is not None
    bar, names, dates = tenancy_rows(spans, cells, event=spans[-1].begin)
    assert len(bar.text) == cells
    assert max(len(names.text), len(dates.text)) <= cells


def test_a_part_of_a_tenancy_bar_is_never_left_out() -> None:
    year, minute = START + timedelta(days=365), timedelta(minutes=1)
    spans = (
        Span(SpanKind.BEFORE, START, year),
        Span(SpanKind.COOLING, year, year + minute),
        Span(SpanKind.NOW, year + minute, year + 2 * minute),
    )
    assert tenancy_rows(spans, 12)[0].text == "▓▓▓▓▓▓▓▓▓▓░█"
    assert tenancy_rows(spans, 12, ascii_only=True)[0].text == "==========~#"


def _column(title: str, width: int, role: Role | None, *, stretch: bool = False) -> Column[str]:
    drawn = [("██", Role.CRITICAL), ("  ", Role.TEXT)]
    parts = None if role is not None else lambda _row, _width: drawn
    return Column(title, width, lambda row: row, stretch=stretch, role=role or Role.TEXT, parts=parts)


def test_the_grip_of_the_cursor_keeps_the_colours_of_a_gauge_and_of_a_text_that_takes_the_room() -> None:
    first, gauge, what = _column("POOL", 9, Role.OWN), _column("", 4, None), _column("WHAT", 6, Role.TEXT, stretch=True)
    kind = _column("KIND", 3, Role.LABEL)
    for columns, held in [((first, gauge, kind), 1), ((first, kind, gauge), 2), ((first, what, kind), 1), ((what,), 1)]:
        fitted = [(column, column.width) for column in columns]
        free, gripped = (list(cells_of("x", fitted, 5, cursor=cursor)) for cursor in (False, True))
        assert [text for text, _role in gripped] == [text for text, _role in free]
        assert [role for _text, role in gripped[:held]] == [Role.CURSOR] * held
        assert gripped[held:] == free[held:], "the grip reaches too far"
