"""CIDRs and EIPs as they were at a past moment, by the history: an event keeps the values that it replaced."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import parse_address
from core.domain.json_value import UncheckedObject
from core.domain.times import utc_of
from core.domain.values import to_micros
from core.queries.cidr_row import CidrRow
from core.queries.eips import TenancyRow
from core.storage.connection import Connection
from core.storage.rows import COMPUTED, reads

__all__ = [
    "ClockAcceptance",
    "Replaced",
    "cidr_at",
    "clock_acceptances",
    "imported_at",
    "is_doubtful",
    "replaced_in_cidr",
    "replaced_in_eips",
    "tenancy_at",
    "withheld_at",
]

_CIDR_VALUES: Final = ("asn", "state")
_EIP_VALUES: Final = ("name", "bandwidth_mbps", "platform_customer_owned")


class Replaced(NamedTuple):
    """Values that an event replaced."""

    at: int
    """Microseconds since the epoch, UTC."""
    values: UncheckedObject
    """The values before the event, by column."""


class ClockAcceptance(NamedTuple):
    """An acceptance of the clock after it was ahead; times are microseconds since the epoch, UTC."""

    seq: int
    at: int
    since: int
    """The newest time before the clock was ahead."""


@reads("event")
class _EventRow(NamedTuple):
    seq: int
    at: int
    eip_id: str | None
    before: str | None


_OF_CIDR: Final = (
    "SELECT seq, at, eip_id, before FROM event WHERE cidr = :cidr AND address IS NULL AND before IS NOT NULL"
    " ORDER BY seq DESC"
)
_OF_EIPS: Final = (
    "SELECT seq, at, eip_id, before FROM event WHERE address IN :addresses AND before IS NOT NULL"
    " AND action IN ('import', 'bandwidth', 'rename') ORDER BY seq DESC"
)


@reads("event")
class _AcceptanceRow(NamedTuple):
    seq: int
    at: int
    after: str | None


_ACCEPTANCES: Final = (
    "SELECT seq, at, after FROM event WHERE address IS NULL AND cidr IS NULL AND action = 'accept_clock' ORDER BY seq"
)


def clock_acceptances(connection: Connection) -> list[ClockAcceptance]:
    """Return every acceptance of the clock, oldest first."""
    found: list[ClockAcceptance] = []
    for row in connection.rows(_AcceptanceRow, _ACCEPTANCES):
        since = json.loads(row.after or "{}").get("since")
        found.append(ClockAcceptance(row.seq, row.at, 0 if since is None else to_micros(utc_of(since))))
    return found


def is_doubtful(acceptances: Iterable[ClockAcceptance], at: int) -> bool:
    """Return whether a time lies where the clock was ahead."""
    return any(accepted.since < at < accepted.at for accepted in acceptances)


def _effective(events: Sequence[_EventRow], acceptances: Sequence[ClockAcceptance]) -> list[_EventRow]:
    """Return the events, none later than an acceptance of the clock after it."""
    if not acceptances:
        return list(events)
    return [
        event._replace(at=min([event.at, *(accepted.at for accepted in acceptances if accepted.seq > event.seq)]))
        for event in events
    ]


def replaced_in_cidr(connection: Connection, row: CidrRow) -> list[Replaced]:
    """Return the replaced states and ASNs of one life of a prefix, newest first."""
    ends = row.retired_at
    events = _effective(connection.rows(_EventRow, _OF_CIDR, {"cidr": row.cidr}), clock_acceptances(connection))
    return _replaced([event for event in events if ends is None or event.at <= ends], _CIDR_VALUES)


def replaced_in_eips(connection: Connection, addresses: Sequence[int]) -> dict[str, list[Replaced]]:
    """Return the replaced values of every EIP at these addresses, by its id, newest first."""
    by_eip: dict[str, list[_EventRow]] = defaultdict(list)
    events = connection.rows(_EventRow, _OF_EIPS, {"addresses": list(addresses)})
    for event in _effective(events, clock_acceptances(connection) if events else ()):
        if event.eip_id is not None:
            by_eip[event.eip_id].append(event)
    return {eip_id: _replaced(events, _EIP_VALUES) for eip_id, events in by_eip.items()}


@reads("event")
class _ImportedRow(NamedTuple):
    eip_id: Annotated[str, "event.eip_id"]
    at: Annotated[int, COMPUTED]


_IMPORTED: Final = (
    "SELECT eip_id, min(at) AS at FROM event WHERE address IN :addresses AND action = 'import' AND eip_id IS NOT NULL"
    " GROUP BY eip_id"
)


def imported_at(connection: Connection, addresses: Sequence[int]) -> dict[str, int]:
    """Return the time at which each imported EIP at these addresses was imported, by its id."""
    rows = connection.rows(_ImportedRow, _IMPORTED, {"addresses": list(addresses)})
    return {row.eip_id: row.at for row in rows}


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


def _values_at(replaced: Iterable[Replaced], at: int) -> UncheckedObject:
    values: UncheckedObject = {}
    for each in replaced:
        if each.at <= at:
            break
        values = {**values, **each.values}
    return values


@reads("event")
class _ReservationRow(NamedTuple):
    at: int
    action: str
    after: str | None


_RESERVATIONS: Final = (
    "SELECT at, action, after FROM event WHERE cidr = :cidr AND address IS NULL"
    " AND action IN ('add_cidr', 'reserve', 'unreserve') ORDER BY seq"
)


def withheld_at(connection: Connection, row: CidrRow, at: int) -> list[tuple[int, int]]:
    """Return the reserved ranges of a CIDR at a time in microseconds, in no order; they do not overlap."""
    spans: list[tuple[int, int]] = []
    for event in connection.rows(_ReservationRow, _RESERVATIONS, {"cidr": row.cidr}):
        if event.at > at:
            break
        after = json.loads(event.after or "{}")
        if event.action == "add_cidr":
            edges = after.get("avoid_edges") and row.last - row.first > 1
            spans = [(row.first, row.first), (row.last, row.last)] if edges else []
            continue
        first, last = parse_address(after["first"]), parse_address(after["last"])
        spans = [part for span in spans for part in _without(span, first, last)]
        if event.action == "reserve":
            spans.append((first, last))
    return spans


def _without(span: tuple[int, int], first: int, last: int) -> list[tuple[int, int]]:
    """Return the parts of a range outside another one."""
    lo, hi = span
    return [part for part in ((lo, min(hi, first - 1)), (max(lo, last + 1), hi)) if part[0] <= part[1]]
