"""The reads of an inventory that a picture shows."""

from __future__ import annotations

from core.domain.validation import checked_address, checked_prefix
from core.domain.values import Eip
from core.queries import eips
from core.queries.address_map import AddressMap, address_map
from core.queries.reads import InventoryReads
from core.storage.connection import NO_LIMIT

__all__ = ["InventoryPictures"]


class InventoryPictures(InventoryReads):
    """The address map of a CIDR, and the holders of an address."""

    def address_map(self, cidr: str, part: str | None = None) -> AddressMap:
        """Return the map of a CIDR in its present or last life, or of a part of it, which is a prefix too.

        The cost grows neither with the size of the CIDR nor with the number of its EIPs.

        Raises:
            EipdeckError: `cidr_not_found`, `invalid_cidr`; `address_not_in_pool` when the part is not within it.

        """
        words, within = str(checked_prefix(cidr)), None if part is None else checked_prefix(part)
        problems = self._known_problems().mapped
        with self._store.read() as connection:
            return address_map(connection, words, within, problems, self._now(connection))

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
