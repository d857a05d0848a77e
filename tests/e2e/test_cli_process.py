"""The program as a process: what it imports, closed pipes, interrupts, full disks, no terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck, Said

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tui"]


def run(*words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The program with other streams than usual."""
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run([*PROGRAM, *words], cwd=ROOT, check=False, timeout=60, **settings)


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


@pytest.mark.usefixtures("deck")
@pytest.mark.parametrize("words", ["lookup 203.0.113.0", "allocate --pool hk", "doctor"])
def test_no_command_loads_textual_or_sqlmodel(words: str) -> None:
    assert not imported(*words.split()) & {"textual", "sqlalchemy", "sqlmodel", "alembic", "psycopg"}


@pytest.mark.usefixtures("deck")
def test_the_installed_program_does_its_work(program: Callable[..., Said]) -> None:
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
        done = run(*words.split(), stdout=writer)
        assert (done.returncode, done.stderr) == (0, b""), words
    os.close(writer)


@pytest.mark.usefixtures("deck")
def test_an_allocation_whose_answer_nobody_reads_keeps_its_exit_code() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = run("allocate", stdout=writer)
    os.close(writer)
    assert done.returncode == 3
    assert "landed in the default pool" in done.stderr.decode()


@pytest.mark.usefixtures("deck")
def test_an_answer_that_cannot_be_written_is_not_taken_for_done() -> None:
    with Path("/dev/full").open("w") as full:
        done = run("eips", "--json", stdout=full)
    assert done.returncode == 74
    assert b"could not be written: no space left on device" in done.stderr


@pytest.mark.usefixtures("deck")
def test_closed_streams_are_no_defect() -> None:
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
        [*PROGRAM, "--db", str(deck.path), "lookup", "-", "--json"],
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


@pytest.mark.usefixtures("deck")
def test_bytes_that_are_no_text_are_read_for_their_addresses() -> None:
    done = run("lookup", "-", "--json", input=b"\xff\xfe\x00 203.0.113.0 \x80\n")
    assert [each["address"] for each in json.loads(done.stdout)] == ["203.0.113.0"]


def test_an_8_bit_terminal_gets_escapes_instead_of_a_crash(deck: Deck, program: Callable[..., Said]) -> None:
    deck.done("allocate", "--pool", "hk", "--name", "東京")
    said = program("eips", env={"PYTHONIOENCODING": "ascii"})
    assert said.code == 0
    assert "\\u6771" in said.out


def test_a_disk_that_takes_no_more_changes_nothing(deck: Deck) -> None:
    before = deck.dump()
    blocks = deck.path.stat().st_size // 512 + 20
    command = f"ulimit -f {blocks}; exec {sys.executable} -m tui allocate --default --count 4000 --json"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (6, b"")
    assert json.loads(done.stderr)["error"]["code"] == "store_unavailable"
    assert deck.dump() == before
    assert len(deck.done("allocate", "--default", "--count", "4000")["eips"]) == 4000
