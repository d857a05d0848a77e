"""The first reads of a session, after the first paint."""

from __future__ import annotations

import asyncio
import gc
from functools import partial
from importlib import import_module
from typing import Final

from tui.screen.lookups import Lookups
from tui.screen.lost_session import LostSession
from tui.screen.navigator import Navigator
from tui.screen.polling import Polling
from tui.session.host import Host
from tui.wording.phrases import count_of

__all__ = ["start_session"]

_LEFT: Final = ("open", "unfinished")
"""States of a plan of which steps are left."""


async def start_session(
    host: Host, navigator: Navigator, polling: Polling, lookups: Lookups, lost: LostSession, address: str | None
) -> None:
    """Read the lists, go to the address of the command line or the start view, and report interrupted changes.

    The place of a lost session is offered.
    """
    await polling.read()
    if host.kept.problem:
        host.say(host.kept.problem, problem=True)
    gc.freeze()
    gc.enable()
    if address:
        lookups.opened(address)
    elif (start := host.inventory.config.start_view) is not None:
        await host.jobs.say_refusal(partial(navigator.arrange, host.inventory.config.views[start]))
    await _settle_pending(host, await lost.offer())
    if host.inventory.profile is not None:
        await _tell_plans_left(host)
    await asyncio.to_thread(_import_changes)


async def _tell_plans_left(host: Host) -> None:
    left = await host.ask(lambda inventory: [each.id for each in inventory.plans() if each.state in _LEFT])
    if left:
        host.say(f"{count_of(len(left), 'plan')} not made to the end: eipdeck plan resume {left[0]}", problem=True)


async def _settle_pending(host: Host, offered: str) -> None:
    settled = await host.ask(host.doubts.settle)
    for sentence in settled:
        await asyncio.to_thread(host.note, (sentence, ()))
    if settled:
        more = f" ({len(settled) - 1} more in the trail)" if len(settled) > 1 else ""
        host.say(f"{settled[0]}{more}", problem=True)
    elif offered:
        host.say(offered)


def _import_changes() -> None:
    """Import what the first change key will need."""
    import_module("tui.changes.start")
    import_module("tui.session.actions")
