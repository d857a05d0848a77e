"""A live account as the README and `make demo-live` show it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pexpect  # type: ignore[import-untyped]
import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from tests.standin.demo import furnished
from tests.standin.server import TOKEN, serving

ROOT = Path(__file__).parents[2]


def test_the_commands_of_the_readme_lead_from_a_token_to_a_verdict(home: Path) -> None:
    section = (ROOT / "README.md").read_text().partition("## A live account")[2]
    (block,) = re.findall(r"```console\n(.*?)```", section, re.DOTALL)[:1]
    install, *commands = [line.removeprefix("$ ") for line in block.splitlines()]
    assert (install, len(commands)) == ("pipx install '.[zenlayer]'", 4)
    typed = [line.replace("ZC_TOKEN=…", f"ZC_TOKEN={TOKEN}") for line in commands]
    with serving(furnished()) as standin:
        typed.insert(2, f"printf 'endpoint = \"{standin.endpoint}\"\\n' >> ~/.config/eipdeck/config.toml")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        script = "\n".join(("set -e", *typed))
        environment = {"HOME": str(home), "PATH": path, "EIPDECK_OPERATOR": "alice"}
        done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "203.0.113.17  customer-bound" in done.stdout


@pytest.mark.full
def test_a_demonstration_that_is_hung_up_leaves_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    shown: Any = pexpect.spawn(
        sys.executable, ["-m", "tests.standin.demo"], cwd=ROOT, env=environment, dimensions=(36, 120)
    )
    shown.expect("203.0.113.17", timeout=60)
    shown.expect("198.51.100.21", timeout=60)  # the landing on the console
    assert list(tmp_path.glob("eipdeck-live-*"))
    os.kill(shown.pid, signal.SIGHUP)
    until = monotonic() + 30
    while list(tmp_path.glob("eipdeck-live-*")):
        assert monotonic() < until
    shown.close(force=True)
