"""The answer of a verb, printed: data on stdout, sentences and refusals on stderr."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO, TypeAlias

from core import (
    Allocation,
    Cidr,
    ClockAccepted,
    Code,
    Eip,
    EipdeckError,
    Finding,
    Pool,
    Receipt,
    Service,
    error,
    to_json,
)
from tui.cli.arguments import Misuse
from tui.cli.exit_codes import NOT_WRITTEN
from tui.cli.stdio import drop, tell
from tui.wording.columns import Layout
from tui.wording.refusals import refusal_words
from tui.wording.sanitize import visible
from tui.wording.verb import Format
from tui.wording.writers import MEASURED, json_text, write_json, write_rows, write_table

__all__ = ["Answer", "print_answer", "refuse"]

Changed: TypeAlias = Allocation | Eip | Cidr | Pool | Service | Finding | ClockAccepted
"""The objects that a change prints."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a verb."""

    value: Any
    """The JSON document: an object, a list, or an iterator of objects; text in parts without a layout."""
    layout: Layout | None = None
    """The layout of its rows as a table."""
    rows: tuple[object, ...] | None = None
    """The rows of the table; None: the value's own items, or the value itself."""
    said: tuple[str, ...] = ()
    """Sentences for stderr: what was done, warnings, the next step."""
    code: int = 0
    """The exit code."""
    doubts: tuple[str, ...] = ()
    """Sentences for stderr that are said with JSON, too: what can make the answer wrong."""
    then: Callable[[], Answer] | None = None
    """Returns the sentences and the exit code, where they are known only when the rows have been printed."""
    measured: int = MEASURED
    """The number of rows that decide the widths of a table's columns."""
    receipt: Receipt | None = None
    """The receipt of a change; each object of its JSON has it."""


def print_answer(answer: Answer, how: Format) -> int:
    """Print an answer and its sentences; return the exit code, the same when the reader of stdout has gone."""
    failed: tuple[str, ...] = ()
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
            failed = (f"the answer could not be written: {(problem.strerror or str(problem)).lower()}",)
    if answer.then is not None:
        answer = answer.then()
    said, code = (*answer.said, *failed), NOT_WRITTEN if failed else answer.code
    if how is not Format.JSON or code == NOT_WRITTEN:
        _say(said)
    _say(answer.doubts)
    return code


def refuse(problem: Exception, *, as_json: bool) -> int:
    """Print a refusal on stderr; return its exit code. Any other exception is raised again."""
    refusal = error(Code.USAGE, str(problem)) if isinstance(problem, Misuse) else problem
    if not isinstance(refusal, EipdeckError):
        raise refusal
    words = refusal_words(refusal)
    if as_json:
        tell([json_text(refusal.document(words))])
    else:
        _say([f"{refusal.code}: {words}"])
    return refusal.exit_code


def _write(answer: Answer, how: Format, out: TextIO) -> None:
    if answer.layout is None and not isinstance(answer.value, dict):
        out.writelines(answer.value)
    elif how is Format.JSON or answer.layout is None:
        write_json(answer.value if answer.receipt is None else _received(answer.value, answer.receipt), out)
    elif how is not Format.TABLE:
        write_rows(_rows(answer), answer.layout, how, out)
    else:
        width = shutil.get_terminal_size().columns if out.isatty() else None
        if not write_table(_rows(answer), answer.layout, out, width=width, measured=answer.measured):
            _say(["nothing to list"])


def _received(value: Changed | list[Eip], receipt: Receipt) -> object:
    """Return the JSON of a value that a change printed, with the receipt: its request id and the event of its pool."""
    if isinstance(value, list):
        return [_received(each, receipt) for each in value]
    event = receipt.event_of(_chain(value))
    return {**to_json(value), "request_id": receipt.request_id, "event": to_json(event)}


def _chain(value: Changed) -> str | None:
    """Return the pool whose chain has the event of a value; of an allocation that of its first EIP."""
    match value:
        case Allocation():
            return value.eips[0].pool_id
        case Pool():
            return value.id
        case Eip() | Cidr():
            return value.pool_id
    return None


def _rows(answer: Answer) -> Iterable[object]:
    if answer.rows is not None:
        return answer.rows
    return answer.value if isinstance(answer.value, (list, Iterator)) else (answer.value,)


def _say(sentences: Iterable[str]) -> None:
    tell(f"eipdeck: {visible(sentence)}" for sentence in sentences)
