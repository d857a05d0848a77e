"""Allocate: one flow for every pool, at one cost whatever the size of the pool.

A named pool gives the address or refuses; another pool never stands in for it. Without a pool the default pool of the
region gives the address. An EIP that lands there unasked is marked, and has a warning and an event of its own.
"""

from __future__ import annotations

from typing import Final

from core.domain.errors import Code, error
from core.domain.requests import AllocationRequest
from core.domain.validation import checked_address, checked_bandwidth, checked_name
from core.domain.values import Allocation
from core.operations.free_space import AddressRun, foresee_next
from core.operations.picking import take, take_one
from core.operations.pools import PoolRow, default_pool, foresee_pool, pool_by_id
from core.operations.tenancies import Tenancy, begin_tenancies, landing_warnings
from core.storage.connection import Connection
from core.storage.history import foresee_chain
from core.storage.transaction import Transaction

__all__ = ["allocate", "checked_allocation", "foresee", "target_pool"]

MAX_COUNT: Final = 65_536


def allocate(transaction: Transaction, request: AllocationRequest) -> Allocation:
    """Take addresses and begin their tenancies, all of them or none. Return the EIPs with the landing warnings.

    Raises:
        EipdeckError: `usage`, `invalid_…`; `pool_not_found`, `customer_pool_required`, `region_mismatch`,
            `pool_exhausted`, `no_active_cidr`; for a given address `address_not_in_pool`, `cidr_not_active`,
            `address_in_use`, `address_reserved`, `address_cooling`.

    """
    tenancy, address = checked_allocation(request)
    pool = target_pool(transaction, request)
    chosen = request.default or request.pool_id is not None
    tenancy = Tenancy(
        name=tenancy.name,
        bandwidth_mbps=tenancy.bandwidth_mbps,
        landed=not pool.customer_owned and not chosen,
    )
    if address is None:
        runs = take(transaction, pool, request.count)
    else:
        cidr = take_one(transaction, pool, address)
        runs = [AddressRun(cidr, address, address)]
    eips = begin_tenancies(transaction, pool, runs, tenancy)
    return Allocation(tuple(eips), landing_warnings(eips, dry_run=request.dry_run))


def foresee(connection: Connection, request: AllocationRequest) -> bool:
    """Tell ahead of what an allocation asks; return whether that is all of it, as a rule."""
    if request.pool_id is None or request.address is not None:
        return False
    foresee_pool(connection, request.pool_id)
    foresee_next(connection, request.pool_id)
    foresee_chain(connection, request.pool_id)
    return True


def checked_allocation(request: AllocationRequest) -> tuple[Tenancy, int | None]:
    """Return what the EIPs share, and the given address; refuse what is not valid."""
    if not 1 <= request.count <= MAX_COUNT:
        raise error(Code.INVALID_COUNT, f"A count is 1 to {MAX_COUNT}, not {request.count}.")
    if request.address is not None and request.count != 1:
        raise error(Code.INVALID_COUNT, f"One address was named, so the count must be 1, not {request.count}.")
    if request.default and request.pool_id is not None:
        raise error(Code.USAGE, "A pool and the default pool exclude each other.", hint="Name one of them.")
    address = None if request.address is None else checked_address(request.address)
    bandwidth = checked_bandwidth(request.bandwidth_mbps)
    return Tenancy(name=checked_name(request.name), bandwidth_mbps=bandwidth), address


def target_pool(transaction: Transaction, request: AllocationRequest) -> PoolRow:
    """Return the pool that gives the addresses."""
    if request.pool_id is not None:
        pool = pool_by_id(transaction, request.pool_id)
        if request.region not in (None, pool.region):
            raise error(
                Code.REGION_MISMATCH,
                f"Pool {pool.id} is in {pool.region}, not in {request.region}.",
                hint="Leave the region out: the pool decides it.",
                details={"pool_id": pool.id, "region": pool.region},
            )
        return pool
    if transaction.config.require_customer_pool and not request.default:
        raise error(
            Code.CUSTOMER_POOL_REQUIRED,
            "No pool was named, and the configuration requires one.",
            hint="Name a pool, or ask for the default pool if you want a Zenlayer address.",
        )
    return default_pool(transaction, request.region)
