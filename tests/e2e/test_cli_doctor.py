"""`eipdeck doctor`: checks of the files, the database and the terminal, and advice."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from core import open_inventory
from tui.session.log import keep_log
from tui.session.pending import PendingChanges
from tui.session.trail import Trail
from tui.terminal.clipboard import copy
from tui.terminal.environment import clipboard_route
from tui.terminal.theme import escape_delay

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck


def test_every_path_in_use_is_named(deck: Deck, home: Path) -> None:
    found = deck.done("doctor")
    assert found["paths"] == {
        "configuration": str(home / ".config/eipdeck/config.toml"),
        "database": str(deck.path),
        "lock": f"{deck.path}.lock",
        "clip": str(home / ".local/state/eipdeck/clip"),
        "log": str(home / ".local/state/eipdeck/eipdeck.log"),
        "trails": str(home / ".local/state/eipdeck/trail-*.md"),
        "ui": str(home / ".local/state/eipdeck/ui.json"),
        "sent": str(home / ".local/state/eipdeck/sent-*.json"),
        "places": str(home / ".local/state/eipdeck/place-*.json"),
        "offers": str(home / ".cache/eipdeck/offers-*"),
        "heads": str(home / ".local/state/eipdeck/heads.json"),
        "seen": str(home / ".local/state/eipdeck/seen-*.jsonl"),
        "verified": str(home / ".local/state/eipdeck/verified-*.json"),
        "watch": str(home / ".local/state/eipdeck/watch-*.json"),
    }
    text = deck("doctor").out
    for path in found["paths"].values():
        assert path in text


@pytest.fixture
def log() -> Iterator[Path | None]:
    """The log of the dashboard, until the test ends."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield keep_log()
    logging.captureWarnings(capture=False)
    for handler in (each for each in list(root.handlers) if each not in before):
        root.removeHandler(handler)
        handler.close()


def test_every_file_that_a_session_writes_is_among_the_paths(deck: Deck, home: Path, log: Path | None) -> None:
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    trail, state = Trail(now), home / ".local/state/eipdeck"
    trail.add(now, "alice", ("looked up 203.0.113.0", ()))
    copy("203.0.113.0", {})
    with (
        closing(open_inventory(f"sqlite:///{deck.path}", operator="alice")) as inventory,
        PendingChanges().noted(inventory, "release 203.0.113.0", "k-1"),
    ):
        deck.done("verify")
        assert deck("watch", "--exec", "true", "--once").code == 0
        written = set(state.iterdir())
    (verified,), (watch,) = state.glob("verified-*.json"), state.glob("watch-*.json")
    assert written == {log, trail.path, state / "clip", state / "sent-k-1.json", state / "heads.json", verified, watch}
    told = deck.done("doctor")["paths"].values()
    for path in written:
        assert sum(fnmatch(str(path), pattern) for pattern in told) == 1, path


def test_a_sound_database_is_said_to_be_one(deck: Deck) -> None:
    database = deck.done("doctor")["database"]
    assert (database["ok"], database["integrity"], database["writable"]) == (True, "ok", True)
    assert database["schema"]


def test_a_log_format_that_does_not_read_its_own_sample_is_told(deck: Deck, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        "[[evidence.format]]\nname = 'gate'\nhead = 'GATE (?P<t>.+)$'\n"
        "[evidence.format.sample]\ntext = 'GATE 203.0.113.7'\nat = '2026-11-20T03:12:00Z'\n"
    )
    said = deck("--config", str(config), "doctor")
    assert said.code == 2
    assert f"{config}: evidence.format 1 (gate): sample: it is read as of no moment" in said.out
    assert deck("--config", str(config), "lookup", "-", stdin="203.0.113.0").code == 2
    assert deck("--config", str(config), "lookup", "203.0.113.0").code == 0


def test_looking_creates_nothing(empty: Deck, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIPDECK_DB", "")
    found = empty.done("doctor")
    assert found["database"]["state"] == "made when first used"
    assert found["operator"] == "alice"
    assert list(home.iterdir()) == []


def test_a_newer_database_is_told_with_its_code_and_the_rest_all_the_same(empty: Deck) -> None:
    empty.path.write_text("a shopping list\n" * 400)
    said = empty("doctor")
    assert said.code == 6
    assert "store_unavailable" in said.err
    assert "terminal" in said.out
    assert "is not a database" in said.out
    said = empty("doctor", "--json")
    assert said.document["database"]["ok"] is False
    assert '"store_unavailable"' in said.err


def test_a_damaged_database_is_told(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--count", "16", "--name", "n" * 255)
    content = bytearray(deck.path.read_bytes())
    for place in range(8 * 4096, len(content), 4096):
        content[place : place + 64] = b"\xff" * 64
    deck.path.write_bytes(content)
    said = deck("doctor", "--json")
    assert said.code == 6
    assert said.document["advice"]


def test_an_index_that_misses_a_row_is_told_with_the_way_out(deck: Deck) -> None:
    """Its statement is taken away and brought back; what was written meanwhile is in the table alone."""
    own = "name = 'event_address'"
    with closing(sqlite3.connect(deck.path)) as connection:
        (index,) = connection.execute(f"SELECT * FROM sqlite_master WHERE {own}").fetchall()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(f"DELETE FROM sqlite_master WHERE {own}")
        connection.commit()
    deck.done("allocate", "--pool", "hk")
    with closing(sqlite3.connect(deck.path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)
        connection.commit()
    with closing(sqlite3.connect(deck.path)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    said = deck("doctor")
    assert said.code == 6
    assert "missing from index event_address" in said.out
    assert "eipdeck restore" in said.err


def test_a_disk_that_is_full_is_told(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=4096))
    said = deck("doctor")
    assert said.code == 0
    assert "The disk under the database is full or nearly so" in said.out


def test_a_file_of_roas_that_is_not_there_is_told(deck: Deck, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('roa_file = "no-such.json"')
    assert "roa_file" in deck("--config", str(config), "doctor").out


def test_a_wrong_configuration_is_told_and_the_rest_all_the_same(deck: Deck, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("colour = 1\n")
    said = deck("--config", str(file), "doctor", "--json")
    assert said.code == 2
    assert said.document["paths"]["configuration"] == str(file)


@pytest.mark.parametrize(
    ("environ", "route"),
    [
        ({}, "OSC 52"),
        ({"STY": "1.pts-0"}, "OSC 52 through screen"),
    ],
)
def test_the_clipboard_route_is_named(environ: dict[str, str], route: str) -> None:
    assert clipboard_route(environ) == route


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"])
def test_a_session_over_ssh_is_one_for_the_doctor_and_for_the_dashboard(
    deck: Deck, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for each in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"):
        monkeypatch.delenv(each, raising=False)
    assert deck.done("doctor")["terminal"]["ssh"] is False
    monkeypatch.setenv(name, "10.0.4.7 1 10.0.4.8 22")
    assert deck.done("doctor")["terminal"]["ssh"] is True
    assert escape_delay({name: "10.0.4.7 1 10.0.4.8 22"}) > escape_delay({})


def test_a_terminal_that_cannot_show_the_dashboard_is_told(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert any("dashboard cannot run" in advice for advice in deck.done("doctor")["advice"])
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    found = deck.done("doctor")
    assert found["terminal"]["columns"] == 40
    assert any("80x24" in advice for advice in found["advice"])
