"""The listing of EIPs: filtered, problems first, paged by key so that every page costs the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.filters import Filter, InvalidFilter, parse_filter
from core.domain.serving import Served, summary_of
from core.domain.values import Eip
from core.queries.eips import EIP_COLUMNS, EIP_FROM, read_eips
from core.queries.filter_sql import Selection, select
from core.queries.text_index import narrowed
from core.storage.connection import Connection

__all__ = ["EipPage", "EipQuery", "EipRow", "Listing", "checked_filter", "matching"]

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class EipQuery:
    """What is listed, and in which of the `ORDERS`."""

    filter: str = ""
    sort: str = "problems"


@dataclass(frozen=True, slots=True)
class EipRow:
    """An EIP as a list shows it."""

    eip: Eip
    problem: bool
    serves: Served
    key: Key
    """Its place in the listing's order; pages go on from it."""


@dataclass(frozen=True, slots=True)
class EipPage:
    """Consecutive rows, and how many there are in all."""

    rows: tuple[EipRow, ...]
    total: int
    """Of a page that is not counted, only its rows."""


def checked_filter(words: str) -> Filter:
    """The filter, or `invalid_filter`."""
    try:
        return parse_filter(words)
    except InvalidFilter as problem:
        raise error(Code.INVALID_FILTER, str(problem)) from problem


def matching(connection: Connection, words: str, now: int, problems: Sequence[int]) -> Iterator[Eip]:
    """Every EIP that matches, by address; read in pages by key, in flat memory."""
    chosen = _selected(connection, words, now, problems)
    after = (-1, -1)
    while True:
        rows = connection.execute(
            _statement(
                chosen,
                "(e.address > :address OR (e.address = :address AND e.seq > :seq)) AND e.address >= :address",
                "ORDER BY e.address, e.seq LIMIT 500",
            ),
            {**chosen.values, "address": after[0], "seq": after[1]},
        ).all()
        if not rows:
            return
        yield from read_eips(connection, rows)
        after = (rows[-1].address, rows[-1].seq)


def _statement(chosen: Selection, where: str, tail: str, columns: str = EIP_COLUMNS) -> str:
    return f"SELECT {columns} {EIP_FROM} WHERE {where} AND {chosen.where} {tail}"


@dataclass(frozen=True, slots=True)
class _Order:
    """A column with an index that ends in the address; EIPs without a value come last."""

    column: str
    descending: bool = False
    nullable: bool = False


ORDERS: Final[dict[str, _Order]] = {
    "problems": _Order("e.address"),
    "address": _Order("e.address"),
    "newest": _Order("e.allocated_at", descending=True),
    "name": _Order("e.name", nullable=True),
    "state": _Order("e.status"),
    "pool": _Order("e.pool_id"),
    "owner": _Order("e.customer_owned"),
    "operator": _Order("e.allocated_by"),
}
"""What a list can be sorted by; `problems` come first, then all others by address."""

_PROBLEM, _VALUED, _BLANK = range(3)
"""The zones of a listing, in which its rows come one after the other."""


class Listing:
    """One listing over one consistent picture of the data.

    A row's key is its zone, and its place among the problems or its value, address and `seq`.
    """

    def __init__(self, connection: Connection, query: EipQuery, now: int, problems: Sequence[int]) -> None:
        if query.sort not in ORDERS:
            raise error(Code.USAGE, f"{query.sort!r} is no order.", hint=f"Known: {', '.join(ORDERS)}.")
        self._connection = connection
        self._chosen = _selected(connection, query.filter, now, problems)
        self._order = ORDERS[query.sort]
        self._all_problems = set(problems)
        first = problems if query.sort == "problems" and not self._chosen.released else ()
        self._problems = self._listed(first)
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
        """The first rows, those after or before a row, or the last ones; `counted` with the total."""
        if before is not None or last:
            rows = self._backward(None if before is None else before.key, limit)[::-1]
        else:
            rows = self._forward(None if after is None else after.key, limit)
        return EipPage(tuple(self._rows(rows)), self.total() if counted else len(rows))

    def total(self) -> int:
        """How many EIPs are listed; costs what they are, unless all or few are."""
        if self._chosen.everything:
            counted = "SELECT coalesce(sum(allocated), 0) FROM cidr WHERE allocated > 0"
            return int(self._connection.execute(counted).scalar())
        return self._count("TRUE", {})

    def rank(self, address: str) -> int | None:
        """The 0-based place of the EIP at this address; None when it is not listed."""
        number = parse_address(address)
        if number in self._place:
            return self._place[number]
        here = f"{_ORDER_KEY.format(self._order.column)}, e.address, e.seq"
        statement = _statement(self._chosen, "e.address = :address", "ORDER BY e.seq DESC LIMIT 1", here)
        row = self._connection.execute(statement, {**self._chosen.values, "address": number}).first()
        if row is None:
            return None
        zone = _BLANK if row.value is None else _VALUED
        before = self._count(*self._beside(zone, (zone, *row), forward=False))
        if zone == _BLANK:
            before += self._count(*self._beside(_VALUED, None, forward=False))
        return len(self._problems) + before - sum(1 for problem in self._problems if problem < number)

    def _count(self, where: str, values: dict[str, Any]) -> int:
        statement = _statement(self._chosen, where, "", "count(*)")
        return int(self._connection.execute(statement, {**self._chosen.values, **values}).scalar())

    def _listed(self, problems: Sequence[int]) -> list[int]:
        if not problems or self._chosen.everything:
            return list(problems)
        statement = _statement(self._chosen, "e.address IN :first_ones", "", "e.address")
        values = {**self._chosen.values, "first_ones": list(problems)}
        found = set(self._connection.execute(statement, values).scalars())
        return [address for address in problems if address in found]

    def _forward(self, key: Key | None, limit: int) -> list[Any]:
        zone, place = (_PROBLEM, -1) if key is None else key[:2]
        rows = self._at(self._problems[place + 1 :][:limit]) if zone == _PROBLEM else []
        for each in (_VALUED, _BLANK):
            if each >= zone and len(rows) < limit:
                rows += self._read(each, key if each == zone else None, limit - len(rows), forward=True)
        return rows

    def _backward(self, key: Key | None, limit: int) -> list[Any]:
        """The rows before a key, the nearest first."""
        zone, place = (_BLANK, 0) if key is None else key[:2]
        rows: list[Any] = []
        for each in (_BLANK, _VALUED):
            if each <= zone and len(rows) < limit:
                rows += self._read(each, key if each == zone else None, limit - len(rows), forward=False)
        before = self._problems[:place] if zone == _PROBLEM else self._problems
        missing = limit - len(rows)
        return rows + self._at(before[-missing:] if missing else ())[::-1]

    def _at(self, addresses: Sequence[int]) -> list[Any]:
        """The problem rows at these addresses."""
        if not addresses:
            return []
        columns = f"{EIP_COLUMNS}, {_ORDER_KEY.format(self._order.column)}"
        statement = _statement(self._chosen, "e.address IN :here", "", columns)
        rows = self._connection.execute(statement, {**self._chosen.values, "here": list(addresses)}).all()
        return sorted(rows, key=lambda row: self._place[row.address])

    def _read(self, zone: int, key: Key | None, limit: int, *, forward: bool) -> list[Any]:
        """Rows of a zone beside a key, or from its end; without the problem rows, which stand first."""
        if zone == _BLANK and not self._order.nullable:
            return []
        way = "DESC" if self._order.descending is forward else "ASC"
        tail = f"ORDER BY {', '.join(f'{column} {way}' for column in self._columns(zone))} LIMIT :limit"
        columns = f"{EIP_COLUMNS}, {_ORDER_KEY.format(self._order.column)}"
        found: list[Any] = []
        while len(found) < limit:
            where, values = self._beside(zone, key, forward=forward)
            statement = _statement(self._chosen, where, tail, columns)
            rows = self._connection.execute(statement, {**self._chosen.values, **values, "limit": limit}).all()
            found.extend(row for row in rows if row.address not in self._place)
            if len(rows) < limit:
                break
            key = (zone, rows[-1].value, rows[-1].address, rows[-1].seq)
        return found[:limit]

    def _columns(self, zone: int) -> list[str]:
        """What a zone is in the order of."""
        return list(dict.fromkeys([*([self._order.column] if zone == _VALUED else []), "e.address", "e.seq"]))

    def _beside(self, zone: int, key: Key | None, *, forward: bool) -> tuple[str, dict[str, Any]]:
        """The condition of the rows of a zone that come after a key of it, or before; without a key all of them."""
        null = "NULL" if zone == _BLANK else "NOT NULL"
        blank = f"{self._order.column} IS {null}" if self._order.nullable else "TRUE"
        if key is None:
            return blank, {}
        columns = self._columns(zone)
        names = [f"key_{place}" for place in range(len(columns))]
        beyond = "<" if self._order.descending is forward else ">"
        place = f"({', '.join(columns)}) {beyond} ({', '.join(f':{name}' for name in names)})"
        return f"{blank} AND {place}", dict(zip(names, key[-len(columns) :], strict=True))

    def _rows(self, rows: Sequence[Any]) -> Iterator[EipRow]:
        eips = list(read_eips(self._connection, rows))
        names = _service_names(self._connection, eips)
        for row, eip in zip(rows, eips, strict=True):
            place = self._place.get(row.address)
            zone = _BLANK if row.value is None else _VALUED
            key = (zone, row.value, row.address, row.seq) if place is None else (_PROBLEM, place)
            yield EipRow(eip, row.address in self._all_problems, summary_of(eip.bindings, names), key)


_ORDER_KEY: Final = "{} AS value"


def _selected(connection: Connection, words: str, now: int, problems: Sequence[int]) -> Selection:
    chosen = checked_filter(words)
    few = narrowed(connection, chosen, now)
    return select(chosen, now, problems, few)


def _service_names(connection: Connection, eips: Sequence[Eip]) -> dict[str, str]:
    ids = sorted({binding.service_id for eip in eips for binding in eip.bindings})
    if not ids:
        return {}
    statement = "SELECT id, name FROM service WHERE id IN :ids"
    return {row.id: row.name or "" for row in connection.execute(statement, {"ids": ids})}
