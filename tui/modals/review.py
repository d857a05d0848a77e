"""The review: what is about to change, and the one key that confirms it.

`y` counts only after a pause. The target is read again when the review opens and when it is confirmed; a change in
between is shown and needs a confirmation of its own. Nothing is sent from here: the caller sends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from tui.modals import review_text
from tui.modals.keystrokes import SILENCE_AFTER, Keystrokes
from tui.modals.lines import Line, Shell, grid
from tui.modals.reason import ReasonRow
from tui.modals.review_model import TYPEABLE, Later, Review, Tier
from tui.modals.sheet import CancelText, Sheet, rule
from tui.terminal.clipboard import CopyRequested
from tui.terminal.environment import SMALLEST, is_too_small
from tui.widgets.field import Field
from tui.wording.sanitize import safe

__all__ = ["ReviewModal"]


class ReviewModal(Sheet["str | None"]):
    """Asks for a confirmation. The result is the reason, or None if the operator did not confirm."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "send", show=False, id="yes"),
        Binding("escape,n,q", "step_back", "cancel", show=False, id="review_cancel"),
        Binding("enter", "enter", "cancel", show=False, id="review_enter"),
        Binding("ctrl+c", "interrupt", "cancel", show=False, id="review_interrupt"),
        Binding("a", "copy", "copy", show=False, id="copy"),
        Binding("end", "end", "end", show=False, id="review_end"),
        Binding("r", "reason", "reason", show=False, id="review_reason"),
        Binding("backspace", "rub_out", "delete", show=False, id="review_rub_out"),
        Binding("down,j", "line(1)", "down", show=False, id="review_line_down"),
        Binding("up,k", "line(-1)", "up", show=False, id="review_line_up"),
    ]
    SENTENCES = review_text.HELP

    def __init__(
        self,
        review: Review,
        *,
        keystrokes: Keystrokes | None = None,
        later: Later | None = None,
        from_form: bool = False,
    ) -> None:
        """Show a review. `keystrokes` judges whether a key came alone, `later` sets timers.

        With `from_form`, esc goes back to a form.
        """
        super().__init__(f"review: {review.title}")
        self.review = review
        self._edited = ReasonRow(review.reason, self.note_key)
        self._keystrokes = keystrokes or Keystrokes()
        self._later = later or self.set_timer
        self._typed = ""
        self._data = review_text.TargetData(review.reread)
        self._pending: object | None = None
        self._read = False
        """The operator has scrolled to the end."""
        self._from_form = from_form
        self.back = False
        """The operator went back to the form."""

    # painting

    def compose_body(self) -> ComposeResult:
        for number, _section in enumerate(self._sections()):
            if number:
                yield rule()
            yield Static(classes="review-section", markup=False)

    def compose_foot(self) -> ComposeResult:
        yield rule()
        yield Static(safe(self.review.closing), classes="review-closing", markup=False)
        yield Static(classes="review-typed", markup=False)
        yield self._edited
        with Horizontal(classes="review-answer"):
            yield CancelText("> Cancel <", classes="review-cancel", markup=False)
            yield Static(classes="review-sending", markup=False)

    def on_mount(self) -> None:
        self.query_one(".review-typed").display = self.review.tier is Tier.TYPED
        self.query_one(".review-closing").display = bool(self.review.closing)
        self._say_focus()
        self.set_focus(self.query_one(CancelText))
        self._paint()
        self.run_worker(self._look(), group="look")

    def _say_focus(self) -> None:
        back = "back to the form" if self._from_form else "cancel"
        self.say(f"enter or esc: {back}. y: send. r: reason")

    def on_resize(self, _event: events.Resize) -> None:
        self._unseen()

    def _unseen(self) -> None:
        """Ignore `y` until the screen is painted, and for 300 ms after."""
        self._keystrokes.hide()
        self.call_after_refresh(self._keystrokes.show)

    def keys(self) -> Sequence[str]:
        if self._edited.in_use:
            return ("enter keep the reason", "esc leave it as it was", "F1 help")
        return review_text.review_keys(self.review, self.reason, from_form=self._from_form)

    @property
    def expendable(self) -> Sequence[str]:
        return (review_text.copy_hint(), "r reason")

    @property
    def reason(self) -> str:
        """The reason as it was kept last."""
        return self._edited.reason

    def _sections(self) -> Iterator[list[Line | tuple[str, Shell]]]:
        return review_text.sections_of(self.review, self.reason, self._data.lines)

    def _paint(self) -> None:
        if self._left:
            return
        widgets = self.query(".review-section").results(Static)
        for widget, section in zip(widgets, self._sections(), strict=True):
            widget.update(grid(section))
        self.query_one(".review-sending", Static).update(review_text.sending_words(self.review, self.reason))
        self.query_one(".review-typed", Static).update(Text(review_text.typing_words(self.review, self._typed)))
        self.call_after_refresh(self.show_keys)

    # keys

    async def on_key(self, event: events.Key) -> None:
        """Handle every key outside the reason field; none reaches the main screen."""
        self.note_key(event)
        if self._edited.in_use:
            return
        event.stop()
        event.prevent_default()
        active = self.active_bindings.get(event.key)
        if active is not None:
            await self.app.run_action(active.binding.action, active.node)
        elif self.review.tier is Tier.TYPED and event.character in TYPEABLE:
            self._type(self._typed + str(event.character))

    def note_key(self, event: events.Key) -> None:
        """Note a key; it stops a pending confirmation."""
        if self._pending is not None:
            self.say("stopped: another key came; nothing is sent")
        self._pending = None
        self._keystrokes.note(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._pending = None
        self._keystrokes.noise()
        self.say("a paste is ignored here: type to confirm", problem=True)

    def on_screen_resume(self) -> None:
        self._unseen()

    def _type(self, text: str) -> None:
        self._typed = text[: len(self.review.typed) + 3]
        if self._typed == self.review.typed:
            self.say("correct. Pause, then press y")
        self._paint()

    def action_rub_out(self) -> None:
        self._type(self._typed[:-1])

    def action_copy(self) -> None:
        target = self.review.target_copy
        if target:
            self.say(f"copying {target.partition(chr(10))[0]}")
            self.post_message(CopyRequested(target))

    def action_line(self, way: int) -> None:
        self.body.scroll_relative(y=way, animate=False)

    def action_end(self) -> None:
        self.body.scroll_end(animate=False)

    def scrolled(self) -> None:
        super().scrolled()
        if not self._read and not self.goes_on:
            self._read = True
            self._say_focus()

    # the reason

    def action_reason(self) -> None:
        self.say("the history keeps the reason; the command shows it")
        self._edited.open()
        self.show_keys()

    def on_input_submitted(self, event: Field.Submitted) -> None:
        event.stop()
        self._edited.keep()
        self._leave_field()

    def _leave_field(self) -> None:
        self._edited.close()
        self._say_focus()
        self._unseen()
        self.set_focus(self.query_one(CancelText))
        self._paint()

    def action_step_back(self) -> None:
        self.back = self._from_form and not self._edited.in_use
        self.action_leave()

    def action_enter(self) -> None:
        """Cancel, unless this enter may be one too many for the form that led here."""
        if self._keystrokes.late or not self._from_form:
            self.action_step_back()
        else:
            self.say("that enter came too early: esc goes back to the form", problem=True)

    def action_interrupt(self) -> None:
        """Clear the reason, or what was typed to confirm; leave when there is nothing to clear."""
        if self._typed and not self._edited.in_use:
            self._type("")
        elif not (self._edited.in_use and self._edited.clear()):
            self.action_step_back()

    def action_leave(self) -> None:
        if not self._edited.in_use:
            self.cancel()
        elif self._edited.may_close():
            self._leave_field()
        else:
            self.say("esc again leaves the reason as it was; enter keeps what you typed", problem=True)

    # the confirmation

    def action_yes(self) -> None:
        """Confirm, if no key follows within 200 ms."""
        why_not = self._why_not()
        if why_not:
            self.say(why_not, problem=True)
            return
        pending = self._pending = object()
        self.say("y: it is all read again before anything is sent; any other key stops it")
        self._later(SILENCE_AFTER, lambda: self._settle(pending))

    def _why_not(self) -> str:
        if is_too_small(*self.size):
            return "too small to review: {} by {} at least, then y".format(*SMALLEST)
        if self.review.reason_required and not self.reason:
            return "a reason is required: press r"
        if not self._read and self.goes_on:
            return "there is more to read: PgDn or end to its end, then y"
        if self.review.tier is Tier.TYPED and self._typed != self.review.typed:
            return f"type {self.review.typed} exactly, then y"
        if not self._keystrokes.alone:
            return "too fast after the last key: press y again"
        return ""

    def _settle(self, pending: object) -> None:
        if self._pending is pending and self._outcome is None:
            self.run_worker(self._confirm(pending), group="confirm")

    async def _look(self) -> None:
        self._show(await self._data.read())

    async def _confirm(self, pending: object) -> None:
        changes = await self._data.read()
        if self._pending is not pending or not self.is_active:
            return
        self._pending = None
        if self._data.was_seen(changes):
            self.finish(self.reason)
            return
        self._show(changes)
        self._type("")
        self._unseen()
        self.say("not sent: read what changed; a new y confirms it", problem=True)

    def _show(self, changes: list[str] | None) -> None:
        """Show the target as read again. A change must be read before `y` counts."""
        self._data.show(changes)
        if changes:
            self._read = False
            self._unseen()
            self.say(f"{review_text.CHANGED}: {changes[0]}", problem=True)  # in sight even if the review is long
        self._paint()
