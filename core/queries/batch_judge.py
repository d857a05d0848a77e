"""Judges the mentions of a text: an address once for each period in which nothing about it changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from core.domain.evidence import Doubt
from core.domain.ports_served import port_words
from core.domain.values import Verdict, from_micros, stamp
from core.queries.basis import Basis
from core.queries.gathered_facts import Cidrs, GatheredFacts
from core.queries.strangers import Strangers
from core.queries.text_mentions import Mention
from core.queries.verdicts import judge_from, judge_ipv6
from core.storage.connection import Connection

__all__ = ["BatchJudge", "judged", "of_port"]


def of_port(verdict: Verdict, port: int | None, protocol: str | None) -> str:
    """Return what the verdict on an address says of a port beside it."""
    if port is None or verdict.eip is None:
        return ""
    return port_words(verdict.eip.bindings, port, protocol)


class BatchJudge:
    """Judges mentions; an address once for each period in which nothing about it changed."""

    def __init__(self, connection: Connection, known: Cidrs, ours: Collection[int], basis: Basis) -> None:
        self.ours = ours
        timed = known.acceptances or basis.behind is not None or basis.doubt is not None
        self.strangers = None if timed else Strangers(connection, known, basis)
        """None where a verdict on them depends on the time: the clock was ahead once, the data is old or doubtful."""
        self._basis = basis
        self._facts = GatheredFacts(connection, known, list(ours))
        self._judged: dict[int, tuple[list[int], list[Verdict | None]]] = {}

    def verdict(self, address: int | str, at: int | None) -> Verdict:
        """Return the verdict on an address at a time in microseconds; None is now."""
        if isinstance(address, str):
            return judge_ipv6(address, at, self._basis.now)
        found = self._judged.get(address)
        if found is None:
            if address not in self.ours:
                return judge_from(self._facts, address, at, self._basis)
            basis = self._basis
            changes = sorted({*self._facts.changes(address), basis.now, basis.as_of + 1})
            found = self._judged[address] = (changes, [None] * (len(changes) + 1))
        changes, verdicts = found
        period = bisect_right(changes, self._basis.now if at is None else at)
        verdict = verdicts[period]
        if verdict is None:
            verdict = verdicts[period] = judge_from(self._facts, address, at, self._basis)
        return verdict

    @property
    def now(self) -> int:
        """The present moment in microseconds."""
        return self._basis.now

    def clock_doubtful(self, at: int) -> bool:
        """Return whether the clock was ahead around that time in microseconds."""
        return self._facts.clock_doubtful(at)


_JUDGED_TOO: Final = Doubt.AMBIGUOUS | Doubt.SEVERAL_TIMES
"""Doubts of which every reading is judged: the moment is one of them."""
_moment = lru_cache(maxsize=1024)(from_micros)


def judged(batch: BatchJudge, mentions: Iterator[Mention]) -> Iterator[Verdict]:
    """Yield the verdicts on mentions, those on strangers at a fraction of the cost of the others."""
    ours, strangers = batch.ours, batch.strangers
    for each in mentions:
        address, at, line, count, port, protocol, others, doubts, source = each
        if strangers is None or address in ours or others or at is None or isinstance(address, str):
            yield _of_text(batch, each)
            continue
        text, verdict, summary = strangers.words(address)
        row = text, _moment(at), *verdict[2:9], summary, verdict[10], count, _words(doubts)
        yield tuple.__new__(Verdict, (*row, line, port, protocol, source, others))


def _of_text(batch: BatchJudge, mention: Mention) -> Verdict:
    """Return the verdict on a mention, made anew at a fifth of the cost of `_replace`."""
    address, at, line, count, port, protocol, others, doubts, source = mention
    if at is not None and batch.strangers is None and batch.clock_doubtful(at):
        doubts |= Doubt.CLOCK_DOUBTFUL
    verdict = batch.verdict(address, at)
    summary = verdict.summary
    if port is not None:
        summary += of_port(verdict, port, protocol)
    also = tuple(_moment(each) for each in others) if others else ()
    if at is None:
        summary += f" The text names no moment: this is as of {stamp(verdict.as_of)}."
    elif also and doubts & _JUDGED_TOO:
        summary += _other_readings(verdict, [(each, batch.verdict(address, each)) for each in others], batch.now)
    row = verdict[0], None if at is None else _moment(at), *verdict[2:9], summary, verdict[10], count, _words(doubts)
    return tuple.__new__(Verdict, (*row, line, port, protocol, source, also))


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


def _other_readings(verdict: Verdict, others: list[tuple[int, Verdict]], now: int) -> str:
    """Return a sentence on the other moments that the time can mean: the same answer, or another one."""
    moments = [f"{stamp(_moment(each))}{' (in the future)' if each > now else ''}" for each, _ in others]
    if all(_holder(other) == _holder(verdict) for _, other in others):
        return f" Either way {_name(verdict)}: the time can also mean {', '.join(moments)}."
    told = zip(moments, (other for _, other in others), strict=True)
    words = "; ".join(f"as of {moment} it is {_name(other)} ({other.verdict.value})" for moment, other in told)
    return f" The time can mean another moment: {words}."


def _name(verdict: Verdict) -> str:
    eip = verdict.eip
    return verdict.verdict.value if eip is None else eip.name or eip.id or verdict.address
