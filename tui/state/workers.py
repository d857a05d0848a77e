"""Blocking reads in threads, and the workers that wait for them."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import Any, Final, Protocol, TypeVar

from textual.dom import DOMNode
from textual.worker import Worker

from core import EipdeckError, Inventory

__all__ = ["Ask", "Say", "Work", "Workers", "run_in_thread", "work_on"]

T = TypeVar("T")

Work = Callable[[], Coroutine[Any, Any, None]]
"""Not a coroutine: a worker that is cancelled before it starts would leave a coroutine unawaited."""

_SELECTING: Final = frozenset({"search", "page", "move"})
"""Worker groups that change the selection when they finish."""


class Ask(Protocol):
    """Runs a blocking read of the inventory off the event loop."""

    async def __call__(self, read: Callable[[Inventory], T], /) -> T: ...


class Say(Protocol):
    """Shows a sentence in the status line."""

    def __call__(self, text: str, *, problem: bool = False) -> None: ...


async def run_in_thread(work: Callable[[], T]) -> T:
    """Run a blocking read in a daemon thread, so that a hung read cannot delay the exit. Never use it for writes.

    A thread of the loop's executor, as `asyncio.to_thread` takes one, is joined at the exit, however long it hangs.
    """
    future: Future[T] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = work()
        except BaseException as problem:  # noqa: BLE001  # the caller that awaits the future gets it
            future.set_exception(problem)
        else:
            future.set_result(result)

    Thread(target=run, daemon=True, name="read").start()
    return await wrap_future(future)


def work_on(node: DOMNode, work: Work, group: str, *, exclusive: bool = False) -> Worker[None]:
    """Start a worker of a named group. The screen reports an error in it; the session goes on.

    Args:
        node: the owner of the worker.
        work: makes the coroutine to run.
        group: workers that belong together; reads and writes never share one.
        exclusive: cancel the others of the group first; for reads only, a write cannot be called back.

    """
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)
    return worker


class Workers:
    """Starts the workers of one node and reads the inventory for them."""

    def __init__(self, node: DOMNode, inventory: Inventory, say: Say) -> None:
        self._node = node
        self._inventory = inventory
        self._say = say

    async def ask(self, read: Callable[[Inventory], T], /) -> T:
        """Run a blocking read of the inventory in a thread."""
        return await run_in_thread(partial(read, self._inventory))

    def start(self, work: Work, group: str) -> Worker[None]:
        """Start a worker; its errors are defects."""
        return work_on(self._node, work, group)

    def read(self, work: Work) -> None:
        """Start a reading worker; a refusal becomes a sentence in the status line."""
        work_on(self._node, partial(self.say_refusal, work), "read")

    def move(self, work: Work) -> None:
        """Start a worker that changes the selection; a refusal becomes a sentence in the status line."""
        work_on(self._node, partial(self.say_refusal, work), "move")

    def search(self, work: Work) -> None:
        """Start a worker for a typed text, and cancel the one for an older text."""
        work_on(self._node, partial(self.say_refusal, work), "search", exclusive=True)

    async def say_refusal(self, work: Work) -> None:
        """Run `work`; a refusal becomes a sentence in the status line."""
        try:
            await work()
        except EipdeckError as refusal:
            self._say(refusal.message, problem=True)

    @property
    def selecting(self) -> bool:
        """Whether a lookup, a far row or another list is being read, whose end changes the selection."""
        return any(worker.group in _SELECTING and not worker.is_finished for worker in self._node.app.workers)
