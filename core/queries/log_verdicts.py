"""Verdicts on the addresses in a text of any length, each at the time of its record.

The facts of many addresses are read at once, and an address is judged once for each period in which nothing about it
changed. A long log costs little more than finding the addresses in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import Final

from core.domain.addresses import format_address, parse_address
from core.domain.errors import Code, error
from core.domain.evidence import Settings, Sighting, Source, scan
from core.domain.evidence.reader import Block, Unreadable, read_blocks
from core.domain.evidence.scan import Scanner
from core.domain.evidence.settle import Seen, key_moment
from core.domain.text_evidence import LineVerdicts, Progress
from core.domain.values import Verdict, to_micros
from core.queries.basis import Basis, latest
from core.queries.batch_judge import BatchJudge, judged, of_port
from core.queries.gathered_facts import Cidrs
from core.queries.text_mentions import Mentions, ended
from core.queries.text_settings import text_settings
from core.queries.verdicts import judge, judge_ipv6
from core.storage.connection import Connection

__all__ = [
    "follow_text",
    "foresee_many",
    "judge_all",
    "judge_many",
    "judge_sighting",
    "read_text",
    "sighting_in",
    "text_settings",
]

_IS_CIDR: Final = re.compile(r"^[^/]*/(?!32$)[0-9]{1,2}$")
"""A prefix of more than one address."""
_PROGRESS_LINES: Final = 5_000
"""Lines between two calls of a `Progress`."""
MOST_HELD: Final = 5_000_000
"""Distinct addresses and moments of one text that are held, in at most 200 bytes each."""
_AT_ONCE: Final = 50_000
"""Number of addresses whose facts are in memory together."""


def read_text(
    text: Iterable[str] | Iterable[bytes],
    settings: Settings,
    within: Sequence[int] | None,
    on_progress: Progress | None,
) -> Mentions:
    """Return the addresses of a text; `within` as in `Scanner`.

    Raises:
        EipdeckError: `usage` for bytes that are not text, and for more distinct addresses and moments than are held.

    """
    seen = Mentions()
    scanner = Scanner(settings, within)
    told = 0
    for block in _blocks(text, seen, scanner):
        last = block.number + len(block.lines) - 1
        while on_progress is not None and told < last:
            on_progress(told)
            told += _PROGRESS_LINES
        seen.lines = last if block.lines[-1] else last - 1
        seen.add(scanner.read(block))
    seen.add(scanner.end())
    return seen


def _check_size(seen: Mentions, scanner: Scanner) -> None:
    if seen.size + scanner.waiting > MOST_HELD:
        raise error(
            Code.USAGE,
            f"More than {MOST_HELD:,} distinct addresses and moments, up to line {seen.lines:,}, are not held.",
            hint="Give it in parts. --ours holds only what is ours, --follow and --annotate hold nothing.",
            details={"limit": MOST_HELD, "line": seen.lines},
        )


def _blocks(text: Iterable[str] | Iterable[bytes], seen: Mentions, scanner: Scanner) -> Iterator[Block]:
    try:
        for block in read_blocks(ended(text)):
            yield block
            _check_size(seen, scanner)
    except Unreadable as problem:
        raise error(Code.USAGE, str(problem), hint="Unpack it first.") from problem


def follow_text(
    text: Iterable[str] | Iterable[bytes],
    settings: Settings,
    within: Sequence[int] | None,
    given: Mapping[str, str],
    reading: Callable[[], AbstractContextManager[Connection]],
    basis: Callable[[Connection], Basis],
) -> Iterator[list[LineVerdicts]]:
    """Yield the lines of each piece with their verdicts, judged by the inventory of that moment.

    Raises:
        EipdeckError: `usage` for bytes that are not text.

    """
    scanner = Scanner(settings, within, eager=True)
    mentions = Mentions()

    def by_line(seen: list[Seen]) -> dict[int, list[Verdict]]:
        mentions.clear()
        mentions.add(seen)
        with reading() as connection:
            judged_ = judge_all(connection, mentions, basis(connection), given)
            verdicts = {(each.address, each.at): each for each in judged_}
        found: dict[int, list[Verdict]] = defaultdict(list)
        for address, at, _, line, *_ in seen:
            words = format_address(address) if isinstance(address, int) else address
            verdict = verdicts[words, key_moment(at)]
            if verdict not in found[line]:
                found[line].append(verdict)
        return found

    for block in _blocks(text, mentions, scanner):
        found = by_line(seen) if (seen := scanner.read(block)) else {}
        lines = [
            LineVerdicts(number, text, tuple(found.pop(number, ())))
            for number, text in enumerate(block.lines if block.text else (), block.number)
        ]
        yield [*_late(found), *lines]
    if seen := scanner.end():
        yield [*_late(by_line(seen))]


def _late(found: Mapping[int, list[Verdict]]) -> Iterator[LineVerdicts]:
    """Give the verdicts on lines that were given before."""
    for number, verdicts in found.items():
        yield LineVerdicts(number, None, tuple(verdicts))


def sighting_in(words: str, now: datetime) -> Sighting | None:
    """Return the one address in an argument, plain or dressed; None for none, several, or a record with a time."""
    if _IS_CIDR.search(words):
        return None
    found = list(scan([words], Settings(now)))
    return found[0] if len(found) == 1 and found[0].source in {Source.NONE, Source.ASKED} else None


def judge_sighting(connection: Connection, found: Sighting, at: int | None, basis: Basis) -> Verdict:
    """Return the verdict on an address of an argument; `at` is for one without a time of its own."""
    moment = at if found.at is None else to_micros(found.at)
    if isinstance(found.address, str):
        return judge_ipv6(found.address, moment, basis.now)
    verdict = judge(connection, found.address, moment, basis)
    words = of_port(verdict, found.port, found.protocol)
    return verdict._replace(summary=verdict.summary + words, port=found.port, protocol=found.protocol)


def judge_all(connection: Connection, seen: Mentions, basis: Basis, given: Mapping[str, str]) -> Iterator[Verdict]:
    """Yield a verdict for each address and moment, in order of appearance; each summary ends with the facts given."""
    verdicts = _judged(connection, seen, basis)
    if not given:
        yield from verdicts
        return
    read_with = f" Read with {', '.join(f'{name} {value}' for name, value in given.items())}."
    for verdict in verdicts:
        yield verdict._replace(summary=verdict.summary + read_with)


def _judged(connection: Connection, seen: Mentions, basis: Basis) -> Iterator[Verdict]:
    known = Cidrs(connection, basis.configured)
    within = known.within()
    ours = _distinct(within, seen.addresses())
    mentions = seen.in_order()
    if len(ours) <= _AT_ONCE:
        yield from judged(BatchJudge(connection, known, ours, basis), mentions)
        return
    while some := list(islice(mentions, _AT_ONCE)):
        few = _distinct(within, (each[0] for each in some if isinstance(each[0], int)))
        yield from judged(BatchJudge(connection, known, few, basis), iter(some))


def _distinct(within: Sequence[int], addresses: Iterable[int]) -> set[int]:
    """Return the addresses in ranges that were ever known, at most one more than are read at once."""
    ours: set[int] = set()
    for address in addresses:
        if address not in ours and bisect_right(within, address) & 1:
            ours.add(address)
            if len(ours) > _AT_ONCE:
                break
    return ours


def foresee_many(connection: Connection, now: int) -> None:
    """Tell ahead of what `judge_many` asks first; `now` is the clock's."""
    connection.foresee(lambda ahead: latest(ahead, now))
    connection.foresee(Cidrs)


def judge_many(
    connection: Connection, addresses: Iterable[str], basis: Basis, at: int | None = None
) -> Iterator[Verdict]:
    """Yield the verdict on each address at a time in microseconds; None is now."""
    numbers = [each if ":" in each else parse_address(each) for each in addresses]
    known = Cidrs(connection, basis.configured)
    batch = BatchJudge(connection, known, {each for each in numbers if isinstance(each, int)}, basis)
    for address in numbers:
        yield batch.verdict(address, at)
