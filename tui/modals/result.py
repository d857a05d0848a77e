"""The result of a batch, one line each, to read and to copy whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.commands.registry import key_of
from tui.modals.keystrokes import Keystrokes
from tui.modals.notices import Notice
from tui.terminal.clipboard import CopyRequested
from tui.wording.sanitize import safe

__all__ = ["ResultModal"]

_SHOWN: Final = 500
"""The first rows are shown, at most so many; the copy has them all."""


class ResultModal(Notice[None]):
    """Shows a row for each EIP of a batch: the old address and the new one, or what became of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "copy", "copy", show=False, id="copy")]
    SENTENCES = (
        "The changes were made. Each row names an EIP and its outcome; after a rehome the old and the new address.",
        "The rows stay in the incident trail and in the history.",
    )

    def __init__(self, heading: str, rows: Sequence[str], *, keystrokes: Keystrokes | None = None) -> None:
        super().__init__(heading, keystrokes=keystrokes)
        self._rows = rows

    def compose_body(self) -> ComposeResult:
        for row in self._rows[:_SHOWN]:
            yield Static(safe(row), classes="form-text", markup=False)
        if len(self._rows) > _SHOWN:
            yield Static(f"and {len(self._rows) - _SHOWN:,} more: the copy has them", markup=False)

    def keys(self) -> Sequence[str]:
        return (f"{key_of('copy')} copy all", "esc close", "F1 help")

    def action_copy(self) -> None:
        self.say(f"copying {len(self._rows):,} lines")
        self.post_message(CopyRequested("\n".join(self._rows)))
