"""The manual page, from the declarations of the command line. The build puts it into the wheel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tui.cli.arguments import EXITS, OPTIONS
from tui.wording.verb import Argument, Format, Kind, Verb
from tui.wording.verbs import VERBS

__all__ = ["manual"]

_DESCRIPTION: Final = (
    "eipdeck shows and changes Elastic IPs on customer-owned (BYOIP) prefixes: whose address it is, what it serves,"
    " and where the fix is. Without a command it opens the dashboard."
)
_ENVIRONMENT: Final = {
    "EIPDECK_DB": "the database, where --db names none",
    "EIPDECK_OPERATOR": "who is acting, where --operator names nobody",
    "NO_COLOR": "the dashboard paints without colours",
}


def manual(version: str) -> str:
    """Return the page in the language of man(7)."""
    return "\n".join(_page(version)) + "\n"


def _page(version: str) -> Iterator[str]:
    yield f'.TH EIPDECK 1 "" "eipdeck {_text(version)}" "User Commands"'
    yield from (".SH NAME", r"eipdeck \- a terminal dashboard for Elastic IPs on your own prefixes")
    yield from (".SH SYNOPSIS", ".B eipdeck", r"[\fIOPTION\fR...] [\fICOMMAND\fR [\fIARGUMENT\fR...]]")
    yield from (".SH DESCRIPTION", _text(_DESCRIPTION))
    yield ".SH OPTIONS"
    for name, each in OPTIONS.items():
        yield from _entry(
            _option(name, each.get("metavar") or "|".join(each.get("choices", ())) or None), str(each["help"])
        )
    yield ".SH COMMANDS"
    for verb in VERBS:
        yield f".SS {_text(verb.name)}"
        yield _text(f"{verb.help[:1].upper()}{verb.help[1:]}.")
        for argument in _arguments(verb):
            yield from _entry(_named(argument), argument.help or "")
    yield from (".SH EXIT STATUS", _text(" ".join(EXITS.partition(": ")[2].split())))
    yield ".SH ENVIRONMENT"
    for name, says in _ENVIRONMENT.items():
        yield from _entry(rf"\fB{name}\fR", says)


def _arguments(verb: Verb) -> Iterator[Argument]:
    yield from verb.arguments
    if verb.formats:
        yield Argument("--json", help="one JSON document", kind=Kind.SWITCH)
    if Format.CSV in verb.formats:
        yield Argument("--format", "|".join(each.value for each in verb.formats), "the format of the list")


def _named(argument: Argument) -> str:
    if not argument.is_option:
        more = "..." if argument.nargs in ("*", "+") else ""
        return rf"\fI{_text(argument.metavar or argument.name.upper())}\fR{more}"
    if argument.kind in (Kind.SWITCH, Kind.YES):
        return _option(argument.name, None)
    return _option(argument.name, argument.metavar or "|".join(argument.choices))


def _option(name: str, value: object) -> str:
    return rf"\fB{_text(name)}\fR" + ("" if value is None else rf" \fI{_text(str(value))}\fR")


def _entry(term: str, says: str) -> Iterator[str]:
    yield from (".TP", term, _text(says) or r"\&")


def _text(words: str) -> str:
    r"""Return words that troff prints as they are; `\&` keeps a leading dot or quote from being a request."""
    plain = words.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{plain}" if plain[:1] in (".", "'") else plain
