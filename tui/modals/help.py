"""The help: every command with its key, and the words of the field. Typing narrows it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from tui.commands.key_table import DIGITS, grouped
from tui.commands.registry import Command, key_of, key_text, keys_of
from tui.modals.fields import Option
from tui.modals.picker import Picker
from tui.modals.sheet import Sheet
from tui.wording.glossary import GLOSSARY

__all__ = ["HelpModal"]

_ROWS = 15
_DIGITS: Option[str] = Option("", (f"{'0-9':<14} {DIGITS}",))


class HelpModal(Sheet[None]):
    """Lists the commands with their keys."""

    SENTENCES = (
        "Lower case never changes anything. An upper-case letter opens a review, and nothing is sent without it.",
        "Digits begin a lookup, also 10j and panel numbers of other tools; space, u and b do not page.",
        "A key acts on all marked EIPs. It leaves alone the ones that a filter hides, and all of them after a lookup.",
        "Everything here works on the command line too: eipdeck --help.",
    )

    def __init__(self) -> None:
        super().__init__("keys")
        self._picker = _Keys(_options(), rows=_ROWS)

    def compose_body(self) -> ComposeResult:
        yield self._picker

    def on_mount(self) -> None:
        self.set_focus(self._picker.field)
        self.say("type to narrow")

    def keys(self) -> Sequence[str]:
        return ("up down choose", "enter close", "esc close", "F1 more")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.finish(None)


class _Keys(Picker):
    """Finds keys; the titles of the groups stand in the whole list alone."""

    def fitting(self, typed: str) -> list[Option[str]]:
        found = super().fitting(typed)
        return [option for option in found if option.value is not None] if typed.strip() else found


def _options() -> list[Option[str]]:
    options: list[Option[str]] = []
    for title, commands in grouped().items():
        options += [Option(None, (title,)), *map(_option, commands)]
    words = [Option(word, (f"{word:<14} {meaning}",)) for word, meaning in GLOSSARY.items()]
    return [options[0], _DIGITS, *options[1:], Option(None, ("Words",)), *words]


def _option(command: Command) -> Option[str]:
    shown = " ".join(key_text(key) for key in keys_of(command.id)) or f"{key_of('palette')} {command.name}"
    return Option(command.id, (f"{shown:<14} {command.help}",))
