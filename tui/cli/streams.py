"""Lists that go on: the history, and the findings that open and close."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from core import (
    Code,
    EipdeckError,
    Event,
    EventPage,
    EventQuery,
    Finding,
    FindingChange,
    Inventory,
    finding_changes,
    open_by_key,
)
from tui.cli.stdio import tell
from tui.wording.sanitize import visible

__all__ = ["INTERVAL", "Patience", "follow_events", "follow_findings"]

T = TypeVar("T")

INTERVAL: Final = 0.5
"""Seconds between two looks at the database."""
_PAGE: Final = 1_000
_PASSING: Final = (Code.STORE_UNAVAILABLE, Code.STORE_BUSY)
"""Refusals that are waited out: a database that restarts."""


class Patience:
    """Asks a database that may be away for a while, once it has answered."""

    def __init__(self, *, answered: bool = False) -> None:
        self._answered = answered
        self._away = False

    def __call__(self, ask: Callable[[], T]) -> T | None:
        """Return the answer; None while the database is away, which is told once.

        Raises:
            EipdeckError: any other refusal, and every one before the first answer.

        """
        try:
            found = ask()
        except EipdeckError as problem:
            if not self._answered or problem.code not in _PASSING:
                raise
            if not self._away:
                tell([f"eipdeck: {problem.code}: {visible(problem.reason)} It is asked again until it answers."])
            self._away = True
            return None
        if self._away:
            tell(["eipdeck: the database answers again"])
        self._answered, self._away = True, False
        return found


def follow_events(
    inventory: Inventory, query: EventQuery, begun: EventPage, limit: int | None, *, follow: bool
) -> Iterator[Event]:
    """Yield the events of a page and those after it; with `follow` without an end, else until there are no more.

    Ends after `limit` events, and when nobody reads stdout any more.
    """
    return islice(_events(inventory, query, begun, follow=follow), limit)


def _events(inventory: Inventory, query: EventQuery, page: EventPage, *, follow: bool) -> Iterator[Event]:
    patience = Patience(answered=True)
    while True:
        yield from page.events
        if not page.events and not (follow and _waited()):
            return
        ask = partial(inventory.events_after, page.cursor, query, limit=_PAGE)
        page = patience(ask) or EventPage((), page.cursor)


def follow_findings(
    inventory: Inventory, wanted: Callable[[Finding], bool], *, accepted: bool
) -> Iterator[FindingChange]:
    """Yield the findings that are open as opened, then each that opens or closes, until nobody reads stdout."""
    patience = Patience()
    seen: dict[str, Finding] = {}
    looked: object = None
    while True:
        moment = patience(lambda: (inventory.data_version(), inventory.now().replace(second=0, microsecond=0)))
        if moment is not None and moment != looked:
            found = patience(lambda: inventory.findings(accepted=accepted))
            if found is not None:
                present = open_by_key(filter(wanted, found))
                yield from finding_changes(seen, present, inventory.now())
                seen, looked = present, moment
        if not _waited():
            return


def _waited() -> bool:
    """Print what there is, then wait; return whether stdout still has a reader."""
    if sys.stdout is not None:
        sys.stdout.flush()
    return _pause(INTERVAL)


def _pause(seconds: float) -> bool:
    """Wait; return whether stdout still has a reader."""
    try:
        out = select.poll()
        out.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError, ValueError):  # closed, or not a file of the system
        time.sleep(seconds)
        return True
    return not any(event & (select.POLLERR | select.POLLHUP) for _, event in out.poll(seconds * 1000))
