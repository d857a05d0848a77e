"""Verdicts on the addresses in a text of any length, each at the time of its record.

The facts of many addresses are read at once, and an address is judged once for each period in which nothing about it
changed. A long log costs little more than finding the addresses in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.evidence import Doubt, Settings, Sighting, Source
from core.domain.evidence.reader import Line, Unreadable, read_lines
from core.domain.evidence.scan import scan_lines
from core.domain.ports_served import port_words
from core.domain.text_evidence import DoubtCount, Progress, TextFacts
from core.domain.values import Verdict, stamp, to_micros
from core.queries.basis import Basis
from core.queries.gathered_facts import Cidrs, GatheredFacts
from core.queries.text_settings import text_settings
from core.queries.verdicts import judge, judge_from, judge_ipv6
from core.storage.connection import Connection

__all__ = ["judge_all", "judge_many", "judge_sighting", "read_text", "sighting_in"]

_PROGRESS_LINES: Final = 5_000
"""Lines between two calls of a `Progress`."""
_IS_CIDR: Final = re.compile(r"^[^/]*/(?!32$)[0-9]{1,2}$")
"""A prefix of more than one address."""
_AT_ONCE: Final = 50_000
"""Number of addresses whose facts are in memory together."""


class _Mention:
    """The mentions of one address at one moment."""

    __slots__ = ("count", "doubts", "line", "others", "port", "protocol", "source")

    def __init__(self, first: Sighting) -> None:
        self.count = first.mentions
        self.line = first.line
        self.doubts = first.doubts
        self.others = first.others
        self.port = first.port
        self.protocol = first.protocol
        asked = first.source is Source.NONE and first.at is not None
        self.source = Source.ASKED if asked else first.source

    def add(self, other: Sighting) -> None:
        """Add mentions of the same address and moment; ports that differ name none."""
        self.count += other.mentions
        self.line = min(self.line, other.line)
        self.doubts |= other.doubts
        if other.others != self.others:
            self.others = tuple(sorted({*self.others, *other.others}))
        if other.port != self.port:
            self.port = None
        if other.protocol != self.protocol:
            self.protocol = None


class Mentions:
    """The addresses of a text, counted by address and moment."""

    def __init__(
        self, text: Iterable[str] | Iterable[bytes], settings: Settings, on_progress: Progress | None = None
    ) -> None:
        """Read a text: its lines, or the bytes of a stream in pieces of any length."""
        self.lines = 0
        self.found: dict[tuple[int | str, datetime | None], _Mention] = {}
        doubted: dict[Doubt, tuple[int, int]] = {}
        found = self.found
        for each in scan_lines(self._read(text, on_progress), settings):
            key = each.address, each.at
            known = found.get(key)
            if known is None:
                found[key] = _Mention(each)
            else:
                known.add(each)
            if each.doubts:
                count, line = doubted.get(each.doubts, (0, each.line))
                doubted[each.doubts] = count + each.mentions, min(line, each.line)
        self.doubts = tuple(_counts(doubted))

    def _read(self, text: Iterable[str] | Iterable[bytes], on_progress: Progress | None) -> Iterator[Line]:
        last = Line(0, "")
        for line in read_lines(_ended(text)):
            if on_progress is not None and line.number % _PROGRESS_LINES == 1:
                on_progress(line.number - 1)
            last = line
            yield line
        self.lines = last.number if last.text else last.number - 1

    def in_order(self) -> list[tuple[tuple[int | str, datetime | None], _Mention]]:
        """Return the mentions by their first lines; the scanner gives some of them late."""
        return sorted(self.found.items(), key=lambda item: item[1].line)


def _ended(text: Iterable[str] | Iterable[bytes]) -> Iterator[str | bytes]:
    """Yield pieces of a text; a line without an end gets one."""
    for each in text:
        yield f"{each}\n" if isinstance(each, str) and not each.endswith("\n") else each


def _counts(doubted: dict[Doubt, tuple[int, int]]) -> Iterator[DoubtCount]:
    for flag in Doubt:
        some = [counted for doubts, counted in doubted.items() if flag in doubts]
        if some and flag.name is not None:
            yield DoubtCount(flag.name.lower(), sum(count for count, _ in some), min(line for _, line in some))


def read_text(
    text: Iterable[str] | Iterable[bytes],
    facts: TextFacts,
    now: datetime,
    at: datetime | None,
    on_progress: Progress | None,
) -> Mentions:
    """Return the addresses of a text; `at` is the moment of records without a time.

    Raises:
        EipdeckError: `usage` for facts that mean nothing, and for bytes that are not text.

    """
    try:
        return Mentions(text, text_settings(facts, now, at), on_progress)
    except Unreadable as problem:
        raise error(Code.USAGE, str(problem), hint="Unpack it first.") from problem


def sighting_in(words: str, now: datetime) -> Sighting | None:
    """Return the one address in an argument, plain or dressed; None for none, several, or a record with a time."""
    if _IS_CIDR.search(words):
        return None
    found = list(scan_lines(read_lines([words]), Settings(now)))
    return found[0] if len(found) == 1 and found[0].source in {Source.NONE, Source.ASKED} else None


def judge_sighting(connection: Connection, found: Sighting, at: int | None, basis: Basis) -> Verdict:
    """Return the verdict on an address of an argument; `at` is for one without a time of its own."""
    moment = at if found.at is None else to_micros(found.at)
    if isinstance(found.address, str):
        return judge_ipv6(found.address, moment, basis.now)
    verdict = judge(connection, found.address, moment, basis)
    words = _of_port(verdict, found.port, found.protocol)
    return verdict._replace(summary=verdict.summary + words, port=found.port, protocol=found.protocol)


def _of_port(verdict: Verdict, port: int | None, protocol: str | None) -> str:
    if port is None or verdict.eip is None:
        return ""
    return port_words(verdict.eip.bindings, port, protocol)


def judge_all(connection: Connection, seen: Mentions, basis: Basis) -> Iterator[Verdict]:
    """Yield a verdict for each address and moment, in order of appearance."""
    known = Cidrs(connection, basis.configured)
    mentions = seen.in_order()
    few = len({address for address, _ in seen.found}) <= _AT_ONCE
    rest = iter(mentions)
    while some := list(islice(rest, None if few else _AT_ONCE)):
        batch = BatchJudge(connection, known, {address for (address, _), _ in some if isinstance(address, int)}, basis)
        for (address, at), mention in some:
            yield _of_text(batch, address, at, mention)


def judge_many(connection: Connection, addresses: Iterable[str], basis: Basis) -> Iterator[Verdict]:
    """Yield the present verdict on each address."""
    numbers = [each if ":" in each else parse_address(each) for each in addresses]
    known = Cidrs(connection, basis.configured)
    batch = BatchJudge(connection, known, {each for each in numbers if isinstance(each, int)}, basis)
    for address in numbers:
        yield batch.verdict(address, None)


class BatchJudge:
    """Judges mentions; an address once for each period in which nothing about it changed."""

    def __init__(self, connection: Connection, known: Cidrs, addresses: Iterable[int], basis: Basis) -> None:
        self._basis = basis
        self._facts = GatheredFacts(connection, known, list(addresses))
        self._judged: dict[int, tuple[list[int], list[Verdict | None]]] = {}

    def verdict(self, address: int | str, at: int | None) -> Verdict:
        """Return the verdict on an address at a time in microseconds; None is now."""
        if isinstance(address, str):
            return judge_ipv6(address, at, self._basis.now)
        found = self._judged.get(address)
        if found is None:
            basis = self._basis
            changes = sorted({*self._facts.changes(address), basis.now, basis.as_of + 1})
            found = self._judged[address] = (changes, [None] * (len(changes) + 1))
        changes, verdicts = found
        period = bisect_right(changes, self._basis.now if at is None else at)
        verdict = verdicts[period]
        if verdict is None:
            verdict = verdicts[period] = judge_from(self._facts, address, at, self._basis)
        return verdict

    def clock_doubtful(self, at: int) -> bool:
        """Return whether the clock was ahead around that time in microseconds."""
        return self._facts.clock_doubtful(at)


_JUDGED_TOO: Final = Doubt.AMBIGUOUS | Doubt.SEVERAL_TIMES
"""Doubts of which every reading is judged: the moment is one of them."""


def _of_text(batch: BatchJudge, address: int | str, at: datetime | None, mention: _Mention) -> Verdict:
    """Return the verdict on a mention, made anew at a fifth of the cost of `_replace`."""
    moment = None if at is None else to_micros(at)
    doubtful = moment is not None and batch.clock_doubtful(moment)
    doubts = mention.doubts | Doubt.CLOCK_DOUBTFUL if doubtful else mention.doubts
    verdict = batch.verdict(address, moment)
    summary = verdict.summary + _of_port(verdict, mention.port, mention.protocol)
    if at is None:
        summary += f" The text names no moment: this is as of {stamp(verdict.as_of)}."
    elif mention.others and mention.doubts & _JUDGED_TOO:
        others = [(each, batch.verdict(address, to_micros(each))) for each in mention.others]
        summary += _other_readings(verdict, others)
    return Verdict(
        verdict.address,
        at,
        *verdict[2:9],
        summary,
        verdict.as_of,
        mention.count,
        _words(doubts),
        mention.line,
        mention.port,
        mention.protocol,
        mention.source,
        mention.others,
    )


@cache
def _words(doubts: Doubt) -> tuple[str, ...]:
    return tuple(doubts.words)


class _Holder(NamedTuple):
    """The parts of a verdict that tell whether two moments have the same answer."""

    word: str
    cidr: str | None
    eip_id: str | None
    serves: frozenset[tuple[object, ...]]


def _holder(verdict: Verdict) -> _Holder:
    eip = verdict.eip
    bindings = () if eip is None else eip.bindings
    serves = frozenset((each.kind, each.service_id, each.private_ip, each.sources) for each in bindings)
    return _Holder(verdict.verdict.value, verdict.cidr, None if eip is None else eip.id, serves)


def _other_readings(verdict: Verdict, others: list[tuple[datetime, Verdict]]) -> str:
    """Return a sentence on the other moments that the time can mean: the same answer, or another one."""
    if all(_holder(other) == _holder(verdict) for _, other in others):
        also = ", ".join(stamp(each) for each, _ in others)
        return f" Either way {_name(verdict)}: the time can also mean {also}."
    words = "; ".join(f"as of {stamp(each)} it is {_name(other)} ({other.verdict.value})" for each, other in others)
    return f" The time can mean another moment: {words}."


def _name(verdict: Verdict) -> str:
    eip = verdict.eip
    return verdict.verdict.value if eip is None else eip.name or eip.id or verdict.address
