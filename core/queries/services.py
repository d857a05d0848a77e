"""Downstream services: reads."""

from __future__ import annotations

import json
from typing import Any, Final

from core.domain.errors import Code, Fix, error
from core.domain.values import Service, ServiceKind, from_micros, stamp
from core.storage.connection import Connection

_SERVICES: Final = "SELECT id, kind, name, region, private_ips, subnets FROM service"


def services(connection: Connection, kind: ServiceKind | None, region: str | None) -> list[Service]:
    """Every downstream target that exists, of one kind or region when given, by kind and id."""
    rows = connection.execute(
        (
            f"{_SERVICES} WHERE missing_since IS NULL AND kind = coalesce(:kind, kind)"
            " AND region = coalesce(:region, region) ORDER BY kind, id"
        ),
        {"kind": kind, "region": region},
    )
    return [read_service(row) for row in rows]


_SERVICE: Final = f"{_SERVICES} WHERE id = :id"


def service_by_id(connection: Connection, service_id: str) -> Service:
    """The downstream target with this id.

    Raises:
        EipdeckError: `service_not_found`.

    """
    row = connection.execute(_SERVICE, {"id": service_id}).first()
    if row is None:
        raise error(
            Code.SERVICE_NOT_FOUND,
            f"There is no service {service_id!r}.",
            hint="Use the id of a service in the list, or register it.",
            fix=Fix("services"),
            details={"service": service_id},
        )
    return read_service(row)


_MISSING: Final = "SELECT missing_since FROM service WHERE id = :id"


def present_service(connection: Connection, service_id: str) -> Service:
    """The target with this id, when it still exists.

    Raises:
        EipdeckError: `service_not_found`.

    """
    service = service_by_id(connection, service_id)
    since = connection.execute(_MISSING, {"id": service_id}).scalar()
    if since is not None:
        raise error(
            Code.SERVICE_NOT_FOUND,
            f"{service_id} no longer exists, since {stamp(from_micros(since))}.",
            hint="Register it again.",
            details={"service": service_id},
        )
    return service


def read_service(row: Any) -> Service:
    """The service of a row of the table."""
    return Service(
        id=row.id,
        kind=ServiceKind(row.kind),
        name=row.name,
        region=row.region,
        private_ips=tuple(json.loads(row.private_ips)),
        subnets=tuple(json.loads(row.subnets)),
    )
