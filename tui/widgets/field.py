"""A field for one line of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.wording.sanitize import visible

__all__ = ["Field", "FieldContent"]


@dataclass(frozen=True, slots=True)
class FieldContent:
    """The content of a field: its text, or its chosen and marked options."""

    value: object
    marked: frozenset[object] = frozenset()


class Field(Input, inherit_bindings=False):
    """One line of text: no blinking, no suggestions, and no key that terminals keep for themselves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cursor_left", show=False, id="field_left"),
        Binding("right", "cursor_right", show=False, id="field_right"),
        Binding("ctrl+left", "cursor_left_word", show=False, id="field_left_word"),
        Binding("ctrl+right", "cursor_right_word", show=False, id="field_right_word"),
        Binding("home", "home", show=False, id="field_home"),
        Binding("end,ctrl+e", "end", show=False, id="field_end"),
        Binding("backspace", "delete_left", show=False, id="field_delete_left"),
        Binding("delete,ctrl+d", "delete_right", show=False, id="field_delete_right"),
        Binding("ctrl+u", "delete_left_all", show=False, id="field_clear"),
        Binding("enter", "submit", show=False, id="field_submit"),
    ]
    LONGEST: ClassVar[int] = 255

    def __init__(self, value: str = "", *, placeholder: str = "", classes: str = "") -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            compact=True,
            select_on_focus=bool(value),
            max_length=self.LONGEST,
            classes=classes,
        )
        self.cursor_blink = False
        self._preset = value

    def keep_typed(self) -> None:
        """Select a preset text, so that the first character replaces it; the operator's text is kept."""
        if self.value != self._preset:
            self.select_on_focus = False

    def validate_value(self, value: str) -> str:
        """Keep control characters off the screen."""
        return visible(value)

    def refill(self, content: FieldContent) -> None:
        """Restore the content of a field."""
        self.value = str(content.value or "")
        self.select_on_focus = False

    @property
    def entry(self) -> FieldContent:
        """The content of the field."""
        return FieldContent(self.value)

    @property
    def text(self) -> str | None:
        """The typed text without blanks around it; None when there is none."""
        return self.value.strip() or None

    def on_paste(self, event: events.Paste) -> None:
        """Insert the first line that is not blank."""
        event.stop()
        event.prevent_default()
        lines = [line.strip() for line in event.text.splitlines() if line.strip()]
        if lines:
            self.replace(lines[0], *sorted(self.selection))
