"""The answer of a verb, printed: data on stdout, sentences and refusals on stderr."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

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
from tui.terminal.environment import is_accessible
from tui.wording.columns import Layout
from tui.wording.refusals import refusal_words
from tui.wording.sanitize import visible
from tui.wording.table_writer import MEASURED, Measured, write_lines, write_table
from tui.wording.verb import Format
from tui.wording.writers import json_text, write_json, write_rows

if TYPE_CHECKING:
    from tui.wording.paint import Paint

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
    header: bool = True
    """Whether a list has headings."""
    sample: tuple[object, ...] = ()
    """Rows that are not printed and help to decide the widths of a table that goes on."""
    endless: bool = False
    """Whether the rows go on: as JSON each is a line of its own then."""


def print_answer(answer: Answer, how: Format, *, paint: Paint | None = None) -> int:
    """Print an answer and its sentences; return the exit code, the same when the reader of stdout has gone.

    `paint` paints a table; None: it has no colours.
    """
    failed: tuple[str, ...] = ()
    if sys.stdout is not None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            _write(answer, how, sys.stdout, paint=paint)
            sys.stdout.flush()
        except BrokenPipeError:
            drop(sys.stdout)
        except OSError as problem:
            drop(sys.stdout)
            failed = (f"the answer could not be written: {(problem.strerror or str(problem)).lower()}",)
    if answer.then is not None:
        answer = answer.then()
    said, code = (*answer.said, *failed), NOT_WRITTEN if failed else answer.code
    if not how.is_json or code == NOT_WRITTEN:
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


def _write(answer: Answer, how: Format, out: TextIO, *, paint: Paint | None) -> None:
    if answer.layout is None and not isinstance(answer.value, dict):
        out.writelines(answer.value)
    elif answer.layout is None or (how is Format.JSON and not (answer.endless or answer.layout.chosen)):
        write_json(answer.value if answer.receipt is None else _received(answer.value, answer.receipt), out)
    elif how is not Format.TABLE:
        lines = Format.NDJSON if how is Format.JSON and answer.endless else how
        write_rows(_rows(answer), answer.layout, lines, out, header=answer.header)
    else:
        count = _write_table(answer, answer.layout, out, paint)
        if not count and not answer.endless:
            _say(["nothing to list"])


def _write_table(answer: Answer, layout: Layout, out: TextIO, paint: Paint | None) -> int:
    """Write a table, or its rows as lines where they are read aloud; return the number of rows."""
    if is_accessible(os.environ):
        return write_lines(_rows(answer), layout, out, header=answer.header)
    width = shutil.get_terminal_size().columns if out.isatty() else None
    rows = _rows(answer)
    measured = Measured(answer.measured, answer.sample, grows=answer.endless)
    return write_table(rows, layout, out, width=width, measured=measured, header=answer.header, paint=paint)


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
