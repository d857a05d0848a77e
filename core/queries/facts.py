"""The facts for verdicts, and their source in the database, which reads one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from core.domain.values import Binding
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
    cidr_at,
    clock_acceptances,
    imported_at,
    is_doubtful,
    replaced_in_cidr,
    replaced_in_eips,
    tenancy_at,
)
from core.storage.connection import Connection

__all__ = ["FactSource", "StoredFacts", "configured_at"]


class FactSource(Protocol):
    """Source of the facts that a verdict needs. Times are microseconds since the epoch, UTC."""

    def tenancy(self, address: int, at: int) -> TenancyRow | None:
        """Return the newest tenancy of the address that began at `at` or before, as it was then, or None."""

    def cidr(self, address: int, at: int | None) -> CidrRow | None:
        """Return the CIDR of the address as it was at that time (None: now), or None."""

    def retired(self, address: int, at: int) -> CidrRow | None:
        """Return the CIDR of the address that was the last one retired at `at` or before, or None."""

    def first_known(self, address: int) -> CidrRow | None:
        """Return the first CIDR in the record that contains the address, past or present, or None."""

    def customer_cidrs(self) -> bool:
        """Return whether the record holds a customer CIDR, past or present."""

    def clock_doubtful(self, at: int) -> bool:
        """Return whether the clock was ahead around that time, so that the times in the record are doubtful."""

    def neighbours(self, address: int) -> Sequence[CidrRow]:
        """Return the present CIDRs next to an address outside of all CIDRs: below and above."""

    def bindings(self, eip_id: str, at: int) -> tuple[Binding, ...]:
        """Return the bindings of the EIP that were live at that time."""

    def names(self, service_ids: set[str]) -> Mapping[str, str]:
        """Return the names of services by id."""

    def imported(self, row: TenancyRow) -> int | None:
        """Return the time at which an EIP was imported, or None."""


_PRESENT: Final = f"{CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.first <= :address ORDER BY c.first DESC LIMIT 1"
_AT: Final = (
    f"{CIDR_COLUMNS} WHERE c.first <= :address AND c.last >= :address AND c.created_at <= :at"
    " AND (c.retired_at IS NULL OR c.retired_at > :at) ORDER BY c.id DESC LIMIT 1"
)
_RETIRED: Final = (
    f"{CIDR_COLUMNS} WHERE c.first <= :address AND c.last >= :address AND c.retired_at <= :at"
    " ORDER BY c.retired_at DESC LIMIT 1"
)
_FIRST: Final = f"{CIDR_COLUMNS} WHERE c.first <= :address AND c.last >= :address ORDER BY c.created_at, c.id LIMIT 1"
_CUSTOMER: Final = "SELECT 1 FROM cidr c JOIN pool p ON p.id = c.pool_id WHERE p.kind = 'customer' LIMIT 1"
_NEIGHBOURS: Final = (
    (f"{CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.last < :address ORDER BY c.first DESC LIMIT 1"),
    (f"{CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.first > :address ORDER BY c.first LIMIT 1"),
)
_TENANCY: Final = (
    f"SELECT {TENANCY_COLUMNS} {TENANCY_FROM}"
    " WHERE e.address = :address AND e.allocated_at <= :at ORDER BY e.allocated_at DESC, e.seq DESC LIMIT 1"
)
_BINDINGS: Final = (
    f"SELECT {BINDING_COLUMNS} FROM binding b WHERE b.eip_id = :eip AND b.bound_at <= :at"
    " AND (b.unbound_at IS NULL OR b.unbound_at > :at) ORDER BY b.seq"
)
_SERVICE_NAMES: Final = "SELECT name FROM service WHERE id = :id"


def configured_at(configured: Iterable[CidrRow], address: int) -> CidrRow | None:
    """Return the configured range that contains an address, or None."""
    return next((row for row in configured if row.first <= address <= row.last), None)


class StoredFacts:
    """The facts of the database, each read when it is needed; for one address, or a few."""

    def __init__(self, connection: Connection, configured: Iterable[CidrRow] = ()) -> None:
        self._connection = connection
        self._configured = configured

    def _first(self, statement: str, **values: int) -> CidrRow | None:
        return self._connection.row(CidrRow, statement, values)

    def tenancy(self, address: int, at: int) -> TenancyRow | None:
        row = self._connection.row(TenancyRow, _TENANCY, {"address": address, "at": at})
        if row is None or (row.released_at is not None and row.released_at <= at):
            return row
        return tenancy_at(row, replaced_in_eips(self._connection, [address]).get(row.id, ()), at)

    def cidr(self, address: int, at: int | None) -> CidrRow | None:
        if at is not None:
            then = self._first(_AT, address=address, at=at)
            if then is not None:
                return cidr_at(then, replaced_in_cidr(self._connection, then), at)
        else:
            row = self._first(_PRESENT, address=address)
            if row is not None and row.last >= address:
                return row
        found = configured_at(self._configured, address)
        return found if found is None or self.first_known(address) is None else None

    def retired(self, address: int, at: int) -> CidrRow | None:
        return self._first(_RETIRED, address=address, at=at)

    def first_known(self, address: int) -> CidrRow | None:
        return self._first(_FIRST, address=address)

    def customer_cidrs(self) -> bool:
        return self._connection.value(int, _CUSTOMER) is not None

    def clock_doubtful(self, at: int) -> bool:
        return is_doubtful(clock_acceptances(self._connection), at)

    def neighbours(self, address: int) -> Sequence[CidrRow]:
        return [row for statement in _NEIGHBOURS if (row := self._first(statement, address=address)) is not None]

    def bindings(self, eip_id: str, at: int) -> tuple[Binding, ...]:
        found = self._connection.rows(BindingRow, _BINDINGS, {"eip": eip_id, "at": at})
        return tuple(read_binding(row) for row in found)

    def imported(self, row: TenancyRow) -> int | None:
        return imported_at(self._connection, [row.address]).get(row.id)

    def names(self, service_ids: set[str]) -> Mapping[str, str]:
        return {key: self._connection.value(str, _SERVICE_NAMES, {"id": key}) or "" for key in service_ids}
