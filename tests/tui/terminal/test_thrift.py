"""Fewer bytes, the same cells."""

from __future__ import annotations

import re

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.e2e.terminal import _known_to_pyte
from tui.terminal.thrift import FORGET, ShownCells

ROWS, COLUMNS = 4, 20
_CODES = ["1", "2", "3", "4", "7", "33", "96", "44", "107", "38;5;9", "48;5;12", "38;2;1;2;3", "48;2;4;5;6"]
_moves = st.tuples(st.integers(1, ROWS - 1), st.integers(1, 8)).map(lambda at: f"\x1b[{at[0]};{at[1]}H")
_styled = st.tuples(st.lists(st.sampled_from(_CODES), max_size=4), st.text(" ab", min_size=1, max_size=4)).map(
    lambda part: f"\x1b[{';'.join(part[0])}m{part[1]}\x1b[0m" if part[0] else part[1]
)
_span = st.tuples(_moves, st.lists(_styled, min_size=1, max_size=3).map("".join), st.sampled_from(["", "\n"]))
_frames = st.lists(_span.map("".join), min_size=1, max_size=6).map(lambda spans: "".join(spans) + "\x1b[1;1H")
_sessions = st.lists(st.one_of(_frames, st.sampled_from(["\x1b[?25h", "\x1b[2J"])), min_size=1, max_size=6)


class Shown:
    """A terminal."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, text: str) -> None:
        self._stream.feed(_known_to_pyte(text.replace("\n", "\r\n").encode()))

    def cells(self) -> list[tuple[object, ...]]:
        """What it shows: of a blank, only what can be seen."""
        shown: list[tuple[object, ...]] = []
        for row in range(ROWS):
            for column in range(COLUMNS):
                cell = self._screen.buffer[row][column]
                seen = (cell.data, cell.bg, cell.underscore, cell.reverse)
                blank = cell.data == " " and not cell.reverse and not cell.underscore
                shown.append(seen if blank else (*seen, cell.fg, cell.bold, cell.italics))
        return shown

    @property
    def cursor(self) -> tuple[int, int]:
        return self._screen.cursor.y, self._screen.cursor.x


def writes_a_cell_twice(text: str) -> bool:
    """Whether a text is no frame of Textual, which writes each cell once."""
    cells: list[tuple[int, int]] = []
    row = column = 1
    for down, right, end, char in re.findall(r"\x1b\[(?:(\d+);(\d+)H|[0-9;]*m)|(\n)|([^\x1b\n])", text):
        if down:
            row, column = int(down), int(right)
        elif end:
            row, column = row + 1, 1
        elif char:
            cells += [(row, column + each) for each in range(cell_len(char))]
            column += cell_len(char)
    return len(cells) > len(set(cells))


@settings(max_examples=40)
@given(_sessions)
def test_the_same_cells_are_painted_with_no_more_bytes(session: list[str]) -> None:
    told, thrifty, cells = Shown(), Shown(), ShownCells()
    for text in session:
        painted = cells.paint(text)
        told.feed(text)
        thrifty.feed(painted)
        assert thrifty.cells() == told.cells()
        assert len(painted) <= len(text) + len("\x1b[m") or writes_a_cell_twice(text)


@settings(max_examples=40)
@given(_frames)
def test_what_is_shown_already_is_not_written_again_and_all_of_it_after_a_change_of_size(frame: str) -> None:
    told, thrifty, cells = Shown(), Shown(), ShownCells()
    told.feed(frame)
    thrifty.feed(cells.paint(frame))
    again = cells.paint(frame)
    told.feed(frame)
    thrifty.feed(again)
    assert thrifty.cells() == told.cells()
    cells.paint(FORGET)
    emptied = Shown()
    emptied.feed("\x1b[2J\x1b[m")
    whole = ShownCells().paint(frame)
    assert len(cells.paint(frame)) >= len(whole) - len("\x1b[38;2;255;255;255;48;2;255;255;255m")


def test_a_frame_that_shows_nothing_new_is_not_written() -> None:
    cells, frame = ShownCells(), "\x1b[3;2H\x1b[33mone\x1b[0m two\x1b[1;1H"
    assert cells.paint(frame)
    assert cells.paint("\x1b[?2026h") == cells.paint(frame) == cells.paint("\x1b[?2026l") == ""


def test_only_the_digits_of_a_clock_are_written() -> None:
    cells = ShownCells()
    cells.paint("\x1b[1;70H\x1b[33m03:12Z\x1b[0m\x1b[1;1H")
    assert cells.paint("\x1b[1;70H\x1b[33m03:13Z\x1b[0m\x1b[1;1H") == "\x1b[73C3\x1b[H"


def test_a_long_frame_is_marked_for_the_terminal_and_a_short_one_is_not() -> None:
    cells = ShownCells()
    assert cells.paint("\x1b[?2026h") == ""
    assert cells.paint(f"\x1b[1;1H{'a' * 300}").startswith("\x1b[?2026h")
    assert cells.paint("\x1b[?2026l") == "\x1b[?2026l"
    cells.paint("\x1b[?2026h")
    assert cells.paint("\x1b[1;1Hb") == "\x1b[1;1Hb".replace("1;1", "")
    assert cells.paint("\x1b[?2026l") == ""


def test_only_what_changes_of_a_colour_is_sent() -> None:
    one, two = "\x1b[38;2;1;2;3;48;2;4;5;6ma\x1b[0m", "\x1b[38;2;9;9;9;48;2;4;5;6mb\x1b[0m"
    wanted = "\x1b[2;1H\x1b[;38;2;1;2;3;48;2;4;5;6ma\x1b[38;2;9;9;9mb".replace("\x1b[;", "\x1b[")
    assert ShownCells().paint(f"\x1b[2;1H{one}{two}") == wanted


def test_one_pen_is_used_after_the_other_where_that_is_shorter() -> None:
    frame = "\x1b[2;1H" + "".join(
        f"\x1b[1;38;2;200;201;202m{key}\x1b[0m\x1b[38;2;90;91;92m word\x1b[0m" for key in "FAUR"
    )
    painted = ShownCells().paint(frame)
    assert painted.count("200;201;202") == painted.count("90;91;92") == 1


def test_wide_characters_are_written_with_all_that_stands_behind_them() -> None:
    cells = ShownCells()
    frame = "\x1b[2;1Hname \x1b[33m東京 \x1b[0mbehind\x1b[1;1H"
    assert "behind" in cells.paint(frame)
    again = cells.paint(frame)
    assert "東京 " in again
    assert "behind" in again
    assert "name" not in again


def test_a_text_that_is_no_frame_begins_with_a_plain_pen() -> None:
    cells = ShownCells()
    cells.paint("\x1b[2;1H\x1b[33ma\x1b[0m")
    assert cells.paint("\x1b[?1049l") == "\x1b[m\x1b[?1049l"
    assert cells.paint("\x1b[2;1H\x1b[33ma\x1b[0m") == "\x1b[2;1H\x1b[33ma"


def test_of_a_frame_for_a_larger_terminal_nothing_is_known() -> None:
    """A terminal that has shrunk puts the rows below its last one onto it: the next frame is written whole."""
    cells, now = ShownCells(), (COLUMNS, ROWS)
    cells.paint(f"\x1b[{ROWS};1Hkeys    \x1b[{ROWS + 2};1H--------\x1b[1;1H", now)
    assert "keys    " in cells.paint(f"\x1b[{ROWS};1Hkeys    \x1b[1;1H", now)
    cells.paint(f"\x1b[1;1H{'a' * (COLUMNS + 4)}\x1b[2;1Hbbbb\x1b[1;1H", now)
    assert "bbbb" in cells.paint("\x1b[2;1Hbbbb\x1b[1;1H", now)
    whole = f"\x1b[{ROWS};1H{'a' * COLUMNS}\x1b[1;1H"
    assert cells.paint(whole, now)
    assert not cells.paint(whole, now)


def test_what_follows_wide_characters_is_put_by_its_column_and_not_by_their_width() -> None:
    assert "\x1b[2;15Hcode" in ShownCells().paint("\x1b[2;1H\u26a0\ufe0f x\x1b[2;15Hcode\x1b[1;1H")
