"""The lookup bar: the field for addresses and filters, and the text in its place while it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.message import Message
from textual.widgets import Input

from tui.screen.filter_completion import complete
from tui.state.screen_state import FieldUse, LookupState, ScreenState
from tui.state.selection import SelectionKind
from tui.state.snapshot import Snapshot
from tui.widgets.omnibar import Omnibar, OmniField, idle
from tui.wording.phrases import minute
from tui.wording.sanitize import visible

__all__ = ["LookupBar", "known_values", "lookup_text"]

_SHOWN: Final = 60
"""Cells of a looked-up text that stay in the bar."""


class LookupBar(Omnibar):
    """The field, the last looked-up text, and the note about it. It reads nothing: it posts what was typed."""

    class Typed(Message):
        """The field holds another text; `final` after Enter."""

        def __init__(self, use: FieldUse, text: str, *, final: bool) -> None:
            super().__init__()
            self.use = use
            self.text = text
            self.final = final

    class Left(Message):
        """The operator leaves the field."""

    class Pasted(Message):
        """Text was pasted into the field."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Scrolled(Message):
        """The operator moves the list below the field."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class CompletionRequested(Message):
        """Tab was pressed in the field."""

    class Changed(Message):
        """The bar is to be painted again."""

    def __init__(self) -> None:
        super().__init__(id="omnibar")
        self._looked_up = self._about = ""
        self._narrowed = False

    @property
    def state(self) -> LookupState:
        return LookupState(self.use, self._looked_up, self._about, self._narrowed)

    def open(self, use: FieldUse, text: str) -> None:
        self._narrowed = False
        super().open(use, text)
        self.post_message(self.Changed())

    def close(self) -> None:
        super().close()
        self.post_message(self.Changed())

    def narrowed(self) -> None:
        """Show from now on how many rows the filter lets through."""
        self._narrowed = True
        self.post_message(self.Changed())

    def remember(self, text: str, note: str) -> None:
        """Keep the looked-up text while its verdict is selected."""
        self._looked_up, self._about = text, note
        self.post_message(self.Changed())

    def forget(self) -> bool:
        """Drop the looked-up text; return False when there is none."""
        had = bool(self._looked_up)
        self.remember("", "")
        return had

    def complete(self, snapshot: Snapshot | None, services: Sequence[str]) -> Sequence[str]:
        """Complete the last word of a filter; return how it could go on."""
        done = complete(self.field.value, {**known_values(snapshot), "service": services})
        self.field.value = done.text
        self.field.cursor_position = len(done.text)
        return done.candidates

    def insert(self, text: str) -> None:
        """Insert a text at the cursor of the field."""
        self.field.insert_text_at_cursor(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self.use, event.value, final=False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Typed(self.use, event.value, final=True))

    def on_omni_field_left(self, event: OmniField.Left) -> None:
        event.stop()
        self.post_message(self.Left())

    def on_omni_field_pasted(self, event: OmniField.Pasted) -> None:
        event.stop()
        self.post_message(self.Pasted(event.text))

    def on_omni_field_scrolled(self, event: OmniField.Scrolled) -> None:
        event.stop()
        self.post_message(self.Scrolled(event.action))

    def on_omni_field_completion_requested(self, event: OmniField.CompletionRequested) -> None:
        event.stop()
        self.post_message(self.CompletionRequested())


def known_values(snapshot: Snapshot | None) -> dict[str, list[str]]:
    """Return the values that the inventory has for the keys of the filter."""
    if snapshot is None:
        return {}
    return {
        "pool": [pool.id for pool in snapshot.pools],
        "cidr": [cidr.cidr for cidr in snapshot.cidrs],
        "region": sorted({pool.region for pool in snapshot.pools}),
        "age": [">7d", ">30d", ">90d"],
    }


def lookup_text(state: ScreenState) -> tuple[str, str]:
    """Return the prompt and the note of the bar."""
    lookup, filter_, selection = state.lookup, state.listed.filter, state.selection
    if lookup.use is not FieldUse.NOTHING:
        note = state.listed.shown if lookup.use is FieldUse.FILTER and lookup.narrowed else ""
        return ("look up: " if lookup.use is FieldUse.LOOKUP else "filter: "), note
    if state.detail_page and selection is not None:
        what = "EIP" if selection.kind is SelectionKind.ADDRESS else selection.kind.value
        when = f" @ {minute(selection.at)}" if selection.at is not None else ""
        return f"{what} {visible(selection.words)}{when}", f"esc back to {state.view.value}"
    if lookup.text:
        note = f"{lookup.note}  filter: {visible(filter_, _SHOWN // 3)}" if filter_ else lookup.note
        return f"look up: {visible(lookup.text, _SHOWN)}", note
    if filter_:
        return f"filter: {visible(filter_, _SHOWN)}", f"{state.listed.shown}  esc clears"
    if state.listed.about:
        return f"look up: {state.listed.about}", "esc leaves"
    return idle(), ""
