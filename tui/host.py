"""What flows and panes may ask of the screen they live on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from core import Desk

__all__ = ["Ask"]

T = TypeVar("T")


class Ask(Protocol):
    """Runs a blocking read of the desk off the event loop."""

    async def __call__(self, read: Callable[[Desk], T], /) -> T: ...
