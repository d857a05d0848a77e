"""The dashboard as a program: the splash screen, the main screen, and the keys, which are judged before any widget.

The splash screen is painted before the core, the main screen and its modals are imported and the database is opened:
that takes longer than the whole start of Textual. Keys that are pressed before it is over wait for the main screen.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.timer import Timer
from textual.worker import Worker

from tui.commands.bursts import runs_in_burst, stops_burst
from tui.commands.registry import keys_of, remap
from tui.screen.splash import SplashScreen
from tui.session.log import keep_log
from tui.terminal.clipboard import CopyRequested
from tui.terminal.driver import TerminalDriver, end_by_defect, forget_cells, obey, paint_all
from tui.terminal.environment import over_ssh
from tui.terminal.kept import Kept
from tui.terminal.key_guard import PASTE_QUIET, Judgement, KeyGuard
from tui.terminal.key_order import KeyOrder
from tui.terminal.palette import LOOKS, choose, default_look, look, sends_indexes, themes
from tui.terminal.paths import UI, state_folder
from tui.terminal.theme import ASCII, OnlyAscii, escape_delay, glyphs

if TYPE_CHECKING:
    from types import FrameType

    from textual.widgets import Input

    from core import Inventory
    from tui.screen.main_screen import MainScreen

__all__ = ["EipdeckApp", "Opened", "run_dashboard"]

Opened = Callable[[], "Inventory"]
"""Opens the inventory; blocks, and may raise a refusal."""

_TERMINATED = 128
"""The number that shells add to the signal that ended a program."""


class EipdeckApp(App[int], inherit_bindings=False):
    """The main screen, and everything that concerns the whole terminal."""

    TITLE = "eipdeck"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    # App.__init__ reads it before ours are registered: only with native colours does NO_COLOR leave no colour at all
    theme: Reactive[str] = Reactive("ansi-dark")

    def __init__(
        self,
        opened: Opened,
        *,
        address: str | None = None,
        trail_folder: Path | None = None,
        kept: Kept | None = None,
    ) -> None:
        super().__init__(driver_class=TerminalDriver)
        self._kept = kept or Kept(None)
        choose(self._kept.text("theme", LOOKS) or default_look(os.environ), os.environ)
        for theme in themes():
            self.register_theme(theme)
        self.theme = look()
        self.key_guard = KeyGuard(runs_in_burst, stops_burst)
        self.key_order = KeyOrder(self, self._judged, self._is_reading_in_burst)
        self.key_time: Callable[[events.Key], float] = attrgetter("time")
        """Returns when a key was read from the terminal."""
        self.main_screen: MainScreen | None = None
        """None until everything is imported and the database is open."""
        self.inventory: Inventory | None = None
        """Set by the thread that opens it; the thread goes on when the operator leaves."""
        self.failure: Exception | None = None
        """Why the main screen could not be made, such as the refusal of a database that cannot be opened."""
        self.defect: Exception | None = None
        """The defect that ended the session."""
        self._opened = opened
        self._address = address
        self._trail_folder = trail_folder
        self._early: list[events.Event] = []
        """Keys and pastes that came before the main screen."""
        self._glyphs = glyphs(os.environ)
        self._last_filters, self.animation_level = (OnlyAscii(),) if self._glyphs is ASCII else (), "none"
        self._quiet_timer: Timer | None = None
        """Runs out when a burst of keys is over."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._last_filters]

    def get_default_screen(self) -> SplashScreen:
        return SplashScreen()

    def on_mount(self) -> None:
        if not self.is_headless:
            loop = asyncio.get_running_loop()

            # a handler of the loop would be gone with the loop, before the terminal is restored
            def on_signal(number: int, _frame: FrameType | None) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._terminated, number)

            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, on_signal)

    @on(TerminalDriver.SignalResume)
    def _paint_all(self) -> None:
        """Paint the whole screen after a stop: the terminal has emptied it, and a change paints only its own lines."""
        paint_all(self)

    def _terminated(self, number: int) -> None:
        """End on a signal: restore the terminal, and send nothing that is unsent."""
        if self.main_screen is not None:
            self.main_screen.runner.cancel_unsent()
        self.exit(_TERMINATED + number)

    # the main screen

    def _handle_exception(self, error: Exception) -> None:
        """End the session after a defect; it is printed when the terminal is restored, without values of variables."""
        logging.getLogger("eipdeck").error("internal error", exc_info=error)
        if end_by_defect(self, error):
            self.defect = error

    def on_splash_screen_painted(self) -> None:
        _begun: Worker[None] = self.run_worker(self._begin)

    async def _begin(self) -> None:
        try:
            screen_type, inventory, keymap = await asyncio.to_thread(self._load)
        except Exception as failure:  # noqa: BLE001  # printed when the terminal is restored
            self.failure = failure
            self.exit(1)
            return
        self.set_keymap(keymap)
        screen = screen_type(inventory, self._glyphs, self._kept, address=self._address, folder=self._trail_folder)
        self.add_mode("main", lambda: screen)  # the first screen of a mode cannot be switched, the mode can
        await self.switch_mode("main")
        self.main_screen = screen
        await self.key_order.take(*self._early)

    def _load(self) -> tuple[type[MainScreen], Inventory, dict[str, str]]:
        """Import the main screen, open the inventory and read its remapped keys; blocks."""
        from tui.screen.keymap import keymap_of  # noqa: PLC0415  # the first paint goes without
        from tui.screen.main_screen import MainScreen  # noqa: PLC0415

        keep_log()
        self.inventory = self._opened()
        keymap = keymap_of(self.inventory.config)
        remap(keymap)
        return MainScreen, self.inventory, keymap

    # keys

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, (events.Key, events.Paste)):
            if isinstance(event, events.Resize):
                forget_cells(self)
            await super().on_event(event)
        elif self.main_screen is not None:
            if event.is_forwarded:
                await self._came_back(self.main_screen, event)
            else:
                await self.key_order.take(event)
        elif isinstance(event, events.Key) and event.key == "ctrl+c":
            self.exit(0)
        else:
            self._early.append(event)

    async def _came_back(self, screen: MainScreen, event: events.Event) -> None:
        """Run the binding of a key that no widget has used."""
        if isinstance(event, events.Key):
            if self._reached_nobody(event):
                return
            screen.pressed_at = self.key_time(event)
        await super().on_event(event)

    async def _judged(self, event: events.Event) -> bool:
        """Pass a key or a paste on to the widgets when it is for them; return whether it is."""
        screen = self.main_screen
        if screen is None or not self.screen_stack:  # none is left when the app ends while keys wait
            return False
        if isinstance(event, events.Key) and not self._let_through(screen, event):
            return False
        await super().on_event(event)
        return True

    def _is_reading_in_burst(self) -> bool:
        """Whether the keys of a burst wait for a filter or a far move: they act on what it leads to."""
        return self.key_guard.bursting and self.main_screen is not None and self.main_screen.jobs.selecting

    @property
    def _field(self) -> Input | None:
        """The text field that has the focus."""
        from textual.widgets import Input  # noqa: PLC0415  # the first paint goes without

        return self.focused if isinstance(self.focused, Input) else None

    @property
    def _reviewing(self) -> bool:
        from tui.screen.modal_screens import is_review  # noqa: PLC0415  # the first paint goes without

        return is_review(self.screen)

    def _reached_nobody(self, event: events.Key) -> bool:
        """Insert text that was on its way to a list when the field took the focus."""
        field = self._field
        if field is None or not event.is_printable or event.character is None:
            return False
        field.insert_text_at_cursor(event.character)
        return True

    def _let_through(self, screen: MainScreen, event: events.Key) -> bool:
        """Judge a key; return False when no widget may see it."""
        typing, depth = self._field is not None, len(self.screen_stack)
        judged = self.key_guard.judge(
            event.key,
            event.character,
            self.key_time(event),
            typing=typing,
            depth=depth,
            reviewing=depth > 1 and self._reviewing,
        )
        if self.key_guard.bursting:
            self._wait_for_quiet(screen)
        elif self.key_guard.beginning:
            screen.bursts.begin()
        if judged is Judgement.STOP and self.key_guard.opened:
            screen.bursts.undo()
        if judged is not Judgement.PASS:
            return False
        if screen.runner.flow.grace.running:
            if event.key in (*keys_of("abort"), "escape", "ctrl+c"):
                screen.runner.flow.grace.abort()
            return False
        if depth == 1 and not typing and event.character is not None and event.character in "0123456789":
            screen.lookups.start_lookup(event.character)
            return False
        return True

    def _wait_for_quiet(self, screen: MainScreen) -> None:
        if self._quiet_timer is not None:
            self._quiet_timer.stop()
        self._quiet_timer = self.set_timer(PASTE_QUIET, lambda: screen.bursts.end(self.key_guard.end()))

    # copying

    async def on_copy_requested(self, event: CopyRequested) -> None:
        """Copy a text to the clipboard, and say how."""
        from tui.screen.modal_screens import copy_text  # noqa: PLC0415  # the first paint goes without

        if self.main_screen is not None:
            await copy_text(self, event, self.main_screen.say)


def run_dashboard(opened: Opened, *, address: str | None = None, trail_folder: Path | None = None) -> int:
    """Run the dashboard until the operator leaves it.

    Args:
        opened: opens the inventory after the first paint; the dashboard closes it.
        address: an address to open on.
        trail_folder: where the incident trail of a throw-away inventory is kept, for which no theme is kept; None: in
            the user's state folder.

    Returns:
        The exit code of the program.

    Raises:
        EipdeckError: the inventory could not be opened.

    """
    obey(os.environ, indexes=sends_indexes(os.environ), delay=escape_delay(os.environ))
    kept = Kept(None if trail_folder else state_folder() / UI)
    app = EipdeckApp(opened, address=address, trail_folder=trail_folder, kept=kept)
    try:
        code = asyncio.run(app.run_async(mouse=not over_ssh(os.environ)))
        if code == 0 and app.main_screen is not None:
            app.main_screen.lost.forget()
    finally:
        if app.inventory is not None:
            app.inventory.close()
    if app.failure is not None:
        raise app.failure
    if app.defect is not None:
        raise RuntimeError("the dashboard ended by an error of its own") from app.defect
    return app.return_code or 0 if code is None else code
