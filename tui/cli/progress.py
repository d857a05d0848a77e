"""The progress of a command, on a line of stderr that is overwritten, on a terminal alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final, TextIO

from core import WORK, progress_to
from tui.terminal.environment import may_overwrite

__all__ = ["shown_count", "shown_progress"]

_QUICK: Final = 1.0
"""Seconds without a line: most commands end before."""
_APART: Final = 0.1
"""Seconds between two lines."""
_LOOK: Final = 0.25
"""Seconds between two looks at a commit."""


@contextmanager
def shown_progress(what: str) -> Iterator[None]:
    """Show the progress of the block; the line is removed at the end of each part of the work."""
    err = sys.stderr
    if err is None or not may_overwrite(err, os.environ):
        yield
        return
    line, ended = ProgressLine(what, err), Event()
    watcher = Thread(target=_watch_commit, args=(line, ended), daemon=True, name="commit")
    watcher.start()
    try:
        with progress_to(line):
            yield
    finally:
        ended.set()
        watcher.join()
        line.clear()


def _watch_commit(line: ProgressLine, ended: Event) -> None:
    """Show a commit that takes long: the disk, or a standby, keeps it waiting."""
    while not ended.wait(_LOOK):
        with line.lock:  # at its end the line goes, and comes no more
            if WORK.commits_for >= _QUICK:
                line.say(f"the commit is under way, {round(WORK.commits_for)} s")


@contextmanager
def shown_count(what: str) -> Iterator[Callable[[str, int], None]]:
    """Show how much of each part is done in the block, where no total is known."""
    err = sys.stderr
    if err is None or not may_overwrite(err, os.environ):
        yield lambda _part, _done: None
        return
    line = ProgressLine(what, err)
    try:
        yield line.count
    finally:
        line.clear()


class ProgressLine:
    """`verify: 12,000 of 65,003 events, 3 s left`."""

    def __init__(self, what: str, out: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._what = what
        self._out = out
        self._clock = clock
        self._began = self._part_began = self._shown_at = clock()
        self._part: tuple[int, str] | None = None
        self._is_shown = False
        self.lock = Lock()

    def __call__(self, done: int, total: int, unit: str) -> None:
        """Show how much of a part is done; a part has a total and a unit."""
        now = self._clock()
        if self._part != (total, unit):
            self._part, self._part_began = (total, unit), now
        if done >= total:
            self.clear()
        else:
            self._show(now, f"{done:,} of {total:,} {unit}{_left(now - self._part_began, done, total)}")

    def count(self, part: str, done: int) -> None:
        """Show how much of a part without a total is done."""
        self._show(self._clock(), f"{part}: {done:,}")

    def say(self, words: str) -> None:
        """Show a sentence."""
        self._show(self._clock(), words)

    def _show(self, now: float, words: str) -> None:
        if now - self._began < _QUICK or (self._is_shown and now - self._shown_at < _APART):
            return
        self._out.write(f"\r{self._what}: {words}\x1b[K")
        self._out.flush()
        self._is_shown, self._shown_at = True, now

    def clear(self) -> None:
        """Remove the line."""
        with self.lock:
            if self._is_shown:
                self._out.write("\r\x1b[K")
                self._out.flush()
                self._is_shown = False


def _left(seconds: float, done: int, total: int) -> str:
    """Return the time that is left at the pace so far; nothing before there is a pace."""
    if not done or seconds <= 0:
        return ""
    left = round(seconds * (total - done) / done)
    if left < 60:
        return f", {max(left, 1)} s left"
    minutes = round(left / 60)
    return f", {minutes} min left" if minutes < 90 else f", {round(left / 3600)} h left"
