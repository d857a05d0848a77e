"""The first reads of a session, after the first paint."""

from __future__ import annotations

import asyncio
import gc
from importlib import import_module

from tui.screen.lookups import Lookups
from tui.screen.polling import Polling
from tui.session.host import Host

__all__ = ["start_session"]


async def start_session(host: Host, polling: Polling, lookups: Lookups, address: str | None) -> None:
    """Read the lists, look up the address of the command line, and report interrupted changes of earlier sessions."""
    await polling.read()
    if host.kept.problem:
        host.say(host.kept.problem, problem=True)
    gc.freeze()
    gc.enable()
    if address:
        lookups.opened(address)
    await _settle_pending(host)
    await asyncio.to_thread(_import_changes)


async def _settle_pending(host: Host) -> None:
    settled = await host.ask(host.doubts.settle)
    for sentence in settled:
        await asyncio.to_thread(host.note, (sentence, ()))
    if settled:
        more = f" ({len(settled) - 1} more in the trail)" if len(settled) > 1 else ""
        host.say(f"{settled[0]}{more}", problem=True)


def _import_changes() -> None:
    """Import what the first change key will need."""
    import_module("tui.changes.start")
    import_module("tui.session.actions")
