"""The limit of time of one command: processor seconds that it works, and an hour for whoever takes its answer."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

from core import WORK, Code, EipdeckError, error
from tui.cli.arguments import Command
from tui.cli.result import refuse
from tui.cli.stdio import drop

__all__ = ["within_limit"]

_CONFINED: Final = 600
"""Processor seconds of a command of a confined login."""
_READING_SECONDS: Final = 3600
"""Seconds for which a read may be open while its answer is not taken; a server has the same limit."""
_TICK: Final = 0.25
_GRACE: Final = 2.0
"""Seconds in which the command takes its files away. What does not hear, such as one long statement, is ended then."""


class _Over(BaseException):
    """Leaves the command; nobody takes it for a refusal that can be worked around."""


def within_limit(command: Command, run: Callable[[Command], int]) -> int:
    """Run a command within its limit of time; return its exit code, that of `time_limit` when it was ended.

    Raises:
        EipdeckError: `usage` for a limit that is none; what the command raises.

    """
    limit = _Limit(_seconds(command), as_json=command.format.is_json)
    signal.signal(signal.SIGXCPU, limit.leave)
    limit.start()
    try:
        return run(command)
    except _Over:
        drop(sys.stdout)
        return limit.told()
    finally:
        limit.over.set()
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)


def _seconds(command: Command) -> int:
    words = command.settings.time_limit
    if words is None:
        return _CONFINED
    if words.isascii() and words.isdigit() and int(words[:9]):
        return int(words[:9])
    raise error(Code.USAGE, f"--time-limit is {words}, not a number of seconds.", hint="Write one like 600.")


class _Limit(threading.Thread):
    """Watches the time beside the command."""

    def __init__(self, seconds: int, *, as_json: bool) -> None:
        super().__init__(daemon=True, name="eipdeck-time-limit")
        self.over = threading.Event()
        self._seconds, self._as_json = seconds, as_json
        self._begun = time.process_time()
        self._error: EipdeckError | None = None

    def run(self) -> None:
        while not self.over.wait(_TICK):
            why = self._why()
            if why is None:
                continue
            self._error = WORK.end(why)
            if self._error is not None:
                self._end()
            return

    def leave(self, _signal: int, _frame: FrameType | None) -> NoReturn:
        raise _Over

    def told(self) -> int:
        """Tell why the command was ended; return the exit code."""
        assert self._error is not None  # noqa: S101  # told after the end alone
        return refuse(self._error, as_json=self._as_json)

    def _why(self) -> str | None:
        if time.process_time() - self._begun >= self._seconds:
            return f"The command has worked for {self._seconds} s, its limit"
        if WORK.reads_for >= _READING_SECONDS:
            return f"Nobody has taken the answer of the command for {_READING_SECONDS} s, its limit"
        return None

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGXCPU)
        if not self.over.wait(_GRACE):
            telling = threading.Thread(target=self.told, daemon=True)
            telling.start()
            telling.join(_GRACE)
            os._exit(0 if self._error is None else self._error.exit_code)
