"""The steps every change goes through: ask, review, count, send, say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from enum import Enum, auto
from operator import attrgetter
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from textual import events
from textual.screen import ModalScreen

from core import Code, EipdeckError, Inventory, OutcomeUnknown, Request, error
from tui.commands.registry import key_of
from tui.session.host import Host
from tui.session.trail import changed

if TYPE_CHECKING:
    from tui.modals import Review, ReviewModal
    from tui.modals.form import Form
    from tui.modals.keystrokes import Keystrokes
    from tui.modals.review import Later
    from tui.widgets.field import Held

__all__ = ["Flow", "Outcome", "new_request_id"]

Asked = TypeVar("Asked")
Result = TypeVar("Result")

GRACE_SECONDS = 5


class Outcome(Enum):
    """How a change ended that was asked for."""

    SENT = auto()
    CANCELLED = auto()
    """The operator did not confirm it."""
    REFUSED = auto()


def new_request_id() -> str:
    """A key for one attempt: sent again, it cannot do the thing twice."""
    return uuid4().hex


class Flow:
    """One flow at a time, and what can be done to it from outside."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.sending = False
        """A write is on its way and cannot be called back."""
        self.stopped = False
        """The operator wants no more of several changes to be sent."""
        self.back = False
        """The last review was left for the form it came from, not for good."""
        self._from_form = False
        self.about_marks = ""
        """What every review of the flow says of the marked EIPs."""
        self.second = 1.0
        """How long a second of the grace count is."""
        self.clock: Callable[[], float] = monotonic
        """The time that reviews and notices live by, `key_time` that of a key by it, and `later` their way to wait."""
        self.key_time: Callable[[events.Key], float] = attrgetter("time")
        self.later: Later | None = None
        self._abort: asyncio.Event | None = None

    def keystrokes(self) -> Keystrokes:
        """The ear of one more review or notice."""
        from tui.modals.keystrokes import Keystrokes  # noqa: PLC0415

        return Keystrokes(self.clock, self.key_time)

    @property
    def counting(self) -> bool:
        return self._abort is not None

    def abort(self) -> None:
        """End a grace count; nothing is sent."""
        if self._abort is not None:
            self._abort.set()

    def begin_batch(self) -> None:
        """Several changes are about to be sent, one after the other."""
        self.stopped = False

    def stop(self) -> None:
        """Send none after the one that is on its way."""
        self.stopped = True

    async def ask(self, question: ModalScreen[Asked | None]) -> Asked | None:
        """Put a question; None when the operator went back."""
        answer = await self.host.app.push_screen_wait(question)
        if answer is None:
            self.host.say("nothing was sent")
        return answer

    async def ask_until_sent(
        self, form: Callable[[], Form[Asked | None]], go: Callable[[Asked], Awaitable[Outcome]]
    ) -> None:
        """Ask with a form and go on with its answer.

        When that is refused, or its review left with esc, the form comes back with what was filled in.
        """
        filled: Sequence[Held] = ()
        try:
            while True:
                self.back, self._from_form = False, True
                asking = form()
                asking.filled = filled
                asked = await self.ask(asking)
                outcome = None if asked is None else await go(asked)
                if outcome in (None, Outcome.SENT) or (outcome is Outcome.CANCELLED and not self.back):
                    return
                filled = asking.filled
        finally:
            self._from_form = self.back = False

    async def read(self, title: str, read: Callable[[Inventory], Result]) -> Result | None:
        """Read something the flow needs; a refusal is shown, and ends the flow with None."""
        try:
            return await self.host.ask(read)
        except EipdeckError as refusal:
            await self.refuse(title, refusal)
            return None

    async def refuse(self, title: str, refusal: EipdeckError) -> None:
        from tui.modals import RefusalModal  # noqa: PLC0415  # the first screen goes without modals

        unknown = isinstance(refusal, OutcomeUnknown)
        outcome = (
            f"outcome unknown, {key_of('timeline')} shows what was sent" if unknown else "refused, nothing was changed"
        )
        self.host.say(f"{title}: {outcome} ({refusal.code})", problem=True)
        await self.host.app.push_screen_wait(RefusalModal(title, refusal, keystrokes=self.keystrokes()))

    def review(self, review: Review) -> ReviewModal:
        from tui.modals import Line, ReviewModal  # noqa: PLC0415

        read_again, target = review.reread, review.target_copy

        async def reread() -> list[str]:
            return [*await read_again(), *await self.host.other_sessions.sentences(target)]

        first, *rest = review.sections
        told = (Line("marked", self.about_marks),) if self.about_marks and review.latest is None else ()
        review = replace(review, reread=reread, sections=((*first, *told), *rest))
        return ReviewModal(review, keystrokes=self.keystrokes(), later=self.later, from_form=self._from_form)

    async def confirm(self, review: Review, what: str) -> str | None:
        """Show the review, and count when it asks for that.

        Returns:
            The reason given, maybe empty; None when nothing is to be sent.

        """
        from tui.modals import Tier  # noqa: PLC0415

        showing = self.review(review)
        self.host.other_sessions.begin(review.target_copy)
        try:
            reason = await self.ask(showing)
        finally:
            self.host.other_sessions.end()
        if reason is None:
            self.back = showing.back
            return None
        if review.tier is not Tier.PLAIN and not await self._count(what):
            self.host.say("aborted: nothing was sent")
            return None
        if not self.host.may_write():
            self.host.say("write mode ran out: nothing was sent", problem=True)
            return None
        return reason

    async def _count(self, what: str) -> bool:
        """The grace count; False when it was aborted."""
        self._abort = asyncio.Event()
        try:
            for left in range(GRACE_SECONDS, 0, -1):
                self.host.show_count(
                    f"{what} in {left} s.  Nothing has been sent yet.  {key_of('abort')} or esc aborts"
                )
                try:
                    await asyncio.wait_for(self._abort.wait(), self.second)
                except TimeoutError:
                    continue
                return False
            return True
        finally:
            self._abort = None
            self.host.show_count(None)

    def _tracked(self, title: str, request: Request[Result]) -> Result:
        """Do it, and write down what came of it, also when nobody waits for the answer any more. Blocks."""
        from tui.wording.command_line import command_line  # noqa: PLC0415

        if not self.host.may_write():
            raise error(
                Code.READ_ONLY,
                "Write mode ran out before this could be sent.",
                hint=f"{key_of('write_mode')} arms it again.",
            )
        about = (title, command_line(request), getattr(request, "expected", None))
        try:
            with self.host.doubts.noted(self.host.inventory, title, request.request_id):
                done = self.host.inventory.execute(request)
        except EipdeckError as refusal:
            self.host.note(changed(*about, refusal))
            raise
        self.host.note(changed(*about, done))
        return done

    async def send(self, title: str, request: Request[Result]) -> Result | None:
        """Send the request off the event loop; a refusal is shown, and answered with None."""
        self.sending, self._from_form = True, False
        self.host.say(f"{title}: sending")
        try:
            return await asyncio.to_thread(self._tracked, title, request)
        except EipdeckError as refusal:
            problem = refusal
        finally:
            self.sending = False
            self.host.written()
        await self.refuse(title, problem)
        return None
