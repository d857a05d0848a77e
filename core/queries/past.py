"""CIDRs and EIPs as they were at a past moment, by the history: an event keeps the values that it replaced."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from core.queries.cidr_row import CidrRow
from core.queries.eips import TenancyRow
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = ["Replaced", "cidr_at", "replaced_in_cidr", "replaced_in_eips", "tenancy_at"]

_CIDR_VALUES: Final = ("asn", "state")
_EIP_VALUES: Final = ("name", "bandwidth_mbps", "platform_customer_owned")


class Replaced(NamedTuple):
    """Values that an event replaced."""

    at: int
    """Microseconds since the epoch, UTC."""
    values: Mapping[str, Any]
    """The values before the event, by column."""


@reads("event")
class _EventRow(NamedTuple):
    at: int
    eip_id: str | None
    before: str | None


_OF_CIDR: Final = (
    "SELECT at, eip_id, before FROM event WHERE cidr = :cidr AND address IS NULL AND before IS NOT NULL"
    " ORDER BY seq DESC"
)
_OF_EIPS: Final = (
    "SELECT at, eip_id, before FROM event WHERE address IN :addresses AND before IS NOT NULL"
    " AND action IN ('import', 'bandwidth', 'rename') ORDER BY seq DESC"
)


def replaced_in_cidr(connection: Connection, row: CidrRow) -> list[Replaced]:
    """Return the replaced states and ASNs of one life of a prefix, newest first."""
    ends = row.retired_at
    events = connection.rows(_EventRow, _OF_CIDR, {"cidr": row.cidr})
    return _replaced([event for event in events if ends is None or event.at <= ends], _CIDR_VALUES)


def replaced_in_eips(connection: Connection, addresses: Sequence[int]) -> dict[str, list[Replaced]]:
    """Return the replaced values of every EIP at these addresses, by its id, newest first."""
    by_eip: dict[str, list[_EventRow]] = defaultdict(list)
    for event in connection.rows(_EventRow, _OF_EIPS, {"addresses": list(addresses)}):
        if event.eip_id is not None:
            by_eip[event.eip_id].append(event)
    return {eip_id: _replaced(events, _EIP_VALUES) for eip_id, events in by_eip.items()}


def _replaced(events: Iterable[_EventRow], columns: Sequence[str]) -> list[Replaced]:
    found: list[Replaced] = []
    for event in events:
        before = json.loads(event.before or "{}")
        values = {column: before[column] for column in columns if column in before}
        if values:
            found.append(Replaced(event.at, values))
    return found


def cidr_at(row: CidrRow, replaced: Iterable[Replaced], at: int) -> CidrRow:
    """Return the CIDR with the state and the ASN that it had at that time, in microseconds."""
    return row._replace(**_values_at(replaced, at))


def tenancy_at(row: TenancyRow, replaced: Iterable[Replaced], at: int) -> TenancyRow:
    """Return the tenancy with the name, the cap and the platform's word that it had at that time, in microseconds."""
    return row._replace(**_values_at(replaced, at))


def _values_at(replaced: Iterable[Replaced], at: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in replaced:
        if each.at <= at:
            break
        values.update(each.values)
    return values
