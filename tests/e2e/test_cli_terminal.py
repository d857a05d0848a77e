"""Questions on a real terminal: only `yes` goes on."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.e2e.terminal import terminal

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

ROOT = Path(__file__).parents[2]


def _environment() -> dict[str, str]:
    """Without the size that a test runner's workers are told: the terminal has its own."""
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}


def asked(*words: str, columns: int = 100) -> Any:
    """The program on a terminal of its own."""
    return pexpect.spawn(
        sys.executable,
        ["-m", "tui", *words],
        cwd=ROOT,
        env={**_environment(), "TERM": "xterm-256color"},
        dimensions=(24, columns),
        encoding="utf-8",
        timeout=30,
    )


def ended(program: Any) -> tuple[int, str]:
    program.expect(pexpect.EOF)
    program.close()
    return program.exitstatus, program.before


@pytest.fixture
def serving(deck: Deck) -> Deck:
    deck.done("allocate", "--pool", "hk")
    deck.done("allocate", code=3)
    deck.done("bind", "198.18.0.0", "--load-balancer", "lb-1")
    return deck


@pytest.mark.parametrize(
    ("words", "question", "answer"),
    [
        ("release 203.0.113.0", "Release 1 EIP: 203.0.113.0 .serves nothing.", "y"),
        ("release 203.0.113.0 198.18.0.0 --unbind", "Release 2 EIPs: .*serves lb lb-1", ""),
        (
            "rehome 198.18.0.0 --pool hk",
            "Move 198.18.0.0 .serves lb lb-1. to pool hk. Its public address changes",
            "no",
        ),
        ("cidr retire 203.0.113.0/28", "Retire 203.0.113.0/28 .active, 1 live EIPs.", "YES"),
    ],
)
def test_anything_but_yes_changes_nothing(serving: Deck, words: str, question: str, answer: str) -> None:
    before = serving.dump()
    program = asked(*words.split(), columns=200)
    program.expect(question)
    program.expect("Type yes to go on: ")
    program.sendline(answer)
    code, said = ended(program)
    assert code == 2
    assert "confirmation_required" in said
    assert serving.dump() == before


def test_yes_goes_on(serving: Deck) -> None:
    program = asked("release", "203.0.113.0")
    program.expect("Type yes to go on: ")
    program.sendline("yes")
    code, said = ended(program)
    assert code == 0
    assert "released 1 EIP, back to hk" in said
    assert [eip["address"] for eip in serving.done("eips")] == ["198.18.0.0"]


def test_what_changed_between_question_and_answer_is_a_conflict(serving: Deck) -> None:
    program = asked("release", "203.0.113.0", "--unbind")
    program.expect("Type yes to go on: ")
    serving.done("bind", "203.0.113.0", "--nic", "nic-1", "--private-ip", "10.0.1.1")
    program.sendline("yes")
    code, said = ended(program)
    assert code == 4
    assert "conflict" in said
    assert serving.done("eips", "state:bound", "own:yes")


def test_a_restoration_says_what_would_be_lost_and_asks(serving: Deck) -> None:
    file = serving.path.with_name("backup.db")
    serving("backup", str(file))
    serving.done("allocate", "--pool", "hk", "--count", "2")
    before = serving.dump()
    program = asked("restore", str(file), columns=300)
    program.expect("Lost: 2 events since")
    program.expect("Type yes to go on: ")
    program.sendline("no")
    assert ended(program)[0] == 2
    assert serving.dump() == before
    program = asked("restore", str(file), columns=300)
    program.expect("Type yes to go on: ")
    program.sendline("yes")
    assert ended(program)[0] == 0
    assert len(serving.done("eips")) == 2


def test_an_interrupted_question_changes_nothing(serving: Deck) -> None:
    before = serving.dump()
    program = asked("release", "203.0.113.0")
    program.expect("Type yes to go on: ")
    program.sendintr()
    assert ended(program)[0] == 130
    assert serving.dump() == before


@pytest.mark.usefixtures("serving")
def test_a_table_fits_the_terminal_by_folding_its_last_column() -> None:
    program = asked("lookup", "198.18.0.0", columns=110)
    code, said = ended(program)
    assert code == 1
    assert all(len(line) <= 110 for line in said.splitlines())
    assert "landed in the default pool" in " ".join(said.split())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_ended_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    program = asked("demo")
    program.expect(r"198\.18\.")
    assert list(folder.iterdir())
    program.kill(number)
    assert ended(program)[0] == 128 + number
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "deck.db").exists()


@pytest.mark.usefixtures("demo")
def test_a_session_that_was_killed_is_offered_its_place_and_one_that_was_left_is_not(home: Path) -> None:
    state = home / ".local/state/eipdeck"
    with terminal() as deck:
        deck.until("347 EIPs")
        deck.quiet(0.3)
        deck.press("c")
        deck.until("4 CIDRs")
        while not any("CIDRs" in note.read_text() for note in state.glob("place-*.json")):
            deck.quiet(0.05)
    with terminal() as deck:
        deck.until("198.18.0.5", "[ goes to CIDRs")
        deck.press("[")
        deck.until("4 CIDRs")
        assert deck.leave() == 0
    assert list(state.glob("place-*.json")) == []


AGAIN = """
import os, shutil, signal
from core import Inventory
def hung_up_again(act):
    def acting(*args, **options):
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        return act(*args, **options)
    return acting
Inventory.close = hung_up_again(Inventory.close)
shutil.rmtree = hung_up_again(shutil.rmtree)
"""


@pytest.mark.parametrize("keys", ["", "qq"])
def test_a_demo_that_is_hung_up_while_it_tidies_up_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with terminal("demo", begun=AGAIN) as deck:
        deck.until("347 EIPs")
        assert list(folder.iterdir())
        if keys:
            assert deck.leave() == 0
        else:
            deck.hang_up()
            assert deck.ended() == 129
    assert list(folder.iterdir()) == []
