"""The one field of the deck: addresses to look up, and the filter of the list."""

from __future__ import annotations

from enum import Enum, auto
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.commands.registry import key_of
from tui.widgets.field import Field
from tui.widgets.lines import Line, Lines

__all__ = ["OmniField", "Omnibar", "OmnibarUse", "idle"]


def idle() -> str:
    """What stands in place of the field."""
    return f"look up: type or paste an address   {key_of('find')} filter   {key_of('palette')} command"


class OmnibarUse(Enum):
    """What the field is open for."""

    NOTHING = auto()
    LOOKUP = auto()
    FILTER = auto()


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
        """The operator wants out of the field."""

    class Scrolled(Message):
        """A key that moves the list below."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class CompletionWanted(Message):
        """Tab: the rest of the last word, as far as it is certain."""

    class Pasted(Message):
        """A bracketed paste into the field, all of it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_clear(self) -> None:
        self.value = ""

    def action_complete(self) -> None:
        self.post_message(self.CompletionWanted())

    def action_scroll(self, action: str) -> None:
        self.post_message(self.Scrolled(action))

    def on_paste(self, event: events.Paste) -> None:
        """Textual keeps the first line of a paste only; here a list of addresses keeps them all."""
        event.stop()
        event.prevent_default()
        self.post_message(self.Pasted(event.text))


class Omnibar(Horizontal):
    """A prompt, the field while it is in use, and a note at the right."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.use = OmnibarUse.NOTHING
        self._prompt = Lines(classes="prompt")
        self._note = Lines(classes="note")
        self.field = OmniField()
        self.field.can_focus = False

    def compose(self) -> ComposeResult:
        yield self._prompt
        yield self.field
        yield self._note

    def on_mount(self) -> None:
        self.field.display = False
        self.rest()

    @property
    def in_use(self) -> bool:
        return self.use is not OmnibarUse.NOTHING

    def open(self, use: OmnibarUse, text: str) -> None:
        """Open the field with a text in it; the focus is set at once, so that the next key is text."""
        self.use = use
        self._say("look up: " if use is OmnibarUse.LOOKUP else "filter: ", "")
        self.field.display = True
        self.field.can_focus = True
        with self.prevent(Input.Changed):
            self.field.value = text
        self.field.cursor_position = len(text)
        self.screen.set_focus(self.field)
        self._widths()

    def rest(self, text: str = "", note: str = "") -> None:
        """Close the field and show a text in its place."""
        self.use = OmnibarUse.NOTHING
        self.field.display = False
        self.field.can_focus = False
        self._say(text or idle(), note)
        self._widths()

    def note(self, text: str) -> None:
        """Say something at the right of the field."""
        self._say(self._prompt.text, text)
        self._widths()

    def _say(self, prompt: str, note: str) -> None:
        self._prompt.show(Line(prompt))
        self._note.show(Line(f"  {note}" if note else ""))

    def _widths(self) -> None:
        note = len(self._note.text)
        self._note.styles.width = note
        self._prompt.styles.width = len(self._prompt.text) if self.in_use else "1fr"
