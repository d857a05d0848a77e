"""Starts the dashboard, on the inventory or on the throw-away one of the demo."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import NoReturn

from tui.cli.arguments import Command
from tui.terminal.environment import names_a_terminal

__all__ = ["dashboard"]

_FRAMES = "1000"
"""The most frames a second that Textual paints. A key waits for the next one: up to 17 ms at its own 60."""

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def dashboard(command: Command) -> int:
    """Run the dashboard until the operator leaves; return the exit code.

    Raises:
        EipdeckError: there is no terminal, the arguments are wrong, or the database cannot be opened.

    """
    _check_terminal(os.environ)
    os.environ.setdefault("TEXTUAL_FPS", _FRAMES)
    gc.disable()  # a start makes no garbage; the dashboard turns it on again
    from tui.app import run_dashboard  # noqa: PLC0415  # Textual reads TEXTUAL_FPS when it is imported

    if command.verb.name == "demo":
        return _demo(command, run_dashboard)
    address = command.given["address"]
    return run_dashboard(lambda: _opener().opened(command.settings), address=None if address is None else str(address))


def _opener() -> ModuleType:
    from tui.cli import dashboard as opener  # noqa: PLC0415  # imports the core, which the first paint does without

    return opener


def _demo(command: Command, run_dashboard: Callable[..., int]) -> int:
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # for the demo alone

    with _ended_by_signals(), TemporaryDirectory(prefix="eipdeck-demo-") as name:
        folder = Path(name)
        try:
            return run_dashboard(lambda: _opener().seeded(command.settings, folder), trail_folder=folder)
        finally:
            _ignore_signals()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Turn a hang-up or a termination into `SystemExit`, so that temporary files are removed."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        _ignore_signals()
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    """Ignore further signals: a lost terminal sends more than one, the later ones during the clean-up."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _check_terminal(environ: Mapping[str, str]) -> None:
    streams = (sys.stdin, sys.stdout, sys.stderr)
    term = environ.get("TERM", "")
    known = names_a_terminal(term)
    if known and all(stream is not None and stream.isatty() for stream in streams):
        return
    from core import Code, error  # noqa: PLC0415  # slow, and only to refuse

    raise error(
        Code.USAGE,
        "The dashboard needs a terminal, and this is not one" + ("." if known else f" (TERM is {term!r})."),
        hint="The command line does the same: `eipdeck lookup ADDRESS`, `eipdeck eips`, `eipdeck --help`.",
    )
