"""The log of `EIPDECK_LOG=debug`: the command, the times of its statements, its waits. No values."""

from __future__ import annotations

import logging
import platform
from typing import Final

from core import trace_to
from tui.cli.arguments import Command, Misuse
from tui.session.log import keep_log

__all__ = ["begin_debug_log"]

_LOG: Final = logging.getLogger("eipdeck")
_LONGEST: Final = 600
"""Characters of a statement that are logged: one that inserts many rows repeats itself."""


def begin_debug_log(command: Command, level: str) -> None:
    """Begin to log; the dashboard opens the file itself.

    Raises:
        Misuse: the level is not `debug`.

    """
    if level != "debug":
        raise Misuse("EIPDECK_LOG can be debug, or unset.")
    if command.verb.name not in ("open", "demo"):
        keep_log()
    _LOG.setLevel(logging.DEBUG)
    _LOG.debug("begin %s, Python %s, %s", command.verb.name, platform.python_version(), platform.system())
    trace_to(_log)


def _log(kind: str, seconds: float, statement: str) -> None:
    what = "wait for the lock" if kind == "lock" else kind
    _LOG.debug("%s %.2f ms%s", what, seconds * 1000, f" {_short(statement)}" if statement else "")


def _short(statement: str) -> str:
    """Return the beginning of a statement on one line."""
    line = " ".join(statement.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."
