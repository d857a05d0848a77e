"""Notes where the operator is, and offers the place of a session that was lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

from tui.commands.registry import View, key_of
from tui.screen.lookups import Lookups
from tui.screen.navigator import Navigator
from tui.session.host import Host
from tui.session.last_place import LastPlace
from tui.state.navigation import Place
from tui.wording.phrases import minute_short
from tui.wording.sanitize import visible

__all__ = ["LostSession"]

_SHOWN = 24
"""Cells of a filter or a key that are repeated."""


class LostSession:
    """Keeps the note of this session current."""

    def __init__(self, host: Host, navigator: Navigator, lookups: Lookups, folder: Path | None) -> None:
        """Keep the note in a folder; None is the user's state folder."""
        self._navigator = navigator
        self._lookups = lookups
        self._workers = host.jobs
        self._last = LastPlace(host.inventory, folder)
        self._noted: Place | None = None
        """The place that needs no other note; None before the start is over."""
        self.forget = self._last.forget
        navigator.look_up = lookups.look_up_again

    async def offer(self) -> str:
        """Put the place of a lost session behind the key that goes back; return the sentence that says so."""
        found = await asyncio.to_thread(self._last.lost)
        self._noted = self._place()
        if found is None:
            return ""
        at, place = found
        self._navigator.history.leave(place)
        about = (place.looked or "").strip().partition("\n")[0] or place.key or ""
        said = (place.view.value, place.filter and f"filter {place.filter}", about)
        words = ", ".join(visible(each, _SHOWN) for each in said if each)
        return f"{key_of('previous_view')} goes to {words}: a session was cut off there {minute_short(at)}"

    def tick(self) -> None:
        """Note the place when it is another one; where a session begins, there is nothing to note."""
        if self._noted is None or self._workers.selecting or (place := self._place()) == self._noted:
            return
        self._noted = place
        self._workers.start(partial(asyncio.to_thread, self._last.keep, place), "place")

    def _place(self) -> Place:
        place = replace(self._navigator.place, looked=self._lookups.present)
        return replace(place, key=self._navigator.subject) if place.view is View.TIMELINE else place
