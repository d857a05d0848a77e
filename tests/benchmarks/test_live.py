"""The dashboard of a live account while the process beside it reads the account."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.bench import Ratio
from tests.benchmarks.outside import Outside, outside
from tests.core.live.conftest import profile_file
from tests.standin.server import TOKEN

ROOT = Path(__file__).parents[2]
EIPS, GATEWAYS = 50_000, 250
KEYS = ("pgdn", "end", "home", "s", "pgdn", "j", "k")


@pytest.fixture(autouse=True)
def _measured_only(pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("benchmark_enable"):
        pytest.skip("measured only: a first sync of 50,000 EIPs takes longer than all other tests")


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The program on an account that was read once."""
    served = [sys.executable, "-m", "tests.standin.crowd", str(EIPS), str(GATEWAYS)]
    with subprocess.Popen(served, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as account:
        assert account.stdout is not None
        endpoint = account.stdout.readline().strip()
        config = profile_file(tmp_path, endpoint, f'database = "{tmp_path / "acme.db"}"\n')
        monkeypatch.setenv("ZC_TOKEN", TOKEN)
        found = [sys.executable, "-m", "tui", "--config", str(config), "--profile", "acme"]
        subprocess.run([*found, "sync"], cwd=ROOT, env=dict(os.environ), check=True, capture_output=True)
        yield found
        account.communicate()


def slowest(program: Outside) -> float:
    return max(program.press(key).last for key in KEYS)


def test_keys_while_the_account_is_read(ratio: Ratio, words: list[str]) -> None:
    """Goal 28."""
    with outside(*words, "--read-only") as program:
        program.shows("203.0.0.0")

        def meanwhile() -> float:
            again = f"import subprocess\nwhile subprocess.run({[*words, 'sync', '--background']!r}, check=True): pass"
            nothing = subprocess.DEVNULL
            beside = subprocess.Popen(
                [sys.executable, "-c", again], cwd=ROOT, stdout=nothing, stderr=nothing, start_new_session=True
            )
            try:
                told = slowest(program)
                assert beside.poll() is None, "a sync failed"
            finally:
                os.killpg(beside.pid, signal.SIGKILL)
                beside.wait()
            return told

        says = "the slowest key while 50,000 EIPs are read / without a sync"
        ratio.told(meanwhile, lambda: slowest(program), number=28, says=says, goal=1.3, rounds=9)
