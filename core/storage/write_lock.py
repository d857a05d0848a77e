"""The queue of writers in several processes: a lock on a side file, which the longest waiting writer gets next."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import ClassVar, Final

from core.domain.errors import Code, EipdeckError, error
from core.storage.own_file import opened_own

__all__ = ["WriteLock", "busy", "holder"]

_LONG: Final = ("import", "restore", "sync", "allocate", "release")
"""The verbs that may hold the lock for long."""


class WriteLock:
    """flock on a file beside the database; the kernel frees it after kill -9."""

    waited: ClassVar[Callable[[float], None] | None] = None
    """Gets the seconds of each wait."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(f"{database.name}.lock")
        self._file: int | None = None

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Hold the lock for the block.

        Raises:
            EipdeckError: `store_busy` after these seconds.

        """
        begun = monotonic()
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._queue(file, seconds)
        waited = WriteLock.waited
        if waited is not None:
            waited(monotonic() - begun)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            self._file = opened_own(self._path, os.O_RDWR | os.O_CREAT, self._database)
        return self._file

    def _queue(self, file: int, seconds: float) -> None:
        """Wait in the kernel's queue, whose order a polling wait would lose; a thread bounds the wait."""
        taken, abandoned = threading.Event(), threading.Lock()
        state = {"late": False}

        def wait() -> None:
            fcntl.flock(file, fcntl.LOCK_EX)
            with abandoned:
                if state["late"]:
                    os.close(file)
                else:
                    taken.set()

        threading.Thread(target=wait, daemon=True, name="eipdeck-write-lock").start()
        if taken.wait(seconds):
            return
        with abandoned:
            if taken.is_set():
                return
            state["late"] = True
        self._file = None  # the waiting thread still holds the old one
        raise busy(self._database)


_LOCKS: Final = Path("/proc/locks")


def holder(database: Path) -> str:
    """Return the process that has the lock of a database, and its command, as far as the system tells."""
    with suppress(OSError, ValueError):
        file = database.with_name(f"{database.name}.lock").stat()
        where = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
        for line in _LOCKS.read_text(encoding="ascii").splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[-3] == where:
                return f"process {words[-4]}{_command(words[-4])}"
    return "nobody"


def _command(process: str) -> str:
    """Return the program and the verb of a process in brackets; its other words may be secret."""
    with suppress(OSError):
        words = Path("/proc", process, "cmdline").read_bytes().decode(errors="replace").split("\0")
        named = [word for word in words if word in _LONG]
        return f" ({named[0]})" if named else ""
    return ""


def busy(path: Path) -> EipdeckError:
    """Return the error of a writer that waited too long."""
    return error(
        Code.STORE_BUSY,
        f"{path} is being written by others for too long; nothing changed.",
        hint="Try again; with the same request id nothing happens twice.",
    )
