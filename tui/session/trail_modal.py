"""Shows the incident trail, to read, copy or write to a file."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.commands.registry import key_of
from tui.modals.sheet import Sheet
from tui.wording.sanitize import safe

__all__ = ["TrailAnswer", "TrailModal"]


_SHOWN: Final = 400
"""The last lines are shown, at most so many; the file has them all."""


class TrailAnswer(StrEnum):
    """The operator's choice for the trail."""

    COPY = "copy"
    EXPORT = "export"


class TrailModal(Sheet[TrailAnswer]):
    """Shows the incident trail so far; the result is what to do with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "answer('copy')", show=False, id="copy"),
        Binding("x", "answer('export')", show=False, id="export"),
        Binding("q,enter,n,backspace", "leave", show=False, id="trail_leave"),
    ]
    SENTENCES = (
        "All lookups, changes and pins since the dashboard was opened, newest last.",
        "Each is written to a file of your own at once; a lost connection loses none.",
    )

    def __init__(self, text: str, path: Path) -> None:
        super().__init__("the incident trail")
        self._text = text
        self._path = path

    def compose_body(self) -> ComposeResult:
        lines = self._text.splitlines()
        if len(lines) > _SHOWN:
            yield Static(f"{len(lines) - _SHOWN:,} lines before these are in the file", markup=False)
        for line in lines[-_SHOWN:]:
            yield Static(safe(line), classes="form-text", markup=False)

    def on_mount(self) -> None:
        self.say(f"kept in {self._path}")
        self.call_after_refresh(self.body.scroll_end, animate=False)

    def keys(self) -> Sequence[str]:
        return (f"{key_of('copy')} copy all", f"{key_of('export')} write to a file", "esc back", "F1 help")

    def action_answer(self, answer: str) -> None:
        self.finish(TrailAnswer(answer))
