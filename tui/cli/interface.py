"""`eipdeck interface`: the commands, options and codes, as JSON for programs and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from core import CODES, FILTER_KEYS, FindingCode, VerdictWord
from tui.cli.arguments import OPTIONS, Command
from tui.cli.result import Answer, print_answer
from tui.wording.verb import Argument, Format, Kind, Verb
from tui.wording.verbs import VERBS

__all__ = ["EXIT_CODES", "interface"]

EXIT_CODES: Final = {
    0: "done, or the answer is yes",
    1: "the answer is no (an address not yours, findings)",
    2: "used wrongly",
    3: "done, but it landed in the default pool",
    4: "refused by a rule",
    5: "no such object",
    6: "database or platform unavailable",
    7: "outcome unknown",
    70: "a defect of eipdeck",
    74: "the answer could not be written",
    130: "interrupted",
}


def interface(command: Command) -> int:
    """Print the interface; return the exit code."""
    if command.format is Format.JSON:
        return print_answer(Answer(_document()), command.format)
    return print_answer(Answer(_lines()), command.format)


def _document() -> dict[str, Any]:
    return {
        "version": version("eipdeck"),
        "options": [
            {
                "name": name,
                "metavar": each.get("metavar"),
                "choices": list(each.get("choices", ())),
                "help": each["help"],
            }
            for name, each in OPTIONS.items()
        ],
        "commands": [_command(verb) for verb in VERBS],
        "exit_codes": [{"code": code, "means": means} for code, means in EXIT_CODES.items()],
        "error_codes": [{"code": code.value, "exit_code": each.exit_code} for code, each in CODES.items()],
        "finding_codes": [code.value for code in FindingCode],
        "verdicts": [word.value for word in VerdictWord],
        "filter_keys": [{"key": key, "values": list(values)} for key, values in FILTER_KEYS.items()],
    }


def _command(verb: Verb) -> dict[str, Any]:
    return {
        "name": verb.name,
        "help": verb.help,
        "writes": verb.writes,
        "formats": [each.value for each in verb.formats],
        "arguments": [_argument(each) for each in verb.arguments],
    }


def _argument(argument: Argument) -> dict[str, Any]:
    takes_value = argument.kind not in (Kind.SWITCH, Kind.YES)
    return {
        "name": argument.name,
        "metavar": argument.metavar,
        "help": argument.help,
        "takes_value": takes_value,
        "repeats": argument.nargs in ("*", "+"),
        "required": argument.required if argument.is_option else argument.nargs not in ("?", "*"),
        "exclusive": argument.exclusive,
        "choices": list(argument.choices),
    }


def _lines() -> Iterator[str]:
    for verb in VERBS:
        yield f"eipdeck {verb.name:<16} {verb.help}\n"
    yield "eipdeck interface --json has every option and code\n"
