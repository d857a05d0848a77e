"""Downstream services."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final, NamedTuple

from core.domain.errors import Code, Fix, error
from core.domain.values import Service, ServiceKind, from_micros, stamp
from core.storage.connection import Connection
from core.storage.rows import reads


@reads("service")
class _ServiceRow(NamedTuple):
    id: str
    kind: str
    name: str | None
    region: str
    private_ips: str
    subnets: str


_SERVICES: Final = "SELECT id, kind, name, region, private_ips, subnets FROM service"


_PRESENT: Final = (
    f"{_SERVICES} WHERE missing_since IS NULL AND kind = coalesce(:kind, kind)"
    " AND region = coalesce(:region, region) ORDER BY kind, id"
)


def services(connection: Connection, kind: ServiceKind | None, region: str | None) -> list[Service]:
    """Return every service that exists, of one kind or region when given, by kind and id."""
    return [_read(row) for row in connection.rows(_ServiceRow, _PRESENT, {"kind": kind, "region": region})]


def count(connection: Connection) -> int:
    """Return the number of registered services, those that no longer exist too."""
    return connection.value(int, "SELECT count(*) FROM service") or 0


_SERVICE: Final = f"{_SERVICES} WHERE id = :id"


def service_by_id(connection: Connection, service_id: str) -> Service:
    """Return the service with this id.

    Raises:
        EipdeckError: `service_not_found`.

    """
    row = connection.row(_ServiceRow, _SERVICE, {"id": service_id})
    if row is None:
        raise error(
            Code.SERVICE_NOT_FOUND,
            f"There is no service {service_id!r}.",
            hint="Use the id of a service in the list, or register it.",
            fix=Fix("services"),
            details={"service": service_id},
        )
    return _read(row)


@reads("service")
class NameRow(NamedTuple):
    id: str
    name: str | None


_NAMES: Final = "SELECT id, name FROM service WHERE id IN :ids"


def service_names(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the names of these services by id; a service without a name has an empty one."""
    if not ids:
        return {}
    return {row.id: row.name or "" for row in connection.rows(NameRow, _NAMES, {"ids": sorted(ids)})}


_MISSING: Final = "SELECT missing_since FROM service WHERE id = :id"


def present_service(connection: Connection, service_id: str) -> Service:
    """Return the service with this id, if it still exists.

    Raises:
        EipdeckError: `service_not_found`.

    """
    service = service_by_id(connection, service_id)
    since = connection.value(int, _MISSING, {"id": service_id})
    if since is not None:
        raise error(
            Code.SERVICE_NOT_FOUND,
            f"{service_id} no longer exists, since {stamp(from_micros(since))}.",
            hint="Register it again.",
            details={"service": service_id},
        )
    return service


def foresee_service(connection: Connection, service_id: str) -> None:
    """Tell ahead of what `present_service` asks."""
    for statement in (_SERVICE, _MISSING):
        connection.ahead(statement, {"id": service_id})


def _read(row: _ServiceRow) -> Service:
    return Service(
        id=row.id,
        kind=ServiceKind(row.kind),
        name=row.name,
        region=row.region,
        private_ips=tuple(json.loads(row.private_ips)),
        subnets=tuple(json.loads(row.subnets)),
    )
