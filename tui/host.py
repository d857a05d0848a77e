"""Work off the event loop and beside it: how panes, flows and the screen ask for it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from textual.dom import DOMNode
from textual.worker import Worker

from core import Desk

__all__ = ["Ask", "Work", "work_on"]

T = TypeVar("T")

Work = Callable[[], Coroutine[Any, Any, None]]
"""Not a coroutine: a worker that is cancelled before it began would leave that unawaited."""


class Ask(Protocol):
    """Runs a blocking read of the desk off the event loop."""

    async def __call__(self, read: Callable[[Desk], T], /) -> T: ...


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
