"""The command line at work: open the desk, run the verb, print data on stdout and all else on stderr."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TextIO

from core import Code, Config, EipdeckError, Inventory, error, load_config, open_inventory
from tui.cli.changes import WRITES
from tui.cli.queries import READS
from tui.cli.result import Answer, Verb
from tui.cli.stdio import drop, tell
from tui.wording.refusals import refusal_words
from tui.wording.sanitize import visible
from tui.wording.writers import json_text, write_csv, write_json, write_markdown, write_table

__all__ = ["checked_profile", "desk_of", "refuse", "run"]

_VERBS: Final[Mapping[str, Verb]] = {**READS, **WRITES}
_NOT_WRITTEN: Final = 74
"""Exit code of an answer that could not be printed (a full disk under stdout); none of the meanings fits."""


def run(args: argparse.Namespace) -> int:
    """Run one command; its exit code.

    Raises:
        EipdeckError: it was refused; nothing has been printed on stdout.

    """
    checked_profile(args)
    if args.command == "doctor":
        return _doctor(args)
    config = load_config(Path(args.config) if args.config else None)
    if args.read_only and args.writes:
        raise error(Code.READ_ONLY, "--read-only refuses every write; nothing changed.", hint="Leave --read-only out.")
    with closing(desk_of(args, config)) as inventory:
        return _print(_VERBS[args.command](inventory, args), args.format)


def checked_profile(args: argparse.Namespace) -> None:
    """No live account can be configured yet."""
    if args.profile is not None:
        raise error(
            Code.USAGE,
            f"There is no profile {args.profile!r}: no live account is configured.",
            hint="Leave --profile out to work on the embedded database.",
        )


def refuse(refusal: EipdeckError, *, as_json: bool) -> int:
    """Say a refusal on stderr; its exit code."""
    words = refusal_words(refusal)
    if as_json:
        tell([json_text(refusal.document(words))])
    else:
        _say([f"{refusal.code}: {words}"])
    return refusal.exit_code


def desk_of(args: argparse.Namespace, config: Config, url: str | None = None) -> Inventory:
    """The desk that the options and the environment name.

    Raises:
        EipdeckError: it cannot be opened.

    """
    return open_inventory(
        url or args.db or os.environ.get("EIPDECK_DB") or None,
        operator=args.operator or os.environ.get("EIPDECK_OPERATOR") or None,
        read_only=args.read_only,
        config=config,
        confined=None if args.confined is None else Path(args.confined),
    )


def _doctor(args: argparse.Namespace) -> int:
    from tui.cli.doctor import examine, report  # noqa: PLC0415  # seldom asked for

    found, refusal = examine(args)
    as_json = args.format == "json"
    code = _print(Answer(found if as_json else report(found)), args.format)
    return code if refusal is None else refuse(refusal, as_json=as_json)


def _print(answer: Answer, how: str) -> int:
    """Print an answer and what it says; its exit code, which a reader that went away does not change."""
    said, code = answer.said, answer.code
    if sys.stdout is not None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            _write(answer, how, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:
            drop(sys.stdout)
        except OSError as problem:
            drop(sys.stdout)
            said = (*said, f"the answer could not be written: {(problem.strerror or str(problem)).lower()}")
            code = _NOT_WRITTEN
    if how != "json" or code == _NOT_WRITTEN:
        _say(said)
    return code


def _write(answer: Answer, how: str, out: TextIO) -> None:
    if answer.layout is None and not isinstance(answer.value, dict):
        out.writelines(answer.value)
        return
    if how == "json" or answer.layout is None:
        write_json(answer.value, out)
        return
    rows = _rows(answer)
    if how == "csv":
        write_csv(rows, answer.layout, out)
        return
    if how == "md":
        write_markdown(rows, answer.layout, out)
        return
    width = shutil.get_terminal_size().columns if out.isatty() else None
    if not write_table(rows, answer.layout, out, width=width):
        _say(["nothing to list"])


def _rows(answer: Answer) -> Iterable[Any]:
    if answer.rows is not None:
        return answer.rows
    return answer.value if isinstance(answer.value, (list, Iterator)) else (answer.value,)


def _say(sentences: Iterable[str]) -> None:
    tell(f"eipdeck: {visible(sentence)}" for sentence in sentences)
