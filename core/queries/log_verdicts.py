"""Verdicts on the addresses in a text of any length, each at the time that its line names.

The facts of many addresses are read at once, and an address is judged once for each period in which nothing about it
changed. A long log costs little more than finding the addresses in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from core.domain.addresses import parse_address
from core.domain.log_text import find_addresses, find_time, seems_to_tell_a_time
from core.domain.values import Binding, PoolKind, Verdict, from_micros, to_micros
from core.queries.cidr_row import CIDR_COLUMNS, CidrRow
from core.queries.eips import (
    BINDING_COLUMNS,
    TENANCY_COLUMNS,
    TENANCY_FROM,
    BindingRow,
    TenancyRow,
    read_binding,
)
from core.queries.past import (
    Replaced,
    cidr_at,
    clock_acceptances,
    is_doubtful,
    replaced_in_cidr,
    replaced_in_eips,
    tenancy_at,
)
from core.queries.services import service_names
from core.queries.verdicts import judge_from, judge_ipv6, latest
from core.storage.connection import Connection

__all__ = ["Evidence", "Mention", "Mentions", "Progress", "judge_all"]

Progress = Callable[[int], None]
"""Called at intervals with the number of lines read."""

_PROGRESS_LINES: Final = 5_000
"""Lines between two calls of a `Progress`."""
_AT_ONCE: Final = 50_000
"""Number of addresses whose facts are in memory together."""
_CHUNK: Final = 1_000
"""Number of addresses in one statement."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The verdicts on a text, with figures of its lines."""

    verdicts: list[Verdict]
    """One for each distinct address and moment, in order of appearance, each with its count."""
    lines: int
    unzoned: int
    """Lines whose time has no zone; it was read as UTC."""
    misread: int
    """Lines with a time that was not understood; their addresses are judged as of now."""

    @property
    def mentions(self) -> int:
        """The number of addresses in the text, repeated ones counted each time."""
        return sum(verdict.count for verdict in self.verdicts)


Mention = tuple[str, int | None]
"""An address in text, and the time of its line in microseconds; None is now."""


class Mentions:
    """The addresses of a text, counted by address and time."""

    def __init__(
        self, lines: Iterable[str], now: datetime, at: datetime | None = None, on_progress: Progress | None = None
    ) -> None:
        """Read the lines; `at` is the time of lines without one."""
        self.counted: dict[Mention, int] = {}
        self.moments: dict[int | None, datetime] = {}
        """The times of the mentions, by microseconds."""
        self.lines = self.unzoned = self.misread = 0
        counted, moments = self.counted, self.moments
        for line in lines:
            if on_progress is not None and self.lines % _PROGRESS_LINES == 0:
                on_progress(self.lines)
            self.lines += 1
            found = find_addresses(line)
            if found:
                then = self._time(line, now) or at
                moment = None if then is None else to_micros(then)
                if then is not None:
                    moments[moment] = then
                for text in found:
                    key = text, moment
                    counted[key] = counted.get(key, 0) + 1

    def _time(self, line: str, now: datetime) -> datetime | None:
        time = find_time(line, now)
        if time is None:
            self.misread += seems_to_tell_a_time(line)
            return None
        self.unzoned += not time.zoned
        return time.at


def judge_all(connection: Connection, seen: Mentions, now: int) -> Iterator[Verdict]:
    """Yield a verdict for each mention, in their order; `now` is in microseconds."""
    now = latest(connection, now)
    known = _Cidrs(connection)
    moments = {None: from_micros(now), **seen.moments}
    few = len({text for text, _ in seen.counted}) <= _AT_ONCE
    rest = iter(seen.counted.items())
    while some := list(islice(rest, None if few else _AT_ONCE)):
        judge = BatchJudge(connection, known, {text for (text, _), _ in some if ":" not in text}, now)
        for (text, at), count in some:
            yield _seen(judge.verdict(text, at), moments[at], count)


def _seen(verdict: Verdict, at: datetime, count: int) -> Verdict:
    """Return the verdict with another time and count, at a fifth of the cost of `_replace`."""
    return Verdict(verdict.address, at, *verdict[2:-1], count)


class BatchJudge:
    """Judges mentions; an address once for each period in which nothing about it changed."""

    def __init__(self, connection: Connection, known: _Cidrs, addresses: Iterable[str], now: int) -> None:
        self._now = now
        self._facts = _GatheredFacts(connection, known, [parse_address(each) for each in addresses])
        self._judged: dict[str, tuple[int, list[int], list[Verdict | None]]] = {}

    def verdict(self, text: str, at: int | None) -> Verdict:
        """Return the verdict on an address at a time in microseconds; None is now."""
        if ":" in text:
            return judge_ipv6(text, at, self._now)
        found = self._judged.get(text)
        if found is None:
            address = parse_address(text)
            changes = sorted({*self._facts.changes(address), self._now})
            found = self._judged[text] = (address, changes, [None] * (len(changes) + 1))
        address, changes, verdicts = found
        period = bisect_right(changes, self._now if at is None else at)
        verdict = verdicts[period]
        if verdict is None:
            verdict = verdicts[period] = judge_from(self._facts, address, at, self._now)
        return verdict


_LIVES: Final = f"{CIDR_COLUMNS} ORDER BY c.first"


class _Cidrs:
    """Every life of every CIDR."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._replaced: dict[int, list[Replaced]] = {}
        self.acceptances = clock_acceptances(connection)
        rows = connection.rows(CidrRow, _LIVES)
        self._by_size: dict[int, dict[int, list[CidrRow]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            self._by_size[row.last - row.first + 1][row.first].append(row)
        self.of_customer = any(row.kind == PoolKind.CUSTOMER for row in rows)
        self._present = [row for row in rows if row.state != "retired"]
        self._firsts = [row.first for row in self._present]

    def containing(self, address: int) -> list[CidrRow]:
        """Return the lives of the CIDRs that contain the address."""
        return [row for size, by_first in self._by_size.items() for row in by_first.get(address - address % size, ())]

    def replaced(self, row: CidrRow) -> list[Replaced]:
        """Return the replaced states and ASNs of one life, newest first."""
        found = self._replaced.get(row.id)
        if found is None:
            found = self._replaced[row.id] = replaced_in_cidr(self._connection, row)
        return found

    def around(self, address: int) -> list[CidrRow]:
        """Return the present CIDRs below and above an address."""
        place = bisect_right(self._firsts, address) - 1
        inside = place >= 0 and self._present[place].last >= address
        below = self._present[max(place - inside, 0) : place + 1 - inside]
        return [*below, *self._present[place + 1 : place + 2]]


_TENANCIES: Final = (
    f"SELECT {TENANCY_COLUMNS} {TENANCY_FROM} WHERE e.address IN :addresses ORDER BY e.allocated_at DESC, e.seq DESC"
)
_BINDINGS: Final = (
    f"SELECT {BINDING_COLUMNS} FROM binding b JOIN eip e ON e.id = b.eip_id"
    " WHERE e.address IN :addresses ORDER BY b.seq"
)


class _GatheredFacts:
    """The facts about many addresses, read at once."""

    def __init__(self, connection: Connection, known: _Cidrs, addresses: Sequence[int]) -> None:
        self._connection = connection
        self._known = known
        self._lives = {address: known.containing(address) for address in addresses}
        self._tenancies: dict[int, list[TenancyRow]] = defaultdict(list)
        self._bindings: dict[str, list[BindingRow]] = defaultdict(list)
        self._replaced: dict[str, list[Replaced]] = {}
        self._names: dict[str, str] = {}
        in_known = [address for address, lives in self._lives.items() if lives]
        for start in range(0, len(in_known), _CHUNK):
            self._gather(in_known[start : start + _CHUNK])

    def _gather(self, addresses: list[int]) -> None:
        for tenancy in self._connection.rows(TenancyRow, _TENANCIES, {"addresses": addresses}):
            self._tenancies[tenancy.address].append(tenancy)
        self._replaced.update(replaced_in_eips(self._connection, addresses))
        services: set[str] = set()
        for binding in self._connection.rows(BindingRow, _BINDINGS, {"addresses": addresses}):
            self._bindings[binding.eip_id].append(binding)
            services.add(binding.service_id)
        missing = list(services - self._names.keys())
        for start in range(0, len(missing), _CHUNK):
            self._names.update(service_names(self._connection, missing[start : start + _CHUNK]))

    def changes(self, address: int) -> Iterator[int]:
        """Yield the times at which a fact about the address changed."""
        moments: list[int | None] = [
            moment for accepted in self._known.acceptances for moment in (accepted.since, accepted.at)
        ]
        for life in self._lives[address]:
            moments += (life.created_at, life.retired_at, *(each.at for each in self._known.replaced(life)))
        for tenancy in self._tenancies.get(address, ()):
            moments += (tenancy.allocated_at, tenancy.released_at, tenancy.ready_at)
            moments += (each.at for each in self._replaced.get(tenancy.id, ()))
            for binding in self._bindings.get(tenancy.id, ()):
                moments += (binding.bound_at, binding.unbound_at)
        return (moment for moment in moments if moment is not None)

    def tenancy(self, address: int, at: int) -> TenancyRow | None:
        row = next((row for row in self._tenancies.get(address, ()) if row.allocated_at <= at), None)
        return None if row is None else tenancy_at(row, self._replaced.get(row.id, ()), at)

    def cidr(self, address: int, at: int | None) -> CidrRow | None:
        if at is None:
            return next((row for row in self._lives[address] if row.state != "retired"), None)
        lives = [
            row
            for row in self._lives[address]
            if row.created_at <= at and (row.retired_at is None or row.retired_at > at)
        ]
        life = max(lives, key=lambda row: row.id, default=None)
        return None if life is None else cidr_at(life, self._known.replaced(life), at)

    def retired(self, address: int, at: int) -> CidrRow | None:
        lives = [row for row in self._lives[address] if row.retired_at is not None and row.retired_at <= at]
        return max(lives, key=lambda row: row.retired_at or 0, default=None)

    def first_known(self, address: int) -> CidrRow | None:
        return min(self._lives[address], key=lambda row: (row.created_at, row.id), default=None)

    def customer_cidrs(self) -> bool:
        return self._known.of_customer

    def clock_doubtful(self, at: int) -> bool:
        return is_doubtful(self._known.acceptances, at)

    def neighbours(self, address: int) -> Sequence[CidrRow]:
        return self._known.around(address)

    def bindings(self, eip_id: str, at: int) -> tuple[Binding, ...]:
        rows = self._bindings.get(eip_id, ())
        return tuple(
            read_binding(row) for row in rows if row.bound_at <= at and (row.unbound_at is None or row.unbound_at > at)
        )

    def names(self, service_ids: set[str]) -> Mapping[str, str]:
        return {key: self._names[key] for key in service_ids}
