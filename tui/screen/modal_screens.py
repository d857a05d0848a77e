"""Functions of the application that need modals; imported after the first paint."""

from __future__ import annotations

import asyncio

from textual.app import App
from textual.screen import Screen

from tui.modals.review import ReviewModal
from tui.modals.sheet import Sheet
from tui.state.workers import Say
from tui.terminal import clipboard
from tui.terminal.clipboard import CopyRequested
from tui.terminal.driver import write_sequence
from tui.wording.sanitize import visible

__all__ = ["copy_text", "is_review"]


def is_review(screen: Screen[object]) -> bool:
    """Whether a screen is a review."""
    return isinstance(screen, ReviewModal)


async def copy_text(app: App[int], asked: CopyRequested, say: Say) -> None:
    """Copy a text to the clipboard, and say how; a sheet on top says it itself.

    What is pasted into a shell or a ticket has no control characters: they are spelled out, as on the screen.
    """
    lines = asked.text.split("\n") if asked.lines else (asked.text,)
    text = "\n".join(map(visible, lines))
    copied = await asyncio.to_thread(clipboard.copy, text)
    if copied.sequence is not None:
        write_sequence(app, copied.sequence)
    said = f"copied {visible(text, 40)} {copied.way}"
    if isinstance(app.screen, Sheet):
        app.screen.say(said)
    else:
        say(said)
