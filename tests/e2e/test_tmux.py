"""The story of an abuse mail in tmux, where most operators work, at 80x24."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.e2e.conftest import Deck
from tests.e2e.terminal import PATIENCE, ROOT

TMUX = shutil.which("tmux")
pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed")


class Pane:
    """One tmux pane on a server of its own, which knows no configuration."""

    def __init__(self, folder: Path) -> None:
        self._server = (str(TMUX), "-f", "/dev/null", "-S", str(folder / "tmux.sock"))

    def tmux(self, *words: str, text: str | None = None) -> str:
        done = subprocess.run(  # our own words
            [*self._server, *words], input=text, capture_output=True, text=True, check=True
        )
        return done.stdout

    def start(self, *words: str) -> None:
        env = [f"{name}={value}" for name, value in os.environ.items() if name.startswith(("HOME", "XDG", "EIPDECK"))]
        command = ["env", f"PYTHONPATH={ROOT}", *env, sys.executable, "-m", "tui", *words]
        self.tmux("new-session", "-d", "-s", "deck", "-x", "80", "-y", "24", *command)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "deck")

    def until(self, *wanted: str) -> str:
        deadline = monotonic() + PATIENCE
        while not all(each in (screen := self.screen()) for each in wanted):
            assert monotonic() < deadline, f"{wanted!r} never came; the screen says:\n{screen}"
        return screen

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "deck", *keys)

    def paste(self, text: str, *, bracketed: bool) -> None:
        self.tmux("load-buffer", "-", text=text)
        self.tmux("paste-buffer", *(["-p"] if bracketed else []), "-t", "deck")


@pytest.fixture
def pane(tmp_path: Path) -> Iterator[Pane]:
    opened = Pane(tmp_path)
    yield opened
    opened.tmux("kill-server")


@pytest.mark.parametrize("way", ["bracketed", "as keys"])
def test_from_a_pasted_address_to_its_verdict_without_a_key(demo: Deck, pane: Pane, way: str) -> None:
    before = demo.dump()
    pane.start()
    pane.until("2 critical", "7 findings", "> !! 198.18.0.5")
    pane.paste("203.0.113.17", bracketed=way == "bracketed")
    pane.until("203.0.113.17 -- ! yours, in use -- mixes owners", "hk-nat")
    pane.paste("Y U R y\nabuse from 198.18.0.9 at 2025-11-22 21:15Z\nand 8.8.8.8\n", bracketed=way == "bracketed")
    pane.until("198.18.0.9", "8.8.8.8", "not yours")
    assert demo.dump() == before


@pytest.mark.usefixtures("demo")
def test_the_screen_is_whole_and_a_key_opens_the_detail(pane: Pane) -> None:
    pane.start("open", "203.0.113.17")
    pane.until("203.0.113.17 -- ! yours, in use", "? help  q quit")
    pane.press("Enter")
    lines = pane.until("customer-owned  yes", "beside it").splitlines()
    assert len(lines) == 24
    assert all(len(line) <= 80 for line in lines)
    pane.press("q")
    pane.until("> !  203.0.113.17")
