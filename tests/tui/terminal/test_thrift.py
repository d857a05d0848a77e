"""Fewer bytes, the same cells."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.terminal import _known_to_pyte
from tui.terminal.thrift import thrifty

ROWS, COLUMNS = 4, 20
_CODES = ["1", "2", "3", "4", "7", "33", "96", "44", "107", "38;5;9", "48;5;12", "38;2;1;2;3", "48;2;4;5;6"]
_moves = st.tuples(st.integers(1, ROWS - 1), st.integers(1, 8)).map(lambda at: f"\x1b[{at[0]};{at[1]}H")
_styled = st.tuples(st.lists(st.sampled_from(_CODES), max_size=4), st.text(" ab", min_size=1, max_size=4)).map(
    lambda part: f"\x1b[{';'.join(part[0])}m{part[1]}\x1b[0m" if part[0] else part[1]
)
_span = st.tuples(_moves, st.lists(_styled, min_size=1, max_size=3).map("".join), st.sampled_from(["", "\n"]))
_frames = st.lists(_span.map("".join), min_size=1, max_size=6).map(lambda spans: "".join(spans) + "\x1b[1;1H")


def cells(text: str) -> list[tuple[object, ...]]:
    """What a terminal shows: of a blank, only what can be seen."""
    screen = pyte.Screen(COLUMNS, ROWS)
    pyte.ByteStream(screen).feed(_known_to_pyte(text.replace("\n", "\r\n").encode()))
    shown: list[tuple[object, ...]] = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            cell = screen.buffer[row][column]
            seen = (cell.data, cell.bg, cell.underscore, cell.reverse)
            blank = cell.data == " " and not cell.reverse and not cell.underscore
            shown.append(seen if blank else (*seen, cell.fg, cell.bold, cell.italics))
    return shown


@given(_frames)
def test_the_same_cells_are_painted_with_no_more_bytes(frame: str) -> None:
    thrift = thrifty(frame)
    assert cells(thrift) == cells(frame)
    assert len(thrift) <= len(frame)


def test_only_what_changes_of_a_colour_is_sent() -> None:
    one, two = "\x1b[38;2;1;2;3;48;2;4;5;6ma\x1b[0m", "\x1b[38;2;9;9;9;48;2;4;5;6mb\x1b[0m"
    assert thrifty(f"{one}{two}") == "\x1b[38;2;1;2;3;48;2;4;5;6ma\x1b[38;2;9;9;9mb\x1b[m"


def test_no_line_is_ended_before_the_cursor_moves_on() -> None:
    assert thrifty("\x1b[1;1Ha\n\x1b[2;1Hb\n") == "\x1b[1;1Ha\x1b[2;1Hb\n"
