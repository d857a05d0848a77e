"""The list of commands, as help and as the palette that runs them. Typing narrows it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from tui.commands.registry import COMMANDS, Command, Scope, key_of, key_text, keys_of
from tui.modals.fields import Option
from tui.modals.picker import Picker
from tui.modals.sheet import Sheet

__all__ = ["CommandsModal"]

_ROWS = 15
_KEYS_ONLY = frozenset({"abort", "yes", "back", "interrupt", "palette"})
_DIGITS: Option[str] = Option("", ("0-9            look up the address being typed; ADDRESS @ TIME for the past",))


class CommandsModal(Sheet[str]):
    """Lists the commands; the result is the id of the command to run, if any."""

    SENTENCES = (
        "Lower case never changes anything. An upper-case letter opens a review, and nothing is sent without it.",
        "Digits begin a lookup, also 10j and panel numbers of other tools; space, u and b do not page.",
        "A key acts on all marked EIPs. It leaves alone the ones that a filter hides, and all of them after a lookup.",
        "Everything here works on the command line too: eipdeck --help.",
    )

    def __init__(self, *, runs: bool) -> None:
        """Show the commands with their keys; with `runs`, enter runs the chosen one."""
        super().__init__("every command by its command-line name" if runs else "keys")
        self._runs = runs
        commands = [command for command in COMMANDS if not runs or _can_run(command)]
        options = [_option(command, named=runs) for command in commands]
        self._picker = Picker(options if runs else [_DIGITS, *options], rows=_ROWS)

    def compose_body(self) -> ComposeResult:
        yield self._picker

    def on_mount(self) -> None:
        self.set_focus(self._picker.field)
        self.say("type to narrow" + ("; a change still opens its review" if self._runs else ""))

    def keys(self) -> Sequence[str]:
        return ("up down choose", "enter run" if self._runs else "enter close", "esc close", "F1 more")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        choice = self._picker.choice
        only = choice.options[0].value if len(choice.options) == 1 else None
        self.finish((choice.value or only or None) if self._runs else None)


def _can_run(command: Command) -> bool:
    """Whether the command applies outside a list and a review."""
    return command.scope not in (Scope.TABLE, Scope.MAP) and command.id not in _KEYS_ONLY


def _option(command: Command, *, named: bool) -> Option[str]:
    shown = " ".join(key_text(key) for key in keys_of(command.id))
    if named:
        return Option(command.id, (f"{command.name:<24} {shown:<14} {command.help}",))
    shown = shown or f"{key_of('palette')} {command.name}"
    return Option(command.id, (f"{shown:<14} {command.help}",))
