"""The command line at work: open the desk, run the verb, print data on stdout and all else on stderr."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, Final, NoReturn, TextIO

from core import Config, Desk, EipdeckError, error, load_config, open_desk, seed_demo
from tui.answer import Answer, Verb
from tui.output import json_text, write_csv, write_json, write_markdown, write_table
from tui.reads import READS
from tui.streams import drop, tell
from tui.text import visible
from tui.writes import WRITES

__all__ = ["refuse", "run"]

_VERBS: Final[Mapping[str, Verb]] = {**READS, **WRITES}
_NOT_WRITTEN: Final = 74
"""Exit code of an answer that could not be printed (a full disk under stdout); none of the meanings fits."""


def run(args: argparse.Namespace) -> int:
    """Run one command; its exit code.

    Raises:
        EipdeckError: it was refused; nothing has been printed on stdout.

    """
    if args.profile is not None:
        raise error(
            "usage",
            f"There is no profile {args.profile!r}: no live account is configured.",
            hint="Leave --profile out to work on the embedded database.",
        )
    if args.command == "doctor":
        return _doctor(args)
    config = load_config(Path(args.config) if args.config else None)
    if args.command == "demo":
        return _demo(args, config)
    if args.command == "open":
        _checked_terminal(os.environ)
        with closing(_desk(args, config)) as desk:
            return _dashboard(desk, args.address)
    if args.read_only and args.writes:
        raise error("read_only", "--read-only refuses every write; nothing changed.", hint="Leave --read-only out.")
    with closing(_desk(args, config)) as desk:
        return _print(_VERBS[args.command](desk, args), args.format)


def refuse(refusal: EipdeckError, *, as_json: bool) -> int:
    """Say a refusal on stderr; its exit code."""
    if as_json:
        tell([json_text(refusal.document())])
    else:
        _say([f"{refusal.code}: {refusal.message}"])
    return refusal.exit_code


def _desk(args: argparse.Namespace, config: Config, url: str | None = None) -> Desk:
    return open_desk(
        url or args.db or os.environ.get("EIPDECK_DB") or None,
        operator=args.operator or os.environ.get("EIPDECK_OPERATOR") or None,
        read_only=args.read_only,
        config=config,
    )


def _dashboard(desk: Desk, address: str | None, trail_folder: Path | None = None) -> int:
    from tui.app import run_dashboard  # noqa: PLC0415  # the only way to Textual

    return run_dashboard(desk, address=address, trail_folder=trail_folder)


def _demo(args: argparse.Namespace, config: Config) -> int:
    _checked_terminal(os.environ)
    with _ended_by_signals(), TemporaryDirectory(prefix="eipdeck-demo-") as folder:
        url = f"sqlite:///{Path(folder) / 'eipdeck.db'}"
        seed_demo(url, datetime.now(UTC))
        with closing(_desk(args, config, url)) as desk:
            return _dashboard(desk, None, Path(folder))


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A hang-up or a termination unwinds the stack, so that what is temporary goes."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _checked_terminal(environ: Mapping[str, str]) -> None:
    streams = (sys.stdin, sys.stdout, sys.stderr)
    term = environ.get("TERM", "")
    if all(stream is not None and stream.isatty() for stream in streams) and term not in ("", "dumb", "unknown"):
        return
    raise error(
        "usage",
        "The dashboard needs a terminal, and this is none"
        + (f" (TERM is {term!r})." if term in ("", "dumb", "unknown") else "."),
        hint="The command line does the same: `eipdeck lookup ADDRESS`, `eipdeck eips`, `eipdeck --help`.",
    )


def _doctor(args: argparse.Namespace) -> int:
    from tui.doctor import examine, report  # noqa: PLC0415  # seldom asked for

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
