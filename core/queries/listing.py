"""The listing of EIPs: filtered, problems first, paged by key, so that every page costs the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.filters import Filter, InvalidFilter, parse_filter
from core.domain.serving import Served, summary_of
from core.domain.values import Eip
from core.queries.eips import EIP_COLUMNS, EIP_FROM, StoredEipRow, read_eips
from core.queries.filter_sql import Condition, condition_of
from core.queries.services import service_names
from core.queries.text_index import narrowed
from core.storage.connection import Connection, Values

__all__ = ["EipPage", "EipQuery", "EipRow", "Listing", "checked_filter", "matching"]

Key: TypeAlias = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class EipQuery:
    """A filter, one of the `ORDERS`, and its direction."""

    filter: str = ""
    sort: str = "problems"
    reverse: bool = False
    """The rows with a value in the opposite order; those without one stay last, problem rows first."""


@dataclass(frozen=True, slots=True)
class EipRow:
    """An EIP as a list shows it."""

    eip: Eip
    problem: bool
    serves: Served
    key: Key
    """Its place in the listing's order, where a page begins or ends."""


@dataclass(frozen=True, slots=True)
class EipPage:
    """Consecutive rows, and the number of all rows."""

    rows: tuple[EipRow, ...]
    total: int
    """The rows of this page alone when the listing was not counted."""


def checked_filter(words: str) -> Filter:
    """Parse a filter.

    Raises:
        EipdeckError: `invalid_filter`.

    """
    try:
        return parse_filter(words)
    except InvalidFilter as problem:
        raise error(Code.INVALID_FILTER, str(problem)) from problem


_AT_ONCE: Final = 500
_LIVE: Final = "SELECT coalesce(sum(allocated), 0) FROM cidr WHERE allocated > 0"
"""The number of live EIPs."""


def matching(connection: Connection, words: str, now: int, problems: Sequence[int]) -> Iterator[Eip]:
    """Yield every EIP that matches, by address; read in pages by key, in flat memory."""
    chosen = _selected(connection, words, now, problems)
    after = (-1, -1)
    while True:
        rows = connection.rows(
            StoredEipRow,
            _statement(
                chosen,
                "(e.address > :address OR (e.address = :address AND e.seq > :seq)) AND e.address >= :address",
                f"ORDER BY e.address, e.seq LIMIT {_AT_ONCE}",
            ),
            {**chosen.values, "address": after[0], "seq": after[1]},
        )
        yield from read_eips(connection, rows)
        if len(rows) < _AT_ONCE:
            return
        after = (rows[-1].address, rows[-1].seq)


def _statement(chosen: Condition, where: str, tail: str, columns: str = EIP_COLUMNS) -> str:
    return f"SELECT {columns} {EIP_FROM} WHERE {where} AND {chosen.where} {tail}"


@dataclass(frozen=True, slots=True)
class _Order:
    """A column with an index that ends in the address; EIPs without a value come last."""

    field: str
    descending: bool = False
    nullable: bool = False

    @property
    def column(self) -> str:
        return f"e.{self.field}"

    def value(self, row: StoredEipRow) -> int | str | None:
        found: int | str | None = getattr(row, self.field)
        return found


ORDERS: Final[dict[str, _Order]] = {
    "problems": _Order("address"),
    "address": _Order("address"),
    "newest": _Order("allocated_at", descending=True),
    "name": _Order("name", nullable=True),
    "state": _Order("status"),
    "pool": _Order("pool_id"),
    "owner": _Order("customer_owned"),
    "operator": _Order("allocated_by"),
}
"""The sort orders of a list; `problems` puts the problem EIPs first, then all others by address."""

PROBLEMS_FIRST: Final = 1000
"""The number of problem EIPs that a listing puts first; the rest stand in their places by address."""
_PROBLEM, _VALUED, _BLANK = range(3)
"""The zones of a listing, in their order."""


class Listing:
    """One listing in one read transaction.

    A row's key is its zone, then its place among the problems, or its value, address and `seq`.
    """

    def __init__(self, connection: Connection, query: EipQuery, now: int, problems: Sequence[int]) -> None:
        if query.sort not in ORDERS:
            raise error(Code.USAGE, f"{query.sort!r} is not a sort order.", hint=f"Known: {', '.join(ORDERS)}.")
        self._connection = connection
        self._chosen = _selected(connection, query.filter, now, problems)
        order = ORDERS[query.sort]
        self._order = replace(order, descending=not order.descending) if query.reverse else order
        self._all_problems = set(problems)
        first = problems[:PROBLEMS_FIRST] if query.sort == "problems" and not self._chosen.released else ()
        self._problems = self._listed(first[::-1] if query.reverse else first)
        self._place = {address: place for place, address in enumerate(self._problems)}

    def page(
        self,
        limit: int,
        *,
        after: EipRow | None = None,
        before: EipRow | None = None,
        last: bool = False,
        counted: bool = True,
    ) -> EipPage:
        """Return the first rows, the rows after or before a row, or the last rows; with the total when `counted`."""
        if counted and self._chosen.everything:
            self._connection.ahead(_LIVE)
        if before is not None or last:
            rows = self._backward(None if before is None else before.key, limit)[::-1]
        else:
            rows = self._forward(None if after is None else after.key, limit)
        return EipPage(tuple(self._rows(rows)), self.total() if counted else len(rows))

    def total(self) -> int:
        """Return how many EIPs are listed. Costs as much as there are, unless the list has all or few of them."""
        if self._chosen.everything:
            return self._connection.value(int, _LIVE) or 0
        return self._count("TRUE", {})

    def rank(self, address: str) -> int | None:
        """Return the 0-based place of the EIP at this address; None when it is not listed."""
        number = parse_address(address)
        if number in self._place:
            return self._place[number]
        statement = _statement(self._chosen, "e.address = :address", "ORDER BY e.seq DESC LIMIT 1")
        row = self._connection.row(StoredEipRow, statement, {**self._chosen.values, "address": number})
        if row is None:
            return None
        zone = _BLANK if self._order.value(row) is None else _VALUED
        before = self._count(*self._beside(zone, self._key(zone, row), forward=False))
        if zone == _BLANK:
            before += self._count(*self._beside(_VALUED, None, forward=False))
        passed = (problem > number if self._order.descending else problem < number for problem in self._problems)
        return len(self._problems) + before - sum(passed)

    def _count(self, where: str, values: Values) -> int:
        statement = _statement(self._chosen, where, "", "count(*)")
        return self._connection.value(int, statement, {**self._chosen.values, **values}) or 0

    def _key(self, zone: int, row: StoredEipRow) -> Key:
        return zone, self._order.value(row), row.address, row.seq

    def _listed(self, problems: Sequence[int]) -> list[int]:
        if not problems or self._chosen.everything:
            return list(problems)
        statement = _statement(self._chosen, "e.address IN :first_ones", "", "e.address")
        values: Values = {**self._chosen.values, "first_ones": list(problems)}
        found = set(self._connection.column(int, statement, values))
        return [address for address in problems if address in found]

    def _forward(self, key: Key | None, limit: int) -> list[StoredEipRow]:
        zone, place = _zone_and_place(key, (_PROBLEM, -1))
        rows = self._at(self._problems[place + 1 :][:limit]) if zone == _PROBLEM else []
        for each in (_VALUED, _BLANK):
            if each >= zone and len(rows) < limit:
                rows += self._read(each, key if each == zone else None, limit - len(rows), forward=True)
        return rows

    def _backward(self, key: Key | None, limit: int) -> list[StoredEipRow]:
        """Return the rows before a key, the nearest first."""
        zone, place = _zone_and_place(key, (_BLANK, 0))
        rows: list[StoredEipRow] = []
        for each in (_BLANK, _VALUED):
            if each <= zone and len(rows) < limit:
                rows += self._read(each, key if each == zone else None, limit - len(rows), forward=False)
        before = self._problems[:place] if zone == _PROBLEM else self._problems
        missing = limit - len(rows)
        return rows + self._at(before[-missing:] if missing else ())[::-1]

    def _at(self, addresses: Sequence[int]) -> list[StoredEipRow]:
        """Return the problem rows at these addresses."""
        if not addresses:
            return []
        statement = _statement(self._chosen, "e.address IN :here", "")
        rows = self._connection.rows(StoredEipRow, statement, {**self._chosen.values, "here": list(addresses)})
        return sorted(rows, key=lambda row: self._place[row.address])

    def _read(self, zone: int, key: Key | None, limit: int, *, forward: bool) -> list[StoredEipRow]:
        """Return rows of a zone beside a key, or from its end; without the problem rows, which come first."""
        if zone == _BLANK and not self._order.nullable:
            return []
        way = "DESC" if self._order.descending is forward else "ASC"
        tail = f"ORDER BY {', '.join(f'{column} {way}' for column in self._columns(zone))} LIMIT :limit"
        found: list[StoredEipRow] = []
        while len(found) < limit:
            where, values = self._beside(zone, key, forward=forward)
            statement = _statement(self._chosen, where, tail)
            rows = self._connection.rows(StoredEipRow, statement, {**self._chosen.values, **values, "limit": limit})
            found.extend(row for row in rows if row.address not in self._place)
            if len(rows) < limit:
                break
            key = self._key(zone, rows[-1])
        return found[:limit]

    def _columns(self, zone: int) -> list[str]:
        """Return the columns that a zone is sorted by."""
        return list(dict.fromkeys([*([self._order.column] if zone == _VALUED else []), "e.address", "e.seq"]))

    def _beside(self, zone: int, key: Key | None, *, forward: bool) -> tuple[str, Values]:
        """Return the condition for the rows of a zone after a key, or before it; without a key for all of them."""
        null = "NULL" if zone == _BLANK else "NOT NULL"
        blank = f"{self._order.column} IS {null}" if self._order.nullable else "TRUE"
        if key is None:
            return blank, {}
        columns = self._columns(zone)
        names = [f"key_{place}" for place in range(len(columns))]
        beyond = "<" if self._order.descending is forward else ">"
        place = f"({', '.join(columns)}) {beyond} ({', '.join(f':{name}' for name in names)})"
        return f"{blank} AND {place}", dict(zip(names, key[-len(columns) :], strict=True))

    def _rows(self, rows: Sequence[StoredEipRow]) -> Iterator[EipRow]:
        eips = list(read_eips(self._connection, rows))
        names = service_names(self._connection, {b.service_id for eip in eips for b in eip.bindings})
        for row, eip in zip(rows, eips, strict=True):
            place = self._place.get(row.address)
            zone = _BLANK if self._order.value(row) is None else _VALUED
            key = self._key(zone, row) if place is None else (_PROBLEM, place)
            yield EipRow(eip, row.address in self._all_problems, summary_of(eip.bindings, names), key)


def _zone_and_place(key: Key | None, end: tuple[int, int]) -> tuple[int, int]:
    """Return the zone of a key, and for a problem row its place among the problems; without a key, `end`."""
    if key is None:
        return end
    zone, place = key[:2]
    return int(zone or 0), place if isinstance(place, int) else 0


def _selected(connection: Connection, words: str, now: int, problems: Sequence[int]) -> Condition:
    chosen = checked_filter(words)
    few = narrowed(connection, chosen, now)
    return condition_of(chosen, now, problems, few)
