"""The theme of the session, kept for the next one."""

from __future__ import annotations

import asyncio
import os

from tui.session.host import Host
from tui.terminal.palette import choose

__all__ = ["paint"]


async def paint(host: Host, theme: str) -> None:
    """Paint with a theme, and keep the choice."""
    choose(theme, os.environ)
    host.app.theme = theme
    await asyncio.to_thread(host.kept.keep, "theme", theme)
    host.say(f"theme {theme}")
