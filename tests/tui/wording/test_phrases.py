"""Everything the dashboard writes that needs no screen: key lines, top line, columns, ages, gauges, glyphs."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core import CidrState, Event, VerdictWord
from tests.tui.deck_kit import NOW, demo_desk
from tui.commands.context import KeyContext, refusal
from tui.commands.registry import BY_ID, View
from tui.screen.header import Top, top_line
from tui.screen.key_bar import FIELD_FILTER, FIELD_LOOKUP, count_line, field_line, key_line
from tui.screen.tabs import views_line
from tui.session.log import keep_log
from tui.state.snapshot import load_snapshot
from tui.state.write_mode import ARMED_FOR, WriteMode
from tui.terminal import clipboard
from tui.terminal.theme import ASCII, UNICODE, escape_delay, glyphs
from tui.widgets.columns import Column, fit, line
from tui.widgets.lines import fold
from tui.wording.phrases import age, by_words

PICTURES = {
    "bound": "A alloc  U unbind  R release  M mbps  a copy  / filter  : all  ? help  q quit",
    "unbound": "A alloc  B bind    R release  M mbps  a copy  / filter  : all  ? help  q quit",
    "landed": "F rehome  A alloc  U unbind  R release  a copy  / filter  : all  ? help  q quit",
    "read-only": "W arm write  enter detail  o go to  a copy  / filter  : all  ? help  q quit",
    "pools": "A allocate here  enter detail  o CIDRs  C add  / filter  : all  ? help  q quit",
    "cidrs": "D drain  C add CIDR  enter map  o pool  / filter  : all  ? help  q quit",
    "draining": "D retire  C add CIDR  enter map  o pool  / filter  : all  ? help  q quit",
    "findings": "F rehome  K accept  enter detail  o go to  / filter  : all  ? help  q quit",
    "released": "Z recover  t history  a copy  r refresh  / filter  : all  ? help  q quit",
}


def test_key_lines_are_those_of_the_pictures(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    landed, customer, idle = (inventory.eip(key) for key in ("198.18.0.5", "192.0.2.1", "203.0.113.9"))
    inventory.close()
    at_home = KeyContext(View.EIPS, writing=True)
    contexts = {
        "bound": replace(at_home, eip=customer, verdict=VerdictWord.CUSTOMER_BOUND),
        "unbound": replace(at_home, eip=idle, verdict=VerdictWord.CUSTOMER_UNBOUND),
        "landed": replace(at_home, eip=landed, landed=True, verdict=VerdictWord.DEFAULT_BOUND),
        "read-only": KeyContext(View.EIPS, writing=False, eip=landed, landed=True),
        "pools": KeyContext(View.POOLS, writing=True),
        "cidrs": KeyContext(View.CIDRS, writing=True, cidr_state=CidrState.ACTIVE),
        "draining": KeyContext(View.CIDRS, writing=True, cidr_state=CidrState.DRAINING),
        "findings": KeyContext(View.FINDINGS, writing=True, landed=True),
        "released": replace(at_home, verdict=VerdictWord.CUSTOMER_COOLING, released=True),
    }
    assert {name: key_line(context, 80).text for name, context in contexts.items()} == PICTURES


def test_no_key_line_is_ever_cut(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    eips = [None, inventory.eip("198.18.0.5"), inventory.eip("203.0.113.9")]
    inventory.close()
    flags = product(View, (True, False), eips, (True, False), (True, False), (True, False), (None, *CidrState))
    for view, writing, eip, past, released, detail, state in flags:
        landed = eip is not None and eip.landed_in_default
        context = KeyContext(view, writing, eip, None, past, state, landed, released, detail)
        for width in (20, 40, 59, 60, 80, 120):
            text = key_line(context, width).text
            assert len(text) <= width, text
            assert text.endswith("? help  q quit")
    for shown in (count_line(), field_line(FIELD_LOOKUP, 80), field_line(FIELD_FILTER, 80)):
        assert len(shown.text) <= 80


def test_the_top_line_shortens_the_operator_and_nothing_that_is_vital() -> None:
    top = Top("embedded", "a-very-long-name@2001:db8::1234", "WRITE 14m", "12 min old", 7, 2)
    for width in range(40, 140):
        text = top_line(top, width).text
        assert cell_len(text) <= width
        assert all(part in text for part in ("WRITE 14m", "12 min old", "7 find", "2 crit"))
    assert "a-very-long-name@2001:db8::1234" in top_line(top, 140).text


def test_the_views_line_fits(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    snapshot = load_snapshot(inventory)
    inventory.close()
    for view, width in product(View, (60, 66, 80)):
        assert len(views_line(view, snapshot, width).text) <= width


@given(st.text(max_size=60), st.integers(1, 30))
def test_a_cell_fills_its_width_whatever_is_in_it(text: str, width: int) -> None:
    assert cell_len(line([(text, width, False)])) == width
    assert cell_len(line([(text, width, True)])) == width


@given(st.text(max_size=120), st.integers(4, 40))
def test_folded_text_fits_and_loses_no_word(text: str, width: int) -> None:
    parts = fold(text, width)
    assert all(cell_len(part) <= max(width, 2) for part in parts)


def test_columns_are_left_out_by_their_number_and_one_takes_the_rest() -> None:
    columns: list[Column[str]] = [
        Column("A", 10, str),
        Column("B", 5, str, drop=2),
        Column("C", 5, str, stretch=True),
        Column("D", 5, str, drop=1),
    ]
    assert [(column.title, width) for column, width in fit(columns, 41)] == [("A", 10), ("B", 5), ("C", 13), ("D", 5)]
    assert [column.title for column, _width in fit(columns, 28)] == ["A", "C", "D"]
    assert [column.title for column, _width in fit(columns, 21)] == ["A", "C"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3600, "1h"),
        (86_399, "23h"),
        (86_400, "1d"),
        (60_652_800, "702d"),
        (-5, "0s"),
    ],
)
def test_an_age_is_at_most_four_cells(seconds: int, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


@given(st.integers(0, 10**10))
def test_no_age_is_longer(seconds: int) -> None:
    assert len(age(NOW - timedelta(seconds=seconds), NOW)) <= 4


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"LANG": "en_US.UTF-8"}, UNICODE),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, ASCII),
        ({"LC_ALL": "POSIX"}, ASCII),
        ({}, ASCII),
        ({"LANG": "de_DE.ISO-8859-1"}, ASCII),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, ASCII),
        ({"LANG": "C.UTF-8", "TERM": "xterm-256color"}, UNICODE),
    ],
)
def test_glyphs_beyond_ascii_only_where_the_terminal_has_them(environ: Mapping[str, str], wanted: object) -> None:
    assert glyphs(environ) is wanted


def test_escapes_may_take_longer_over_ssh() -> None:
    assert escape_delay({}) == 0.1
    assert escape_delay({"SSH_TTY": "/dev/pts/1"}) == 0.3
    assert escape_delay({"SSH_TTY": "/dev/pts/1", "ESCDELAY": "50"}) == 0.05
    assert escape_delay({"ESCDELAY": "soon"}) == 0.1


def test_arming_runs_out_and_a_locked_session_cannot_be_armed() -> None:
    mode = WriteMode.at_start(read_only=False, embedded=False)
    assert mode.words(NOW) == "READ-ONLY"
    armed = mode.armed(NOW)
    assert armed.words(NOW) == "WRITE 15m"
    assert not armed.ran_out(NOW + ARMED_FOR - timedelta(seconds=1))
    assert armed.ran_out(NOW + ARMED_FOR)
    assert WriteMode.at_start(read_only=False, embedded=True).armed(NOW).words(NOW) == "WRITE"
    assert WriteMode.at_start(read_only=True, embedded=True).locked
    locked = KeyContext(view=View.EIPS, writing=False, locked=True)
    assert "--read-only" in refusal(BY_ID["release"], locked)


def test_a_copy_says_its_way_and_is_kept_for_its_owner_only() -> None:
    copied = clipboard.copy("203.0.113.9", {})
    assert copied.way.startswith("via OSC 52, also in ")
    assert copied.sequence == f"\x1b]52;c;{base64.b64encode(b'203.0.113.9').decode()}\x07"
    kept = Path(copied.way.partition("also in ")[2])
    assert kept.read_text() == "203.0.113.9"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_copy_of_before_that_others_could_read_is_its_owners_now(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    kept = tmp_path / "eipdeck" / "clip"
    kept.parent.mkdir()
    kept.write_text("before")
    kept.chmod(0o644)
    clipboard.copy("secret", {})
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("secret", 0o600)


def test_a_copy_is_not_written_through_a_link(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    victim, kept = tmp_path / "victim", tmp_path / "eipdeck" / "clip"
    victim.write_text("precious")
    kept.parent.mkdir()
    kept.symlink_to(victim)
    assert clipboard.copy("secret", {}).way == "via OSC 52"
    assert victim.read_text() == "precious"


def test_screen_is_written_through_and_too_much_is_not_written_at_all() -> None:
    sequence = clipboard.copy("x" * 2000, {"STY": "1"}).sequence
    assert sequence is not None
    assert sequence.startswith("\x1bP\x1b]52;c;")
    assert all(len(chunk) <= 768 for chunk in sequence.split("\x1b\\"))
    assert clipboard.copy("x" * 100_000, {}).sequence is None


@contextmanager
def logging_to(path: Path) -> Iterator[Path | None]:
    """The log of the dashboard, until the block ends."""
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        yield keep_log(path)
    finally:
        logging.captureWarnings(capture=False)
        for handler in (each for each in list(root.handlers) if each not in before):
            root.removeHandler(handler)
            handler.close()


def test_the_log_is_a_file_of_the_operators_own(tmp_path: Path) -> None:
    path = tmp_path / "state" / "eipdeck.log"
    path.parent.mkdir()
    path.write_text("of before\n")
    path.chmod(0o644)
    with logging_to(path) as kept:
        logging.getLogger("eipdeck").error("something")
        assert kept == path
        assert "something" in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o600


def test_so_is_every_file_that_the_log_goes_on_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, victim = tmp_path / "eipdeck.log", tmp_path / "victim"
    with logging_to(path):
        for number in range(1200):
            logging.getLogger("eipdeck").error("%s %s", number, "x" * 1000)
        assert [(each.name, each.stat().st_mode & 0o777) for each in sorted(tmp_path.iterdir())] == [
            ("eipdeck.log", 0o600),
            ("eipdeck.log.1", 0o600),
        ]
    path.unlink()
    path.symlink_to(victim)
    with logging_to(path) as kept:
        logging.getLogger("eipdeck").error("something")
        assert kept is None
        assert not victim.exists()
    assert capsys.readouterr().err == ""


def test_who_wrote_is_told_with_the_name_that_was_claimed() -> None:
    event = Event("ev-1", NOW, "alice_r", "release", None, None, None, None, None, None, None, None)
    assert by_words(event) == "alice_r"
    assert by_words(replace(event, claimed="anna")) == "alice_r (as anna)"
