"""The secret of an account is in no file, output, screen, argument or environment of another program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from tests.e2e.conftest import Deck
from tests.e2e.terminal import terminal
from tests.standin.account import Account
from tests.standin.demo import furnished
from tests.standin.server import KEY, KEY_ID, Fault, Standin, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def account() -> Account:
    return furnished()


@pytest.fixture
def standin(account: Account, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    """The account `acme`, with a key in the environment, and a log that has everything."""
    with serving(account) as found:
        folder = home / ".config/eipdeck"
        folder.mkdir(parents=True)
        profile = {"endpoint": found.endpoint, "key_id": KEY_ID, "key": "env:ZC_KEY", "refresh_seconds": 1}
        lines = (f"{name} = {json.dumps(value)}" for name, value in {**profile, "rate": 10000}.items())
        (folder / "config.toml").write_text("\n".join(("[profiles.acme]", *lines)))
        for name, value in (("ZC_KEY", KEY), ("EIPDECK_PROFILE", "acme"), ("EIPDECK_LOG", "debug")):
            monkeypatch.setenv(name, value)
        yield found


def written(*folders: Path) -> bytes:
    """Everything that lies in these folders; of a bundle what it holds."""
    found = b""
    for path in (each for folder in folders for each in folder.rglob("*") if each.is_file()):
        found += path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as bundle:
                found += b"".join(map(bundle.read, bundle.namelist()))
    return found


def test_no_file_and_no_output_has_it(empty: Deck, standin: Standin, account: Account, tmp_path: Path) -> None:
    heard = [empty("sync")]
    account.eips["eip-out"]["name"] = "egress"
    standin.faults.extend((Fault(502, kind="text"), Fault(401, "AUTHFAILURE_SIGNATURE_FAILURE")))
    told = (
        "sync --json",
        "sync",
        "doctor",
        "doctor --json",
        f"doctor --bundle {tmp_path / 'bundle'}",
        f"export {tmp_path / 'export.json'}",
        f"backup {tmp_path / 'backup.db'}",
        "history",
        "name 198.51.100.20 spare --reason J-1",
        "config show",
        "verify",
    )
    heard += [empty(*words.split()) for words in told]
    assert heard[0].code == 0
    assert KEY not in "".join(each.out + each.err for each in heard)
    files = written(tmp_path)
    assert len(files) > 100_000
    assert KEY.encode() not in files


def test_a_defect_in_a_call_shows_no_secret(empty: Deck, standin: Standin, tmp_path: Path) -> None:
    assert empty("sync").code == 0
    begun = (
        "import core.live.client as it; it._exchanged = lambda *_: 1 / 0; from tui.__main__ import main; main(['sync'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", begun], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert "ZeroDivisionError" in done.stdout + done.stderr + written(tmp_path).decode(errors="replace")
    assert KEY not in done.stdout + done.stderr
    assert KEY.encode() not in written(tmp_path)
    assert standin.seen


def test_the_sync_beside_a_dashboard_gets_it_by_a_pipe(
    empty: Deck, standin: Standin, account: Account, home: Path
) -> None:
    assert empty("sync").code == 0
    modules = home / "modules"
    begun = f"import atexit, sys; atexit.register(lambda: open({str(modules)!r}, 'w').write(' '.join(sys.modules)))"
    with terminal(begun=begun) as deck:
        deck.until("acme", "READ-ONLY", "203.0.113.17")
        account.eip("eip-new", "203.0.113.99", "cidr-hk", name="web-99")
        deck.until("203.0.113.99")
        standin.always = Fault(kind="drip")
        told = _of_sync_child()
        standin.always = None
        assert deck.leave() == 0
    assert b"EIPDECK_SECRETS_FD" in told
    assert {"core.account", "requests", "zenlayercloud"} & set(modules.read_text().split()) == {"core.account"}
    assert KEY.encode() not in told + bytes(deck.sent) + written(home)


def _of_sync_child() -> bytes:
    """The arguments and the environment of the process that syncs in the background."""
    until = monotonic() + 20
    while monotonic() < until:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes()
                if b"--background" in words and b"--profile=acme" in words:
                    return words + (process / "environ").read_bytes()
            except OSError:
                continue
        sleep(0.01)
    raise AssertionError("no sync began")


def test_a_program_of_a_watch_gets_none(empty: Deck, standin: Standin, account: Account, tmp_path: Path) -> None:
    assert empty("sync").code == 0
    hook, told = tmp_path / "hook", tmp_path / "told"
    hook.write_text(f"#!/bin/sh\ncat >/dev/null; env >> '{told}'\n")
    hook.chmod(0o700)
    watch = [sys.executable, "-m", "tui", "watch", "--exec", str(hook), "--once"]
    for name in ("before", "after"):
        account.eips["eip-out"]["name"] = name
        assert empty("sync").code == 0
        subprocess.run(watch, cwd=ROOT, env=dict(os.environ), check=True)
    assert "EIPDECK_PROFILE=acme" in told.read_text()
    assert KEY not in told.read_text()
    assert standin.seen
