"""A flow: the steps of a change, which are ask, review, count, send and say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from enum import Enum, auto
from operator import attrgetter
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from textual.screen import ModalScreen

from core import Code, Eip, EipdeckError, Inventory, OutcomeUnknown, Request, error
from tui.changes.grace_count import GraceCount
from tui.commands.registry import key_of
from tui.modals.keystrokes import Keystrokes, KeyTime
from tui.modals.lines import Line
from tui.modals.review_model import Later, Review, Tier
from tui.session.host import Host
from tui.session.trail import changed
from tui.widgets.field import FieldContent
from tui.wording.command_line import command_line

if TYPE_CHECKING:
    from tui.modals.form import Form
    from tui.modals.review import ReviewModal

__all__ = ["Flow", "Outcome", "new_request_id"]

Asked = TypeVar("Asked")
Result = TypeVar("Result")


class Outcome(Enum):
    """The end of an attempt to change something."""

    SENT = auto()
    CANCELLED = auto()
    """The operator did not confirm."""
    REFUSED = auto()


def new_request_id() -> str:
    """Return a key for one attempt. A request sent twice with one key is carried out once."""
    return uuid4().hex


class Flow:
    """The flow in progress; the runner can abort or stop it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.sending = False
        """A request was sent; it cannot be cancelled any more."""
        self.stopped = False
        """The operator stopped a batch: no further request is sent."""
        self.back = False
        """The operator left the last review for its form."""
        self._unsent_reason = ("", "")
        """The title of the review that was left last, and the reason typed in it."""
        self._from_form = False
        self.about_marks = ""
        """The line about marked EIPs in every review of the flow."""
        self.dead: Sequence[Eip] | None = None
        """The marked EIPs that were released before a flow of the marked ones; None while a flow is not about them."""
        self.grace = GraceCount(host.show_count)
        self.clock: Callable[[], float] = monotonic
        """Clock of reviews and notices, in seconds. `key_time` is a key's time by this clock; `later` sets timers."""
        self.key_time: KeyTime = attrgetter("time")
        self.later: Later | None = None

    def keystrokes(self) -> Keystrokes:
        """Return a keystroke timer for one review or notice."""
        return Keystrokes(self.clock, self.key_time)

    def unmark(self, eips: Sequence[Eip]) -> None:
        """Remove the marks of EIPs that were changed, and of the dead ones; a flow of the selection keeps all marks."""
        if self.dead is not None:
            self.host.unmark((*eips, *self.dead))

    def begin_batch(self) -> None:
        """Begin to send several requests, one after the other."""
        self.stopped = False

    def stop(self) -> None:
        """Send no further request of a batch."""
        self.stopped = True

    async def ask(self, question: ModalScreen[Asked | None]) -> Asked | None:
        """Show a question and return its answer; None if the operator went back."""
        answer = await self.host.app.push_screen_wait(question)
        if answer is None:
            self.host.say("nothing was sent")
        return answer

    async def ask_until_sent(
        self, form: Callable[[], Form[Asked | None]], go: Callable[[Asked], Awaitable[Outcome]]
    ) -> None:
        """Show a form and go on with its answer.

        The form returns with its content after a refusal, or after esc in the review.
        """
        filled: Sequence[FieldContent] = ()
        back = False
        try:
            while True:
                self.back, self._from_form = False, True
                asking = form()
                asking.filled, asking.came_back = filled, back
                asked = await self.ask(asking)
                outcome = None if asked is None else await go(asked)
                if outcome in (None, Outcome.SENT) or (outcome is Outcome.CANCELLED and not self.back):
                    return
                filled, back = asking.filled, self.back
        finally:
            self._from_form = self.back = False

    async def read(self, title: str, read: Callable[[Inventory], Result]) -> Result | None:
        """Read from the inventory in a thread; show a refusal and return None."""
        try:
            return await self.host.ask(read)
        except EipdeckError as refusal:
            await self.refuse(title, refusal)
            return None

    async def refuse(self, title: str, refusal: EipdeckError) -> None:
        """Show a refusal until the operator closes it."""
        from tui.modals.notices import RefusalModal  # noqa: PLC0415  # the first paint needs no modals

        outcome = "refused, nothing was changed"
        if refusal.code is Code.UNFINISHED:
            outcome = "unfinished, some steps are made"
        elif isinstance(refusal, OutcomeUnknown):
            outcome = f"outcome unknown, {key_of('timeline')} shows what was sent"
        self.host.say(f"{title}: {outcome}", problem=True)
        await self.host.app.push_screen_wait(RefusalModal(title, refusal, keystrokes=self.keystrokes()))

    def review(self, review: Review) -> ReviewModal:
        """Return the modal of a review, with what other sessions review now and what is marked."""
        from tui.modals.review import ReviewModal  # noqa: PLC0415  # the first paint needs no modals

        read_again, target = review.reread, review.target_copy

        async def reread() -> list[str]:
            return [*await read_again(), *await self.host.other_sessions.sentences(target)]

        first, *rest = review.sections
        told = (Line("marked", self.about_marks),) if self.about_marks and review.latest is None else ()
        review = replace(review, reread=reread, sections=((*first, *told), *rest))
        return ReviewModal(review, keystrokes=self.keystrokes(), later=self.later, from_form=self._from_form)

    async def confirm(self, review: Review, title: str) -> str | None:
        """Show the review, then run its grace count.

        Args:
            review: what to confirm.
            title: the change, its verb first; the count shows the verb in capitals.

        Returns:
            The reason, maybe empty; None if nothing may be sent.

        """
        title_left, reason_left = self._unsent_reason
        if title_left == review.title and not review.reason:
            review = replace(review, reason=reason_left)
        showing = self.review(review)
        self.host.other_sessions.begin(review.target_copy)
        try:
            reason = await self.ask(showing)
        finally:
            self.host.other_sessions.end()
        self._unsent_reason = (review.title, showing.reason if reason is None else "")
        if reason is None:
            self.back = showing.back
            return None
        if review.tier is not Tier.PLAIN and not await self.grace.run(title):
            self.host.say("aborted: nothing was sent")
            return None
        if not self.host.may_write():
            self.host.say("write mode ran out: nothing was sent", problem=True)
            return None
        return reason

    async def carry_out(self, title: str, request: Request[Result], review: Review) -> tuple[Outcome, Result | None]:
        """Show the review of one request and send it with the reason given.

        Returns:
            How it ended, and the answer if the request was carried out.

        """
        reason = await self.confirm(review, title)
        if reason is None:
            return Outcome.CANCELLED, None
        done = await self.send(title, replace(request, reason=reason or None))
        return Outcome.REFUSED if done is None else Outcome.SENT, done

    def _tracked(self, title: str, request: Request[Result]) -> Result:
        """Carry out a request and note its outcome in the trail, even if the screen is gone by then. Blocks."""
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
        """Carry the request out in a thread; show a refusal and return None."""
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
