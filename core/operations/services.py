"""Downstream services of the embedded platform: network interfaces, NAT gateways, load balancers."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.errors import Code, error
from core.domain.requests import AddServiceRequest, RemoveServiceRequest
from core.domain.validation import checked_address, checked_id, checked_name, checked_prefix
from core.domain.values import ServiceKind
from core.operations.pools import known_region, make_known
from core.queries.services import service_by_id
from core.storage.connection import Value, Values
from core.storage.history import EventData, record
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["add_service", "remove_service"]


@reads("service")
class _ServiceRow(NamedTuple):
    kind: str
    name: str | None
    region: str
    private_ips: str
    subnets: str
    missing_since: int | None


_FIND: Final = "SELECT kind, name, region, private_ips, subnets, missing_since FROM service WHERE id = :id"
_INSERT: Final = (
    "INSERT INTO service (id, kind, name, region, private_ips, subnets)"
    " VALUES (:id, :kind, :name, :region, :private_ips, :subnets)"
)
_UPDATE: Final = (
    "UPDATE service SET name = :name, private_ips = :private_ips, subnets = :subnets, missing_since = NULL"
    " WHERE id = :id"
)
_REMOVE: Final = "UPDATE service SET missing_since = :at WHERE id = :id"


def add_service(transaction: Transaction, request: AddServiceRequest) -> str:
    """Register a service, or add addresses and subnets to a known one; the same again brings a missing one back.

    Raises:
        EipdeckError: `invalid_name`, `invalid_address`, `invalid_cidr`; `conflict` when the id belongs
            to another kind; `region_mismatch` when it is known in another region.

    """
    service_id = str(checked_id(request.service_id, "service id"))
    name = checked_name(request.name)
    ips = [format_address(checked_address(words)) for words in request.private_ips]
    subnets = [str(checked_prefix(words)) for words in request.subnets]
    if subnets and request.kind is not ServiceKind.NAT_GATEWAY:
        raise error(Code.USAGE, f"A {request.kind.value} has no subnets.", hint="Leave the subnets out.")
    found = transaction.row(_ServiceRow, _FIND, id=service_id)
    if found is None:
        region = known_region(transaction, request.region)
        make_known(transaction, region)
        values = _values(name, ips, subnets)
        transaction.later(_INSERT, id=service_id, kind=request.kind.value, region=region, **values)
        _record(transaction, service_id, None, {"kind": request.kind.value, "region": region, **values})
        return service_id
    _checked_same(request, found)
    before = {"name": found.name, "private_ips": found.private_ips, "subnets": found.subnets}
    after = _values(
        name or found.name,
        _merged(json.loads(found.private_ips), ips),
        _merged(json.loads(found.subnets), subnets),
    )
    if after != before or found.missing_since is not None:
        transaction.later(_UPDATE, id=service_id, **after)
        _record(transaction, service_id, before, after)
    return service_id


def remove_service(transaction: Transaction, request: RemoveServiceRequest) -> str:
    """Note that a service no longer exists: it takes no new binding, and bindings that name it are a finding.

    Raises:
        EipdeckError: `service_not_found`.

    """
    service = service_by_id(transaction.connection, request.service_id)
    (found,) = transaction.rows(_ServiceRow, _FIND, id=service.id)
    if found.missing_since is None:
        transaction.later(_REMOVE, id=service.id, at=transaction.now)
        about = {"id": service.id, "kind": found.kind, "region": found.region}
        record(transaction, EventData("remove_service", before=about, after={"id": service.id, "missing": True}))
    return service.id


def _checked_same(request: AddServiceRequest, found: _ServiceRow) -> None:
    if found.kind != request.kind:
        raise error(
            Code.CONFLICT,
            f"{request.service_id} is known as a {found.kind}, not a {request.kind.value}.",
            hint="Give the new service another id.",
            details={"service": request.service_id, "kind": found.kind},
        )
    if request.region not in (None, found.region):
        raise error(
            Code.REGION_MISMATCH,
            f"{request.service_id} is in {found.region}, not in {request.region}.",
            details={"service": request.service_id, "region": found.region},
        )


def _merged(known: list[str], more: list[str]) -> list[str]:
    return list(dict.fromkeys([*known, *more]))


def _values(name: str | None, ips: list[str], subnets: list[str]) -> dict[str, Value]:
    return {
        "name": name,
        "private_ips": json.dumps(_merged([], ips)),
        "subnets": json.dumps(_merged([], subnets)),
    }


def _record(transaction: Transaction, service_id: str, before: Values | None, after: Values) -> None:
    record(transaction, EventData("add_service", before=before, after={"id": service_id, **after}))
