"""Textual's driver, corrected where a lost or stopped terminal would hang the program.

This module holds all uses of Textual's private API, and `tests/tui/terminal/test_driver.py` names each:
`App._exception`, `_exception_event`, `_close_messages_no_wait`, `_driver`; the driver's `_file`,
`_must_signal_resume`, `_sigcont_application`, `_run_input_thread`; `constants.ESCAPE_DELAY` and
`COLOR_SYSTEM`; `linux_driver.XTermParser`, which `pastes.py` extends. `EipdeckApp` overrides `App._handle_exception`.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, MutableMapping
from threading import Thread
from typing import IO, Any

from textual import constants
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.pastes import PasteParser
from tui.terminal.thrift import FORGET, ShownCells

__all__ = [
    "TerminalDriver",
    "end_by_defect",
    "forget_cells",
    "obey",
    "paint_all",
    "send_indexes",
    "set_escape_delay",
    "write_sequence",
]


class _LossyFile:
    """Drops what is written to a lost terminal: an error would end Textual's writer thread, whose queue then fills."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._lost = False
        self._shown = ShownCells()

    def write(self, text: str) -> None:
        if painted := self._shown.paint(text, self._size()):
            self._try(lambda: self._file.write(painted))

    def _size(self) -> tuple[int, int] | None:
        try:
            return os.get_terminal_size(self._file.fileno())
        except (OSError, ValueError):
            return None

    def flush(self) -> None:
        self._try(self._file.flush)

    def _try(self, act: Callable[[], object]) -> None:
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


vars(linux_driver)["XTermParser"] = PasteParser


class TerminalDriver(LinuxDriver):
    """Textual's driver for Linux and macOS."""

    _file: Any

    def __init__(self, app: App[Any], **settings: Any) -> None:
        super().__init__(app, **settings)
        self._file = _LossyFile(self._file)

    def _sigcont_application(self, *_: object) -> None:
        """Resume only after a stop: a hang-up sends SIGCONT too, and a second writer thread would never end."""
        if self._must_signal_resume:
            super()._sigcont_application()

    def _run_input_thread(self) -> None:
        """Read the keys; a read that fails, because the terminal is lost, ends the program as a hang-up does."""
        Thread(target=_await_hang_up, args=(self.fileno,), daemon=True, name="hang-up").start()
        try:
            self.run_input_thread()
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)


def _await_hang_up(fileno: int) -> None:
    """End the program when its terminal hangs up without a signal: reads would return nothing for ever."""
    watched = select.poll()
    watched.register(fileno, 0)
    if any(event & select.POLLHUP for _, event in watched.poll()):
        os.kill(os.getpid(), signal.SIGHUP)


def end_by_defect(app: App[Any], defect: Exception) -> bool:
    """End the app because of a defect; return whether it is the first one. Nothing is printed."""
    first = app._exception is None  # noqa: SLF001  # Textual's own handler would print the traceback with its values
    if first:
        app._exception = defect  # noqa: SLF001  # as above
        app._exception_event.set()  # noqa: SLF001  # as above
    app._close_messages_no_wait()  # noqa: SLF001  # as above
    return first


def write_sequence(app: App[Any], sequence: str) -> None:
    """Send an escape sequence to the terminal, beside what Textual paints."""
    if app._driver is not None:  # noqa: SLF001  # Textual has no public way to write a sequence
        app._driver.write(sequence)  # noqa: SLF001  # as above


def forget_cells(app: App[Any]) -> None:
    """Write every cell of what is painted from now on: the terminal may show something else."""
    write_sequence(app, FORGET)


def paint_all(app: App[Any]) -> None:
    """Paint the whole screen again."""
    forget_cells(app)
    app.screen.refresh(layout=True)


def obey(environ: MutableMapping[str, str], *, indexes: bool, delay: float) -> None:
    """Make Textual obey the environment, before it reads it."""
    set_escape_delay(delay)
    if not environ.get("NO_COLOR"):
        environ.pop("NO_COLOR", None)  # Textual takes an empty one for a wish
    if indexes:
        send_indexes()


def set_escape_delay(seconds: float) -> None:
    """Set how long Textual waits for the rest of an escape sequence; it read `ESCDELAY` when it was imported."""
    vars(constants)["ESCAPE_DELAY"] = seconds  # declared Final


def send_indexes() -> None:
    """Have Textual send colours as indexes of 256; it read `TEXTUAL_COLOR_SYSTEM` when it was imported."""
    vars(constants)["COLOR_SYSTEM"] = "256"  # declared Final
