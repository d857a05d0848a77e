"""The text field of the dashboard: addresses to look up, and the filter of the list."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.commands.registry import key_of
from tui.state.screen_state import FieldUse
from tui.terminal.roles import Role
from tui.widgets.field import Field
from tui.widgets.key_hints import hint_parts
from tui.widgets.lines import Line, Lines, line_of

__all__ = ["OmniField", "Omnibar", "idle"]


def idle() -> str:
    """Return the text in the place of the closed field."""
    return f"look up: type or paste an address   {key_of('find')} filter   {key_of('palette')} command"


def _painted(prompt: str) -> Line:
    """Return the text in the place of the field: what it is about first, keys bold."""
    if prompt == idle():
        field, *keys = prompt.split("   ")
        return line_of((field, Role.DIM), *hint_parts([f"   {key}" for key in keys]))
    label, colon, rest = prompt.partition(": ")
    return line_of((label + colon, Role.LABEL), rest) if colon else Line(prompt)


class OmniField(Field):
    """The text field; it takes the focus only while it is in use."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+c", "clear", show=False),
        Binding("up", "scroll('up')", show=False),
        Binding("down", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
        Binding("tab", "complete", show=False),
    ]

    class Left(Message):
        """The operator leaves the field."""

    class Scrolled(Message):
        """A key that moves the list below."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class CompletionRequested(Message):
        """Tab was pressed: complete the last word."""

    class Pasted(Message):
        """A bracketed paste into the field, all of it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_clear(self) -> None:
        """Clear the field; leave it when it is empty."""
        if self.value:
            self.value = ""
        else:
            self.action_leave()

    def action_complete(self) -> None:
        self.post_message(self.CompletionRequested())

    def action_scroll(self, action: str) -> None:
        self.post_message(self.Scrolled(action))

    def on_paste(self, event: events.Paste) -> None:
        """Keep all lines of a paste; Textual keeps the first one only."""
        event.stop()
        event.prevent_default()
        self.post_message(self.Pasted(event.text))


class Omnibar(Horizontal):
    """A prompt, the field while it is in use, and a note at the right."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name of it
        super().__init__(id=id)
        self.use = FieldUse.NOTHING
        self._prompt = Lines(classes="prompt")
        self._note = Lines(classes="note")
        self.field = OmniField()
        self.field.can_focus = False
        self.field.display = False

    def compose(self) -> ComposeResult:
        yield self._prompt
        yield self.field
        yield self._note

    def on_mount(self) -> None:
        self.tell(idle(), "")

    @property
    def in_use(self) -> bool:
        return self.use is not FieldUse.NOTHING

    def open(self, use: FieldUse, text: str) -> None:
        """Open the field with a text in it; the focus is set at once, so that the next key is text."""
        self.use = use
        self.field.display = True
        self.field.can_focus = True
        with self.prevent(Input.Changed):
            self.field.value = text
        self.field.cursor_position = len(text)
        self.tell("look up: " if use is FieldUse.LOOKUP else "filter: ", "")
        self.screen.set_focus(self.field)

    def close(self) -> None:
        """Close the field."""
        self.use = FieldUse.NOTHING
        self.field.display = False
        self.field.can_focus = False

    def tell(self, prompt: str, note: str) -> None:
        """Show a prompt, or a text in its place while the field is closed, and a note at the right."""
        self._prompt.show(_painted(prompt))
        self._note.show(Line(f"  {note}" if note else "", Role.DIM))
        self._note.styles.width = len(self._note.text)
        self._prompt.styles.width = len(prompt) if self.in_use else "1fr"
