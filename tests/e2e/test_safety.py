"""The rules of the keys on a real terminal: nothing is sent that was not read and confirmed."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
from pathlib import Path
from time import monotonic

import pytest

from core.storage.store import WAIT_SECONDS
from tests.e2e.conftest import Deck
from tests.e2e.terminal import ALONE, PATIENCE, ROOT, Terminal, terminal

MAIL = "U R F y\r\ny\r\n5\r\ny From: abuse@example.net\r\nYour host 203.0.113.17 attacks us. Y y yes!\r\n"


def ready(deck: Terminal) -> None:
    deck.until("7 findings", "> !! 198.18.0.5")


def test_a_mail_pasted_as_keys_is_only_looked_up(demo: Deck) -> None:
    before = demo.dump()
    with terminal() as deck:
        ready(deck)
        deck.send(MAIL)
        deck.until("203.0.113.17 -- ? ! yours, in use")
    assert demo.dump() == before


def test_a_long_paste_has_first_verdicts_while_it_comes_and_esc_stops_it(demo: Deck) -> None:
    before = demo.dump()
    lines = "2025-11-22T21:14:03Z drop src=203.0.113.17 dst=8.8.8.8\n"
    with terminal() as deck:
        ready(deck)
        deck.send(f"\x1b[200~{lines * 1_400}")
        deck.until("these are its first lines; esc stops it", "2 distinct")
        deck.send(f"{lines * 1_400}9.9.9.9\n\x1b[201~")
        deck.until("5,601 addresses, 3 distinct")
        deck.press("esc")
        deck.send(f"\x1b[200~{lines * 1_400}")
        deck.until("these are its first lines; esc stops it", "2 distinct")
        deck.send("\x1b")
        deck.send(f"U R F y\n{lines}\x1b[201~")
        deck.until("the paste was stopped after 0.1 MB", "2 distinct")
    assert demo.dump() == before


def test_a_mail_pasted_over_a_review_sends_nothing(demo: Deck) -> None:
    before = demo.dump()
    with terminal() as deck:
        ready(deck)
        for paste in (deck.send, deck.paste):
            deck.press("g")
            deck.until("> !! 198.18.0.5")
            deck.press("F")
            deck.until("rehome 198.18.0.5: choose")
            deck.fill_in("", "", "", "J-1")
            deck.until("review: rehome 198.18.0.5", "read again now")
            paste("5")
            paste(MAIL)
            deck.press("esc", "esc", "esc")
            deck.until("e EIPs 347", absent="review:")
    assert demo.dump() == before


def test_arrows_that_a_slow_link_split_are_no_verbs(demo: Deck) -> None:
    before = demo.dump()
    with terminal() as deck:
        ready(deck)
        for rest in ("[A", "[B", "OR", "[D", "[C"):
            deck.press("esc")
            deck.quiet(0.2)
            deck.press(*rest)
            deck.quiet(0.6)
            assert "allocate an EIP" not in deck.text()
            assert "bind 198" not in deck.text()
            assert "e EIPs 347" in deck.text()
    assert demo.dump() == before


@pytest.mark.parametrize("end", ["esc", "z", "ctrl+c", "hangup", "lost"])
def test_a_count_that_is_aborted_or_hung_up_sends_nothing(demo: Deck, end: str) -> None:
    before = demo.dump()
    with terminal() as deck:
        ready(deck)
        deck.press("G")
        deck.until("> ")
        deck.press("U")
        deck.confirm()
        deck.until("Nothing has been sent yet")
        if end == "hangup":
            deck.hang_up()
            assert deck.ended() == 129
        elif end == "lost":
            assert deck.lose() == 129
        else:
            deck.press(end)
            deck.until("aborted: nothing was sent")
    assert demo.dump() == before


def test_it_ends_when_its_terminal_is_gone_and_goes_on_when_it_was_stopped(demo: Deck) -> None:
    before = demo.dump()
    with terminal() as deck:
        ready(deck)
        deck.stop()
        deck.press("p")
        deck.until("[p Pools 4]", "hk-edge")
        deck.stop()
        deck.press("c")
        deck.until("[c CIDRs 4]")
        assert deck.lose() == 129
    assert demo.dump() == before


def test_the_whole_screen_is_painted_after_a_stop(demo: Deck) -> None:
    assert demo.path.exists()
    with terminal() as deck:
        ready(deck)
        deck.until(" live ")
        before = [line for line in deck.lines() if line.strip()]
        deck.stop()
        deck.until(*before)
        assert deck.leave() == 0


def test_it_ends_when_its_terminal_hangs_up_and_no_signal_says_so(demo: Deck) -> None:
    """Of another session, as under a daemon that was killed: only the end of its input is left."""
    before = demo.dump()
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    words = [sys.executable, "-m", "tui"]
    env = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        words, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=env, start_new_session=True
    )
    os.close(slave)
    shown = b""
    while b"findings" not in shown:
        shown += os.read(master, 1 << 16)
    os.close(master)
    assert process.wait(timeout=PATIENCE) == 129
    assert demo.dump() == before


DEFECT = """
from tui.screen.navigator import Navigator
def show_timeline(self):
    name = "a name that is nobody else's business"
    raise OverflowError("of a date")
Navigator.show_timeline = show_timeline
"""


def test_a_defect_ends_it_with_70_the_terminal_in_order_and_no_value_told(
    demo: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before = demo.dump()
    with terminal(begun=DEFECT) as deck:
        ready(deck)
        deck.press("t")
        assert deck.ended() == 70
        assert deck.left_clean
        told = deck.sent.partition(b"\x1b[?1049l")[2].decode()
    assert "OverflowError: of a date" in told
    assert "this is a defect of eipdeck" in told
    log = tmp_path / "state" / "eipdeck" / "eipdeck.log"
    assert "OverflowError: of a date" in log.read_text()
    assert "nobody else's" not in told.replace('name = "a name', "") + log.read_text().replace('name = "a name', "")
    assert log.stat().st_mode & 0o777 == 0o600
    assert demo.dump() == before


HUNG = """
from threading import Event
from core import Inventory
Inventory.other_sessions = lambda self: Event().wait()
"""


def test_a_read_that_hangs_keeps_nobody_from_leaving(demo: Deck) -> None:
    before = demo.dump()
    with terminal(begun=HUNG) as deck:
        ready(deck)
        deck.quiet(ALONE)
        begun = monotonic()
        assert deck.leave() == 0
        assert monotonic() - begun < PATIENCE / 2
    assert demo.dump() == before


def test_another_program_that_holds_the_database_keeps_nobody_from_leaving(demo: Deck) -> None:
    with terminal() as deck, demo.path.with_name(f"{demo.path.name}.lock").open("ab") as turn:
        ready(deck)
        fcntl.flock(turn, fcntl.LOCK_EX)
        deck.quiet(ALONE)
        begun = monotonic()
        assert deck.leave() == 0
        assert monotonic() - begun < WAIT_SECONDS / 2


def test_read_only_opens_no_review(demo: Deck) -> None:
    before = demo.dump()
    with terminal("--read-only") as deck:
        deck.until("READ-ONLY", "> !! 198.18.0.5")
        for key in "ABURFKZCDMW":
            deck.press(key)
            deck.quiet(ALONE)
            assert "review:" not in deck.text()
            deck.press("y")
        assert deck.leave() == 0
    assert demo.dump() == before


def test_a_terminal_squeezed_to_one_cell_comes_back(demo: Deck) -> None:
    """With the list, a form and the help open; keys pressed meanwhile change nothing."""
    before = demo.dump()
    with terminal() as deck:
        ready(deck)
        for key, words in (("", "> !! 198.18.0.5"), ("F", "rehome 198.18.0.5: choose"), ("?", "keys")):
            deck.press(key)
            deck.until(words)
            for columns, rows in ((1, 1), (2, 1), (1, 60), (400, 1), (1, 1)):
                deck.resize(columns, rows)
                deck.press("j", "k")
            deck.resize(80, 24)
            deck.until(words)
            if key:
                deck.press("esc")
                deck.until("e EIPs 347", absent=words)
        assert deck.leave() == 0
    assert demo.dump() == before


def test_a_key_that_comes_with_the_move_before_it_acts_on_the_row_moved_to(demo: Deck) -> None:
    """In one write, as a quick hand on a slow line arrives; so does a key right behind a paste."""
    before = demo.dump()
    with terminal() as deck:
        ready(deck)
        for move in ("j", "j", "k", "g"):
            deck.send(f"{move}R")
            deck.until("review: release ", "read again now")
            reviewed = next(line for line in deck.lines() if "review: release" in line).split()[3]
            deck.press("esc")
            deck.until("e EIPs 347", absent="review:")
            assert deck.cursor_row()[4:].split()[0] == reviewed
        deck.send("\x1b[200~203.0.113.17\x1b[201~R")
        deck.until("203.0.113.17 -- ! yours, in use")
        assert "review: release 198" not in deck.text()
    assert demo.dump() == before


@pytest.mark.parametrize("after", [0.0, 0.1, 0.2, 0.28])
def test_y_pressed_before_the_review_could_be_read_sends_nothing(demo: Deck, after: float) -> None:
    """On the key that opens it, and soon after: the review is painted later than that."""
    with terminal() as deck:
        ready(deck)
        deck.press("g", "j", "j")
        deck.until("> !  198.18.0.9")
        deck.press("B")
        deck.until("bind 198.18.0.9")
        deck.press("right", "right", "right", "enter", "down", "enter")
        before = demo.dump()
        deck.send_late("\r", after, "y")
        deck.until("review: bind 198.18.0.9", "read again now")
        deck.quiet(2 * ALONE)
        deck.until("review: bind 198.18.0.9", "read again now")
    assert demo.dump() == before


def test_keys_that_would_surprise_are_refused_before_anything_is_opened(empty: Deck, home: Path) -> None:
    file = home / "config.toml"
    file.write_text('[keys]\nyes = "enter"\nrelease = "U"\nfind = "ctrl+q"\n', encoding="utf-8")
    with terminal("--config", str(file), columns=1000) as deck:
        assert deck.ended() == 2
        said = " ".join(deck.text().split())
    for words in ("usage", "yes is fixed", "U would be release and unbind", "'ctrl+q' is a key that terminals keep"):
        assert words in said
    assert not empty.path.exists()
