"""Sums up a text of logs in sentences: how much was read, and how many of each verdict."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from core import Evidence, Inventory, Verdict
from tui.wording.phrases import eips_beyond, owner, quoted
from tui.wording.serving import served_by

__all__ = ["about", "evidence_words", "grouped", "pieces", "progress", "times_words"]

_SERVICES: Final = 4
"""The most services that a line names; the rest are counted."""


def evidence_words(found: Evidence) -> Iterator[str]:
    """Yield how much was read, a line for each verdict with its services, and what was assumed."""
    if not found.verdicts:
        yield "no address in the text"
        return
    yield f"{found.mentions:,} addresses in {found.lines:,} lines, {len(found.verdicts):,} distinct by address and time"
    yield from grouped(found.verdicts)
    yield from times_words(found)


def times_words(found: Evidence) -> Iterator[str]:
    if found.misread:
        yield f"! {_lines(found.misread)} a time that was not understood: judged as of now"
    if found.unzoned:
        yield f"{_lines(found.unzoned)} a time without a zone: read as UTC"
    ahead = sum(verdict.at > verdict.as_of for verdict in found.verdicts)
    if ahead:
        yield f"{ahead:,} are about a time in the future: they are judged as of now"


def _lines(count: int) -> str:
    return "1 line has" if count == 1 else f"{count:,} lines have"


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
    if verdict.at < verdict.as_of:
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
"""The most characters of a line that are held at once."""
_OF_ADDRESSES: Final = frozenset("0123456789abcdefABCDEF.:[]()dot")


def pieces(text: TextIO) -> Iterator[str]:
    """Yield the lines of a text; a line longer than `_PIECE` in parts, never cut inside an address."""
    rest = ""
    while piece := text.readline(_PIECE):
        piece, rest = rest + piece, ""
        if len(piece) >= _PIECE and not piece.endswith("\n"):
            cut = next(
                (at for at in range(len(piece), len(piece) - 200, -1) if piece[at - 1] not in _OF_ADDRESSES), None
            )
            piece, rest = (piece, "") if cut is None else (piece[:cut], piece[cut:])
        yield piece
    if rest:
        yield rest


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
