"""Release and recover: an address returns to the CIDR and pool that it came from, and can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from core.domain.addresses import format_address, parse_address
from core.domain.errors import Code, error
from core.domain.json_types import to_json
from core.domain.requests import RecoverRequest, ReleaseRequest
from core.domain.serving import serves_targets
from core.domain.validation import checked_address
from core.domain.values import Allocation, Eip, EipStatus, from_micros, iso
from core.operations.binding import end_bindings
from core.operations.eip_lookup import checked_unchanged, load_unchanged_eip
from core.operations.free_space import AddressRun, CidrRef, give_back, reservation_of
from core.operations.picking import take_one
from core.operations.pools import PoolRow, pool_by_id
from core.operations.tenancies import Tenancy, begin_tenancies, landing_warnings
from core.operations.usage_days import count_usage
from core.storage.connection import Flag
from core.storage.history import EventData, record
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["end_tenancy", "recover", "release"]


def release(transaction: Transaction, request: ReleaseRequest) -> list[str]:
    """Release EIPs, all or none. An EIP named twice is released once; a released one stays as it is.

    Raises:
        EipdeckError: `eip_not_found`; `eip_bound` with the bindings, unless `unbind`; `conflict`.

    """
    expected = {eip.id: eip for eip in request.expected}
    eips: dict[str, Eip] = {}
    for key in request.eips:
        eip = load_unchanged_eip(transaction, key, None)
        if expected:
            _checked_seen(eip, expected)
        eips[str(eip.id)] = eip
    for eip in eips.values():
        if eip.status is EipStatus.BOUND and not request.unbind:
            raise error(
                Code.EIP_BOUND,
                f"{eip.address} still {serves_targets(eip.bindings)}; nothing was released.",
                hint="Unbind it first, or ask for its bindings to end with the release.",
                details={"eip": eip.id, "bindings": to_json(eip.bindings)},
            )
    for eip in eips.values():
        end_tenancy(transaction, eip)
    return list(eips)


def _checked_seen(eip: Eip, expected: Mapping[str | None, Eip]) -> None:
    """Raise `conflict` when the EIP changed, or when another EIP, which the operator has not seen, has the address."""
    if eip.id in expected:
        checked_unchanged(eip, expected[eip.id])
        return
    raise error(
        Code.CONFLICT,
        f"{eip.address} is held by EIP {eip.id} now, which you have not seen; nothing was released.",
        hint="Look at it again, then decide.",
        details={"seen": to_json(list(expected.values())), "now": to_json(eip)},
    )


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


def end_tenancy(transaction: Transaction, eip: Eip) -> None:
    """Release one live EIP: end its bindings and return its address to its CIDR. A released one stays as it is."""
    if eip.status is EipStatus.RELEASED:
        return
    if eip.bindings:
        end_bindings(transaction, eip, eip.bindings)
    pool = pool_by_id(transaction, eip.pool_id)
    address = parse_address(eip.address)
    (row,) = transaction.rows(_PlaceRow, _PLACE, id=eip.id)
    cidr = CidrRef(row.cidr_id, row.cidr_first, row.cidr_last)
    reserved = reservation_of(transaction, cidr.cidr_id, address) is not None
    ready_at = transaction.now + pool.cooldown_seconds * 1_000_000
    transaction.run(_END, id=eip.id, now=transaction.now, operator=transaction.operator, ready_at=ready_at)
    transaction.run(_COUNT, cidr_id=cidr.cidr_id, reserved=int(reserved))
    returns = row.state == "active" and not reserved
    count_usage(transaction, pool.id, released=1, freed=int(returns))
    if returns:
        give_back(transaction, pool.id, pool.order, cidr, address, ready_at)
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


_POOL_NOW: Final = (
    "SELECT pool_id FROM cidr WHERE state <> 'retired' AND first <= :address AND last >= :address"
    " ORDER BY first DESC LIMIT 1"
)
"""The prefix may have come back in another pool while the address cooled."""


def recover(transaction: Transaction, request: RecoverRequest) -> Allocation:
    """Take a released address back, cooling or not, as a new EIP that is linked to the one before.

    Raises:
        EipdeckError: `eip_not_found` when no EIP ever had it; `address_in_use` when another EIP has it;
            `cidr_not_active`, `address_not_in_pool`, `address_reserved`.

    """
    address = checked_address(request.address)
    last = transaction.row(_LastRow, _LAST, address=address)
    words = format_address(address)
    if last is None:
        raise error(Code.EIP_NOT_FOUND, f"No EIP ever held {words}.", details={"address": words})
    if last.released_at is None:
        raise error(
            Code.ADDRESS_IN_USE,
            f"{words} has been given out again: it is held by EIP {last.id}.",
            details={"address": words, "eip_id": last.id},
        )
    present = transaction.value(str, _POOL_NOW, address=address)
    pool: PoolRow = pool_by_id(transaction, present or last.pool_id)
    cidr = take_one(transaction, pool, address, cooling_too=True)
    tenancy = Tenancy(
        name=last.name,
        bandwidth_mbps=last.bandwidth_mbps,
        landed=bool(last.landed_in_default) and not pool.customer_owned,
        previous_eip_id=last.id,
        action="recover",
    )
    eips = begin_tenancies(transaction, pool, [AddressRun(cidr, address, address)], tenancy)
    return Allocation(tuple(eips), landing_warnings(eips))
