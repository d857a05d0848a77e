"""A login that is eipdeck and nothing else: an SSH forced command on a real server, and what its client may name."""

from __future__ import annotations

import getpass
import json
import os
import shlex
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pexpect  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import AllocationRequest, EipdeckError, open_inventory
from core.domain.confinement import inside
from tests.core.kit import ROOT
from tests.e2e.conftest import Deck
from tui.cli.arguments import Misuse, Settings
from tui.cli.forced_command import asked_for

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
LINE = next(line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("restrict,pty,command="))
"""As the README says it."""
WAYS_OUT = ("../x", "/srv/x", "out/x", "out/../../x", "/etc/passwd", "passwd", ".", "out/deck.db", "../deck.db")
IN_PASSWD = "root:x:0:0"  # noqa: S105  # nobody's password


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's own folder, with a way out planted in it."""
    made = tmp_path / "alice"
    made.mkdir(mode=0o700)
    (made / "out").symlink_to(tmp_path)
    (made / "passwd").symlink_to("/etc/passwd")
    return made


@given(st.text() | st.from_regex(r"(/|\.\.|\.|~|out|passwd|x|\x00| )*", fullmatch=True))
def test_no_name_leads_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    place = tmp_path_factory.getbasetemp() / "confined"
    made = place / "alice"
    made.mkdir(parents=True, exist_ok=True)
    if not (made / "out").is_symlink():
        (made / "out").symlink_to(place)
        (made / "passwd").symlink_to("/etc/passwd")
    try:
        found = inside(made, Path(name))
    except EipdeckError as refusal:
        assert refusal.code == "usage"  # noqa: PT017  # most names are refused
        return
    assert found.parent.resolve().is_relative_to(made.resolve())
    assert not found.is_symlink()
    assert found.resolve() != made.resolve()


@pytest.mark.parametrize(
    "asked", ["--db x eips", "eipdeck --operator bob", "--config=x eips", "--confined / eips", "a 'b"]
)
def test_what_the_server_decides_is_not_the_clients(asked: str) -> None:
    with pytest.raises(Misuse):
        asked_for(["--confined", "/srv", "--operator", "alice"], {"SSH_ORIGINAL_COMMAND": asked})


def test_without_confinement_the_clients_words_mean_nothing() -> None:
    command = asked_for(["pools"], {"SSH_ORIGINAL_COMMAND": "eips"})
    assert command.verb.name == "pools"
    asked = {"SSH_ORIGINAL_COMMAND": "--read-only eips own:no"}
    command = asked_for(["--confined", "/srv", "--operator", "alice"], asked)
    assert command.verb.name == "eips"
    assert command.settings == Settings(operator="alice", confined="/srv", read_only=True)


@dataclass
class Login:
    """A server that runs, and a client with a key for it."""

    words: list[str]
    database: Path
    folder: Path

    def __call__(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self.words, *command], capture_output=True, text=True, check=False, timeout=60)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def login(tmp_path: Path, folder: Path) -> Iterator[Login]:
    """A private sshd, with the line of the README for one key."""
    sshd = shutil.which("sshd", path=PATH)
    if sshd is None or shutil.which("ssh") is None:
        pytest.skip("no sshd on this machine")
    with suppress(OSError):
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    keys, port = tmp_path / "keys", _free_port()
    keys.mkdir(mode=0o700)
    for name in ("host", "alice"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name)], check=True)
    database = tmp_path / "deck.db"
    program = f"env PYTHONPATH={ROOT} EIPDECK_DB={database} XDG_STATE_HOME={tmp_path} {sys.executable} -m tui"
    line = LINE.replace('"eipdeck ', f'"{program} ').replace("/srv/eipdeck/alice", str(folder))
    public = (keys / "alice.pub").read_text().split()
    (keys / "authorized").write_text(line.partition(" ssh-ed25519")[0] + f" {public[0]} {public[1]}\n")
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": keys / "host",
        "AuthorizedKeysFile": keys / "authorized",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "PermitRootLogin": "yes",
        "Subsystem": "sftp internal-sftp",
    }
    (keys / "config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    server = subprocess.Popen([sshd, "-D", "-e", "-f", str(keys / "config")], stderr=subprocess.DEVNULL)
    options = {
        "StrictHostKeyChecking": "no",
        "UserKnownHostsFile": "/dev/null",
        "LogLevel": "ERROR",
        "BatchMode": "yes",
    }
    client = ["ssh", "-F", "/dev/null", "-i", str(keys / "alice"), "-p", str(port)]
    client += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    made = Login([*client, f"{getpass.getuser()}@127.0.0.1"], database, folder)
    try:
        _answers(made)
        yield made
    finally:
        server.terminate()
        server.wait()


def _answers(login: Login) -> None:
    end = monotonic() + 20
    while (said := login("eipdeck --version")).returncode != 0:
        assert monotonic() < end, said.stderr
        sleep(0.1)


def test_the_command_asked_for_is_run_and_nothing_else(login: Login) -> None:
    done = login("service", "add", "load-balancer", "lb-1", "--reason", "'two words'", "--json")
    assert json.loads(done.stdout)["id"] == "lb-1"
    with open_inventory(str(login.database), operator="x")._store.read():
        pass
    for asked in ("sh -c id", "eips; id", "$(id)", "`id`", "eips && id", "eips | id", "/bin/sh", "eips\nid"):
        said = login(asked)
        assert said.returncode == 2 or asked.startswith("eips"), asked  # there they are words of its filter
        assert "uid=" not in said.stdout + said.stderr, asked
    assert login("eipdeck --db /srv/other.db eips").returncode == 2


def test_files_are_those_of_the_operators_folder(login: Login, tmp_path: Path) -> None:
    assert login("export", "mine.json").returncode == 0
    mine = login.folder / "mine.json"
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600
    assert login("import", "mine.json").returncode == 0
    assert login("backup", "mine.db").returncode == 0
    assert login("restore", "mine.db", "--yes").returncode == 2  # it would take events out of the history
    before = _names(tmp_path)
    assert login("export", "--force", "out/x").returncode == 2
    said = login("import", "passwd")
    assert said.returncode == 2
    assert IN_PASSWD not in said.stdout + said.stderr
    assert _names(tmp_path) == before


def test_no_way_of_naming_a_file_leads_out(
    deck: Deck, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the line of the README runs it, without a connection for each."""
    before = _names(tmp_path)
    for verb in ("export --force", "backup --force", "import"):
        for name in (*WAYS_OUT, f"{tmp_path}/x"):
            monkeypatch.setenv("SSH_ORIGINAL_COMMAND", f"{verb} {name}")
            said = deck("--confined", str(folder))
            assert said.code == 2, (verb, name)
            assert IN_PASSWD not in said.out + said.err
    assert _names(tmp_path) == before


def _names(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if "-wal" not in path.name and "-shm" not in path.name}


def test_nothing_is_forwarded_and_no_file_is_fetched(login: Login, tmp_path: Path) -> None:
    words, target = login.words[:-1], login.words[-1]
    with socket.create_server(("127.0.0.1", 0)) as inner:
        inner.settimeout(0.5)
        there = inner.getsockname()[1]
        said = subprocess.run(
            [*words, "-W", f"127.0.0.1:{there}", target], capture_output=True, check=False, timeout=30
        )
        assert said.returncode != 0
        with pytest.raises(TimeoutError):
            inner.accept()
    batch = tmp_path / "batch"
    batch.write_text("get /etc/passwd got\n")
    options = [word if word != "-p" else "-P" for word in words[1:]]
    got = subprocess.run(
        ["sftp", *options, "-b", str(batch), target], capture_output=True, cwd=tmp_path, check=False, timeout=30
    )
    assert got.returncode != 0
    assert not (tmp_path / "got").exists()


@pytest.fixture
def dashboard(login: Login) -> Iterator[pexpect.spawn]:
    """The client's terminal."""
    open_inventory(str(login.database), operator="bob").execute(AllocationRequest(name="web"))
    seen = pexpect.spawn(login.words[0], ["-tt", *login.words[1:]], encoding="utf-8", dimensions=(24, 100), timeout=30)
    seen.expect_exact("198.18.0.0")
    yield seen
    seen.close(force=True)


def test_a_terminal_shows_the_dashboard_with_the_operators_name(login: Login, dashboard: pexpect.spawn) -> None:
    dashboard.send("\x1a")
    dashboard.send("p")
    dashboard.expect_exact("default-asia")
    dashboard.send("\x1c")
    for _ in range(10):
        dashboard.send("q")
        if dashboard.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            break
    assert not dashboard.isalive()
    with open_inventory(str(login.database), operator="x")._store.read() as connection:
        assert connection.value(int, "SELECT count(*) FROM presence") == 0
    done = login("allocate", "--default", "--json")
    assert json.loads(done.stdout)["eips"][0]["allocated_by"] == "alice"


def test_a_connection_that_is_lost_ends_the_session(login: Login, dashboard: pexpect.spawn) -> None:
    mine = f"--confined {shlex.quote(str(login.folder))}"
    assert _running(mine)
    dashboard.kill(9)
    _until(lambda: not _running(mine))


def _running(words: str) -> bool:
    found = subprocess.run(["pgrep", "-f", "--", words], capture_output=True, check=False)
    return found.returncode == 0


def _until(there: Callable[[], bool]) -> None:
    end = monotonic() + 20
    while not there():
        assert monotonic() < end
        sleep(0.1)
