"""`eipdeck watch`: the program gets everything at least once, in order, and nothing can be made of its name."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from core import Inventory, open_inventory
from tests.core.kit import customer_cidr, one, release, services
from tests.server import new_server, server

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck, Said

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0
Hook = Callable[[str], Path]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "told"


@pytest.fixture
def hook(tmp_path: Path, told: Path) -> Hook:
    """Makes a program of the shell that appends what it gets to a file, and does more."""

    def make(more: str = "") -> Path:
        path = tmp_path / "hook"
        path.write_text(f"#!/bin/sh\ncat >> '{told}'\n{more}\n")
        path.chmod(0o700)
        return path

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Iterator[Inventory]:
    """A desk on a database of either kind, with an active pool."""
    name = server().create() if request.param == "postgresql" else None
    url = str(tmp_path / "shared.db") if name is None else server().url(name)
    assert home.is_dir()
    with closing(open_inventory(url, operator="alice")) as inventory:
        customer_cidr(inventory, "203.0.113.0/24")
        services(inventory)
        yield inventory
    if name is not None:
        server().drop(name)


def documents(told: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []


def watching(url: str, hook: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tui", "--db", url, "watch", "--exec", str(hook), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(told: Path, wanted: Callable[[list[dict[str, Any]]], bool], process: subprocess.Popen[str]) -> None:
    """Wait until the program was given what is wanted."""
    end = monotonic() + PATIENCE
    while not wanted(documents(told)):
        assert process.poll() is None, process.communicate()
        assert monotonic() < end, documents(told)


def once(url: str, hook: Path, *words: str) -> tuple[int, str]:
    process = watching(url, hook, "--once", *words)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err


def test_events_and_findings_are_given_once_across_runs(shared: Inventory, hook: Hook, told: Path) -> None:
    landed = one(shared, None)
    assert once(shared.url, hook("")) == (0, "")
    (first,) = documents(told)
    assert (first["kind"], first["change"], first["event"]) == ("finding", "opened", None)
    assert first["finding"]["subject"] == landed.address
    assert once(shared.url, hook("")) == (0, "")
    assert len(documents(told)) == 1
    release(shared, landed.address)
    assert once(shared.url, hook("")) == (0, "")
    _, closed, event = documents(told)
    assert (closed["kind"], closed["change"], closed["finding"]["id"]) == ("finding", "closed", first["finding"]["id"])
    newest = shared.history()[-1]
    assert (event["kind"], event["id"], event["event"]["action"]) == ("event", newest.cursor, "release")
    assert event["finding"] is None
    assert len({each["id"] for each in documents(told)}) == 3


def test_one_kind_alone_and_another_place(shared: Inventory, hook: Hook, told: Path) -> None:
    place = shared.newest_events(limit=0).cursor
    one(shared, None)
    assert once(shared.url, hook(""), "--only", "events", "--after", str(place)) == (0, "")
    assert [each["event"]["action"] for each in documents(told)] == ["allocate", "landed_in_default"]
    assert once(shared.url, hook(""), "--only", "findings") == (0, "")
    assert [each["kind"] for each in documents(told)][2:] == ["finding"]
    code, err = once(shared.url, hook(""), "--after", f"1:{'a' * 64}")
    assert (code, "history_lost" in err) == (6, True)


def test_what_was_being_given_when_it_was_killed_is_given_again_with_its_id(
    shared: Inventory, hook: Hook, told: Path
) -> None:
    assert once(shared.url, hook("")) == (0, "")
    one(shared, None)
    for _ in range(2):
        process = watching(shared.url, hook("kill -9 $PPID"))
        process.communicate(timeout=PATIENCE)
        assert process.returncode == -signal.SIGKILL
    assert once(shared.url, hook("")) == (0, "")
    ids = [each["id"] for each in documents(told)]
    assert ids[0] == ids[1] == ids[2]
    assert len(dict.fromkeys(ids)) == 3, "the finding and the two events of a landing"
    assert list(dict.fromkeys(ids))[1:] == [event.cursor for event in shared.history()[-2:]]


def test_eight_writers_are_told_in_the_order_of_their_commits(shared: Inventory, hook: Hook, told: Path) -> None:
    before = len(shared.history())
    process = watching(shared.url, hook(""), "--only", "events")
    lease = shared.url  # the watch has begun when a second one is refused
    end = monotonic() + PATIENCE
    while once(lease, hook(""), "--only", "events")[0] != 4:
        assert monotonic() < end
    crowd = [sys.executable, str(ROOT / "tests/core/crowd.py"), shared.url, "8", "4"]
    subprocess.run(crowd, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    wanted = [event.cursor for event in shared.history()][before:]
    until(told, lambda given: len(given) >= len(wanted), process)
    assert [each["id"] for each in documents(told)] == wanted
    process.terminate()
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 128 + signal.SIGTERM


def test_one_watch_runs_on_a_database(shared: Inventory, hook: Hook, told: Path) -> None:
    one(shared, None)
    first = watching(shared.url, hook(""))
    until(told, lambda given: len(given) == 1, first)
    code, err = once(shared.url, hook(""))
    assert (code, err.startswith("eipdeck: conflict: Another watch runs")) == (4, True)
    first.kill()
    first.communicate()
    assert once(shared.url, hook("")) == (0, "")


def test_a_watch_survives_a_restart_of_the_server(hook: Hook, told: Path) -> None:
    mortal = new_server()
    try:
        url = mortal.url(mortal.create())
        with closing(open_inventory(url, operator="alice")) as inventory:
            one(inventory, None)
        process = watching(url, hook(""))
        until(told, lambda given: len(given) == 1, process)
        mortal.stop_fast()
        assert process.stderr is not None
        assert "store_unavailable" in process.stderr.readline()
        mortal.start()
        with closing(open_inventory(url, operator="alice")) as inventory:
            release(inventory, "198.18.0.0")
        until(told, lambda given: len(given) == 3, process)
        assert once(url, hook(""))[0] == 4, "it holds the lease again"
        process.terminate()
        process.communicate(timeout=PATIENCE)
    finally:
        mortal.remove()


def test_a_program_that_refuses_is_tried_again_and_nothing_is_lost(deck: Deck, hook: Hook, told: Path) -> None:
    deck.done("allocate", code=3)
    said = deck("watch", "--once", "--exec", str(hook("exit 3")))
    assert said.code == 1
    assert said.err.count("exit code 3") == 3
    assert len({each["id"] for each in documents(told)}) == 1
    assert deck("watch", "--once", "--exec", str(hook(""))).code == 0
    assert len(documents(told)) == 4
    assert len({each["id"] for each in documents(told)}) == 1


def test_a_program_that_hangs_is_killed_with_what_it_started(deck: Deck, hook: Hook, tmp_path: Path) -> None:
    deck.done("allocate", code=3)
    said = deck(
        "watch", "--once", "--timeout", "1", "--exec", str(hook(f"sleep 300 &\necho $! > {tmp_path}/pid\nwait"))
    )
    assert (said.code, "more than 1 s and was killed" in said.err) == (1, True)
    started = int((tmp_path / "pid").read_text())
    state = Path(f"/proc/{started}/stat")
    end = monotonic() + PATIENCE
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        assert monotonic() < end


@pytest.mark.parametrize("name", ["touch made", "./made; true", "$(touch made)", "no-such-program", "/dev/null", "\0"])
def test_no_shell_reads_the_program(deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    deck.done("allocate", code=3)
    said = deck("watch", "--once", "--exec", name)
    assert (said.code, said.out) == (2, "")
    assert not (tmp_path / "made").exists()


def test_a_confined_login_never_runs_a_program(
    program: Callable[..., Said], hook: Hook, told: Path, tmp_path: Path
) -> None:
    path = hook("")
    assert program("--confined", str(tmp_path), "watch", "--once", "--exec", str(path)).code == 2
    asked = {"SSH_ORIGINAL_COMMAND": f"eipdeck watch --once --exec {path}"}
    assert program("--confined", str(tmp_path), env=asked).code == 2
    assert not told.exists()


def test_a_document_has_the_same_fields_whatever_it_is_about(deck: Deck, hook: Hook, told: Path) -> None:
    deck("watch", "--once", "--exec", str(hook("")))
    deck.done("allocate", code=3)
    deck("watch", "--once", "--exec", str(hook("")))
    fields = ["id", "kind", "change", "at", "database", "event", "finding"]
    assert [list(each) for each in documents(told)] == [fields] * 3
    event = next(each["event"] for each in documents(told) if each["kind"] == "event")
    assert event in deck.done("history")
    finding = next(each["finding"] for each in documents(told) if each["kind"] == "finding")
    assert finding in deck.done("findings", code=1)
