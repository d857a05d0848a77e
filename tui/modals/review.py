"""The review: what is about to change, and the one key that sends it.

`y` counts only alone. What is reviewed is read again when the review opens and when it is confirmed; what
changed meanwhile is shown and wants a confirmation of its own. Nothing is sent from here: the caller does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from core import EipdeckError
from tui.commands.registry import key_of
from tui.modals.keystrokes import SILENCE_AFTER, Keystrokes
from tui.modals.lines import Line, Shell, grid
from tui.modals.sheet import Sheet, rule
from tui.terminal.clipboard import CopyRequested
from tui.terminal.environment import SMALLEST, is_too_small
from tui.widgets.field import Field
from tui.wording.command_line import with_reason
from tui.wording.sanitize import safe

__all__ = ["TYPEABLE", "Later", "Review", "ReviewModal", "Sections", "Tier"]

Sections = tuple[tuple[Line, ...], ...]
"""What is said, with rules between."""

Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after so many seconds."""

TYPEABLE: Final = frozenset("0123456789./")
"""What can be typed where something is to be typed."""
_CHANGED: Final = "CHANGED SINCE YOU LOOKED"


class Tier(StrEnum):
    """How much a confirmation asks for."""

    PLAIN = "plain"
    """`y` sends at once."""
    COUNT = "count"
    """`y`, then the caller's count."""
    TYPED = "typed"
    """What is named typed exactly, then `y`, then the count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything a review shows, and what it takes to confirm it."""

    title: str
    target_copy: str
    """What `a` copies."""
    sections: Sections
    command: str
    """The command line that would do the same; empty: none would."""
    more_commands: tuple[str, ...] = ()
    """The further ones, when it takes several."""
    tier: Tier
    reread: Callable[[], Awaitable[list[str]]]
    """Reads again what is reviewed; one sentence for each thing that changed since it was looked at."""
    latest: Callable[[], Sections] | None = None
    """The sections by what was read last, where they may change without a new confirmation; as many as there were."""
    typed: str = ""
    prompt: str = ""
    """Says what to type."""
    reason: str = ""
    reason_required: bool = False
    closing: str = ""
    """How this could be undone, or that it cannot."""


class ReviewModal(Sheet["str | None"]):
    """Asks for the confirmation; the result is the reason when it came, None when it did not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "send", show=False, id="yes"),
        Binding("escape,enter,n,q", "step_back", "cancel", show=False, id="review_cancel"),
        Binding("a", "copy", "copy", show=False, id="copy"),
        Binding("end", "end", "end", show=False, id="review_end"),
        Binding("r", "reason", "reason", show=False, id="review_reason"),
        Binding("backspace", "rub_out", "delete", show=False, id="review_rub_out"),
        Binding("down,j", "line(1)", "down", show=False, id="review_line_down"),
        Binding("up,k", "line(-1)", "up", show=False, id="review_line_up"),
    ]
    SENTENCES = (
        "Nothing has been sent. y sends, pressed alone: no key for 300 ms before it and 200 ms after it.",
        "Enter, esc, n and q cancel, and go back to the form that led here; ctrl+c leaves that too.",
        "Keys in a burst are a paste: the review closes, nothing is sent, and addresses in it are looked up.",
        "Where something is to be typed, type it exactly, then press y. A count of 5 s follows; esc aborts it.",
        "r edits the reason (enter keeps it, esc does not). PgDn and PgUp scroll.",
        "What is shown is read again when the review opens, and again after y.",
        "If it changed meanwhile, the review says so and wants a new y.",
        "The command line does the same outside the dashboard; it is also the way for screen readers.",
    )

    def __init__(
        self,
        review: Review,
        *,
        keystrokes: Keystrokes | None = None,
        later: Later | None = None,
        from_form: bool = False,
    ) -> None:
        """Show `review`; `keystrokes` and `later` are the time it lives by.

        `from_form` says that there is a form to go back to.
        """
        super().__init__(f"review: {review.title}")
        self.review = review
        self.reason = review.reason
        self._keystrokes = keystrokes or Keystrokes()
        self._later = later or self.set_timer
        self._typed = ""
        self._data = [Line("data", "reading again ...")]
        self._seen: set[str] = set()
        self._pending: object | None = None
        self._in_field = False
        """The reason is being edited."""
        self._read = False
        """All of it has been in sight."""
        self._from_form = from_form
        self.back = False
        """It was left for the form it came from."""

    # what is shown

    def compose_body(self) -> ComposeResult:
        for number, _section in enumerate(self._sections()):
            if number:
                yield rule()
            yield Static(classes="review-section", markup=False)

    def compose_foot(self) -> ComposeResult:
        yield rule()
        yield Static(safe(self.review.closing), classes="review-closing", markup=False)
        yield Static(classes="review-typed", markup=False)
        with Horizontal(classes="review-reason"):
            yield Static("reason", classes="form-label", markup=False)
            yield ReasonField(self.reason)
        with Horizontal(classes="review-answer"):
            yield CancelText("> Cancel <", classes="review-cancel", markup=False)
            yield Static(self._sending(), classes="review-sending", markup=False)

    def on_mount(self) -> None:
        self.query_one(".review-reason").display = False
        self.query_one(".review-typed").display = self.review.tier is Tier.TYPED
        self.query_one(".review-closing").display = bool(self.review.closing)
        self._say_focus()
        self.set_focus(self.query_one(CancelText))
        self._paint()
        self.run_worker(self._look(), group="look")

    def _say_focus(self) -> None:
        back = "go back to the form" if self._from_form else "cancel"
        self.say(f"Cancel has the focus: enter and esc {back}, r edits the reason")

    def on_resize(self, _event: events.Resize) -> None:
        self._unseen()

    def _unseen(self) -> None:
        """What is now to be painted has not been read: no `y` counts before it is painted, and for 300 ms after."""
        self._keystrokes.hide()
        self.call_after_refresh(self._keystrokes.show)

    def keys(self) -> Sequence[str]:
        if self._in_field:
            return ("enter keep the reason", "esc leave it as it was", "F1 help")
        typed = self.review.tier is Tier.TYPED
        send = f"type {self.review.typed}, then y" if typed else self._sending().replace("y sends", "y send")
        copy = (self._copy_hint,) if self.review.target_copy else ()
        return (
            "esc back" if self._from_form else "esc cancel",
            send.replace(" at once", ""),
            "r reason",
            *copy,
            "F1 help",
        )

    @property
    def _copy_hint(self) -> str:
        return f"{key_of('copy')} copy"

    @property
    def expendable(self) -> Sequence[str]:
        return (self._copy_hint, "r reason")

    def _sending(self) -> str:
        return "y sends at once" if self.review.tier is Tier.PLAIN else "y sends after a 5 s count"

    def _sections(self) -> Iterator[list[Line | tuple[str, Shell]]]:
        """The sections with what the review itself adds: the reason, the data, the command."""
        sections: list[list[Line | tuple[str, Shell]]] = [list(section) for section in self._said()]
        if len(sections) < 2:
            sections += [[] for _ in range(2 - len(sections))]
        missing = self.review.reason_required and not self.reason
        words = "wanted: r types it" if missing else self.reason or "none; r types one"
        sections[0].append(Line("reason", words, problem=missing))
        sections[-1] += [*self._data, *self._commands()]
        yield from sections

    def _said(self) -> Sections:
        return self.review.sections if self.review.latest is None else self.review.latest()

    def _commands(self) -> Iterator[tuple[str, Shell]]:
        label = "command"
        for command in filter(None, (self.review.command, *self.review.more_commands)):
            yield label, Shell(with_reason(command, self.reason))
            label = ""

    def _paint(self) -> None:
        if self._left:
            return
        widgets = self.query(".review-section").results(Static)
        for widget, section in zip(widgets, self._sections(), strict=True):
            widget.update(grid(section))
        typed = self.review.typed
        box = f"[ {self._typed:{len(typed)}} ]"
        prompt = f"{self.review.prompt or 'Type exactly:'}  {box}   then y"
        self.query_one(".review-typed", Static).update(Text(prompt))
        self.call_after_refresh(self.show_keys)

    # what is heard

    async def on_key(self, event: events.Key) -> None:
        """Every key that no text field took; none gets any further."""
        self.hear(event)
        if self._in_field:
            return
        event.stop()
        event.prevent_default()
        active = self.active_bindings.get(event.key)
        if active is not None:
            await self.app.run_action(active.binding.action, active.node)
        elif self.review.tier is Tier.TYPED and event.character in TYPEABLE:
            self._type(self._typed + str(event.character))

    def hear(self, event: events.Key) -> None:
        """Take note of a key."""
        if self._pending is not None:
            self.say("stopped: another key came; nothing is sent")
        self._stop_confirming()
        self._keystrokes.heard(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._stop_confirming()
        self._keystrokes.noise()
        self.say("a paste is not taken here: what confirms is typed", problem=True)

    def on_screen_resume(self) -> None:
        self._unseen()

    def _type(self, text: str) -> None:
        self._typed = text[: len(self.review.typed) + 3]
        if self._typed == self.review.typed:
            self.say("typed: now y, pressed alone")
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
        self._note_place()

    def action_page(self, way: int) -> None:
        super().action_page(way)
        self._note_place()

    def action_end(self) -> None:
        self.body.scroll_end(animate=False)
        self._note_place()

    def _note_place(self) -> None:
        self.call_after_refresh(self._have_read)

    def _have_read(self) -> None:
        self._read = self._read or self.body.scroll_y >= self.body.max_scroll_y

    # the reason

    def action_reason(self) -> None:
        field = self.query_one(ReasonField)
        field.value = self.reason
        field.cursor_position = len(field.value)
        self._in_field = True
        self.say("the reason is kept in the history and stands in the command")
        self.query_one(".review-reason").display = True
        self.set_focus(field)
        self.show_keys()

    def on_input_submitted(self, event: Field.Submitted) -> None:
        event.stop()
        self.reason = event.value
        self._leave_field()

    def _leave_field(self) -> None:
        self._in_field = False
        self._say_focus()
        self._unseen()
        self.query_one(".review-reason").display = False
        self.set_focus(self.query_one(CancelText))
        self._paint()

    def action_step_back(self) -> None:
        self.back = self._from_form and not self._in_field
        self.action_leave()

    def action_leave(self) -> None:
        if self._in_field:
            self._leave_field()
        else:
            self.cancel()

    # the confirmation

    def action_yes(self) -> None:
        """Hear a `y`; it counts when nothing follows it."""
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
            return "a reason is wanted: r types it"
        if not self._read and self.body.scroll_y < self.body.max_scroll_y:
            return "there is more to read: PgDn or end to its end, then y"
        if self.review.tier is Tier.TYPED and self._typed != self.review.typed:
            return f"type {self.review.typed} exactly, then y"
        if not self._keystrokes.alone:
            return "y counts only alone: leave the keys for a moment, then press y"
        return ""

    def _settle(self, pending: object) -> None:
        if self._pending is pending and self._outcome is None:
            self.run_worker(self._confirm(pending), group="confirm")

    def _stop_confirming(self) -> None:
        self._pending = None

    async def _look(self) -> None:
        self._show(await self._read_again())

    async def _confirm(self, pending: object) -> None:
        changes = await self._read_again()
        if self._pending is not pending or not self.is_active:
            return
        self._pending = None
        if changes is not None and self._seen.issuperset(changes):
            self.finish(self.reason)
            return
        self._show(changes)
        self._type("")
        self._unseen()
        self.say("not sent: read what changed; a new y confirms it", problem=True)

    async def _read_again(self) -> list[str] | None:
        """What changed since; None when it cannot be told, with the reason shown."""
        try:
            return await self.review.reread()
        except EipdeckError as refusal:
            self._data = [Line("data", "could not be read again", problem=True)]
            self._data.append(Line("", refusal.message, problem=True))
            return None

    def _show(self, changes: list[str] | None) -> None:
        """Show the answer of a reading; what changed wants an unhurried look."""
        if changes:
            self._seen.update(changes)
            self._read = False
            self._unseen()
            self._data = [Line("data", f"read again now: {_CHANGED}", problem=True)]
            self._data += [Line("", change, problem=True) for change in changes]
            self.say(f"{_CHANGED}: {changes[0]}", problem=True)  # in sight, however long the review is
        elif changes is not None:
            self._data = [Line("data", "read again now: unchanged")]
        self._paint()


class CancelText(Static, can_focus=True):
    """Where the focus rests: text, so that Enter has nothing to press but what cancels."""

    ALLOW_SELECT = False

    def on_click(self) -> None:
        if isinstance(self.screen, Sheet):
            self.screen.cancel()


class ReasonField(Field):
    """The reason, while it is edited; its keys are heard too."""

    def on_key(self, event: events.Key) -> None:
        if isinstance(self.screen, ReviewModal) and event.is_printable:
            self.screen.hear(event)
