"""The other operators: their sessions, their changes, and the changes they are reviewing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Final

from core import BEAT_SECONDS, Event, Inventory, OtherSession
from tui.commands.registry import key_of
from tui.state.workers import Ask
from tui.wording.sanitize import visible

__all__ = ["OtherSessions", "news_words"]

_MOST_TOLD: Final = 1_000
"""Targets that are announced to the others: as many as can be marked. An allocation may name 65,536 addresses."""


class OtherSessions:
    """Knows the other sessions, and announces this one. The refresher reports a failing database."""

    def __init__(self, ask: Ask) -> None:
        self.others: tuple[OtherSession, ...] = ()
        self._ask = ask
        self._doing: str | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._in_turn = asyncio.Lock()
        self._said = -BEAT_SECONDS - 1.0

    async def beat(self) -> None:
        """Read the other sessions, and announce this one every `BEAT_SECONDS`; called once a second."""
        if monotonic() - self._said >= BEAT_SECONDS:
            self._announce()
        self.others = tuple(await self._ask(Inventory.other_sessions))

    def begin(self, doing: str) -> None:
        """Announce that a change of these targets is reviewed, one target per line; of many, the first ones."""
        self._doing = "\n".join(doing.splitlines()[:_MOST_TOLD])
        self._announce()

    def end(self) -> None:
        """Announce that the review is over."""
        self._doing = None
        self._announce()

    async def sentences(self, doing: str) -> list[str]:
        """Return a sentence for each other operator who reviews a change of one of these targets."""
        targets = set(doing.splitlines())
        self.others = tuple(await self._ask(Inventory.other_sessions))
        return list(_about(self.others, targets))

    def names(self) -> str:
        """Return the names of the other operators; empty when there are none."""
        return ", ".join(dict.fromkeys(visible(other.operator, 20) for other in self.others))

    def _announce(self) -> None:
        """Start announcing; it waits for its turn among the writers in a task of its own."""
        self._said = monotonic()
        task = asyncio.create_task(self._tell())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self) -> None:
        async with self._in_turn:
            doing = self._doing
            await self._ask(lambda inventory: inventory.announce(doing))


def _about(others: Iterable[OtherSession], targets: set[str]) -> Iterable[str]:
    for other in others:
        same = sorted(targets.intersection((other.doing or "").splitlines()))
        if same:
            more = f" and {len(same) - 1} more" if len(same) > 1 else ""
            who, what = visible(other.operator), visible(same[0])
            yield f"{who} is reviewing a change of {what}{more} too, since {other.doing_since:%H:%M:%SZ}"


def news_words(events: Sequence[Event]) -> str:
    """Return a sentence about the newest event of other operators and their number; empty for no events."""
    if not events:
        return ""
    newest = next((event for event in events if event.action == "restore"), events[-1])
    if newest.action == "restore":
        return f"{visible(newest.operator)} restored a backup: later changes are lost.  {key_of('timeline')} shows it"
    subject = newest.address or newest.cidr or newest.pool_id or "a service"
    more = f", and {len(events) - 1} more" if len(events) > 1 else ""
    what, key = newest.action.replace("_", " "), key_of("timeline")
    return f"{visible(newest.operator)}: {what} {visible(subject)}{more}.  {key} {key} shows all"
