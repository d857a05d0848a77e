"""The end of a burst of keys: it is looked up when it is a paste, and told when a key stopped it."""

from __future__ import annotations

from tui.changes.runner import Runner
from tui.commands.registry import View
from tui.screen.lookups import Lookups
from tui.screen.navigator import Navigator
from tui.state.workers import Say
from tui.terminal.key_guard import Burst
from tui.wording.sanitize import visible

__all__ = ["Bursts"]


class Bursts:
    """Undoes what a burst opened."""

    def __init__(self, navigator: Navigator, lookups: Lookups, runner: Runner, say: Say) -> None:
        self._navigator = navigator
        self._lookups = lookups
        self._runner = runner
        self._say = say
        self._began = View.EIPS

    def begin(self) -> None:
        """Remember where a key was pressed that may be the first of a burst."""
        self._began = self._navigator.view

    def undo(self) -> None:
        """Close what the keys of the burst opened, and go back where they began."""
        self._runner.cancel_unsent()
        self._lookups.leave()
        if self._navigator.view is not self._began:
            self._navigator.show_view(self._began)

    def end(self, burst: Burst) -> None:
        """Look up the addresses of a burst that is a paste, or say which key stopped it."""
        if burst.pasted:
            self.undo()
            self._lookups.pasted(burst.text)
        elif burst.stopped_at:
            key = visible(burst.stopped_at)
            self._say(f"stopped at {key}: keys came all at once; nothing was changed. Press {key} alone", problem=True)
