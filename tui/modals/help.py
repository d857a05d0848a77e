"""The help: every command with its key, and the terms of the screens. Typing narrows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.commands.groups import DIGITS, FIRST, GLOSSARY, grouped
from tui.commands.registry import BY_ID, Command, key_of, key_text, keys_of
from tui.modals.fields import Option
from tui.modals.picker import Picker
from tui.modals.sheet import Sheet

__all__ = ["HelpModal"]

_AROUND: Final = 7
"""Rows of the screen that the list does not have."""


class HelpModal(Sheet[None]):
    """Lists the commands with their keys: those that matter first, then all by group, then the terms."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "choose(-1000)", show=False, id="keys_first", priority=True),
        Binding("end", "choose(1000)", show=False, id="keys_last", priority=True),
        Binding("pageup", "choose(-10)", show=False, id="keys_up", priority=True),
        Binding("pagedown", "choose(10)", show=False, id="keys_down", priority=True),
    ]
    SENTENCES = (
        "Lower case never changes anything. An upper-case letter opens a review, and nothing is sent without it.",
        "Digits begin a lookup, also 10j and panel numbers of other tools; space, u and b do not page.",
        "A key acts on all marked EIPs. It leaves alone the ones that a filter hides, and all of them after a lookup.",
        "Everything here works on the command line too: eipdeck --help.",
    )

    def __init__(self) -> None:
        super().__init__("keys and terms")
        self._picker = Picker(list(_options()), rows=15)

    def compose_body(self) -> ComposeResult:
        yield self._picker

    def on_mount(self) -> None:
        self.set_focus(self._picker.field)
        self.say("type to narrow")

    def on_resize(self, event: events.Resize) -> None:
        self._picker.choice.rows = max(event.size.height - _AROUND, 1)
        self._picker.choice.refresh(layout=True)

    def keys(self) -> Sequence[str]:
        return ("up down choose", "enter close", "esc close", "F1 more")

    def action_choose(self, way: int) -> None:
        for _ in range(min(abs(way), len(self._picker.choice.options))):
            self._picker.action_move(1 if way > 0 else -1)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.finish(None)


def _options() -> Iterator[Option[str]]:
    yield _heading("the ten keys that matter first")
    yield Option("0-9", (f"{DIGITS[0]:<14} {DIGITS[1]}",))
    yield from (_option(BY_ID[id_], "first ") for id_ in FIRST)
    for group, commands in grouped():
        yield _heading(f"to {group}")
        yield from map(_option, commands)
    yield _heading("terms")
    yield from (Option(f"term {term}", (f"{term:<14} {meaning}",)) for term, meaning in GLOSSARY)


def _heading(text: str) -> Option[str]:
    return Option(None, (f"-------- {text} --------",))


def _option(command: Command, kind: str = "") -> Option[str]:
    shown = " ".join(key_text(key) for key in keys_of(command.id)) or f"{key_of('palette')} {command.name}"
    return Option(f"{kind}{command.id}", (f"{shown:<14} {command.help}",))
