"""The base of every modal: a box, a note, a key line, help, and the ways out.

The box begins under the first row, so the header of the main screen stays in sight.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, TypeVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.commands.registry import key_of
from tui.terminal.driver import paint_all
from tui.terminal.palette import style
from tui.terminal.roles import Role
from tui.terminal.theme import ASCII, glyphs
from tui.widgets.key_hints import hints
from tui.widgets.lines import rich_text
from tui.wording.sanitize import safe, visible

__all__ = ["HelpSheet", "Sheet", "rule"]

Result = TypeVar("Result")

_TITLE_MARGIN: Final = 6
_ROOMY: Final = 76
"""A narrower screen shows no hints beside the fields, in cells."""


def rule() -> Static:
    """A line across the box."""
    return Static(classes="sheet-rule", markup=False)


class Sheet(ModalScreen[Result]):
    """A modal that fills the screen under the top line.

    Subclasses compose `compose_body` (scrolls) and `compose_foot` (always in sight), and name their `keys`.
    """

    DEFAULT_CSS = (Path(__file__).parent / "modals.tcss").read_text(encoding="utf-8")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "cancel", show=False, id="sheet_leave"),
        Binding("ctrl+c", "interrupt", "cancel", show=False, id="sheet_interrupt"),
        Binding("ctrl+l", "redraw", "redraw", show=False, id="sheet_redraw"),
        Binding("f1", "help", "help", show=False, id="sheet_help"),
        Binding("pagedown,ctrl+d", "page(1)", "down", show=False, id="sheet_down"),
        Binding("pageup,ctrl+u", "page(-1)", "up", show=False, id="sheet_up"),
    ]
    SENTENCES: ClassVar[tuple[str, ...]] = ()
    """The sentences that F1 shows."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading
        self._outcome: tuple[Result | None] | None = None
        self._ready = False
        self._left = False
        self._help: HelpSheet | None = None

    def compose_body(self) -> ComposeResult:
        yield from ()

    def compose_foot(self) -> ComposeResult:
        yield from ()

    def keys(self) -> Sequence[str]:
        """Return the parts of the key line in their order, help last."""
        return ("esc cancel", "F1 help")

    @property
    def help_sentences(self) -> Sequence[str]:
        """The sentences that F1 shows."""
        return self.SENTENCES

    @property
    def expendable(self) -> Sequence[str]:
        """The parts of the key line that are left out first when it is too long."""
        return ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet-box"):
            with Vertical(classes="sheet-body"):
                yield from self.compose_body()
            yield from self.compose_foot()
        yield Static(classes="sheet-note", markup=False)
        yield Static(classes="sheet-keys", markup=False)

    def on_mount(self) -> None:
        self._ready = True
        self.watch(self.body, "scroll_y", self.scrolled, init=False)
        self.set_class(glyphs(os.environ) is ASCII, "-ascii")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _ROOMY, "-tight")
        box = self.query_one(".sheet-box")
        box.border_title = safe(self.heading, width=max(event.size.width - _TITLE_MARGIN, 1))
        self.show_keys()
        self.call_after_refresh(self.show_keys)

    def show_keys(self) -> None:
        """Paint the key line. After the layout it also tells whether there is more to read."""
        if self._left:
            return
        *parts, last = self.keys()
        if self.goes_on:
            parts.append("PgDn more")
        line = hints([*parts, last], self.size.width, self.expendable, [key_of("yes")])
        self.query_one(".sheet-keys", Static).update(rich_text(line, self.size.width))

    @property
    def body(self) -> Widget:
        return self.query_one(".sheet-body")

    @property
    def goes_on(self) -> bool:
        """Whether there is more of the body below its box."""
        return self.body.scroll_y < self.body.max_scroll_y

    def say(self, text: str, *, problem: bool = False) -> None:
        """Write the line above the keys, if it is composed yet."""
        shown = Text(f"! {visible(text)}", style=style(Role.WARNING)) if problem else safe(text)
        for note in self.query(".sheet-note").results(Static):
            note.update(shown)

    # the ways out

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        self._left = True
        return super().dismiss(result)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore keys before the widgets are mounted and while they are removed."""
        del action, parameters
        return self._ready and not self._left

    async def on_event(self, event: events.Event) -> None:
        """Drop input that arrives after the modal was left: its widgets are being removed."""
        if self._left and isinstance(event, (events.InputEvent, events.Resize)):
            event.stop()
            return
        await super().on_event(event)

    def finish(self, result: Result | None) -> None:
        """Close with a result, once. Works from outside and while help covers the modal."""
        if self._outcome is not None:
            return
        self._outcome = (result,)
        self._leave_now()
        if self._help is not None:
            self._help.finish(None)

    def _leave_now(self) -> None:
        """Dismiss if there is an outcome and no other screen is on top."""
        if self._outcome is not None and not self._left and self.is_active:
            self.dismiss(self._outcome[0])

    def cancel(self) -> None:
        """Close without a result. Safe at any time."""
        self.finish(None)

    def on_screen_resume(self) -> None:
        self._help = None
        self._leave_now()

    def action_leave(self) -> None:
        self.cancel()

    def action_interrupt(self) -> None:
        """Clear the focused field; leave if it is empty or if no field has the focus."""
        if isinstance(self.focused, Input) and self.focused.value:
            self.focused.value = ""
        else:
            self.action_leave()

    def action_redraw(self) -> None:
        paint_all(self.app)

    def action_help(self) -> None:
        self._help = HelpSheet(self.heading, self.help_sentences)
        self.app.push_screen(self._help)

    def action_page(self, way: int) -> None:
        if way > 0:
            self.body.scroll_page_down(animate=False)
        else:
            self.body.scroll_page_up(animate=False)

    def scrolled(self) -> None:
        """Act on another part of the body in sight."""
        self.show_keys()

    def on_paste(self, event: events.Paste) -> None:
        """Drop a paste: the main screen below would look addresses up."""
        event.stop()


class HelpSheet(Sheet[None]):
    """The short help of a modal."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,f1,n,backspace", "leave", "back", show=False, id="help_leave"),
    ]

    def __init__(self, about: str, sentences: Sequence[str]) -> None:
        super().__init__(f"help: {about}")
        self.sentences = tuple(sentences)

    def compose_body(self) -> ComposeResult:
        for sentence in self.sentences:
            yield Static(safe(sentence), classes="sheet-help", markup=False)

    def keys(self) -> Sequence[str]:
        return ("q back", "esc back", "F1 back")

    def action_help(self) -> None:
        self.cancel()


class CancelText(Static, can_focus=True):
    """Holds the focus, so that Enter cancels."""

    ALLOW_SELECT = False

    def on_click(self) -> None:
        if isinstance(self.screen, Sheet):
            self.screen.cancel()
