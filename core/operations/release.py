"""Release and recover: an address returns to the CIDR and pool it came from, and can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from core.domain.addresses import format_address, parse_address
from core.domain.errors import error
from core.domain.requests import RecoverRequest, ReleaseRequest
from core.domain.validation import checked_address
from core.domain.values import Allocation, Eip, EipStatus, from_micros, iso, to_json
from core.operations.allocation import Tenancy, begin_tenancies, landing_warning, take_one
from core.operations.binding import checked_unchanged, end_bindings, found
from core.operations.free_space import AddressRun, CidrRef, give_back, reservation_of
from core.operations.pools import PoolRow, pool_by_id
from core.queries.usage import DAY
from core.storage.connection import Flag
from core.storage.history import EventData, record
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["end_tenancy", "recover", "release"]


def release(transaction: Transaction, request: ReleaseRequest) -> list[str]:
    """Release EIPs, all or none; one named twice, or by the id of a released EIP, is released once.

    Raises:
        EipdeckError: `eip_not_found`; `eip_bound` with the bindings, unless `unbind`; `conflict`.

    """
    expected = {eip.id: eip for eip in request.expected}
    eips: dict[str, Eip] = {}
    for key in request.eips:
        eip = found(transaction, key, None)
        if expected:
            _checked_seen(eip, expected)
        eips[str(eip.id)] = eip
    for eip in eips.values():
        if eip.status is EipStatus.BOUND and not request.unbind:
            raise error(
                "eip_bound",
                f"{eip.address} still serves {_served(eip)}; nothing was released.",
                hint="Unbind it first, or release with --unbind.",
                details={"eip": eip.id, "bindings": to_json(eip.bindings)},
            )
    for eip in eips.values():
        end_tenancy(transaction, eip)
    return list(eips)


def _checked_seen(eip: Eip, expected: Mapping[str | None, Eip]) -> None:
    """An address can be another EIP's by now, which the operator did not look at."""
    if eip.id in expected:
        checked_unchanged(eip, expected[eip.id])
        return
    raise error(
        "conflict",
        f"{eip.address} is held by EIP {eip.id} now, which you have not looked at; nothing was released.",
        hint="Look again and decide anew.",
        details={"seen": to_json(list(expected.values())), "now": to_json(eip)},
    )


def _served(eip: Eip) -> str:
    return ", ".join(f"{binding.kind.value} {binding.service_id}" for binding in eip.bindings)


_END: Final = (
    "UPDATE eip SET status = 'released', unbound_since = NULL, released_at = :now, released_by = :operator,"
    " ready_at = :ready_at WHERE id = :id AND released_at IS NULL"
)


@reads("eip", "cidr")
class _PlaceRow(NamedTuple):
    cidr_id: int
    cidr_first: int
    cidr_last: int
    state: str


_PLACE: Final = (
    "SELECT e.cidr_id, e.cidr_first, e.cidr_last, c.state FROM eip e JOIN cidr c ON c.id = e.cidr_id WHERE e.id = :id"
)
_COUNT: Final = "UPDATE cidr SET allocated = allocated - 1, reserved = reserved + :reserved WHERE id = :cidr_id"
_USAGE: Final = (
    "INSERT INTO usage_day (pool_id, day, allocated, released) VALUES (:pool, :day, 0, 1)"
    " ON CONFLICT (pool_id, day) DO UPDATE SET released = usage_day.released + 1"
)


def end_tenancy(transaction: Transaction, eip: Eip) -> None:
    """Release one live EIP: its bindings end, its address goes back where it came from."""
    if eip.status is EipStatus.RELEASED:
        return
    if eip.bindings:
        end_bindings(transaction, eip, eip.bindings)
    pool = pool_by_id(transaction, eip.pool_id)
    address = parse_address(eip.address)
    (row,) = transaction.rows(_PlaceRow, _PLACE, id=eip.id)
    place = CidrRef(row.cidr_id, row.cidr_first, row.cidr_last)
    reserved = reservation_of(transaction, place.cidr_id, address) is not None
    ready_at = transaction.now + pool.cooldown_seconds * 1_000_000
    transaction.run(_END, id=eip.id, now=transaction.now, operator=transaction.operator, ready_at=ready_at)
    transaction.run(_COUNT, cidr_id=place.cidr_id, reserved=int(reserved))
    transaction.run(_USAGE, pool=pool.id, day=transaction.now // DAY)
    if row.state == "active" and not reserved:
        give_back(transaction, pool.id, pool.order, place, address, ready_at)
    record(
        transaction,
        EventData(
            "release",
            eip_id=eip.id,
            address=address,
            pool_id=eip.pool_id,
            cidr=eip.cidr,
            before={"status": EipStatus.UNBOUND.value, "name": eip.name},
            after={"status": EipStatus.RELEASED.value, "ready_at": iso(from_micros(ready_at))},
        ),
    )


@reads("eip")
class _LastRow(NamedTuple):
    id: str
    pool_id: str
    name: str | None
    bandwidth_mbps: int | None
    released_at: int | None
    landed_in_default: Flag


_LAST: Final = (
    "SELECT id, pool_id, name, bandwidth_mbps, released_at, landed_in_default FROM eip"
    " WHERE address = :address ORDER BY allocated_at DESC, seq DESC LIMIT 1"
)


def recover(transaction: Transaction, request: RecoverRequest) -> Allocation:
    """Take a released address back, past its cool-down, as a new EIP linked to the one it had.

    Raises:
        EipdeckError: `eip_not_found` when nobody ever had it; `address_in_use` when it was given out again;
            `cidr_not_active`, `address_not_in_pool`, `address_reserved`.

    """
    address = checked_address(request.address)
    last = transaction.row(_LastRow, _LAST, address=address)
    words = format_address(address)
    if last is None:
        raise error("eip_not_found", f"Nobody ever held {words}.", details={"address": words})
    if last.released_at is None:
        raise error(
            "address_in_use",
            f"{words} has been given out again: it is held by EIP {last.id}.",
            details={"address": words, "eip_id": last.id},
        )
    pool: PoolRow = pool_by_id(transaction, last.pool_id)
    place = take_one(transaction, pool, address, cooling_too=True)
    tenancy = Tenancy(
        name=last.name,
        bandwidth_mbps=last.bandwidth_mbps,
        landed=bool(last.landed_in_default),
        previous_eip_id=last.id,
        action="recover",
    )
    eips = begin_tenancies(transaction, pool, [AddressRun(place, address, address)], tenancy)
    return Allocation(tuple(eips), tuple(landing_warning(eip) for eip in eips if eip.landed_in_default))
