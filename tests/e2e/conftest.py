"""The program, run in this process or as a process of its own, on a database and a home of its own."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core import seed_demo
from tui.__main__ import main

PREFIX = "203.0.113.0/28"


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error document on stderr; nothing may stand on stdout then."""
        assert self.out == ""
        found: dict[str, Any] = json.loads(self.err)["error"]
        assert sorted(found) == ["code", "details", "message"]
        assert found["message"]
        return found


class Deck:
    """Runs commands in this process."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str, stdin: str = "") -> Said:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self._capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def done(self, *words: str, code: int = 0) -> Any:
        """Run a command with --json; its document."""
        said = self(*words, "--json")
        assert (said.code, said.err) == (code, "")
        return said.document

    def refused(self, *words: str) -> tuple[str, int]:
        """Run a command with --json that is refused and changes nothing; its code and exit code."""
        before = self.dump()
        said = self(*words, "--json")
        assert self.dump() == before
        return said.error["code"], said.code

    def dump(self) -> str:
        """Everything in the database, as SQL."""
        return dump(self.path)


def dump(path: Path) -> str:
    """Everything but who is on the deck, which a session that is killed leaves behind."""
    if not path.exists():
        return ""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return "\n".join(line for line in connection.iterdump() if '"presence"' not in line)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, and nothing of the machine's environment."""
    for name in list(os.environ):
        if name.startswith(("EIPDECK_", "XDG_", "SSH_")):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("EIPDECK_DB", str(tmp_path / "deck.db"))
    monkeypatch.setenv("EIPDECK_OPERATOR", "alice")
    return folder


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Deck:
    """A deck whose database does not exist yet."""
    return Deck(tmp_path / "deck.db", monkeypatch, capsys)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with 203.0.113.0/28 active in pool `hk`, and a target of each kind."""
    path = tmp_path_factory.mktemp("prepared") / "deck.db"
    for words in (
        f"cidr add {PREFIX} --isp bgp-a --asn 64500 --pool hk",
        f"cidr activate {PREFIX} --reason announced",
        "service add nic nic-1 --name web-1 --private-ip 10.0.1.1 10.0.1.2",
        "service add nat-gateway nat-1 --subnet 10.0.8.0/24",
        "service add load-balancer lb-1 --name shop",
    ):
        assert main(["--db", str(path), "--operator", "alice", *words.split()]) == 0
    return path


@pytest.fixture
def deck(empty: Deck, prepared: Path) -> Deck:
    """A deck with 203.0.113.0/28 active in pool `hk`, and a target of each kind."""
    shutil.copyfile(prepared, empty.path)
    return empty


@pytest.fixture
def program() -> Callable[..., Said]:
    """Runs the installed program as a process of its own, without a terminal."""

    def run(*words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "tui", *words],
            input=stdin,
            env={**os.environ, **(env or {})},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session", autouse=True)
def _interrupts_arrive() -> None:
    """A shell starts what runs in its background deaf to SIGINT, and every child would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, as of now."""
    path = tmp_path_factory.mktemp("incident") / "deck.db"
    seed_demo(f"sqlite:///{path}", datetime.now(UTC))
    return path


@pytest.fixture
def demo(empty: Deck, incident: Path) -> Deck:
    """A deck on the demo."""
    shutil.copyfile(incident, empty.path)
    return empty
