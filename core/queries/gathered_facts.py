"""The facts about many addresses, read at once."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Final

from core.domain.addresses import NEVER_SPANS
from core.domain.kinds import IMPORTED
from core.domain.values import Binding, PoolKind
from core.queries.cidr_row import CIDR_COLUMNS, CidrRow
from core.queries.eips import (
    BINDING_COLUMNS,
    TENANCY_COLUMNS,
    TENANCY_FROM,
    BindingRow,
    TenancyRow,
    read_binding,
)
from core.queries.facts import configured_at
from core.queries.owned import merged
from core.queries.past import (
    Replaced,
    cidr_at,
    clock_acceptances,
    imported_at,
    is_doubtful,
    replaced_in_cidr,
    replaced_in_eips,
    tenancy_at,
)
from core.queries.services import service_names
from core.storage.connection import Connection

__all__ = ["Cidrs", "GatheredFacts"]

_CHUNK: Final = 1_000
"""Number of addresses in one statement."""

_LIVES: Final = f"{CIDR_COLUMNS} ORDER BY c.first"


class Cidrs:
    """Every life of every CIDR, and the ranges of the configuration."""

    def __init__(self, connection: Connection, configured: Sequence[CidrRow] = ()) -> None:
        self._connection = connection
        self.configured = configured
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

    def within(self) -> list[int]:
        """Return the first address of each range that was ever known and the first one behind it, ascending."""
        rows = (row for lives in self._by_size.values() for row in chain(*lives.values()))
        return merged((row.first, row.last) for row in chain(rows, self.configured))

    def stretches(self) -> list[int]:
        """Return where the words for an address outside every range change, ascending: its kind, the nearest range."""
        starts = {each for first, last in NEVER_SPANS for each in (first, last + 1)}
        starts.update((below.last + above.first) // 2 + 1 for below, above in pairwise(self._present))
        return sorted(starts)

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


class GatheredFacts:
    """The facts about many addresses, read at once."""

    def __init__(self, connection: Connection, known: Cidrs, addresses: Sequence[int]) -> None:
        self._connection = connection
        self._known = known
        self._lives = {address: known.containing(address) for address in addresses}
        self._tenancies: dict[int, list[TenancyRow]] = defaultdict(list)
        self._bindings: dict[str, list[BindingRow]] = defaultdict(list)
        self._replaced: dict[str, list[Replaced]] = {}
        self._imported: dict[str, int] = {}
        self._names: dict[str, str] = {}
        in_known = [address for address, lives in self._lives.items() if lives]
        for start in range(0, len(in_known), _CHUNK):
            self._gather(in_known[start : start + _CHUNK])

    def _gather(self, addresses: list[int]) -> None:
        for tenancy in self._connection.rows(TenancyRow, _TENANCIES, {"addresses": addresses}):
            self._tenancies[tenancy.address].append(tenancy)
        self._replaced.update(replaced_in_eips(self._connection, addresses))
        imported = {row.address for each in addresses for row in self._tenancies[each] if row.allocated_by == IMPORTED}
        if imported:
            self._imported.update(imported_at(self._connection, sorted(imported)))
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
        for life in self._lives.get(address, ()):
            moments += (life.created_at, life.retired_at, *(each.at for each in self._known.replaced(life)))
        for tenancy in self._tenancies.get(address, ()):
            moments += (tenancy.allocated_at, tenancy.released_at, tenancy.ready_at)
            moments += (each.at for each in self._replaced.get(tenancy.id, ()))
            moments.append(self._imported.get(tenancy.id))
            for binding in self._bindings.get(tenancy.id, ()):
                moments += (binding.bound_at, binding.unbound_at)
        return (moment for moment in moments if moment is not None)

    def tenancy(self, address: int, at: int) -> TenancyRow | None:
        row = next((row for row in self._tenancies.get(address, ()) if row.allocated_at <= at), None)
        return None if row is None else tenancy_at(row, self._replaced.get(row.id, ()), at)

    def cidr(self, address: int, at: int | None) -> CidrRow | None:
        lives = self._lives.get(address, ())
        if not lives:
            return configured_at(self._known.configured, address)
        if at is None:
            return next((row for row in lives if row.state != "retired"), None)
        lives = [row for row in lives if row.created_at <= at and (row.retired_at is None or row.retired_at > at)]
        life = max(lives, key=lambda row: row.id, default=None)
        return None if life is None else cidr_at(life, self._known.replaced(life), at)

    def retired(self, address: int, at: int) -> CidrRow | None:
        lives = [row for row in self._lives.get(address, ()) if row.retired_at is not None and row.retired_at <= at]
        return max(lives, key=lambda row: row.retired_at or 0, default=None)

    def first_known(self, address: int) -> CidrRow | None:
        return min(self._lives.get(address, ()), key=lambda row: (row.created_at, row.id), default=None)

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

    def imported(self, row: TenancyRow) -> int | None:
        return self._imported.get(row.id)

    def names(self, service_ids: set[str]) -> Mapping[str, str]:
        return {key: self._names[key] for key in service_ids}
