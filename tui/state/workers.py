"""Work off the event loop and beside it: how panes, flows and the screen ask for it."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, Protocol, TypeVar

from textual.dom import DOMNode
from textual.worker import Worker

from core import Inventory

__all__ = ["Ask", "Work", "run_in_thread", "work_on"]

T = TypeVar("T")

Work = Callable[[], Coroutine[Any, Any, None]]
"""Not a coroutine: a worker that is cancelled before it began would leave that unawaited."""


class Ask(Protocol):
    """Runs a blocking read of the desk off the event loop."""

    async def __call__(self, read: Callable[[Inventory], T], /) -> T: ...


async def run_in_thread(work: Callable[[], T]) -> T:
    """Run something that blocks beside the event loop; it writes nothing: at the program's end nobody waits for it.

    A thread of the loop's executor, as `asyncio.to_thread` takes one, would be waited for, however long it hangs.
    """
    future: Future[T] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = work()
        except BaseException as problem:  # noqa: BLE001  # whoever waits for it hears of it
            future.set_exception(problem)
        else:
            future.set_result(result)

    Thread(target=run, daemon=True, name="read").start()
    return await wrap_future(future)


def work_on(node: DOMNode, work: Work, group: str, *, exclusive: bool = False) -> Worker[None]:
    """Start a worker of a named group; an error in it is told by the screen and ends nothing.

    Args:
        node: whose worker it is.
        work: what to do.
        group: workers that belong together; never shared by reads and writes.
        exclusive: end the group's others first; for reads only, a write cannot be called back.

    """
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)
    return worker
