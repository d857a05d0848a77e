"""Progress of long work, told to whoever listens, and the end of work that has a limit of time.

`progress_to` makes a function the listener of a block; work that knows its length calls `counted` or `steps`. Without a
listener both cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from time import monotonic
from typing import Final, TypeAlias, TypeVar

from core.domain.errors import Code, EipdeckError, error

__all__ = ["WORK", "Progress", "Work", "counted", "is_listened_to", "progress_to", "steps"]

T = TypeVar("T")

Progress: TypeAlias = Callable[[int, int, str], None]
"""Gets how much is done, of how much, and the unit: `rows`, `pages`, `events`."""

_listener: Final[ContextVar[Progress | None]] = ContextVar("eipdeck_progress", default=None)
_EVERY: Final = 256
"""The number of items between two reports."""
_LONG: Final = 0.5
"""The seconds after which the end of a commit is told."""


@contextmanager
def progress_to(progress: Progress | None) -> Iterator[None]:
    """Tell the progress of the work in the block to a function, which may be called thousands of times."""
    token = _listener.set(progress)
    try:
        yield
    finally:
        _listener.reset(token)


def is_listened_to() -> bool:
    """Return whether anybody listens."""
    return _listener.get() is not None


def steps(total: Callable[[], int] | int, unit: str) -> Callable[[int], None]:
    """Return what is called with the number of items that were done; `total` is computed for a listener alone."""
    progress = _listener.get()
    if progress is None:
        return _nothing
    whole, done = total if isinstance(total, int) else total(), 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        progress(min(done, whole), whole, unit)

    return step


def counted(items: Iterable[T], total: Callable[[], int] | Sized, unit: str) -> Iterable[T]:
    """Return the same items, counted while they are taken."""
    if _listener.get() is None:
        return items
    return _stepped(items, steps(total if callable(total) else len(total), unit))


def _stepped(items: Iterable[T], step: Callable[[int], None]) -> Iterator[T]:
    left = _EVERY
    for item in items:
        yield item
        left -= 1
        if not left:
            step(_EVERY)
            left = _EVERY
    step(_EVERY - left)


def _nothing(_count: int) -> None:
    pass


class Work:
    """The work of one process: it is ended before a commit begins, or not at all."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done = False
        """Whether a commit has begun: the change is made then, and what is left is to tell it."""
        self._over: EipdeckError | None = None
        self._reading: float | None = None
        """The time from which a read has been open."""
        self._committing: float | None = None
        """The time from which a commit has been under way."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Note that a read is open in the block."""
        self._reading, before = self._reading or monotonic(), self._reading
        try:
            yield
        finally:
            self._reading = before

    @property
    def reads_for(self) -> float:
        """The seconds since a read began that is open; 0 without one."""
        since = self._reading
        return 0.0 if since is None else monotonic() - since

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Note that a commit runs in the block.

        Raises:
            EipdeckError: `time_limit`, when the work is over; nothing changed.

        """
        with self._lock:
            if self._over is not None:
                raise self._over
            self._done = True
        self._committing = monotonic()
        try:
            yield
        finally:
            long, self._committing = self.commits_for > _LONG, None
            if long and (progress := _listener.get()) is not None:
                progress(1, 1, "commits")

    @property
    def commits_for(self) -> float:
        """The seconds since a commit began that is under way; 0 without one."""
        since = self._committing
        return 0.0 if since is None else monotonic() - since

    def end(self, why: str) -> EipdeckError | None:
        """End the work, and return the error to tell; None when a commit has begun."""
        with self._lock:
            if self._done:
                return None
            self._over = error(
                Code.TIME_LIMIT,
                f"{why}: it was ended, and nothing changed.",
                hint="Ask for less: a narrower filter, fewer rows, a smaller file.",
            )
            return self._over


WORK: Final = Work()
"""The work of this process."""
