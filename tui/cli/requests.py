"""The request that the words of a command ask for, built by the verb's declaration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import core
from core import BindingKind, Code, InvalidTime, PoolOrder, Request, ServiceKind, error, parse_duration
from tui.cli.arguments import Command
from tui.wording.verb import Argument, Kind

__all__ = ["request_of"]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_PERCENT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)


def request_of(command: Command) -> Request[object]:
    """Return the request of a verb that is one.

    Raises:
        EipdeckError: a number is not one, or an option does not belong to the kind of binding.

    """
    given = {each: command.given[each.dest] for each in command.verb.arguments if command.given[each.dest] is not None}
    _check_target(given)
    fields: dict[str, object] = {}
    for argument, value in given.items():
        fields.update(_fields(argument, value))
    made: Callable[..., Request[object]] = getattr(core, command.verb.request)
    return made(**fields)


def _fields(argument: Argument, value: Any) -> Iterator[tuple[str, object]]:
    """Yield the fields that an argument sets."""
    match argument.kind:
        case Kind.YES:
            return
        case Kind.RANGE:
            first, dash, last = value.partition("-")
            yield from (("first", first), ("last", last if dash else None))
        case Kind.TARGET:
            yield from ((argument.field, value), ("kind", BindingKind(argument.when[0])))
        case Kind.TEXT | Kind.SWITCH:
            yield argument.field, tuple(value) if argument.nargs else value
        case _:
            yield argument.field, _READ[argument.kind](value, argument.name)


def _check_target(given: Mapping[Argument, object]) -> None:
    """Refuse an option that does not belong to the chosen target."""
    target = next((each for each in given if each.kind is Kind.TARGET), None)
    for argument, value in given.items():
        if target is not None and value and argument.when and target.when[0] not in argument.when:
            raise error(Code.USAGE, f"{argument.name} does not belong to {target.name}.", hint="Leave it out.")


def _whole(words: str, code: Code, what: str) -> int:
    """Return the whole number in these words; the core checks its range."""
    if not _WHOLE.fullmatch(words):
        raise error(code, f"{words!r} is not {what}.", hint="Write a whole number.")
    return int(words)


def _asn(words: str) -> int:
    return _whole(words[2:] if words[:2].upper() == "AS" else words, Code.USAGE, "an AS number")


def _seconds(words: str) -> int:
    try:
        return parse_duration(words)
    except InvalidTime as problem:
        raise error(Code.USAGE, str(problem)) from problem


def _percent(words: str, option: str) -> float:
    if not _PERCENT.fullmatch(words):
        raise error(Code.USAGE, f"{words!r} is not a percentage for {option}.", hint="Write a number such as 80.")
    return float(words)


_READ: Final[Mapping[Kind, Callable[[str, str], object]]] = {
    Kind.COUNT: lambda words, _: _whole(words, Code.INVALID_COUNT, "a count"),
    Kind.MBPS: lambda words, _: _whole(words, Code.INVALID_BANDWIDTH, "a cap in Mbps"),
    Kind.SECONDS: lambda words, _: _seconds(words),
    Kind.PERCENT: _percent,
    Kind.ASN: lambda words, _: _asn(words),
    Kind.ORDER: lambda words, _: PoolOrder(words),
    Kind.SERVICE: lambda words, _: ServiceKind(words),
}
"""The value in the words of an argument, by its kind; the second parameter is the argument's name."""
