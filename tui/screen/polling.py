"""Reads the lists once a second when something was committed, and once after each change of this session."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from textual.worker import Worker

from core import EipdeckError, Loss
from tui.commands.registry import key_of
from tui.screen.painting import Painter
from tui.screen.selection_reader import SelectionReader
from tui.screen.status_bar import StatusBar
from tui.session.host import Host
from tui.state.presence import OtherSessions, news_of
from tui.state.refresh import Refresher
from tui.state.snapshot import Snapshot
from tui.state.workers import Workers
from tui.wording.losses import loss_words, own_words

__all__ = ["REREAD_SECONDS", "Polling"]

REREAD_SECONDS: Final = 0.2
"""Seconds that the outcome of a change waits to be painted together with the lists read after it."""


_READING: Final = "reading everything again"


class Polling:
    """Keeps the lists, the selection and the other operators current."""

    def __init__(
        self,
        refresher: Refresher,
        others: OtherSessions,
        reader: SelectionReader,
        painter: Painter,
        workers: Workers,
        status: StatusBar,
        host: Host,
    ) -> None:
        self._refresher = refresher
        self._others = others
        self._reader = reader
        self._painter = painter
        self._workers = workers
        self._status = status
        self._host = host
        self._say = host.say
        self._seen = 0
        """The data version after which nothing is known to be lost."""
        self._poller: Worker[None] | None = None

    async def read(self) -> None:
        """Read the lists and load the details of the selection."""
        await self._refresher.read()
        self._reader.load()
        self._painter.changed()

    def read_after_write(self) -> None:
        """Read everything again, once, and paint it together with the sentences said during the read."""
        self._painter.changed_soon(REREAD_SECONDS)
        self._reader.hold_back()
        self._workers.read(self._read_held_back)

    async def _read_held_back(self) -> None:
        try:
            await self._refresher.read()
        finally:
            self._reader.let_go()

    def read_again(self) -> None:
        """Read everything again because the operator asks for it, and say when it was read."""
        self.read_after_write()
        self._say(_READING)
        self._workers.read(self._say_read)

    async def _say_read(self) -> None:
        await self._refresher.read()
        if self._status.said.text == _READING:
            snapshot, failed = self._refresher.snapshot, self._refresher.freshness.failed_since is not None
            self._say("" if failed or snapshot is None else f"read {snapshot.read_at:%H:%M:%S}Z")

    def tick(self) -> None:
        """Poll; while the last poll is not answered, count the seconds."""
        if self._poller is None or self._poller.is_finished:
            self._poller = self._workers.start(self.poll, "poll")
        else:
            self._refresher.wait()
            self._painter.changed()

    async def poll(self) -> None:
        """Read what was committed since the last poll, and say what others did."""
        before = self._refresher.snapshot
        read = await self._refresher.poll()
        if self._refresher.paused or self._refresher.freshness.failed_since is None:
            await self._meet(before if read else None)
        if read:
            self._reader.load()
        await self._look_for_losses(self._seen or (0 if before is None else before.version))
        self._painter.changed()

    async def _look_for_losses(self, seen: int) -> None:
        """Say that changes which a data version saw are gone, and drop write mode."""
        snapshot = self._refresher.snapshot
        if snapshot is None or snapshot.version == self._seen:
            return
        with suppress(EipdeckError):
            loss = None if self._seen else await self._others.loss(0)  # what was seen before this session
            if loss is None and seen not in (0, snapshot.version):
                loss = await self._others.loss(seen)
            self._seen = snapshot.version
            if loss is not None:
                self._host.set_mode(self._host.mode.dropped())
                left = f"{key_of('timeline')} shows the history that is left"
                self._say(f"{loss_words(loss)}  {left}", problem=True)
                if loss.own:
                    await self._note_own(loss)

    async def _note_own(self, loss: Loss) -> None:
        """Name the lost changes of this client in the trail."""
        trail, inventory = self._host.trail, self._host.inventory
        entry = ("lost changes that were made here", [own_words(own) for own in loss.own])
        await asyncio.to_thread(trail.add, inventory.now(), inventory.operator, entry)

    async def _meet(self, before: Snapshot | None) -> None:
        """See which other operators are here, and say what they changed since `before`."""
        with suppress(EipdeckError):
            await self._others.beat(self._refresher.others)
            if before is not None:
                selection, said = self._reader.selection, self._status.said
                news = news_of(await self._others.news(before.version), selection.id if selection else None)
                if news is not None and (not said.text or (news.urgent and not said.problem)):
                    self._say(news.words, problem=news.problem)

    def turn_pause(self) -> None:
        """Pause or resume polling."""
        if self._refresher.turn_pause():
            self._say(f"paused: {key_of('pause')} resumes")
            return
        self.read_after_write()
        self._say("refreshing again")
