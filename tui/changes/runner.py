"""Runs one flow at a time, and ends it when it must not go on."""

from __future__ import annotations

from functools import partial

from textual.screen import ModalScreen
from textual.worker import Worker

from tui.changes.flow import Flow
from tui.changes.write_mode import arm
from tui.commands.context import locked_refusal
from tui.commands.registry import key_of
from tui.session.host import Host
from tui.state.workers import Work

__all__ = ["Runner"]


class Runner:
    """The flow that is under way."""

    def __init__(self, host: Host) -> None:
        self.flow = Flow(host)
        self.leaving = False
        """The operator leaves as soon as the write in flight is answered."""
        self.changing = False
        """The flow under way changes something."""
        self._host = host
        self._worker: Worker[None] | None = None

    @property
    def busy(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def start(self, work: Work) -> None:
        """Start the flow of a change."""
        self._run(work, changing=True)

    def keep(self, work: Work) -> None:
        """Run a question that changes only this session and its files; it takes its turn as changes do."""
        self._run(partial(self._host.jobs.say_refusal, work), changing=False)

    def turn_write_mode(self) -> None:
        """Drop write mode, or ask whether to arm it."""
        mode = self._host.mode
        if mode.locked:
            self._host.say(locked_refusal(key_of("write_mode")))
        elif mode.writing:
            self._host.set_mode(mode.dropped())
            self._host.say(f"READ-ONLY: {key_of('write_mode')} arms write mode again")
        else:
            self._run(self._arm, changing=False)

    async def _arm(self) -> None:
        host = self._host
        if await arm(self.flow):
            now = await host.ask(lambda inventory: inventory.now())
            host.set_mode(host.mode.armed(now))
            host.say("WRITE: every change still has its own review")

    def expire(self) -> None:
        """Drop write mode when its time is over, and end a change that was not sent yet."""
        host = self._host
        if host.mode.ran_out(host.inventory.now()):
            host.set_mode(host.mode.dropped())
            if self.changing:
                self.cancel_unsent()
            host.say("write mode ran out: READ-ONLY", problem=True)

    def abort(self) -> None:
        """Send no further change of a batch; a grace count is aborted before its keys get here."""
        if self.flow.sending:
            self.flow.stop()
            self._host.say("the change that was sent stays sent; no further one is sent")
        else:
            recovers = f"{key_of('recover')} recovers a released address"
            self._host.say(f"{key_of('abort')} aborts a grace count, and none runs.  {recovers}")

    def _run(self, work: Work, *, changing: bool) -> None:
        self.changing = changing
        self._worker = self._host.jobs.start(work, "flow")

    def ended(self, worker: Worker[object]) -> bool:
        """Forget the flow when this worker ran it; return whether it did."""
        if worker is not self._worker:
            return False
        self._worker, self.changing = None, False
        return True

    def leave(self) -> None:
        """End the session; a write in flight is waited for."""
        if self.flow.sending:
            self.leaving = True
            self._host.say("leaving as soon as the change that was sent is answered")
        else:
            self._host.app.exit(0)

    def cancel_unsent(self) -> None:
        """End a flow that has sent nothing yet, and close its modals."""
        if self.flow.sending:
            return
        if self._worker is not None:
            self._worker.cancel()
        app = self._host.app
        while isinstance(app.screen, ModalScreen):
            app.screen.dismiss(None)
