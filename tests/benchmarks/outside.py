"""A program on a pseudo-terminal, measured from outside: when its bytes come, how many they are, what they paint."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import pyte

from tests.e2e import terminal

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
KEYS: Final = {**terminal.KEYS, "end": "\x1b[F", "home": "\x1b[H", "ctrl+j": "\n"}
SILENCE: Final = 0.08
"""Seconds without a byte after which an answer is over."""
LEISURE: Final = 0.5
"""Seconds without a byte after which the program has nothing more to do."""
PATIENCE: Final = 60.0
"""Seconds to wait for what shall come."""
RATE: Final = 30
"""Presses a second of a key that is held."""

Seen = Callable[[str], bool]


@dataclass(frozen=True)
class Reply:
    """What a key brought: bytes, and milliseconds from the key to the first and to the last of them."""

    size: int
    first: float
    last: float


class Outside:
    """A program on a terminal of `columns` by `rows`.

    Bytes get the time of their arrival at once and are painted later, so that painting delays no measurement.
    """

    def __init__(self, words: Sequence[str], columns: int, rows: int) -> None:
        self._came: list[tuple[float, bytes]] = []
        self._painted = 0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "TMUX")}
        env = {**inherited, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.begun = perf_counter()
        self._process = subprocess.Popen(
            words, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=ROOT, start_new_session=True
        )
        os.close(slave)

    # reading

    def text(self) -> str:
        """The screen as painted so far."""
        return "\n".join(self._screen.display)

    def painted(self) -> float:
        """Milliseconds from the start to the first visible character."""
        return self.until(lambda text: bool(text.strip()))

    def shows(self, *wanted: str) -> float:
        """Milliseconds from the start until all of these stand on the screen."""
        return self.until(lambda text: all(each in text for each in wanted), what=repr(wanted))

    def until(self, seen: Seen, *, since: float | None = None, what: str = "it") -> float:
        """Milliseconds from `since`, or from the start, to the bytes that brought what is looked for."""
        begun = self.begun if since is None else since
        while True:
            while self._painted < len(self._came):
                at = self._paint()
                if seen(self.text()):
                    return (at - begun) * 1000
            assert perf_counter() - begun < PATIENCE, f"{what} never came; the screen says:\n{self.text()}"
            self._arrive(LEISURE)
            self.calm(SILENCE, within=LEISURE)

    def calm(self, silence: float = LEISURE, *, within: float = PATIENCE) -> float:
        """Read until nothing came for so many seconds; when the last byte came."""
        deadline = perf_counter() + within
        while perf_counter() < deadline and self._arrive(silence):
            pass
        return self._came[-1][0] if self._came else self.begun

    def _arrive(self, seconds: float) -> bool:
        """Take what comes first within so many seconds."""
        if not select.select([self._master], [], [], max(seconds, 0))[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError as ended:
            raise AssertionError(f"the program ended; the screen says:\n{self.text()}") from ended
        self._came.append((perf_counter(), data))
        return True

    def _paint(self) -> float:
        at, data = self._came[self._painted]
        self._painted += 1
        self._stream.feed(terminal._known_to_pyte(data))
        return at

    def _settle(self) -> int:
        """Wait until it rests, and paint all; how many parts have come."""
        self.calm()
        while self._painted < len(self._came):
            self._paint()
        return len(self._came)

    # pressing

    def send(self, text: str) -> float:
        """Write keys at once; when."""
        at = perf_counter()
        os.write(self._master, text.encode())
        return at

    def press(self, key: str, silence: float = SILENCE) -> Reply:
        """Press a key of a program at rest; what comes before so many seconds of silence."""
        before = self._settle()
        pressed = self.send(KEYS.get(key, key))
        self._arrive(PATIENCE)
        self.calm(silence)
        came = self._came[before:]
        first, last = ((at - pressed) * 1000 for at in (came[0][0], came[-1][0]))
        return Reply(sum(len(data) for _, data in came), first, last)

    def types(self, text: str, seen: Seen) -> float:
        """Type a text at once to a program at rest; milliseconds until it shows what is looked for."""
        self._settle()
        assert not seen(self.text()), f"it stands there already:\n{self.text()}"
        return self.until(seen, since=self.send(text), what=text)

    def held(self, key: str, seconds: float) -> float:
        """Hold a key for so long; milliseconds from its last press to the last byte."""
        self._settle()
        begun = pressed = perf_counter()
        for number in range(int(seconds * RATE)):
            while (left := begun + number / RATE - perf_counter()) > 0:
                self._arrive(left)
            pressed = self.send(KEYS.get(key, key))
        return max(0.0, self.calm(LEISURE) - pressed) * 1000

    def idle(self, seconds: float) -> int:
        """Bytes that come within so many seconds while no key is pressed."""
        before = self._settle()
        deadline = perf_counter() + seconds
        while (left := deadline - perf_counter()) > 0:
            self._arrive(left)
        return sum(len(data) for _, data in self._came[before:])

    def bytes_of(self, act: Callable[[], object], seen: Seen) -> int:
        """Bytes until it rests after an act of somebody else, once that is on the screen."""
        before = self._settle()
        act()
        self.until(seen, since=perf_counter())
        self.calm()
        return sum(len(data) for _, data in self._came[before:])

    # the process

    def peak(self) -> float:
        """The most memory it has had resident so far, in MiB, as Linux counts it."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)


@contextmanager
def outside(*words: str, columns: int = 120, rows: int = 40) -> Iterator[Outside]:
    """A program on a terminal, ended at the end whatever happens."""
    opened = Outside(words, columns, rows)
    try:
        yield opened
    finally:
        opened.kill()


def dashboard(path: Path, *flags: str) -> list[str]:
    """The command of the dashboard on a file."""
    return [sys.executable, "-m", "tui", "--db", str(path), *flags]


def app(name: str, *words: str) -> list[str]:
    """The command of an application of this folder."""
    return [sys.executable, str(HERE / name), *words]
