"""The row of a review that edits its reason."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.containers import Horizontal
from textual.widgets import Static

from tui.widgets.field import Field

__all__ = ["ReasonRow"]


class ReasonRow(Horizontal):
    """The field of the reason; shown while it is edited."""

    def __init__(self, reason: str, on_text: Callable[[events.Key], None]) -> None:
        """Edit a reason; `on_text` is called with each key that is text."""
        self.reason = reason
        """The reason as it was kept last."""
        self._field = _ReasonField(reason, on_text)
        self._asked = False
        super().__init__(Static("reason", classes="form-label", markup=False), self._field, classes="review-reason")
        self.display = False

    @property
    def in_use(self) -> bool:
        return self.display

    def open(self) -> None:
        """Edit the reason."""
        self._field.value = self.reason
        self._field.cursor_position = len(self.reason)
        self._asked = False
        self.display = True
        self.screen.set_focus(self._field)

    def keep(self) -> None:
        """Take what was typed as the reason."""
        self.reason = self._field.value

    def close(self) -> None:
        self.display = False

    def clear(self) -> bool:
        """Clear the field; return False when it is empty."""
        had = bool(self._field.value)
        self._field.value = ""
        return had

    def may_close(self) -> bool:
        """Return whether nothing that was typed is lost, or the operator leaves for the second time."""
        asked, self._asked = self._asked, True
        return asked or self._field.value == self.reason


class _ReasonField(Field):
    """Its keys stop a pending confirmation too."""

    def __init__(self, reason: str, on_text: Callable[[events.Key], None]) -> None:
        super().__init__(reason)
        self._on_text = on_text

    def on_key(self, event: events.Key) -> None:
        if event.is_printable:
            self._on_text(event)
