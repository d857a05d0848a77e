"""The listing of EIPs: filtered, problems first, paged by key so that every page costs the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.addresses import parse_address
from core.errors import error
from core.filters import Filter, InvalidFilter, parse_filter
from core.inventory import EIP_COLUMNS, EIP_FROM, read_eips
from core.objects import Binding, BindingKind, Eip
from core.selection import Selection, select
from core.sql import Connection

__all__ = ["EipPage", "EipQuery", "EipRow", "Listing", "checked_filter", "matching", "serves"]

SORTS: Final = ("problems", "address")


@dataclass(frozen=True, slots=True)
class EipQuery:
    """What is listed and in which order: `problems` (first, then by address) or `address`."""

    filter: str = ""
    sort: str = "problems"


@dataclass(frozen=True, slots=True)
class EipRow:
    """An EIP as a list shows it."""

    eip: Eip
    problem: bool
    serves: str
    key: tuple[int, int]
    """Its place in the listing's order; pages go on from it."""


@dataclass(frozen=True, slots=True)
class EipPage:
    """Consecutive rows, and how many there are in all."""

    rows: tuple[EipRow, ...]
    total: int


def checked_filter(words: str) -> Filter:
    """The filter, or `invalid_filter`."""
    try:
        return parse_filter(words)
    except InvalidFilter as problem:
        raise error("invalid_filter", str(problem)) from problem


def matching(connection: Connection, words: str, now: int, problems: Sequence[int]) -> Iterator[Eip]:
    """Every EIP that matches, by address; read in pages by key, in flat memory."""
    chosen = select(checked_filter(words), now, problems)
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


class Listing:
    """One listing over one consistent picture of the data: the problem rows, then the rest by address.

    A row's key is (0, its place among the problems) or (1, its address).
    """

    def __init__(self, connection: Connection, query: EipQuery, now: int, problems: Sequence[int]) -> None:
        if query.sort not in SORTS:
            raise error("usage", f"{query.sort!r} is no order.", hint=f"Known: {', '.join(SORTS)}.")
        self._connection = connection
        self._chosen = select(checked_filter(query.filter), now, problems)
        self._all_problems = set(problems)
        first = problems if query.sort == "problems" and not self._chosen.released else ()
        self._problems = self._listed(first)
        self._place = {address: place for place, address in enumerate(self._problems)}

    def page(
        self, limit: int, *, after: EipRow | None = None, before: EipRow | None = None, last: bool = False
    ) -> EipPage:
        """The first rows, those after or before a row, or the last ones."""
        if before is not None or last:
            rows = self._before(before.key if before is not None else None, limit)
        else:
            rows = self._after(after.key if after is not None else None, limit)
        return EipPage(tuple(rows), self.total())

    def total(self) -> int:
        """How many EIPs are listed."""
        if self._chosen.everything:
            counted = "SELECT coalesce(sum(allocated), 0) FROM cidr WHERE allocated > 0"
            return int(self._connection.execute(counted).scalar())
        statement = _statement(self._chosen, "TRUE", "", "count(*)")
        return int(self._connection.execute(statement, self._chosen.values).scalar())

    def rank(self, address: str) -> int | None:
        """The 0-based place of the live EIP at this address; None when it is not listed."""
        number = parse_address(address)
        if number in self._place:
            return self._place[number]
        values = {**self._chosen.values, "address": number}
        here = _statement(self._chosen, "e.address = :address", "LIMIT 1", "e.seq")
        if self._connection.execute(here, values).first() is None:
            return None
        smaller = _statement(self._chosen, "e.address < :address", "", "count(*)")
        count = int(self._connection.execute(smaller, values).scalar())
        first = len(self._problems)
        return first + count - sum(1 for problem in self._problems if problem < number)

    def _listed(self, problems: Sequence[int]) -> list[int]:
        if not problems or self._chosen.everything:
            return list(problems)
        statement = _statement(self._chosen, "e.address IN :first_ones", "", "e.address")
        values = {**self._chosen.values, "first_ones": list(problems)}
        found = set(self._connection.execute(statement, values).scalars())
        return [address for address in problems if address in found]

    def _after(self, key: tuple[int, int] | None, limit: int) -> list[EipRow]:
        zone, place = key if key is not None else (0, -1)
        start = place + 1 if zone == 0 else len(self._problems)
        addresses = self._problems[start : start + limit]
        rows = self._rows_at(addresses)
        if len(rows) < limit:
            rows += self._rest(place if zone == 1 else -1, limit - len(rows), forward=True)
        return rows

    def _before(self, key: tuple[int, int] | None, limit: int) -> list[EipRow]:
        zone, place = key if key is not None else (1, 1 << 32)
        rows = self._rest(place, limit, forward=False) if zone == 1 else []
        missing = limit - len(rows)
        if missing:
            end = place if zone == 0 else len(self._problems)
            rows = self._rows_at(self._problems[max(0, end - missing) : end]) + rows
        return rows

    def _rest(self, address: int, limit: int, *, forward: bool) -> list[EipRow]:
        """Rows beside an address in address order, without the problem rows listed first."""
        sign, way = (">", "ASC") if forward else ("<", "DESC")
        found: list[Any] = []
        while len(found) < limit:
            statement = _statement(
                self._chosen,
                f"e.address {sign} :address",
                f"ORDER BY e.address {way}, e.seq {way} LIMIT :limit",
            )
            values = {**self._chosen.values, "address": address, "limit": limit}
            rows = self._connection.execute(statement, values).all()
            found.extend(row for row in rows if row.address not in self._place)
            if len(rows) < limit:
                break
            address = rows[-1].address
        return self._rows(found[:limit] if forward else found[:limit][::-1])

    def _rows_at(self, addresses: Sequence[int]) -> list[EipRow]:
        if not addresses:
            return []
        statement = _statement(self._chosen, "e.address IN :here", "")
        rows = self._connection.execute(statement, {**self._chosen.values, "here": list(addresses)}).all()
        return self._rows(sorted(rows, key=lambda row: self._place[row.address]))

    def _rows(self, rows: Sequence[Any]) -> list[EipRow]:
        eips = list(read_eips(self._connection, rows))
        names = _service_names(self._connection, eips)
        made: list[EipRow] = []
        for row, eip in zip(rows, eips, strict=True):
            place = self._place.get(row.address)
            key = (1, row.address) if place is None else (0, place)
            made.append(EipRow(eip, row.address in self._all_problems, serves(eip.bindings, names), key))
        return made


def _service_names(connection: Connection, eips: Sequence[Eip]) -> dict[str, str]:
    ids = sorted({binding.service_id for eip in eips for binding in eip.bindings})
    if not ids:
        return {}
    statement = "SELECT id, name FROM service WHERE id IN :ids"
    return {row.id: row.name or "" for row in connection.execute(statement, {"ids": ids})}


def serves(bindings: Sequence[Binding], names: dict[str, str]) -> str:
    """What the bindings serve in a few words: `lb lb-shop shop-front`, `snat nat-1 2 subnets`, `-`."""
    if not bindings:
        return "-"
    first = bindings[0]
    name = names.get(first.service_id, "")
    if first.kind is BindingKind.NIC:
        return f"nic {name or first.service_id} {first.private_ip or ''}".rstrip()
    if first.kind is BindingKind.LOAD_BALANCER:
        return f"lb {first.service_id} {name}".rstrip()
    kinds = {binding.kind for binding in bindings}
    if len(kinds) > 1:
        return f"nat {first.service_id} {len(bindings)} entries"
    if first.kind is BindingKind.DNAT:
        return f"dnat {first.service_id} {len(bindings)} entr{'y' if len(bindings) == 1 else 'ies'}"
    sources = {source for binding in bindings for source in binding.sources}
    if not sources:
        return f"nat {first.service_id} no entry known"
    if "0.0.0.0/0" in sources:
        return f"snat {first.service_id} all subnets"
    return f"snat {first.service_id} {len(sources)} subnet{'' if len(sources) == 1 else 's'}"
