"""The other operators: their sessions, their changes, and the changes they are reviewing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from core import BEAT_SECONDS, Event, Inventory, Loss, OtherSession
from tui.commands.registry import key_of
from tui.state.workers import Ask
from tui.wording.sanitize import visible
from tui.wording.serving import action_name

__all__ = ["News", "OtherSessions", "news_of"]

_LANDED: Final = "landed_in_default"
_MOST_TOLD: Final = 1_000
"""Targets that are announced to the others: as many as can be marked. An allocation may name 65,536 addresses."""


class OtherSessions:
    """Knows the other sessions, and announces this one. The refresher reports a failing database."""

    def __init__(self, ask: Ask, sent: Collection[str] = ()) -> None:
        """`sent` has the ids of the requests of this session, as they become known."""
        self.others: tuple[OtherSession, ...] = ()
        self._ask = ask
        self._sent = sent
        self._doing: str | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._in_turn = asyncio.Lock()
        self._said = -BEAT_SECONDS - 1.0

    async def beat(self, heard: Sequence[OtherSession] | None) -> None:
        """Note the other sessions, read when None, and announce this one every `BEAT_SECONDS`; called once a second."""
        if monotonic() - self._said >= BEAT_SECONDS:
            self._announce()
        self.others = tuple(await self._ask(Inventory.other_sessions) if heard is None else heard)

    async def news(self, version: int) -> list[Event]:
        """Return what other sessions and programs have done since a data version."""
        return await self._ask(lambda inventory: inventory.news(version, self._sent))

    async def loss(self, version: int) -> Loss | None:
        """Return what is lost of what a data version saw, or of what was seen here before (0)."""
        return await self._ask(lambda inventory: inventory.loss(version))

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


@dataclass(frozen=True, slots=True)
class News:
    """The changes of other sessions and programs, in one sentence."""

    words: str
    urgent: bool = False
    """A landing, or a change of what is selected."""
    problem: bool = False


def news_of(events: Sequence[Event], selected: str | None) -> News | None:
    """Return the weightiest of some events and their number; None without events."""
    if not events:
        return None
    newest = max(enumerate(events), key=lambda numbered: (_weight(numbered[1], selected), numbered[0]))[1]
    who, key = visible(newest.operator), key_of("timeline")
    if newest.action == "restore":
        return News(f"{who} restored a backup: later changes are lost.  {key} shows it", urgent=True)
    if newest.action == "failover":
        since = visible(str((newest.before or {}).get("as_of")))
        how = "went back" if (newest.after or {}).get("cause") == "history_lost" else "failed over"
        return News(f"The database {how}: changes since {since} may be lost.  {key} shows it", urgent=True)
    subject = visible(newest.address or newest.cidr or newest.pool_id or "a service")
    more = f", and {len(events) - 1} more" if len(events) > 1 else ""
    if newest.action == _LANDED:
        where = f"{key_of('findings')} shows it, {key_of('rehome')} moves it"
        return News(f"{who}: {subject} IN THE DEFAULT POOL BY MISTAKE{more}.  {where}", urgent=True, problem=True)
    what, urgent = action_name(newest), _is_about(newest, selected)
    return News(f"{who}: {what} {subject}{more}.  {key} {key} shows all", urgent)


def _weight(event: Event, selected: str | None) -> int:
    of_all = event.action in ("restore", "failover")
    return 3 * of_all or 2 * (event.action == _LANDED) or int(_is_about(event, selected))


def _is_about(event: Event, selected: str | None) -> bool:
    return selected is not None and selected in (event.address, event.cidr, event.pool_id)
