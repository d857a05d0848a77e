"""The verbs of the command line that print rows, and those for monitoring. Imports nothing of the core."""

from __future__ import annotations

from typing import Final

from tui.wording.verb import Argument, Format, Kind, Verb

__all__ = ["LISTS", "MONITORING", "PLANS", "SHAPE", "rows"]


def _switch(name: str, says: str) -> Argument:
    return Argument(name, help=says, kind=Kind.SWITCH)


SHAPE: Final = (
    Argument("--columns", "A,B", "only these columns: fields of the JSON, or headings of the table"),
    Argument("--sort", "NAME[:desc]", "by this column"),
    Argument("--limit", "N", "the first N rows; of the history the newest N, after a cursor the first N"),
    _switch("--no-header", "no headings"),
)
"""The shape of a list."""


def rows(name: str, says: str, *arguments: Argument) -> Verb:
    """A verb that prints rows."""
    return Verb(name, says, (*arguments, *SHAPE), formats=tuple(Format))


LISTS: Final = (
    rows("cidrs", "every CIDR"),
    rows("pools", "every pool, with its usage"),
    rows(
        "eips",
        "every live EIP, or those that match a filter",
        Argument("filter", "FILTER", "such as own:no state:bound pool:hk-edge", nargs="*", offers="filter"),
        Argument("--view", "NAME", "this saved view: its filter, its order, in a table its columns", offers="views"),
    ),
    rows("services", "every downstream target"),
    rows(
        "findings",
        "what needs attention; exit 1 when there is something",
        Argument("--severity", help="this severity or worse", choices=("critical", "warning", "info")),
        _switch("--accepted", "the accepted ones, too; they do not count for the exit code"),
        _switch("--follow", "what is open, then whatever opens or closes, until it is interrupted"),
    ),
    rows(
        "history",
        "events, newest last",
        Argument("subject", "EIP|ADDRESS|CIDR", nargs="?", offers="subjects"),
        Argument("--since", "TIME"),
        Argument("--until", "TIME", "what happened before it"),
        Argument("--action", "A,B", "only these actions, such as allocate,release"),
        Argument("--by", "OPERATOR", "only what this operator did", offers="operators"),
        Argument("--after", "SEQ:HASH", "what was committed after the event of this cursor, oldest first"),
        _switch("--follow", "go on with each new event, until it is interrupted"),
    ),
)

PLANS: Final = (
    rows(
        "plan list",
        "the newest changes of a live account, newest first",
        Argument("--state", help="only these", choices=("open", "done", "refused", "unfinished", "undone")),
    ),
    Verb("plan show", "a change of a live account with its steps", (Argument("id", "ID"),)),
    Verb(
        "plan resume",
        "make the steps of a plan that are left, whoever began it",
        (Argument("id", "ID"),),
        writes=True,
    ),
    Verb(
        "plan undo",
        "take back what a plan has made, the last step first",
        (Argument("id", "ID"), Argument("--yes", help="do not ask", kind=Kind.YES)),
        writes=True,
    ),
)

MONITORING: Final = (
    Verb(
        "metrics",
        "figures in the text format of Prometheus",
        (Argument("--out", "FILE", "into a file, by rename, readable for everybody on the host", offers="files"),),
    ),
    Verb(
        "watch",
        "give each event, and each finding that opens or closes, to a program as JSON on its standard input",
        (
            Argument(
                "--exec",
                "PROGRAM",
                "one executable file; no shell; exit code 0: it took the document",
                required=True,
                offers="files",
            ),
            Argument("--only", help="one kind alone", choices=("events", "findings")),
            Argument("--timeout", "SECONDS", "the time that the program has for one document (default: 30)"),
            Argument("--after", "SEQ:HASH", "begin behind the event of this cursor, not where the last watch ended"),
            _switch("--once", "end when nothing is left; exit 1 when the program does not take a document"),
        ),
        formats=(),
    ),
)
