"""The reads of downstream services."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.values import Eip, Service, ServiceKind
from core.queries import eips, services
from core.queries.eips import Siblings
from core.queries.reads import InventoryReads
from core.queries.service_listing import ServiceListing, ServicePage, ServiceQuery, ServiceRow, troubled_services

__all__ = ["InventoryServices"]


class InventoryServices(InventoryReads):
    """The services of an inventory, and the EIPs that serve them. Every method blocks."""

    def services(self, kind: ServiceKind | None = None, region: str | None = None) -> list[Service]:
        """Return the downstream services, of one kind or region when given."""
        with self._store.read() as connection:
            return services.services(connection, kind, region)

    def service_page(self, query: ServiceQuery, *, offset: int = 0, limit: int = 50) -> ServicePage:
        """Return rows of a listing of services, those that no longer exist too, and the number of all rows.

        Raises:
            EipdeckError: `invalid_filter`, `usage` for an unknown order.

        """
        found = self._open_findings()
        with self._store.read() as connection:
            return ServiceListing(connection, query, troubled_services(connection, found)).page(offset, limit)

    def service_rank(self, query: ServiceQuery, service_id: str) -> int | None:
        """Return the 0-based place of a service in a listing; None when it is not in it."""
        found = self._open_findings()
        with self._store.read() as connection:
            return ServiceListing(connection, query, troubled_services(connection, found)).rank(service_id)

    def service_row(self, service_id: str) -> ServiceRow:
        """Return one service as a list shows it, or raise `service_not_found`."""
        found = self._open_findings()
        with self._store.read() as connection:
            services.service_by_id(connection, service_id)
            return ServiceListing(connection, ServiceQuery(), troubled_services(connection, found)).row(service_id)

    def service(self, service_id: str) -> Service:
        """Return one downstream service, or raise `service_not_found`."""
        with self._store.read() as connection:
            return services.service_by_id(connection, service_id)

    def service_eips(self, service_id: str) -> list[Eip]:
        """Return the live EIPs that serve a service."""
        where = "e.id IN (SELECT eip_id FROM binding WHERE service_id = :service AND unbound_at IS NULL)"
        with self._store.read() as connection:
            return eips.eips_where(connection, where, {"service": service_id})

    def siblings(self, service_ids: Sequence[str], eip: Eip | None = None, *, limit: int = 4) -> Siblings:
        """Return the live EIPs that serve these services beside `eip`: at most `limit` of them, and how many there are.

        The cost does not grow with their number.
        """
        with self._store.read() as connection:
            return eips.siblings(connection, service_ids, eip, limit)

    def occupants(self, region: str) -> dict[str, tuple[Eip, ...]]:
        """Return the live EIPs of each service of a region, Zenlayer's first, at most `EIPS_COUNTED` for each."""
        with self._store.read() as connection:
            return eips.occupants(connection, region)
