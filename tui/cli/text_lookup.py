"""`lookup -`: the verdicts on a text from stdin."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from core import Code, Inventory, LineVerdicts, error
from tui.cli import exit_codes
from tui.cli.result import Answer
from tui.wording.log_summary import Tally, evidence_words, pieces, progress, times_words
from tui.wording.reports import SEEN
from tui.wording.sanitize import visible
from tui.wording.serving import verdict_words
from tui.wording.text_facts import TextReading
from tui.wording.verb import Format

__all__ = ["Text", "lookup_text"]

T = TypeVar("T")


class Text(NamedTuple):
    """The options about a text."""

    reading: TextReading
    """The facts that settle its doubts."""
    ours: bool
    annotate: bool
    follow: bool


def lookup_text(inventory: Inventory, how: Format, text: Text) -> Answer:
    """Return the answer about the text on stdin."""
    if text.annotate and how is not Format.TABLE:
        raise error(Code.USAGE, "--annotate prints the text itself.", hint="Leave --json and --format out.")
    if text.annotate or text.follow:
        return _followed(inventory, text)
    with progress() as on_progress:
        found = inventory.text_verdicts(
            _stdin(), text.reading.at, text.reading.facts, ours=text.ours, on_progress=on_progress
        )
    tally = Tally(_begun(found.verdicts))

    def then() -> Answer:
        tally.finish()
        return Answer(
            (),
            said=tuple(evidence_words(tally, found.lines, ours=text.ours)),
            doubts=(*_settled(text), *times_words(tally, found.doubts)),
            code=_code(tally, text),
        )

    return Answer(iter(tally), SEEN, then=then)


def _followed(inventory: Inventory, text: Text) -> Answer:
    """Return the answer about a text that goes on: its lines with their verdicts, or the verdicts alone."""
    blocks = _begun(inventory.follow(_stdin(), text.reading.at, text.reading.facts, ours=text.ours))
    tally = Tally(())

    def then() -> Answer:
        return Answer((), doubts=_settled(text), code=_code(tally, text))

    if text.annotate:
        return Answer(_annotated(blocks, tally, matching=text.ours), then=then)
    rows = (verdict for block in _flushed(blocks) for line in block for verdict in line.verdicts)
    return Answer(tally.counted(rows), SEEN, then=then, measured=1)


def _annotated(blocks: Iterable[list[LineVerdicts]], tally: Tally, *, matching: bool) -> Iterator[str]:
    """Yield the lines of a text with their verdicts behind them; those without one unless they have to match."""
    for block in _flushed(blocks):
        for line in block:
            if line.text is None or (matching and not line.verdicts):
                continue
            words = "; ".join(visible(verdict_words(each)) for each in tally.counted(line.verdicts))
            yield f"{visible(line.text)}{'  <- ' if words else ''}{words}\n"


def _flushed(blocks: Iterable[T]) -> Iterator[T]:
    """Yield what comes, and print what was made of it before the next is waited for."""
    for block in blocks:
        yield block
        if sys.stdout is not None:
            sys.stdout.flush()


def _code(tally: Tally, text: Text) -> int:
    """Return the exit code: of `--ours` whether there is one, else whether all are customer-owned space."""
    good = bool(tally.words) if text.ours else tally.is_all_customer
    return exit_codes.DONE if good else exit_codes.NO


def _settled(text: Text) -> tuple[str, ...]:
    return (text.reading.words,) if text.reading.words else ()


def _begun(items: Iterator[T]) -> Iterator[T]:
    """Return the same items, the first already read, so that a refusal comes before any output."""
    return chain(list(islice(items, 1)), items)


def _stdin() -> Iterable[str] | Iterable[bytes]:
    """Return the bytes of stdin, or its lines where it has no bytes."""
    if sys.stdin is None:
        return ()
    if sys.stdin.isatty():
        sys.stderr.write("paste the text, then ctrl+d\n")
    if isinstance(sys.stdin, io.TextIOWrapper) and isinstance(sys.stdin.buffer, io.BufferedIOBase):
        return pieces(sys.stdin.buffer)
    return sys.stdin
