"""Runs one flow at a time, and ends it when it must not go on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.screen import ModalScreen
from textual.worker import Worker

from tui.changes.flow import Flow
from tui.commands.registry import Command
from tui.state.marks import Marks
from tui.state.selection import Selection
from tui.state.workers import Work, work_on

if TYPE_CHECKING:
    from tui.screen.main_screen import MainScreen

__all__ = ["Runner"]


class Runner:
    """The flow that is under way, on behalf of the screen."""

    def __init__(self, screen: MainScreen) -> None:
        self.flow = Flow(screen)
        self.leaving = False
        """The operator wants out as soon as the write in flight has been answered."""
        self.changing = False
        """What is under way wants to change something."""
        self._screen = screen
        self._worker: Worker[None] | None = None

    @property
    def busy(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def start(self, command: Command, selection: Selection | None, marks: Marks) -> None:
        """Start the flow of a change on what is in hand or marked now."""
        from tui.changes.start import start  # noqa: PLC0415  # the first screen goes without

        self._run(partial(start, self.flow, command.id, selection, marks), changing=True)

    def arm(self) -> None:
        """Ask whether to write."""
        self._run(self._arm, changing=False)

    def keep(self, work: Work) -> None:
        """Run what changes nothing but this session and its files; it takes its turn as changes do."""
        self._run(partial(self._screen.telling, work), changing=False)

    async def _arm(self) -> None:
        from tui.changes.write_mode import arm  # noqa: PLC0415  # the first screen goes without

        screen = self._screen
        if await arm(self.flow):
            now = await screen.ask(lambda inventory: inventory.now())
            screen.set_mode(screen.mode.armed(now))
            screen.say("WRITE: every change still has its own review")

    def _run(self, work: Work, *, changing: bool) -> None:
        self.changing = changing
        self._worker = work_on(self._screen, work, "flow")

    def ended(self, worker: Worker[object]) -> bool:
        """Whether this was the flow under way; it is forgotten."""
        if worker is not self._worker:
            return False
        self._worker, self.changing = None, False
        return True

    def leave(self) -> None:
        """End the session; a write in flight is waited for."""
        if self.flow.sending:
            self.leaving = True
            self._screen.say("leaving as soon as the change that was sent is answered")
        else:
            self._screen.app.exit(0)

    def cancel_unsent(self) -> None:
        """End the flow that has sent nothing yet, and close what it opened."""
        if self.flow.sending:
            return
        if self._worker is not None:
            self._worker.cancel()
        app = self._screen.app
        while isinstance(app.screen, ModalScreen):
            app.screen.dismiss(None)
