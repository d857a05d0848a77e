"""Text that is not ours, on every way to a terminal: nothing is interpreted, nothing is hidden."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from tests.corpus import TEXTS
from tui.wording.sanitize import safe, visible

RENDERED_BY_ITS_CODE_ONLY = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def painted(text: Text) -> str:
    """What Rich writes to a colour terminal for a text."""
    file = io.StringIO()
    Console(file=file, force_terminal=True, color_system="truecolor", width=500, soft_wrap=True).print(text, end="")
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("web-31.example 10.0.3.31", "web-31.example 10.0.3.31"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x1b]52;c;aGk=\x07", r"\x1b]52;c;aGk=\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\nb\r\tc\x00\x7f", r"a\x0ab\x0d\x09c\x00\x7f"),
        ("\u202eabc\u202c", r"\u202eabc\u202c"),
        ("\u2066a\u2069\u200e\u061c", r"\u2066a\u2069\u200e\u061c"),
        ("a\u200bb\u200d\ufeff\u00ad", r"a\u200bb\u200d\ufeff\xad"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("\ud800\udcff", r"\ud800\udcff"),
        ("\ue000\U000f0000", r"\ue000\U000f0000"),
        ("\U000e0041\U000e007f", r"\U000e0041\U000e007f"),
        ("\u3164\u115f\u1160\uffa0\u034f", r"\u3164\u115f\u1160\uffa0\u034f"),
        ("\u2764\ufe0f", "\u2764\\ufe0f"),
        ("\u6771\u4eac \xe9 e\u0301 \U0001f600", "\u6771\u4eac \xe9 e\u0301 \U0001f600"),
        (r"C:\x1b", r"C:\x1b"),
    ],
)
def test_controls_are_spelled_out_and_letters_stay(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert safe(text).plain == shown


@pytest.mark.parametrize("value", [None, 7, ValueError("\x1b")])
def test_any_value_is_shown_by_its_text(value: object) -> None:
    assert visible(value) == str(value).replace("\x1b", r"\x1b")


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_painted_is_the_spelled_out_text_and_no_control(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    assert painted(safe(text)) == visible(text)
    styled = painted(safe(text, "bold red"))
    assert styled.startswith("\x1b[1;31m")
    assert styled.count("\x1b") == 2
    assert visible(text) in styled


@pytest.mark.parametrize("text", TEXTS)
def test_markup_is_never_parsed(text: str) -> None:
    assert safe(text).spans == []
    assert safe(text, "bold").plain == visible(text)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd~"),
        ("abcdef", 1, "~"),
        ("abcdef", 0, ""),
        ("abcdef", -1, ""),
        ("", 0, ""),
        ("ab    cdef", 5, "ab~"),
        ("\u6771\u4eac", 4, "\u6771\u4eac"),
        ("\u6771\u4eac", 3, "\u6771~"),
        ("\u6771\u4eac", 2, "~"),
        ("a\u6771\u4eac", 4, "a\u6771~"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301~"),
        ("a\x1b[31m", 4, r"a\x~"),
    ],
)
def test_a_cut_goes_by_cells_and_is_marked(text: str, width: int, shown: str) -> None:
    assert visible(text, width) == shown
    assert safe(text, width=width).plain == shown


def test_a_long_name_of_wide_characters_is_cut_to_its_column() -> None:
    assert cell_len(visible("\u6771" * 300, 20)) <= 20


def test_every_character_there_is_either_stays_or_is_spelled_in_ascii() -> None:
    for code in [*range(0x20000), *range(0xE0000, 0xF0100), 0x10FFFF]:
        shown = visible(chr(code))
        if shown == chr(code):
            assert unicodedata.category(chr(code)) not in RENDERED_BY_ITS_CODE_ONLY
        else:
            assert shown in (f"\\x{code:02x}", f"\\u{code:04x}", f"\\U{code:08x}")


@given(st.text(st.characters(), max_size=200))
def test_no_text_reaches_the_terminal_with_a_control_in_it(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(char) in RENDERED_BY_ITS_CODE_ONLY for char in shown)
    assert len(shown.splitlines()) <= 1
    assert visible(shown) == shown
    assert safe(text).plain == shown


@given(st.text(st.characters(), max_size=60), st.integers(-1, 40))
def test_no_text_is_wider_than_its_column(text: str, width: int) -> None:
    shown = visible(text, width)
    assert cell_len(shown) <= max(width, 0)
    assert shown == visible(text) or shown.endswith("~") or width <= 0


@pytest.mark.parametrize("char", ["x", "\u5b57", "\u0301", "\x1b", " "])
@pytest.mark.parametrize("width", [0, 1, 2, 10])
def test_a_megabyte_is_cut_like_any_longer_text(char: str, width: int) -> None:
    shown = visible(char * 1_000_000, width)
    assert cell_len(shown) <= width
    assert shown.endswith("~") or not width
    assert shown == visible(char * 1_000, width) or char == "\u0301"
