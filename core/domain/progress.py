"""Progress of long work, told to whoever listens.

`progress_to` makes a function the listener of a block; work that knows its length calls `counted` or `steps`. Without a
listener both cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias, TypeVar

__all__ = ["Progress", "counted", "is_listened_to", "progress_to", "steps"]

T = TypeVar("T")

Progress: TypeAlias = Callable[[int, int, str], None]
"""Gets how much is done, of how much, and the unit: `rows`, `pages`, `events`."""

_listener: Final[ContextVar[Progress | None]] = ContextVar("eipdeck_progress", default=None)
_EVERY: Final = 256
"""The number of items between two reports."""


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
