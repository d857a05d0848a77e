"""The palette: every command by name, some with words behind it. Typing narrows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.commands.registry import COMMANDS, KEYS_ONLY, Command, Scope, key_text, keys_of
from tui.modals.fields import Option
from tui.modals.picker import Picker
from tui.modals.sheet import Sheet
from tui.wording.verbs import VERBS

__all__ = ["Chosen", "PaletteModal"]

_AROUND: Final = 7
"""Rows of the screen that the list does not have."""
_BREAK: Final = "\n"
"""Separates a command from its words in the value of an option."""
Complete = Callable[[str], Sequence[str]]
"""Returns the known values of what a command takes, by its id."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A command of the dashboard with the words behind it, or a verb that the command line alone has."""

    command: str = ""
    words: str = ""
    verb: str = ""


class PaletteModal(Sheet[Chosen]):
    """Lists the commands; the result is the one to run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "choose(-1000)", show=False, id="palette_first", priority=True),
        Binding("end", "choose(1000)", show=False, id="palette_last", priority=True),
        Binding("pageup", "choose(-10)", show=False, id="palette_up", priority=True),
        Binding("pagedown", "choose(10)", show=False, id="palette_down", priority=True),
    ]
    SENTENCES = (
        "A command runs as its key does; a change still opens its review.",
        "Words may follow some: pool hk-edge, cidr 203.0.113.0/24, service nat-1, eips own:no, lookup 203.0.113.17.",
        "A time may follow an address: lookup 203.0.113.17 @ tue 03:12.",
        "Everything here works on the command line too: eipdeck --help.",
    )

    def __init__(self, complete: Complete) -> None:
        super().__init__("every command, by name")
        self._picker = _CommandPicker(complete)

    def compose_body(self) -> ComposeResult:
        yield self._picker

    def on_mount(self) -> None:
        self.set_focus(self._picker.field)
        self.say("type to narrow; a change still opens its review")

    def on_resize(self, event: events.Resize) -> None:
        self._picker.choice.rows = max(event.size.height - _AROUND, 1)
        self._picker.choice.refresh(layout=True)

    def keys(self) -> Sequence[str]:
        return ("up down choose", "enter run", "esc close", "F1 more")

    def action_choose(self, way: int) -> None:
        for _ in range(min(abs(way), len(self._picker.choice.options))):
            self._picker.action_move(1 if way > 0 else -1)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        value = self._picker.value
        if value is None:
            self.say("there is no such command", problem=True)
            return
        command, _break, words = value.partition(_BREAK)
        self.finish(Chosen(command, words) if command else Chosen(verb=words))


class _CommandPicker(Picker):
    """Finds commands, and what may follow one."""

    def __init__(self, complete: Complete) -> None:
        commands = [_option(command) for command in COMMANDS if _can_run(command)]
        options = [*commands, *_command_line_only()]
        super().__init__(options, chosen=options[0].value, rows=15)
        self._complete = complete

    def fitting(self, typed: str) -> list[Option[str]]:
        head, blank, words = typed.lstrip().partition(" ")
        command = _TAKING.get(head.casefold())
        named = any(name.startswith(typed.casefold()) for name in _NAMES)
        if not blank or not words.strip() or command is None or named:
            return super().fitting(typed)
        known = [each for each in self._complete(command.id) if words.strip().casefold() in each.casefold()]
        return [
            Option(f"{command.id}{_BREAK}{each}", (f"{head} {each}", command.argument))
            for each in known or [words.strip()]
        ]


def _can_run(command: Command) -> bool:
    """Whether the command applies outside a list and a review."""
    return command.scope not in (Scope.TABLE, Scope.MAP) and command.id not in KEYS_ONLY


def _option(command: Command) -> Option[str]:
    shown = " ".join(key_text(key) for key in keys_of(command.id))
    name = f"{command.name} {command.argument}".rstrip()
    return Option(command.id, (name, shown, command.help))


def _command_line_only() -> list[Option[str]]:
    """Return the verbs that the dashboard lacks; each says where it is."""
    known = {*_NAMES, "open", "demo"}
    return [
        Option(f"{_BREAK}{verb.name}", (verb.name, "", f"on the command line: {verb.help}"))
        for verb in VERBS
        if verb.name not in known
    ]


_NAMES: Final = tuple(name.strip() for command in COMMANDS for name in command.name.split(","))
_TAKING: Final = {
    name: command for command in COMMANDS if command.argument for name in (command.name, command.name.removesuffix("s"))
}
"""The commands that take words, by their names in the plural and in the singular."""
