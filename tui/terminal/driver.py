"""The terminal: Textual's driver, mended where a terminal that is lost or stopped would hang the program."""

from __future__ import annotations

import os
import select
import signal
from threading import Thread
from typing import IO, Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

__all__ = ["TerminalDriver"]


class _Surviving:
    """What is written to a terminal that is gone is dropped: an error would end the writer, and then fill its queue."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._lost = False

    def write(self, text: str) -> None:
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        self._try(self._file.flush)

    def _try(self, act: Any) -> None:
        if self._lost:
            return
        try:
            act()
        except OSError:
            self._lost = True

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


class TerminalDriver(LinuxDriver):
    """Textual's driver for Linux and macOS."""

    _file: Any

    def __init__(self, app: App[Any], **settings: Any) -> None:
        super().__init__(app, **settings)
        self._file = _Surviving(self._file)

    def _sigcont_application(self, *_: object) -> None:
        """Begin anew only after a stop: a hang-up comes with a SIGCONT too, and a second writer would never end."""
        if self._must_signal_resume:
            super()._sigcont_application()

    def _run_input_thread(self) -> None:
        """Reading from a terminal that is gone fails; the program then ends as by the hang-up that belongs to it."""
        Thread(target=_await_hang_up, args=(self.fileno,), daemon=True, name="hang-up").start()
        try:
            self.run_input_thread()
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)


def _await_hang_up(fileno: int) -> None:
    """End the program when its terminal hangs up and no signal says so: reading would find nothing there, for ever."""
    watched = select.poll()
    watched.register(fileno, 0)
    if any(event & select.POLLHUP for _, event in watched.poll()):
        os.kill(os.getpid(), signal.SIGHUP)
