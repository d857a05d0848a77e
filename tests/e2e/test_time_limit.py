"""The limit of time of one command: what it ends, what it says, and that nothing changed then."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Deck

PATCHED = (
    "import sys, tui.cli.time_limit as limit, tui.__main__ as program\n"
    "limit._READING_SECONDS = 0.2\n"
    "sys.exit(program.main(sys.argv[1:]))"
)


def test_a_command_of_a_login_that_works_for_too_long_is_ended(tmp_path: Path) -> None:
    """Its client sends a log without an end."""
    (tmp_path / "me").mkdir(mode=0o700)
    words = ["--db", str(tmp_path / "x.db"), "--confined", str(tmp_path / "me"), "--time-limit", "1"]
    with subprocess.Popen(["yes", "203.0.113.5 at 2026-11-01T12:00:00Z"], stdout=subprocess.PIPE) as endless:
        said = subprocess.run(
            [sys.executable, "-m", "tui", *words],
            stdin=endless.stdout,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "SSH_ORIGINAL_COMMAND": "lookup -"},
        )
        endless.kill()
    assert (said.returncode, said.stdout) == (6, "")
    assert said.stderr.startswith("eipdeck: time_limit: The command has worked for 1 s, its limit: it was ended,")
    assert "nothing changed" in said.stderr


def test_an_answer_that_nobody_takes_ends(incident: Path) -> None:
    """A read that stays open lets the log of an embedded database grow."""
    words = ["--db", str(incident), "--time-limit", "60", "eips", "--json"]
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    stalled = subprocess.Popen(
        [sys.executable, "-c", PATCHED, *words], stdout=theirs, stderr=subprocess.PIPE, text=True
    )
    _, said = stalled.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    told = json.loads(said)["error"]
    assert (stalled.returncode, told["code"]) == (6, "time_limit")
    assert told["message"].startswith("Nobody has taken the answer of the command for 0.2 s")


@pytest.mark.parametrize("words", ["0", "-1", "1.5", "ten", "1e3"])
def test_a_limit_is_a_number_of_seconds(deck: Deck, words: str) -> None:
    said = deck(f"--time-limit={words}", "pools")
    assert said.code == 2
    assert "--time-limit is" in said.err


def test_a_command_within_its_limit_is_as_without_one(deck: Deck) -> None:
    assert deck("--time-limit", "60", "pools").out == deck("pools").out
