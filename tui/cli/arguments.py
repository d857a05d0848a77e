"""The words of the command line, parsed by the declarations in `wording/verbs.py`.

This module imports nothing of the core, so that help and version are quick. The core checks what a value means,
with its own error code; argparse checks only what it can tell itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise, takewhile
from typing import Any, Final, NamedTuple, NoReturn

from tui.wording.verb import Argument, Format, Kind, Verb
from tui.wording.verbs import GROUPS, KIND_NAMES, VERB_NAMED, VERBS
from tui.wording.verbs_lists import SHAPE

__all__ = ["EXITS", "OPTIONS", "Command", "Misuse", "Settings", "every_command", "parse", "wants_json"]

EXITS = """\
exit codes: 0 done, or the answer is yes; 1 the answer is no (an address not yours, findings); 2 used wrongly;
3 done, but it landed in the default pool; 4 refused by a rule; 5 no such object; 6 database or platform
unavailable; 7 outcome unknown. After 2, 4, 5 and 6 nothing has changed."""


_REQUIRED: Final = "the following arguments are required: "
_ONE_OF: Final = "one of the arguments "


class Settings(NamedTuple):
    """The global options, which stand before the command word."""

    db: str | None = None
    operator: str | None = None
    read_only: bool = False
    profile: str | None = None
    config: str | None = None
    confined: str | None = None
    color: str | None = None
    time_limit: str | None = None


class Command(NamedTuple):
    """A parsed command."""

    verb: Verb
    settings: Settings
    format: Format
    given: Mapping[str, str | bool | Sequence[str] | None]
    """The value of each of the verb's arguments, by `Argument.dest`; None: not given."""

    @property
    def is_shaped(self) -> bool:
        """Whether the operator chose the shape of a list."""
        return any(self.given.get(argument.dest) for argument in SHAPE)


class Misuse(Exception):  # a mistake of the operator, not an error of the program
    """The words are not a command; one sentence says why."""

    missing: tuple[str, ...] = ()
    """The arguments that are missing, by option or metavar."""
    any_of: bool = False
    """Whether one of the missing options is enough."""


class _Parser(argparse.ArgumentParser):
    """argparse without abbreviations, raising `Misuse` where it would print and exit."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "allow_abbrev": False})

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Keep the value of `--name=--`: argparse takes it for the end of the options."""
        if not action.option_strings or arg_strings != ["--"]:
            return super()._get_values(action, arg_strings)
        self._check_value(action, "--")
        return arg_strings if action.nargs else "--"

    def error(self, message: str) -> NoReturn:
        misplaced = [option for option in OPTIONS if option in message.replace("=", " ").split()]
        if message.startswith("unrecognized arguments") and misplaced:
            message = f"{misplaced[0]} goes before the command word"
        elif any(mark in message for mark in ("://", "@", "password")):  # a database URL may hold a password
            message = "one of the words is not a command or option, and is not repeated; a database goes after --db"
        wrong = Misuse(f"{message[:1].upper()}{message[1:]}. `{self.prog} --help` says more.")
        if message.startswith(_REQUIRED):
            wrong.missing = tuple(message.removeprefix(_REQUIRED).split(", "))
        elif message.startswith(_ONE_OF) and message.endswith(" is required"):
            wrong.missing, wrong.any_of = tuple(message.removeprefix(_ONE_OF).split()[:-2]), True
        raise wrong


class _Version(argparse.Action):
    """Prints the version; the metadata is read only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_ignored: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # slow, and seldom asked for

        try:
            known = version("eipdeck")
        except PackageNotFoundError:
            known = "(not installed)"
        if sys.stdout is not None:
            sys.stdout.write(f"eipdeck {known}\n")
        parser.exit(0)


COLORS: Final = ("auto", "always", "never")
OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "--db": {"metavar": "URL", "help": "database URL or file (default: the embedded one; EIPDECK_DB)"},
    "--operator": {"metavar": "NAME", "help": "who is acting (default: login name; EIPDECK_OPERATOR)"},
    "--read-only": {"action": "store_true", "help": "refuse every write"},
    "--profile": {"metavar": "NAME", "help": "which account of the configuration"},
    "--config": {"metavar": "FILE", "help": "configuration file"},
    "--confined": {
        "metavar": "DIR",
        "help": "for an SSH forced command: files lie in this folder, the command is SSH_ORIGINAL_COMMAND",
    },
    "--color": {"choices": COLORS, "help": "colours in tables: auto, on a terminal (default), always or never"},
    "--time-limit": {
        "metavar": "SECONDS",
        "help": "processor time of the command, at most (default: none; 600 with --confined)",
    },
    "--version": {"action": _Version, "nargs": 0, "help": "print the version and stop"},
}


def parse(words: Sequence[str]) -> Command:
    """Return the command in these words.

    Raises:
        Misuse: the words are not a command.
        SystemExit: help or the version was asked for and has been printed.

    """
    values = vars(_parse(words))
    settings = Settings(**{name: values[name] for name in Settings._fields})
    for name, value in settings._asdict().items():
        if value == "":
            raise Misuse(f"--{name.replace('_', '-')} is empty.")
    verb = VERB_NAMED[values["command"]]
    given = {argument.dest: values.get(argument.dest) for argument in verb.arguments}
    return Command(verb, settings, Format(values["format"]), given)


def _parse(words: Sequence[str]) -> argparse.Namespace:
    """Describe to argparse only the verbs that may be meant: to describe all takes longer than a look-up."""
    if not {"-h", "--help"}.intersection(words):
        try:
            return _parser([verb for verb in VERBS if verb.name.partition(" ")[0] in words]).parse_args(words)
        except Misuse:
            pass  # what to say follows from all verbs
    try:
        return _parser(VERBS).parse_args(words)
    except Misuse as wrong:
        for other in _value_before_option(words):
            with suppress(Misuse):
                return _parser(VERBS).parse_args(other)
        raise wrong from None


def _value_before_option(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the words with the last value of an option that takes several in front of it: it may be an argument."""
    several = {argument.name for verb in VERBS for argument in verb.arguments if argument.is_option and argument.nargs}
    for at, word in enumerate(words):
        if word in several:
            values = list(takewhile(lambda each: not each.startswith("-"), words[at + 1 :]))
            if len(values) > 1:
                yield [*words[:at], values[-1], word, *values[:-1], *words[at + 1 + len(values) :]]


Mark = Callable[[argparse.Action, str], None]
"""Notes at a described argument the kind of values that it takes (`Argument.offers`)."""
_OFFERS: Final = {"--db": "files", "--profile": "profiles", "--config": "files", "--confined": "folders"}


def _unmarked(_action: argparse.Action, _offers: str) -> None:
    pass


def every_command(mark: Mark) -> argparse.ArgumentParser:
    """Return the parser of all commands, each argument marked."""
    return _parser(VERBS, mark)


def wants_json(words: Sequence[str]) -> bool:
    """Return whether the words ask for JSON errors, even when they are not a command."""
    asked = any(pair in (("--format", "json"), ("--format", "ndjson")) for pair in pairwise(words))
    return asked or not {"--json", "--format=json", "--format=ndjson"}.isdisjoint(words)


def _parser(verbs: Iterable[Verb], mark: Mark = _unmarked) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="eipdeck",
        description="Elastic IPs on your own prefixes: whose address is it, what does it serve, where is the fix.",
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, settings in OPTIONS.items():
        mark(parser.add_argument(name, **settings), _OFFERS.get(name, ""))
    parser.set_defaults(command="open", format=Format.TABLE)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    groups: dict[str, Any] = {}
    for verb in verbs:
        group, _, word = verb.name.rpartition(" ")
        if group and group not in groups:
            head = commands.add_parser(group, help=GROUPS[group], description=GROUPS[group])
            groups[group] = head.add_subparsers(metavar="VERB", required=True)
        home = groups[group] if group else commands
        _describe(home.add_parser(word, help=verb.help, description=verb.help), verb, mark)
    return parser


def _describe(command: argparse.ArgumentParser, verb: Verb, mark: Mark) -> None:
    """Add a verb's arguments to its parser."""
    command.set_defaults(command=verb.name, format=Format.TABLE)
    excluding = [argument for argument in verb.arguments if argument.exclusive]
    one_of = command.add_mutually_exclusive_group(required=excluding[0].required) if excluding else command
    for argument in verb.arguments:
        added = (one_of if argument.exclusive else command).add_argument(argument.name, **_told(argument))
        mark(added, argument.offers)
    if verb.formats:
        how = command.add_mutually_exclusive_group()
        how.add_argument("--json", dest="format", action="store_const", const=Format.JSON, help="one JSON document")
        if verb.is_list:
            every = (
                "table, json, csv, md (Markdown), excel (CSV for a spreadsheet), ndjson (a JSON object a line)"
                " or value (tabs between bare values)"
            )
            how.add_argument("--format", choices=[each.value for each in verb.formats], help=every)


def _told(argument: Argument) -> dict[str, Any]:
    """Return the keyword arguments of `add_argument` for an argument."""
    if argument.kind in (Kind.SWITCH, Kind.YES):
        return {"action": "store_true", "help": argument.help}
    keywords: dict[str, Any] = {"metavar": argument.metavar, "help": argument.help, "choices": argument.choices or None}
    if argument.kind is Kind.SERVICE:
        keywords["type"] = lambda words: KIND_NAMES.get(words, words)
    if argument.nargs:
        keywords["nargs"] = argument.nargs
    if argument.is_option:
        keywords["required"] = argument.required and not argument.exclusive
        if argument.nargs:
            keywords["action"] = "extend"
    return keywords
