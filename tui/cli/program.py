"""A program that gets one document on its standard input, for a bounded time, without a shell."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from core import Code, error
from tui.session.watch_place import Document

__all__ = ["Program"]


class Program:
    """A program on this host."""

    def __init__(self, name: str, seconds: float) -> None:
        """Find the program, by its path or on `PATH`.

        Raises:
            EipdeckError: `usage` when it is not there or may not be run.

        """
        found = shutil.which(name) if "\0" not in name else None
        if found is None:
            raise error(
                Code.USAGE,
                f"{name!r} is not a program that can be run.",
                hint="Name one executable file; no shell reads the words.",
            )
        self._path = Path(found).absolute()
        self._seconds = seconds

    def failure(self, document: Document) -> str | None:
        """Give the program a document; return why it failed, or None when it took it (exit code 0).

        It is killed, with what it has started, when its time is over.
        """
        try:
            running = subprocess.Popen([self._path], stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
        except OSError as problem:
            return f"it cannot be run: {(problem.strerror or str(problem)).lower()}"
        try:
            running.communicate(json.dumps(document).encode() + b"\n", timeout=self._seconds)
        except subprocess.TimeoutExpired:
            _end(running)
            return f"it ran for more than {self._seconds:g} s and was killed"
        except BaseException:
            _end(running)
            raise
        code = running.returncode
        if code == 0:
            return None
        return f"it ended with exit code {code}" if code > 0 else f"it was ended by {signal.Signals(-code).name}"


def _end(running: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
