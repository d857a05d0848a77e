"""The palette: every command by its command-line name, some with words behind it. Typing narrows it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core import EipdeckError
from tui.commands.registry import BY_ID, COMMANDS, KEYS_ONLY, Command, Scope, key_text, keys_of
from tui.modals.fields import Option
from tui.modals.picker import Picker
from tui.modals.sheet import Sheet
from tui.state.workers import work_on
from tui.wording.verbs import VERBS

__all__ = ["Chosen", "PaletteModal"]

_AROUND: Final = 7
"""Rows of the screen that the list does not have."""
_BREAK: Final = "\n"
"""Separates a command from its words in the value of an option."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A command of the dashboard with the words behind it, or a verb that the command line alone has."""

    command: str = ""
    words: str = ""
    verb: str = ""


class Completer(Protocol):
    """Finds the values that words behind a command could become."""

    def complete(self, name: str, words: str) -> Sequence[str]:
        """Return those on the screen, at once."""

    async def look_up(self, name: str, words: str) -> Sequence[str]:
        """Return those of the inventory."""


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
        "Words may follow: pool hk-edge, eips own:no, lookup 203.0.113.17 @ tue 03:12, release 203.0.113.9.",
        "A change takes its EIP, CIDR, pool, service or finding here; its form asks for the rest.",
        "Everything here works on the command line too: eipdeck --help.",
    )

    def __init__(self, completer: Completer) -> None:
        super().__init__("every command by its command-line name")
        self._picker = _CommandPicker(completer)

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

    def __init__(self, completer: Completer) -> None:
        commands = [_option(command) for command in COMMANDS if _can_run(command)]
        self._elsewhere = {str(option.value): option for option in _command_line_only()}
        options = [*commands, *self._elsewhere.values()]
        super().__init__(options, chosen=options[0].value, rows=15)
        self._completer = completer

    def fitting(self, typed: str) -> list[Option[str]]:
        name, words = _parted(typed)
        command = _COMMANDS.get(name)
        if not words or any(each.startswith(typed.lstrip().casefold()) for each in _NAMES):
            return super().fitting(typed)
        if command is None:
            return [self._elsewhere[f"{_BREAK}{name}"]] if name else super().fitting(typed)
        if not command.argument:
            return [Option(command.id, (name, "", "takes no words here; its form asks"))]
        typed = words.casefold()
        known = [each for each in self._completer.complete(command.id, words) if typed in each.casefold()]
        known.sort(key=lambda each: not each.casefold().startswith(typed))
        work_on(self, partial(self._look_up, command.id, name, words), "palette", exclusive=True)
        return _offered(command, name, known or [words])

    async def _look_up(self, command: str, name: str, words: str) -> None:
        """Offer values of the inventory below what is offered; nothing else is chosen by that."""
        with suppress(EipdeckError):
            found = [each for each in await self._completer.look_up(command, words) if each != words]
            if found and _parted(self.field.value) == (name, words):
                self.choice.offer([*self.choice.options, *_offered(BY_ID[command], name, found)])


def _parted(typed: str) -> tuple[str, str]:
    """Return the longest name of a command or verb that a text begins with, and the words behind it."""
    text = typed.strip()
    name = next((each for each in _NAMES if f"{text.casefold()} ".startswith(f"{each} ")), "")
    return name, text[len(name) :].strip()


def _offered(command: Command, name: str, values: Sequence[str]) -> list[Option[str]]:
    return [Option(f"{command.id}{_BREAK}{each}", (f"{name} {each}",)) for each in values]


def _can_run(command: Command) -> bool:
    """Whether the command applies outside a list and a review."""
    return command.scope not in (Scope.TABLE, Scope.MAP) and command.id not in KEYS_ONLY


def _option(command: Command) -> Option[str]:
    shown = " ".join(key_text(key) for key in keys_of(command.id))
    name = f"{command.name} {command.argument}".rstrip()
    return Option(command.id, (name, shown, command.help))


def _command_line_only() -> list[Option[str]]:
    """Return the verbs that the dashboard lacks; each says where it is."""
    return [Option(f"{_BREAK}{verb.name}", (verb.name, "", f"on the command line: {verb.help}")) for verb in _ELSEWHERE]


def _named() -> dict[str, Command]:
    """Return the commands by their names; a list also by its name in the singular."""
    named = {name.strip(): command for command in COMMANDS if _can_run(command) for name in command.name.split(",")}
    return {name.removesuffix("s"): command for name, command in named.items() if command.argument} | named


_COMMANDS: Final = _named()
_ELSEWHERE: Final = tuple(verb for verb in VERBS if verb.name not in (*_COMMANDS, "open", "demo"))
_NAMES: Final = tuple(sorted((*_COMMANDS, *(verb.name for verb in _ELSEWHERE)), key=len, reverse=True))
"""Every name, the longest first."""
