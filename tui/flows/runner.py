"""Runs one flow at a time, and ends it when it must not go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen
from textual.worker import Worker

from tui.commands import Command
from tui.flows.arming import arm
from tui.flows.start import start
from tui.flows.steps import Steps
from tui.hand import Hand

if TYPE_CHECKING:
    from tui.screen import DeckScreen

__all__ = ["Runner"]


class Runner:
    """The flow that is under way, on behalf of the screen."""

    def __init__(self, screen: DeckScreen) -> None:
        self.steps = Steps(screen)
        self.leaving = False
        """The operator wants out as soon as the write in flight has been answered."""
        self._screen = screen
        self._worker: Worker[None] | None = None

    @property
    def busy(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def start(self, command: Command, hand: Hand | None) -> None:
        """Start the flow of a change on what is in hand now."""
        if self.busy:
            self._screen.say("one thing at a time: the change under way has not been answered yet")
            return
        self._run(start(self.steps, command.id, hand))

    def arm(self) -> None:
        """Ask whether to write."""
        if not self.busy:
            self._run(self._arm())

    async def _arm(self) -> None:
        screen = self._screen
        if await arm(self.steps):
            now = await screen.ask(lambda desk: desk.now())
            screen.set_mode(screen.mode.armed(now))

    def _run(self, work: object) -> None:
        self._worker = self._screen.run_worker(work, group="flow", exit_on_error=False)  # type: ignore[arg-type]

    def ended(self, worker: Worker[object]) -> bool:
        """Whether this was the flow under way; it is forgotten."""
        if worker is not self._worker:
            return False
        self._worker = None
        return True

    def cancel_unsent(self) -> None:
        """End the flow that has sent nothing yet, and close what it opened."""
        if self.steps.sending:
            return
        if self._worker is not None:
            self._worker.cancel()
        app = self._screen.app
        while isinstance(app.screen, ModalScreen):
            app.screen.dismiss(None)
