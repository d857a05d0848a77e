"""Rehome: move an EIP to a customer pool, from the default pool or out of a draining CIDR, in one transaction."""

from __future__ import annotations

from typing import Final

from core.domain.addresses import parse_address
from core.domain.errors import Code, NotFound, error
from core.domain.requests import RehomeRequest
from core.domain.validation import checked_address
from core.domain.values import Allocation, Binding, Eip, EipStatus
from core.operations.binding import begin_binding
from core.operations.binding_rules import checked_quota
from core.operations.eip_lookup import load_unchanged_eip
from core.operations.free_space import AddressRun
from core.operations.picking import take, take_one
from core.operations.pools import PoolRow, pool_by_id
from core.operations.release import end_tenancy
from core.operations.tenancies import Tenancy, begin_tenancies
from core.queries.services import present_service
from core.storage.history import EventData, record
from core.storage.transaction import Transaction

__all__ = ["rehome"]


def rehome(transaction: Transaction, request: RehomeRequest) -> Allocation:
    """Allocate in the named pool, move the bindings and release the old EIP; all of it or nothing.

    With `keep` the old EIP stays as it is and both addresses serve.

    Raises:
        EipdeckError: every refusal of allocation, bind and release; `customer_pool_required` when the pool is a
            default pool; `conflict` when the EIP is there already; `service_not_found` for a binding to a service
            that no longer exists.

    """
    address = None if request.address is None else checked_address(request.address)
    eip = load_unchanged_eip(transaction, request.eip, request.expected)
    pool = pool_by_id(transaction, request.pool_id)
    _checked_goal(transaction, eip, pool)
    fresh = _replacement(transaction, eip, pool, address)
    if not request.keep:
        end_tenancy(transaction, eip)
    record(transaction, _left(eip, fresh, kept=request.keep))
    bindings = tuple(_moved(transaction, fresh, binding, more=request.keep) for binding in eip.bindings)
    status = EipStatus.BOUND if bindings else EipStatus.UNBOUND
    return Allocation((fresh._replace(bindings=bindings, status=status),), ())


def _left(eip: Eip, fresh: Eip, *, kept: bool) -> EventData:
    """Return the event that names the new address in the history of the old one."""
    return EventData(
        "moved",
        eip_id=eip.id,
        address=parse_address(eip.address),
        pool_id=eip.pool_id,
        cidr=eip.cidr,
        after={"address": fresh.address, "eip_id": fresh.id, "kept": kept},
    )


def _checked_goal(transaction: Transaction, eip: Eip, pool: PoolRow) -> None:
    if eip.status is EipStatus.RELEASED:
        raise error(Code.EIP_NOT_FOUND, f"EIP {eip.id} was released; there is nothing to move.")
    if not pool.customer_owned:
        raise error(
            Code.CUSTOMER_POOL_REQUIRED,
            f"{pool.id} is a default pool: an EIP is never moved into one.",
            hint="Name a customer pool.",
            details={"pool_id": pool.id},
        )
    if pool.region != eip.region:
        raise error(
            Code.REGION_MISMATCH,
            f"{eip.address} is in {eip.region}, pool {pool.id} in {pool.region}.",
            hint="Name a customer pool of the EIP's region.",
            details={"eip_region": eip.region, "pool_region": pool.region},
        )
    if eip.pool_id == pool.id and transaction.value(str, _STATE, id=eip.id) == "active":
        raise error(
            Code.CONFLICT,
            f"{eip.address} is in pool {pool.id} already, in an active CIDR.",
            hint="Name another customer pool.",
            details={"pool_id": pool.id},
        )


_ALL_EIPS: Final = "SELECT all_eips FROM binding WHERE id = :id"


def _moved(transaction: Transaction, fresh: Eip, binding: Binding, *, more: bool) -> Binding:
    """Repeat a binding on the new EIP; `more` when the old one stays, so that both count against the quota."""
    try:
        service = present_service(transaction.connection, binding.service_id)
    except NotFound as gone:
        hint = "Unbind the EIP from it first, or register it again."
        raise error(gone.code, gone.reason, hint=hint, details=gone.details) from None
    if more:
        checked_quota(transaction, service, binding)
    return begin_binding(transaction, fresh, binding, all_eips=bool(transaction.value(int, _ALL_EIPS, id=binding.id)))


_STATE: Final = "SELECT c.state FROM eip e JOIN cidr c ON c.id = e.cidr_id WHERE e.id = :id"


def _replacement(transaction: Transaction, eip: Eip, pool: PoolRow, address: int | None) -> Eip:
    tenancy = Tenancy(name=eip.name, bandwidth_mbps=eip.bandwidth_mbps, previous_eip_id=eip.id, action="rehome")
    if address is not None:
        cidr = take_one(transaction, pool, address)
        return begin_tenancies(transaction, pool, [AddressRun(cidr, address, address)], tenancy)[0]
    return begin_tenancies(transaction, pool, take(transaction, pool, 1), tenancy)[0]
