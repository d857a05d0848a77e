"""The reads of an inventory that a picture shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, NamedTuple

from core.domain.validation import checked_address, checked_prefix
from core.domain.values import Eip, from_micros
from core.queries import eips
from core.queries.address_map import address_map
from core.queries.history_reads import InventoryHistory
from core.queries.map_cells import AddressMap
from core.queries.use_over_time import UseOverTime, use_over_time
from core.storage.connection import NO_LIMIT
from core.storage.rows import reads

__all__ = ["InventoryPictures"]


@reads("eip")
class _CooledRow(NamedTuple):
    id: str
    ready_at: Annotated[int, "eip.ready_at"]


@reads("pool")
class _LevelsRow(NamedTuple):
    id: str
    warn_percent: float
    critical_percent: float


_LEVELS: Final = "SELECT id, warn_percent, critical_percent FROM pool"
_COOLED: Final = "SELECT id, ready_at FROM eip WHERE address = :address AND ready_at IS NOT NULL"


class InventoryPictures(InventoryHistory):
    """The address map of a CIDR, the use of a pool over time, and the holders of an address."""

    def address_map(self, cidr: str, part: str | None = None) -> AddressMap:
        """Return the map of a CIDR in its present or last life, or of a part of it, which is a prefix too.

        The cost grows neither with the size of the CIDR nor with the number of its EIPs.

        Raises:
            EipdeckError: `cidr_not_found`, `invalid_cidr`; `address_not_in_pool` when the part is not within it.

        """
        words, within = str(checked_prefix(cidr)), None if part is None else checked_prefix(part)
        with self._store.read() as connection:
            problems = self._mapped_problems(connection)
            return address_map(connection, words, within, problems, self._now(connection))

    def use_over_time(self, pool_id: str) -> UseOverTime:
        """Return the live EIPs and the addresses of a pool on each of the last 30 days, or raise `pool_not_found`."""
        with self._store.read() as connection:
            return use_over_time(connection, self._now(connection), pool_id)

    def pool_levels(self) -> dict[str, tuple[float, float]]:
        """Return the warning and the critical threshold of each pool, in percent."""
        with self._store.read() as connection:
            return {row.id: (row.warn_percent, row.critical_percent) for row in connection.rows(_LevelsRow, _LEVELS)}

    def cooled_until(self, address: str) -> dict[str, datetime]:
        """Return by EIP id when the cool-down after each tenancy of an address ended or would end.

        Raises:
            EipdeckError: `invalid_address`.

        """
        with self._store.read() as connection:
            rows = connection.rows(_CooledRow, _COOLED, {"address": checked_address(address)})
        return {row.id: from_micros(row.ready_at) for row in rows}

    def tenancies(self, address: str, *, limit: int | None = None) -> list[Eip]:
        """Return every EIP that has held an address, newest first, each with its live or its last bindings.

        Raises:
            EipdeckError: `invalid_address`.

        """
        number = checked_address(address)
        with self._store.read() as connection:
            values = {"address": number, "limit": NO_LIMIT if limit is None else limit}
            tail = "ORDER BY e.allocated_at DESC, e.seq DESC LIMIT :limit"
            return eips.eips_where(connection, "e.address = :address", values, tail)
