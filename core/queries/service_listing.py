"""The listing of services: what each serves by; filtered, problems first, read by the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import format_address, parse_address
from core.domain.errors import Code, error
from core.domain.values import BindingKind, Finding, Service, ServiceKind, Severity, from_micros
from core.queries.eips import EIPS_COUNTED
from core.queries.service_filter import service_condition
from core.storage.connection import Connection, Flag, Value
from core.storage.rows import COMPUTED, reads

__all__ = ["SERVICE_SORTS", "ServiceListing", "ServicePage", "ServiceQuery", "ServiceRow", "troubled_services"]

SERVICE_SORTS: Final = ("problems", "id", "name", "kind", "region")
"""The orders of a listing; `problems` puts the services with problems first, then all others by id."""
_COLUMNS: Final = {
    "problems": "s.id",
    "id": "s.id",
    "name": "coalesce(s.name, '')",
    "kind": "s.kind",
    "region": "s.region",
}
_NAMED: Final = 4
"""EIPs of a service that a row names."""


@dataclass(frozen=True, slots=True)
class ServiceQuery:
    """A filter, one of the `SERVICE_SORTS`, and its direction."""

    filter: str = ""
    sort: str = "problems"
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as a list shows it."""

    service: Service
    missing_since: datetime | None
    """The moment since when it no longer exists; None while it does."""
    severity: Severity | None
    """The worst finding about it or an EIP of it: critical or warning; None without one."""
    addresses: tuple[str, ...]
    """Its first EIPs, Zenlayer's before the customer's; at most four."""
    eips: int
    """The number of its EIPs, at most `EIPS_COUNTED`."""
    snat: int
    """SNAT entries of a gateway; EIPs with equal sources share one."""
    dnat: int

    @property
    def idle(self) -> bool:
        """Whether no EIP serves it."""
        return not self.eips


@dataclass(frozen=True, slots=True)
class ServicePage:
    """Consecutive rows, and the number of all rows."""

    rows: tuple[ServiceRow, ...]
    total: int


@reads("service")
class _Row(NamedTuple):
    id: str
    kind: str
    name: str | None
    region: str
    private_ips: str
    subnets: str
    missing_since: int | None


@reads("service")
class _KeyRow(NamedTuple):
    id: str
    key: Annotated[str, COMPUTED]


@reads("binding", "eip")
class _BindingRow(NamedTuple):
    service_id: Annotated[str, "binding.service_id"]
    kind: Annotated[str, "binding.kind"]
    sources: Annotated[str, "binding.sources"]
    address: Annotated[int, "eip.address"]
    customer_owned: Annotated[Flag, "eip.customer_owned"]


_ROW: Final = "s.id, s.kind, s.name, s.region, s.private_ips, s.subnets, s.missing_since"
_BOUND: Final = (
    "SELECT service_id, kind, sources, address, customer_owned FROM (SELECT b.service_id, b.kind, b.sources,"
    " e.address, e.customer_owned, row_number() OVER (PARTITION BY b.service_id"
    " ORDER BY e.customer_owned, e.address, b.seq) AS place FROM binding b JOIN eip e ON e.id = b.eip_id"
    " WHERE b.service_id IN :ids AND b.unbound_at IS NULL) AS placed"
    f" WHERE place <= {EIPS_COUNTED} ORDER BY service_id, place"
)


class ServiceListing:
    """One listing in one read transaction."""

    def __init__(self, connection: Connection, query: ServiceQuery, troubled: Mapping[str, Severity]) -> None:
        """List the services of a query.

        Args:
            connection: a read transaction.
            query: what to list, and in which order.
            troubled: the worst severity of each service with a problem, by its id.

        Raises:
            EipdeckError: `invalid_filter`, `usage` for an unknown order.

        """
        if query.sort not in SERVICE_SORTS:
            raise error(Code.USAGE, f"{query.sort!r} is not a sort order.", hint=f"Known: {', '.join(SERVICE_SORTS)}.")
        self._connection = connection
        self._troubled = troubled
        self._where, self._values = service_condition(query.filter, sorted(troubled))
        self._column = _COLUMNS[query.sort]
        self._way, self._before = ("DESC", ">") if query.reverse else ("ASC", "<")
        first = (
            []
            if query.sort != "problems"
            else sorted(troubled, key=lambda each: (troubled[each] is not Severity.CRITICAL, each))
        )
        self._first = self._listed(first)
        self._values["first_ones"] = list(self._first)

    def _listed(self, ids: Sequence[str]) -> list[str]:
        """Return those of the ids that the filter lets through, in their order."""
        if not ids:
            return []
        statement = f"SELECT s.id FROM service s WHERE s.id IN :these AND {self._where}"
        found = set(self._connection.column(str, statement, {**self._values, "these": list(ids)}))
        return [each for each in ids if each in found]

    def page(self, offset: int, limit: int) -> ServicePage:
        """Return the rows from an offset on, and the number of all rows."""
        ids = self._first[offset:][:limit]
        if len(ids) < limit:
            rest = {**self._values, "limit": limit - len(ids), "offset": max(offset - len(self._first), 0)}
            ids += self._connection.column(str, f"SELECT s.id {self._rest} {self._tail}", rest)
        return ServicePage(tuple(self._rows(ids)), self.total())

    @property
    def _rest(self) -> str:
        return f"FROM service s WHERE {self._where} AND NOT (s.id IN :first_ones)"

    @property
    def _tail(self) -> str:
        order = dict.fromkeys((self._column, "s.id"))
        return f"ORDER BY {', '.join(f'{each} {self._way}' for each in order)} LIMIT :limit OFFSET :offset"

    def total(self) -> int:
        """Return how many services are listed."""
        return self._connection.value(int, f"SELECT count(*) FROM service s WHERE {self._where}", self._values) or 0

    def rank(self, service_id: str) -> int | None:
        """Return the 0-based place of a service; None when it is not listed."""
        if service_id in self._first:
            return self._first.index(service_id)
        statement = f"SELECT s.id, {self._column} AS key {self._rest} AND s.id = :wanted"
        row = self._connection.row(_KeyRow, statement, {**self._values, "wanted": service_id})
        if row is None:
            return None
        earlier = f"({self._column}, s.id) {self._before} (:key, :wanted)"
        values: dict[str, Value] = {**self._values, "key": row.key, "wanted": row.id}
        return len(self._first) + (
            self._connection.value(int, f"SELECT count(*) {self._rest} AND {earlier}", values) or 0
        )

    def row(self, service_id: str) -> ServiceRow:
        """Return the row of a service that is known."""
        return next(iter(self._rows([service_id])))

    def _rows(self, ids: Sequence[str]) -> Iterable[ServiceRow]:
        if not ids:
            return
        values: dict[str, Value] = {"ids": list(ids)}
        known = {
            row.id: row
            for row in self._connection.rows(_Row, f"SELECT {_ROW} FROM service s WHERE s.id IN :ids", values)
        }
        bound: dict[str, list[_BindingRow]] = {}
        for binding in self._connection.rows(_BindingRow, _BOUND, values):
            bound.setdefault(binding.service_id, []).append(binding)
        for each in ids:
            yield _service_row(known[each], bound.get(each, ()), self._troubled.get(each))


def _service_row(row: _Row, bound: Sequence[_BindingRow], severity: Severity | None) -> ServiceRow:
    addresses = list(dict.fromkeys(format_address(each.address) for each in bound))
    snat = {each.sources for each in bound if each.kind == BindingKind.SNAT and each.sources != "[]"}
    return ServiceRow(
        service=Service(
            id=row.id,
            kind=ServiceKind(row.kind),
            name=row.name,
            region=row.region,
            private_ips=tuple(json.loads(row.private_ips)),
            subnets=tuple(json.loads(row.subnets)),
        ),
        missing_since=None if row.missing_since is None else from_micros(row.missing_since),
        severity=severity,
        addresses=tuple(addresses[:_NAMED]),
        eips=len(addresses),
        snat=len(snat),
        dnat=sum(each.kind == BindingKind.DNAT for each in bound),
    )


@reads("binding", "eip")
class _ServedRow(NamedTuple):
    service_id: Annotated[str, "binding.service_id"]
    address: Annotated[int, "eip.address"]


_SERVED: Final = (
    "SELECT DISTINCT b.service_id, e.address FROM eip e JOIN binding b ON b.eip_id = e.id AND b.unbound_at IS NULL"
    " WHERE e.released_at IS NULL AND e.address IN :addresses"
)


def troubled_services(connection: Connection, findings: Iterable[Finding]) -> dict[str, Severity]:
    """Return the services whose EIPs have a critical or a warning finding, each with the worst severity."""
    worst: dict[int, Severity] = {}
    for finding in findings:
        if finding.severity is not Severity.INFO:
            for address in map(parse_address, finding.eips):
                if worst.get(address) is not Severity.CRITICAL:
                    worst[address] = finding.severity
    if not worst:
        return {}
    troubled: dict[str, Severity] = {}
    for row in connection.rows(_ServedRow, _SERVED, {"addresses": list(worst)}):
        if troubled.get(row.service_id) is not Severity.CRITICAL:
            troubled[row.service_id] = worst[row.address]
    return troubled
