"""Bracketed pastes: their text never goes through Textual's parser, and keys around them stay keys."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tui.terminal.pastes import PasteParser, PasteParts

START, END = "\x1b[200~", "\x1b[201~"
STREAM = f"ab{START}one\ntwo \x1b[31mred\x1b[0m 203.0.113.7{END}c\x1b[A{START}x{END}{START}{END}d"


def told(pieces: Iterable[str]) -> list[str]:
    """Return the events of what comes in pieces, in words."""
    parser = PasteParser()
    return [words(event) for piece in pieces for event in parser.feed(piece)]


def words(event: object) -> str:
    if isinstance(event, PasteParts):
        return f"{len(event.text)} of {event.size}{' stopped' * event.stopped}"
    if isinstance(event, events.Paste):
        return f"pasted {event.text!r}"
    return event.key if isinstance(event, events.Key) else repr(event)


@given(st.sets(st.integers(1, len(STREAM) - 1)))
def test_pieces_of_any_length_are_read_as_the_whole(cuts: set[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[begin:end] for begin, end in pairwise(places)]
    pasted = [
        "a",
        "b",
        "pasted 'one\\ntwo \\x1b[31mred\\x1b[0m 203.0.113.7'",
        "c",
        "up",
        "pasted 'x'",
        "pasted ''",
        "d",
    ]
    assert told(pieces) == pasted


def test_a_long_paste_tells_its_first_lines_and_its_size() -> None:
    line = "2026-09-06T05:20:10Z drop 203.0.113.7\n"
    text = line * 60_000
    pieces = [START, *(text[place : place + 4096] for place in range(0, len(text), 4096)), END]
    first, *sizes, whole = told(pieces)
    lines, _, size = first.partition(" of ")
    assert int(lines) % len(line) == 0, "whole lines"
    assert 65_536 <= int(size) < 65_536 + 4096
    assert [each.split()[0] for each in sizes] == ["0"] * (len(text) // (1 << 20))
    assert whole == f"pasted {text!r}"


@pytest.mark.parametrize("rest", [("drop 203.0.113.8\n", END), (f"x{END}",)])
def test_escape_in_a_paste_drops_the_rest_of_it(rest: tuple[str, ...]) -> None:
    assert told([f"{START}203.0.113.7\n", "\x1b", *rest, "k"]) == [f"0 of {len('203.0.113.7') + 1} stopped", "k"]
