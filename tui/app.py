"""The dashboard as a program: keys are judged here before any widget sees them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path, PurePath
from typing import ClassVar

from textual import constants, events
from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.timer import Timer
from textual.widgets import Input

from core import Desk
from tui import clipboard
from tui.gate import PASTE_QUIET, Judgement, KeyGate
from tui.logfile import keep_log
from tui.modals import CopyRequested, ReviewModal, Sheet
from tui.screen import DeckScreen
from tui.terminal import TerminalDriver
from tui.text import visible
from tui.theme import ASCII, THEME, OnlyAscii, escape_delay, glyphs, over_ssh

__all__ = ["DeckApp", "run_dashboard"]

_HERE = Path(__file__).parent
_TERMINATED = 128
"""What shells add to the number of a signal that ended a program."""


class DeckApp(App[int], inherit_bindings=False):
    """The deck's screen, and what is true of the whole terminal."""

    TITLE = "eipdeck"
    CSS_PATH: ClassVar[list[str | PurePath]] = [_HERE / "dashboard.tcss", _HERE / "modals" / "modals.tcss"]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    # chosen before App.__init__ reads it: only then does NO_COLOR leave no colour at all
    theme: Reactive[str] = Reactive(THEME)

    def __init__(self, desk: Desk, *, address: str | None = None, trail_folder: Path | None = None) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.desk = desk
        self.gate = KeyGate()
        self.key_time: Callable[[events.Key], float] = attrgetter("time")
        """When a key was read from the terminal, however late it is looked at."""
        drawn = glyphs(os.environ)
        self._last_filters = (OnlyAscii(),) if drawn is ASCII else ()
        self.deck = DeckScreen(desk, glyphs=drawn, address=address, trail_folder=trail_folder)
        self.animation_level = "none"
        self._paste_timer: Timer | None = None
        self._view_before = self.deck.view

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._last_filters]

    def get_default_screen(self) -> DeckScreen:
        return self.deck

    def on_mount(self) -> None:
        self.set_keymap(dict(self.desk.config.keys))
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._terminated, number)

    def _terminated(self, number: signal.Signals) -> None:
        """The terminal is put back in order before the end; nothing unsent is sent."""
        self.deck.runner.cancel_unsent()
        self.exit(_TERMINATED + number)

    # keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            if event.is_forwarded:
                if self.gate.is_pasted(self.key_time(event)) or self._reached_nobody(event):
                    return
            elif not self._let_through(event):
                return
        await super().on_event(event)

    def _reached_nobody(self, event: events.Key) -> bool:
        """Text that was on its way to a list when the field took the focus belongs to the field."""
        field = self.focused
        if not isinstance(field, Input) or not event.is_printable or event.character is None:
            return False
        field.insert_text_at_cursor(event.character)
        return True

    def _let_through(self, event: events.Key) -> bool:
        """Judge a key; False when no widget is to see it."""
        typing = isinstance(self.focused, Input)
        depth = len(self.screen_stack)
        judged = self.gate.judge(event.key, event.character, self.key_time(event), typing=typing, depth=depth)
        if self.gate.pasting:
            self._wait_for_quiet()
        elif self.gate.beginning:
            self._view_before = self.deck.view
        if judged is Judgement.BURST:
            self.deck.undo_run(self._view_before)
        if judged is not Judgement.PASS:
            return False
        if self.deck.runner.steps.counting:
            if event.key in ("z", "escape", "ctrl+c"):
                self.deck.runner.steps.abort()
            return False
        if depth == 1 and not typing and event.character is not None and event.character in "0123456789":
            self.deck.search.start_lookup(event.character)
            return False
        return True

    def _wait_for_quiet(self) -> None:
        if self._paste_timer is not None:
            self._paste_timer.stop()
        self._paste_timer = self.set_timer(PASTE_QUIET, self._paste_ended)

    def _paste_ended(self) -> None:
        self.deck.search.pasted(self.gate.take())

    def on_review_modal_pasted(self, event: ReviewModal.Pasted) -> None:
        """Text pasted over a review as keys: the review has closed itself."""
        self.deck.search.pasted(event.text)

    # copying

    async def on_copy_requested(self, event: CopyRequested) -> None:
        """Put a text on the clipboard, and say which way it went."""
        copied = await asyncio.to_thread(clipboard.copy, event.text)
        if copied.sequence is not None and self._driver is not None:
            self._driver.write(copied.sequence)
        screen = self.screen
        teller = screen if isinstance(screen, Sheet) else self.deck
        teller.say(f"copied {visible(event.text, 40)} {copied.way}")


def run_dashboard(desk: Desk, *, address: str | None = None, trail_folder: Path | None = None) -> int:
    """Run the dashboard until the operator leaves it.

    Args:
        desk: an open desk; the caller closes it.
        address: an address to open on.
        trail_folder: where the incident trail is kept; None: in the user's state folder.

    Returns:
        The exit code of the program.

    """
    # textual read ESCDELAY when it was imported, and names it a constant
    vars(constants)["ESCAPE_DELAY"] = escape_delay(os.environ)
    keep_log()
    app = DeckApp(desk, address=address, trail_folder=trail_folder)
    code = asyncio.run(app.run_async(mouse=not over_ssh(os.environ)))
    return app.return_code or 0 if code is None else code
