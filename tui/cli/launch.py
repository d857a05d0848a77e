"""The dashboard as the command line starts it: on the inventory, or on a throw-away one that tells an incident."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tui.terminal.environment import names_a_terminal

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from core import Inventory

__all__ = ["dashboard"]

_FRAMES = "1000"
"""Frames a second that Textual paints at most: a key waits for the next one, at its own 60 for up to 17 ms."""


_ENDING = (signal.SIGTERM, signal.SIGHUP)


def dashboard(args: argparse.Namespace) -> int:
    """Run it until the operator leaves; the exit code.

    Raises:
        EipdeckError: there is no terminal, the words are wrong, or the database cannot be opened.

    """
    _checked_terminal(os.environ)
    os.environ.setdefault("TEXTUAL_FPS", _FRAMES)
    gc.disable()  # nothing that a start makes is garbage; the deck turns it on again
    if args.command == "demo":
        return _demo(args)
    from tui.app import run_dashboard  # noqa: PLC0415  # the only way to Textual

    return run_dashboard(lambda: _opened(args), address=args.address)


def _opened(args: argparse.Namespace, url: str | None = None) -> Inventory:
    from core import load_config  # noqa: PLC0415  # the first paint goes without
    from tui.cli.main import checked_profile, desk_of  # noqa: PLC0415
    from tui.screen.keymap import keymap_of  # noqa: PLC0415

    checked_profile(args)
    config = load_config(Path(args.config) if args.config else None)
    keymap_of(config)  # what cannot be pressed is refused before the database is opened
    return desk_of(args, config, url)


def _demo(args: argparse.Namespace) -> int:
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # for the demo alone

    from tui.app import run_dashboard  # noqa: PLC0415

    with _ended_by_signals(), TemporaryDirectory(prefix="eipdeck-demo-") as folder:
        try:
            return run_dashboard(lambda: _seeded(args, folder), trail_folder=Path(folder))
        finally:
            _end_undisturbed()


def _seeded(args: argparse.Namespace, folder: str) -> Inventory:
    from datetime import UTC, datetime  # noqa: PLC0415

    from core import seed_demo  # noqa: PLC0415

    url = f"sqlite:///{folder}/demo.db"
    seed_demo(url, datetime.now(UTC))
    return _opened(args, url)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A hang-up or a termination unwinds the stack, so that what is temporary goes."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        _end_undisturbed()
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_undisturbed() -> None:
    """A lost terminal tells of it more than once: the second time finds us tidying up."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _checked_terminal(environ: Mapping[str, str]) -> None:
    streams = (sys.stdin, sys.stdout, sys.stderr)
    term = environ.get("TERM", "")
    known = names_a_terminal(term)
    if known and all(stream is not None and stream.isatty() for stream in streams):
        return
    from core import Code, error  # noqa: PLC0415  # only to refuse

    raise error(
        Code.USAGE,
        "The dashboard needs a terminal, and this is none" + ("." if known else f" (TERM is {term!r})."),
        hint="The command line does the same: `eipdeck lookup ADDRESS`, `eipdeck eips`, `eipdeck --help`.",
    )
