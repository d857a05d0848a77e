"""The command line that says the same as a request: a review shows it, an operator can paste it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from core import Request, option, shell_command
from tui.wording.verb import Argument, Kind
from tui.wording.verbs import VERB_OF

__all__ = ["command_line", "with_reason"]

_LAST = ("request_id", "reason")
"""The fields whose options end the line, in this order."""
_NO_OPTION_AFTER = "--"
"""Stands before the arguments where one begins with `-` and would be read as an option."""


def command_line(request: object) -> str:
    """Return the command of a request, quoted for a shell; the reason is the last option.

    Raises:
        TypeError: it is not a request.

    """
    verb = VERB_OF.get(type(request).__name__)
    if verb is None or not isinstance(request, Request):
        raise TypeError(f"{type(request).__name__} is not a request")
    defaults = {field.name: field.default for field in fields(request)}
    last = [word for field in _LAST for word in option(f"--{field.replace('_', '-')}", getattr(request, field))]
    shown = [argument for argument in verb.arguments if argument.field not in _LAST]
    said = [(argument, list(_words(argument, request, defaults))) for argument in shown]
    places = [word for argument, words in said if not argument.name.startswith("-") for word in words]
    if not any(word.startswith("-") for word in places):
        return shell_command(*verb.name.split(), *(word for _, words in said for word in words), *last)
    options = [word for argument, words in said if argument.name.startswith("-") for word in words]
    return shell_command(*verb.name.split(), *options, *last, _NO_OPTION_AFTER, *places)


def with_reason(line: str, reason: str) -> str:
    """Return the same command with another reason; empty: with none."""
    words = shlex.split(line)
    end = words.index(_NO_OPTION_AFTER) if _NO_OPTION_AFTER in words else len(words)
    words, places = words[:end], words[end:]
    if len(words) > 1 and words[-2] == "--reason":
        del words[-2:]
    elif words and words[-1].startswith("--reason="):
        del words[-1]
    return shlex.join([*words, *option("--reason", reason or None), *places])


def _words(argument: Argument, request: Any, defaults: dict[str, Any]) -> Iterator[str]:
    """Yield the words of one argument; none for an option that has its default."""
    if argument.kind is Kind.YES:
        yield argument.name
        return
    if argument.kind is Kind.RANGE:
        yield request.first if request.last in (None, request.first) else f"{request.first}-{request.last}"
        return
    value = getattr(request, argument.field)
    if argument.when and request.kind not in argument.when:
        return
    if not argument.is_option:
        yield from map(str, value if argument.nargs else (value,))
    elif value == defaults[argument.field]:
        return
    elif argument.kind is Kind.SWITCH:
        yield argument.name
    else:
        for each in value if argument.nargs else (value,):
            yield from option(argument.name, each)
