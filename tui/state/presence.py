"""Other operators: who is on the deck, what they changed, what they are about to change."""

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
"""Targets that are told to the others: as many as can be marked. An allocation may name 65,536 addresses."""


class OtherSessions:
    """What is known of the others; says that we are here. A failure is the refresher's to tell, not ours."""

    def __init__(self, ask: Ask) -> None:
        self.others: tuple[OtherSession, ...] = ()
        self._ask = ask
        self._doing: str | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._in_turn = asyncio.Lock()
        self._said = -BEAT_SECONDS - 1.0

    async def beat(self) -> None:
        """Once a second: see who is here, and say now and then that we are."""
        if monotonic() - self._said >= BEAT_SECONDS:
            self._announce()
        self.others = tuple(await self._ask(Inventory.other_sessions))

    def begin(self, doing: str) -> None:
        """A change of these targets, a line each, is being reviewed; of very many the others are told the first."""
        self._doing = "\n".join(doing.splitlines()[:_MOST_TOLD])
        self._announce()

    def end(self) -> None:
        """It is not any more."""
        self._doing = None
        self._announce()

    async def sentences(self, doing: str) -> list[str]:
        """One for each of the others who is about to change one of these targets."""
        targets = set(doing.splitlines())
        self.others = tuple(await self._ask(Inventory.other_sessions))
        return list(_about(self.others, targets))

    def names(self) -> str:
        """The others, for the top line; nothing when one is alone."""
        return ", ".join(dict.fromkeys(visible(other.operator, 20) for other in self.others))

    def _announce(self) -> None:
        """Nobody waits for it: it takes its turn among the writers."""
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
    """What others did since we last looked: the newest of it, and how much there is; empty for nothing."""
    if not events:
        return ""
    newest = next((event for event in events if event.action == "restore"), events[-1])
    if newest.action == "restore":
        return (
            f"{visible(newest.operator)} restored a backup: what was done after it is gone.  {key_of('timeline')} tells"
        )
    subject = newest.address or newest.cidr or newest.pool_id or "a service"
    more = f", and {len(events) - 1} more" if len(events) > 1 else ""
    what, key = newest.action.replace("_", " "), key_of("timeline")
    return f"{visible(newest.operator)}: {what} {visible(subject)}{more}.  {key} {key} shows all"
