"""Work that is done by several threads, with its results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

__all__ = ["in_order"]

_I = TypeVar("_I")
_T = TypeVar("_T")
_Job = tuple["Future[_T]", Callable[[], _T]]


def in_order(work: Callable[[_I], _T], items: Iterable[_I], lanes: int) -> Iterator[_T]:
    """Yield what `work` makes of each item, in their order; so many are under way at once.

    The threads do not keep the program from ending. With one lane there are none.

    Raises:
        Exception: what `work` raises, at its item; no other is begun then.

    """
    if lanes == 1:
        yield from map(work, items)
        return
    jobs: SimpleQueue[_Job[_T] | None] = SimpleQueue()
    over, waiting = Event(), deque["Future[_T]"]()
    for _ in range(lanes):
        Thread(target=_work, args=(jobs, over), daemon=True).start()
    try:
        for item in items:
            future = Future[_T]()
            jobs.put((future, lambda item=item: work(item)))  # type: ignore[misc]  # a default binds it
            waiting.append(future)
            if len(waiting) >= lanes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        over.set()
        for _ in range(lanes):
            jobs.put(None)


def _work(jobs: SimpleQueue[_Job[_T] | None], over: Event) -> None:
    while (job := jobs.get()) is not None and not over.is_set():
        future, work = job
        try:
            future.set_result(work())
        except BaseException as problem:  # noqa: BLE001  # it is raised where the result is taken
            future.set_exception(problem)
