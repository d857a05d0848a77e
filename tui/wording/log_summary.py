"""Sums up a text of logs in sentences: how much was read, and how many of each verdict."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from core import DoubtCount, Inventory, Verdict, VerdictWord
from tui.terminal.environment import may_overwrite
from tui.wording.doubts import doubt_sentences
from tui.wording.phrases import count_of, eips_beyond, owner, quoted, whose
from tui.wording.serving import served_by

__all__ = ["Tally", "about", "ahead_words", "evidence_words", "grouped", "pieces", "progress", "times_words"]

_SERVICES: Final = 4
"""The most services that a line names; the rest are counted."""


class Tally:
    """Counts verdicts on their way to the output."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self.words: Counter[str] = Counter()
        """Mentions of each verdict."""
        self.mentions = self.distinct = self.ahead = 0
        self.services: dict[str, Counter[str]] = {}
        self._verdicts = self.counted(verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        return self._verdicts

    def counted(self, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
        """Yield verdicts and count them."""
        words, services = self.words, self.services
        for verdict in verdicts:
            word, count = verdict.verdict, verdict.count
            words[word] += count
            self.mentions += count
            self.distinct += 1
            if verdict.at is not None and verdict.at > verdict.as_of:
                self.ahead += 1
            if verdict.eip is not None and verdict.eip.bindings:
                for service in served_by(verdict):
                    services.setdefault(word, Counter())[service] += count
            yield verdict

    def finish(self) -> None:
        """Count what nobody has taken."""
        deque(self._verdicts, maxlen=0)

    @property
    def is_all_customer(self) -> bool:
        """Whether every address is customer-owned space; no address is not."""
        return bool(self.words) and all(word.startswith("customer-") for word in self.words)

    def groups(self) -> Iterator[str]:
        """Yield `customer-bound: 12 (snat nat-1 9, lb lb-shop 3)`, the most frequent verdict first."""
        for word, count in self.words.most_common():
            yield f"{word}: {count:,}{_services(self.services.get(word, Counter()))}"


def evidence_words(tally: Tally, lines: int, *, ours: bool = False) -> Iterator[str]:
    """Yield how much was read, and a line for each verdict with its services; with `ours`, others were left out."""
    if not tally.distinct:
        yield f"no address in the text{' was ever yours' if ours else ''}"
        return
    mentions, read = count_of(tally.mentions, "address", "addresses"), count_of(lines, "line")
    yield f"{mentions} in {read}, {tally.distinct:,} distinct by address and time"
    yield from tally.groups()


def times_words(tally: Tally, doubts: Sequence[DoubtCount]) -> Iterator[str]:
    """Yield a sentence for each kind of doubt about the times of a text."""
    yield from doubt_sentences(doubts)
    if ahead := ahead_words(tally.ahead, doubts):
        yield ahead


def ahead_words(ahead: int, doubts: Sequence[DoubtCount]) -> str:
    """Return a sentence on moments that are less than a day ahead, which are no doubt; empty without any."""
    if not ahead or any(each.doubt == "future" for each in doubts):
        return ""
    are, they_are = ("is", "it is") if ahead == 1 else ("are", "they are")
    return f"{ahead:,} {are} about a time in the future: {they_are} judged as of now"


def grouped(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield `yours, in use: 12 (snat nat-1 9, lb lb-shop 3)`, the most frequent verdict first."""
    tally = Tally(verdicts)
    tally.finish()
    for word, count in tally.words.most_common():
        yield f"{whose(VerdictWord(word))}: {count:,}{_services(tally.services.get(word, Counter()))}"


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
    past = verdict.at is not None and verdict.at < verdict.as_of
    beside = None if past else inventory.about(eip, limit=_SERVICES)
    events = inventory.history(str(eip.id)) if beside is None else beside.events
    asked = [event for event in events if event.at == eip.allocated_at and event.reason]
    why = f" {quoted(asked[0].reason)}" if asked else ""
    origin = f"AS{verdict.asn}, " if verdict.asn else ""
    yield f"{eip.address}: {origin}allocated by {eip.allocated_by}{why}; history: eipdeck history {eip.address}"
    if beside is None:
        return
    for service_id, others in beside.siblings.items():
        if others.total:
            named = ", ".join(f"{each.address} {owner(each)}" for each in others.eips)
            more = f" and {eips_beyond(others.total, _SERVICES)} more" if others.total > _SERVICES else ""
            yield f"{service_id} has {named}{more} too"
    for finding in beside.findings:
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
    err = sys.stderr
    if err is None or not may_overwrite(err, os.environ):
        yield None
        return

    def show(lines: int) -> None:
        if lines:
            err.write(f"\r{lines:,} lines read")
            err.flush()

    try:
        yield show
    finally:
        err.write("\r\x1b[K")
        err.flush()
