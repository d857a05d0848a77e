"""Notices, which stay until the operator closes them, and the notice of a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core import Code, EipdeckError, OutcomeUnknown
from tui.commands.registry import key_of
from tui.modals.keystrokes import Keystrokes
from tui.modals.lines import Line, Shell, grid
from tui.modals.sheet import CancelText, Sheet, rule
from tui.wording.findings import what_to_do
from tui.wording.phrases import count_of

__all__ = ["RefusalModal"]

Result = TypeVar("Result")


class Notice(Sheet[Result]):
    """Sections of lines and a way out. Keys typed in the first 300 ms are ignored."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,n,q", "leave", "leave", show=False, id="notice_leave"),
    ]
    WAY_OUT: ClassVar[str] = "> Close <"
    NOTE: ClassVar[str] = "enter, esc, q and n close it"

    def __init__(self, heading: str, *, keystrokes: Keystrokes | None = None) -> None:
        super().__init__(heading)
        self._keystrokes = keystrokes or Keystrokes()

    def sections(self) -> Iterable[Iterable[Line | tuple[str, Shell]]]:
        """Return its sections; a rule separates them."""
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        for number, section in enumerate(self.sections()):
            if number:
                yield rule()
            yield Static(grid(section), classes="review-section", markup=False)

    def compose_foot(self) -> ComposeResult:
        yield rule()
        yield CancelText(self.WAY_OUT, classes="notice-close", markup=False)

    def on_mount(self) -> None:
        self.set_focus(self.query_one(CancelText))
        self.say(self.NOTE)

    def on_screen_resume(self) -> None:
        self._unseen()

    def on_resize(self, _event: events.Resize) -> None:
        self._unseen()

    def _unseen(self) -> None:
        """Ignore keys until the screen is painted, and for 300 ms after."""
        self._keystrokes.hide()
        self.call_after_refresh(self._keystrokes.show)

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if not self._keystrokes.is_late_enough(event):
            return
        active = self.active_bindings.get(event.key)
        if active is not None:
            await self.app.run_action(active.binding.action, active.node)


class RefusalModal(Notice[None]):
    """Shows what was refused and why, that nothing changed, and what to do."""

    def __init__(self, title: str, error: EipdeckError, *, keystrokes: Keystrokes | None = None) -> None:
        super().__init__(f"! refused: {title}", keystrokes=keystrokes)
        self._error = error

    @property
    def help_sentences(self) -> Sequence[str]:
        error = self._error
        told = f"The command line tells it by the code {error.code}, and ends with {error.exit_code}."
        return ("Nothing is sent from here.", told)

    def sections(self) -> Iterable[Iterable[Line | tuple[str, Shell]]]:
        error = self._error
        lines = [Line("why", error.reason, problem=True)]
        if error.code is Code.UNFINISHED:
            done = len(error.details.get("done", ()))
            lines.append(Line("changed", f"{count_of(done, 'step')} of the plan; {key_of('timeline')} shows them"))
        elif isinstance(error, OutcomeUnknown):
            lines.append(
                Line(
                    "changed", f"unknown: no answer came in time; the history says what was sent ({key_of('timeline')})"
                )
            )
        else:
            lines.append(Line("changed", "nothing: everything is as it was"))
        lines.append(Line("what to do", what_to_do(error) or "Look again at what is selected, then decide."))
        return (tuple(lines),)

    def keys(self) -> Sequence[str]:
        return ("esc close", "enter close", "F1 help")
