"""A real pseudo-terminal: the installed program on one side, an operator who reads and presses keys on the other."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final

import pexpect  # type: ignore[import-untyped]
import pyte

__all__ = ["KEYS", "Terminal", "terminal"]

ROOT = Path(__file__).parents[2]
PATIENCE: Final = 20.0
"""Seconds to wait for what shall be on the screen."""
ALONE: Final = 0.4
"""Seconds of silence around a key that counts only when it is pressed alone."""
APART: Final = 0.06
"""Seconds between keys that are no paste."""

KEYS: Final = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pgdn": "\x1b[6~",
    "pgup": "\x1b[5~",
    "ctrl+c": "\x03",
    "ctrl+u": "\x15",
}


class Terminal:
    """The program on a terminal of `columns` by `rows`."""

    def __init__(
        self, *words: str, columns: int = 80, rows: int = 24, env: dict[str, str] | None = None, begun: str = ""
    ) -> None:
        """Run eipdeck with these words; `begun` is Python that is run before it."""
        begins = f"{begun}\nimport sys\nfrom tui.__main__ import main\nsys.exit(main())"
        program = ["-c", begins] if begun else ["-m", "tui"]
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "TMUX")}
        self.sent = bytearray()
        """Every byte that reached the terminal."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._program: Any = pexpect.spawn(
            sys.executable,
            [*program, *words],
            cwd=ROOT,
            env={**inherited, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})},
            dimensions=(rows, columns),
        )

    # reading

    def lines(self) -> list[str]:
        """The screen as it stands."""
        return [line.rstrip() for line in self._screen.display]

    def text(self) -> str:
        return "\n".join(self.lines())

    def until(self, *wanted: str, absent: str = "") -> str:
        """Read until all of these stand on the screen, and `absent` does not."""
        deadline = monotonic() + PATIENCE
        while not self._shows(*wanted, absent=absent):
            assert monotonic() < deadline, f"{wanted!r} never came; the screen says:\n{self.text()}"
            self._read(0.05)
        return self.text()

    def cursor_row(self) -> str:
        """Read until the list has its cursor, which moves from row to row in two writes; return its row."""
        deadline = monotonic() + PATIENCE
        while len(rows := [line for line in self.lines() if line.startswith("> ")]) != 1:
            assert monotonic() < deadline, f"no row has the cursor; the screen says:\n{self.text()}"
            self._read(0.05)
        return rows[0]

    def _shows(self, *wanted: str, absent: str) -> bool:
        text = self.text()
        return all(each in text for each in wanted) and not (absent and absent in text)

    def _read(self, seconds: float) -> None:
        """Take in what comes within so many seconds; returns at the first bytes."""
        try:
            data: bytes = self._program.read_nonblocking(65_536, timeout=seconds)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            return
        self.sent += data
        self._stream.feed(_known_to_pyte(data))

    def quiet(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        deadline = monotonic() + seconds
        while (left := deadline - monotonic()) > 0:
            self._read(left)

    # pressing

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as a hand does."""
        for key in keys:
            self._program.send(KEYS.get(key, key))
            self.quiet(APART)

    def type(self, text: str) -> None:
        """Type a text, as a hand does."""
        self.press(*text)

    def fill_in(self, *fields: str) -> None:
        """Fill in a form from the focused field on; enter goes on, on the last field to the review."""
        for field in fields:
            self.type(field)
            self.press("enter")

    def send(self, text: str) -> None:
        """All at once, as a paste of a terminal without bracketed paste arrives."""
        self._program.send(text)
        self.quiet(ALONE)

    def send_late(self, first: str, after: float, then: str) -> None:
        """Two keys so many seconds apart, whatever the screen says meanwhile."""
        self._program.send(first)
        self.quiet(after)
        self._program.send(then)

    def paste(self, text: str) -> None:
        """A bracketed paste."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def confirm(self, typed: str = "") -> None:
        """Say yes to the review on the screen, the way it asks for it."""
        self.until("review:", "read again now")
        self.type(typed)
        self.quiet(ALONE)
        self.press("y")
        self.quiet(ALONE)

    def resize(self, columns: int, rows: int) -> None:
        self._program.setwinsize(rows, columns)
        self._screen.resize(rows, columns)
        self.quiet(ALONE)

    # the end

    def leave(self) -> int:
        """Quit by the key that goes back, and at the root, twice, quits; the exit code."""
        for _ in range(6):
            self.press("q")
            self.quiet(ALONE)
            if "press q again to quit" in self.text():
                self.press("q")
                return self.ended()
        raise AssertionError(f"q never reached the root; the screen says:\n{self.text()}")

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        deadline = monotonic() + PATIENCE
        while self._program.isalive() or self._pending():
            assert monotonic() < deadline, f"it goes on; the screen says:\n{self.text()}"
            self._read(0.05)
        self._program.close()
        return int(self._program.exitstatus if self._program.exitstatus is not None else -self._program.signalstatus)

    def _pending(self) -> bool:
        before = len(self.sent)
        self._read(0.05)
        return len(self.sent) > before

    def hang_up(self) -> None:
        """The connection is lost."""
        self._program.kill(signal.SIGHUP)

    def stop(self) -> None:
        """The shell stops it, and puts it to the foreground again."""
        self._program.kill(signal.SIGTSTP)
        self.quiet(ALONE)
        self._screen.reset()  # a terminal empties its alternate screen for whoever enters it
        self._program.kill(signal.SIGCONT)

    def lose(self) -> int:
        """The terminal itself is gone, as when tmux or the SSH server dies; the exit code."""
        self._program.ptyproc.fileobj.close()
        deadline = monotonic() + PATIENCE
        while True:
            pid, status = os.waitpid(self._program.pid, os.WNOHANG)
            if pid:
                self._program.ptyproc.terminated = True
                return os.waitstatus_to_exitcode(status)
            assert monotonic() < deadline, "it lives on without a terminal"

    def kill(self) -> None:
        """End it for good."""
        self._program.close(force=True)

    @property
    def left_clean(self) -> bool:
        """Whether the alternate screen, the hidden cursor and every mode that was set were undone at the end."""
        modes: dict[str, bool] = {}
        for numbers, way in re.findall(r"\x1b\[\?([0-9;]+)([hl])", self.sent.decode("utf-8", "replace")):
            modes.update(dict.fromkeys(numbers.split(";"), way == "h"))
        return modes.pop("25", True) and not any(on for number, on in modes.items() if number != "7")


_UNKNOWN_TO_PYTE: Final = re.compile(
    rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[[0-9;]*\$[a-z]|\x1b\[\?[0-9;]*\$p|\x1bP[^\x1b]*\x1b\\"
)


def _known_to_pyte(data: bytes) -> bytes:
    """Without the questions and keyboard modes that pyte would print as text."""
    return _UNKNOWN_TO_PYTE.sub(b"", data)


@contextmanager
def terminal(*words: str, **how: Any) -> Iterator[Terminal]:
    """The program on a terminal, ended at the end whatever happens; `how` is as of `Terminal`."""
    opened = Terminal(*words, **how)
    try:
        yield opened
    finally:
        opened.kill()
