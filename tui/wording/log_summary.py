"""Sums up a text of logs in sentences: how much was read, and how many of each verdict."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from core import Evidence, Inventory, Verdict
from tui.wording.doubts import doubt_sentences
from tui.wording.phrases import count_of, eips_beyond, owner, quoted
from tui.wording.serving import served_by

__all__ = ["about", "ahead_words", "evidence_words", "grouped", "pieces", "progress", "times_words"]

_SERVICES: Final = 4
"""The most services that a line names; the rest are counted."""


def evidence_words(found: Evidence) -> Iterator[str]:
    """Yield how much was read, and a line for each verdict with its services."""
    if not found.verdicts:
        yield "no address in the text"
        return
    mentions, lines = count_of(found.mentions, "address", "addresses"), count_of(found.lines, "line")
    yield f"{mentions} in {lines}, {len(found.verdicts):,} distinct by address and time"
    yield from grouped(found.verdicts)


def times_words(found: Evidence) -> Iterator[str]:
    """Yield a sentence for each kind of doubt about the times of a text."""
    yield from doubt_sentences(found.doubts)
    if ahead := ahead_words(found):
        yield ahead


def ahead_words(found: Evidence) -> str:
    """Return a sentence on moments that are less than a day ahead, which are no doubt; empty without any."""
    ahead = sum(verdict.at is not None and verdict.at > verdict.as_of for verdict in found.verdicts)
    if not ahead or any(each.doubt == "future" for each in found.doubts):
        return ""
    are, they_are = ("is", "it is") if ahead == 1 else ("are", "they are")
    return f"{ahead:,} {are} about a time in the future: {they_are} judged as of now"


def grouped(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield `customer-bound: 12 (snat nat-1 9, lb lb-shop 3)`, the most frequent verdict first."""
    words: Counter[str] = Counter()
    services: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        words[verdict.verdict.value] += verdict.count
        for service in served_by(verdict):
            services.setdefault(verdict.verdict.value, Counter())[service] += verdict.count
    for word, count in words.most_common():
        yield f"{word}: {count:,}{_services(services.get(word, Counter()))}"


def _services(counted: Counter[str]) -> str:
    if not counted:
        return ""
    named = [f"{service} {count:,}" for service, count in counted.most_common(_SERVICES)]
    more = len(counted) - len(named)
    return f" ({', '.join(named)}{f' and {more:,} more' if more else ''})"


def about(inventory: Inventory, verdict: Verdict) -> Iterator[str]:
    """Yield more about an EIP: its origin, the reason it was allocated, its siblings, and the remedy of a finding."""
    eip = verdict.eip
    if eip is None:
        return
    asked = [event for event in inventory.history(str(eip.id)) if event.at == eip.allocated_at and event.reason]
    why = f" {quoted(asked[0].reason)}" if asked else ""
    origin = f"AS{verdict.asn}, " if verdict.asn else ""
    yield f"{eip.address}: {origin}allocated by {eip.allocated_by}{why}; history: eipdeck history {eip.address}"
    if verdict.at is not None and verdict.at < verdict.as_of:
        return
    for service_id in dict.fromkeys(binding.service_id for binding in eip.bindings):
        others = inventory.siblings([service_id], eip, limit=_SERVICES)
        if others.total:
            beside = ", ".join(f"{each.address} {owner(each)}" for each in others.eips)
            more = f" and {eips_beyond(others.total, _SERVICES)} more" if others.total > _SERVICES else ""
            yield f"{service_id} has {beside}{more} too"
    for finding in inventory.findings():
        if finding.subject == eip.address:
            yield f"{finding.severity.value}: {finding.remedy}"


_PIECE: Final = 1 << 20
"""The most bytes that are held at once."""


def pieces(stream: io.BufferedIOBase) -> Iterator[bytes]:
    """Yield the bytes of a stream as they come."""
    while piece := stream.read1(_PIECE):
        yield piece


@contextmanager
def progress() -> Iterator[Callable[[int], None] | None]:
    """Show on a terminal how many lines have been read; the line is removed at the end."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    err = sys.stderr

    def show(lines: int) -> None:
        if lines:
            err.write(f"\r{lines:,} lines read")
            err.flush()

    try:
        yield show
    finally:
        err.write("\r\x1b[K")
        err.flush()
