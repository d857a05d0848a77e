"""The program as a process: what it imports, closed pipes, interrupts, full disks, no terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck, Said

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tui"]
REPORT = """
import sys
from tui.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def imported(*words: str) -> set[str]:
    """The top-level modules loaded by a command."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("allocate", "--help"), ("cidr", "add", "--help")])
def test_help_and_version_load_nothing(words: tuple[str, ...]) -> None:
    assert not imported(*words) & {"core", "sqlalchemy", "sqlmodel", "rich", "textual"}


def test_no_command_loads_textual(deck: Deck) -> None:
    assert "textual" not in imported("lookup", "203.0.113.0")
    assert "textual" not in imported("allocate", "--pool", "hk")
    assert "textual" not in imported("doctor")


def test_the_installed_program_does_its_work(deck: Deck, program: Callable[..., Said]) -> None:
    said = program("allocate", "--pool", "hk", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.document["eips"][0]["address"] == "203.0.113.0"
    assert program("allocate", "--json").code == 3
    assert program("findings").code == 1
    said = program("allocate", "--count", "x", "--json")
    assert (said.error["code"], said.code) == ("invalid_count", 2)
    said = program("lookup", "-", stdin="src=203.0.113.0\n")
    assert said.code == 0
    assert "customer-unbound" in said.out


@pytest.mark.parametrize(
    ("words", "term"),
    [((), "dumb"), (("open",), ""), (("open", "203.0.113.0"), "xterm-256color"), (("demo",), "dumb")],
)
def test_without_a_terminal_the_dashboard_names_the_command_line(
    program: Callable[..., Said], tmp_path: Path, words: tuple[str, ...], term: str
) -> None:
    said = program(*words, env={"TERM": term})
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("eipdeck: usage: ")
    assert "eipdeck lookup" in said.err
    assert not (tmp_path / "deck.db").exists()


def test_version_and_help_are_printed(program: Callable[..., Said]) -> None:
    assert program("--version").out.startswith("eipdeck ")
    said = program("--help")
    assert said.code == 0
    for command in ("lookup", "allocate", "rehome", "cidr", "doctor", "exit codes"):
        assert command in said.out


def test_a_reader_that_goes_away_ends_it_quietly(deck: Deck) -> None:
    deck.done("cidr", "add", "192.0.2.0/24", "--isp", "x", "--asn", "64500", "--pool", "big")
    deck.done("cidr", "activate", "192.0.2.0/24", "--reason", "x")
    deck.done("allocate", "--pool", "big", "--count", "256", "--name", "n" * 255)
    reader, writer = os.pipe()
    os.close(reader)
    for words in ("eips", "eips --json", "eips --format csv", "history", "export", "lookup 203.0.113.0"):
        done = subprocess.run(
            [*PROGRAM, *words.split()], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, b""), words
    os.close(writer)


def test_an_allocation_whose_answer_nobody_reads_keeps_its_exit_code(deck: Deck) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PROGRAM, "allocate"], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    os.close(writer)
    assert done.returncode == 3
    assert "landed in the default pool" in done.stderr


def test_an_answer_that_cannot_be_written_is_not_taken_for_done(deck: Deck) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "eips", "--json"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 74
    assert "could not be written: no space left on device" in done.stderr


def test_closed_streams_are_no_defect(deck: Deck) -> None:
    command = f"exec {sys.executable} -m tui eips"
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["sh", "-c", f"{command} {closed}"], cwd=ROOT, capture_output=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout) == (0, b""), closed
        assert b"Traceback" not in done.stderr


@pytest.fixture
def waiting(deck: Deck) -> Iterator[subprocess.Popen[str]]:
    """The program waiting for text on stdin."""
    running = subprocess.Popen(
        [*PROGRAM, "lookup", "-", "--json"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        yield running
        running.kill()


def test_an_interrupt_exits_130_and_says_nothing(waiting: subprocess.Popen[str]) -> None:
    assert waiting.stdin is not None
    # more than a pipe holds: when this returns, the program is reading
    waiting.stdin.write("203.0.113.0\n" * 100_000)
    waiting.stdin.flush()
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, out, err) == (130, "", "")


def test_bytes_that_are_no_text_are_read_for_their_addresses(deck: Deck) -> None:
    done = subprocess.run(
        [*PROGRAM, "lookup", "-", "--json"],
        cwd=ROOT,
        input=b"\xff\xfe\x00 203.0.113.0 \x80\n",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert [each["address"] for each in json.loads(done.stdout)] == ["203.0.113.0"]


def test_an_8_bit_terminal_gets_escapes_instead_of_a_crash(deck: Deck, program: Callable[..., Said]) -> None:
    deck.done("allocate", "--pool", "hk", "--name", "東京")
    said = program("eips", env={"PYTHONIOENCODING": "ascii"})
    assert said.code == 0
    assert "\\u6771" in said.out
