"""Copies to the clipboard of the operator's own machine: through tmux, through screen, or by OSC 52.

OSC 52 has no answer, so the caller says which way the text went, never that it arrived.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.message import Message

from tui.terminal.environment import Route, clipboard_route
from tui.terminal.paths import CLIP, state_folder
from tui.terminal.private_file import opened_private

__all__ = ["Copied", "CopyRequested", "copy", "osc52"]

_LIMIT: Final = 74_000
"""Bytes of base64 that most terminals accept."""
_SCREEN_CHUNK: Final = 700
_TIMEOUT: Final = 2.0


class CopyRequested(Message):
    """A request to the app to copy a text: one line, unless it says that it has several."""

    def __init__(self, text: str, *, lines: bool = False) -> None:
        super().__init__()
        self.text = text
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Copied:
    """The way a copied text took."""

    way: str
    """In words: `via tmux`."""
    sequence: str | None
    """An escape sequence to send to the terminal; None: nothing is left to do."""


def copy(text: str, environ: Mapping[str, str] | None = None) -> Copied:
    """Write `text` to the clip file and start it on its way to the clipboard. Blocks while tmux runs."""
    env = os.environ if environ is None else environ
    kept = _keep(text)
    also = f", also in {kept}" if kept else ""
    route = clipboard_route(env)
    if route is Route.TMUX and _through_tmux(text):
        return Copied("via tmux", None)
    screen = route is Route.SCREEN
    sequence = osc52(text, screen=screen)
    if sequence is None:
        return Copied(f"not: too long for a terminal{also}", None)
    return Copied(("via screen" if screen else "via OSC 52") + also, sequence)


def osc52(text: str, *, screen: bool = False) -> str | None:
    """Return the sequence that sets the clipboard; None when it is too long for terminals."""
    payload = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    if len(payload) > _LIMIT:
        return None
    if not screen:
        return f"\x1b]52;c;{payload}\x07"
    whole = f"\x1b]52;c;{payload}\x07"
    chunks = (whole[start : start + _SCREEN_CHUNK] for start in range(0, len(whole), _SCREEN_CHUNK))
    return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)


def _through_tmux(text: str) -> bool:
    """Copy by `load-buffer -w`, which tmux passes on to the terminal; it drops OSC 52 from inside by default."""
    tmux = shutil.which("tmux")
    if tmux is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command; the text goes in by stdin
            [tmux, "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "surrogatepass"),
            check=False,
            timeout=_TIMEOUT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _keep(text: str) -> Path | None:
    """Write the clip file, readable by its owner only; return None when it cannot be written."""
    path = state_folder() / CLIP
    try:
        with os.fdopen(opened_private(path, os.O_WRONLY | os.O_TRUNC), "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
    except OSError:
        return None
    return path
