"""Allocation: one flow for every pool, at one cost whatever the pool's size.

A pool that is named gives the address or refuses; it never spills over. No pool named means the default
pool of the region, and an EIP that lands there unasked carries that fact, a warning and an event of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from core.domain.addresses import format_address, prefix_of_range
from core.domain.errors import EipdeckError, error
from core.domain.requests import AllocationRequest
from core.domain.validation import checked_address, checked_bandwidth, checked_name
from core.domain.values import MISSING_POOL_WARNING, Allocation, Eip, EipStatus, Warn, from_micros, iso
from core.operations.free_space import AddressRun, CidrRef, reservation_of, take_address, take_next
from core.operations.pools import PoolRow, default_pool, pool_by_id
from core.queries.usage import DAY, pool_usage
from core.storage.connection import Values
from core.storage.history import EventData, record_all
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["Tenancy", "allocate", "begin_tenancies", "landing_warning", "take", "take_one"]

MAX_COUNT: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenancy:
    """What every EIP of one allocation has in common."""

    name: str | None
    bandwidth_mbps: int | None
    landed: bool = False
    previous_eip_id: str | None = None
    action: str = "allocate"


def allocate(transaction: Transaction, request: AllocationRequest) -> Allocation:
    """Take addresses and begin their tenancies, all of them or none.

    Raises:
        EipdeckError: `invalid_…` for what was asked; `pool_not_found`, `customer_pool_required`,
            `region_mismatch`, `pool_exhausted`, `no_active_cidr`, and of a given address
            `address_not_in_pool`, `cidr_not_active`, `address_in_use`, `address_reserved`, `address_cooling`.

    """
    tenancy, address = _checked(request)
    pool = _target(transaction, request)
    chosen = request.default or request.pool_id is not None
    tenancy = Tenancy(
        name=tenancy.name,
        bandwidth_mbps=tenancy.bandwidth_mbps,
        landed=not pool.customer_owned and not chosen,
    )
    if address is None:
        runs = take(transaction, pool, request.count)
    else:
        place = take_one(transaction, pool, address)
        runs = [AddressRun(place, address, address)]
    eips = begin_tenancies(transaction, pool, runs, tenancy)
    return Allocation(tuple(eips), tuple(landing_warning(eip) for eip in eips if eip.landed_in_default))


def _checked(request: AllocationRequest) -> tuple[Tenancy, int | None]:
    if not 1 <= request.count <= MAX_COUNT:
        raise error("invalid_count", f"A count is 1 to {MAX_COUNT}, not {request.count}.")
    if request.address is not None and request.count != 1:
        raise error("invalid_count", f"One address was named, so the count is 1, not {request.count}.")
    if request.default and request.pool_id is not None:
        raise error("usage", "--pool and --default exclude each other.", hint="Leave one of them out.")
    address = None if request.address is None else checked_address(request.address)
    bandwidth = checked_bandwidth(request.bandwidth_mbps)
    return Tenancy(name=checked_name(request.name), bandwidth_mbps=bandwidth), address


def _target(transaction: Transaction, request: AllocationRequest) -> PoolRow:
    if request.pool_id is not None:
        pool = pool_by_id(transaction, request.pool_id)
        if request.region not in (None, pool.region):
            raise error(
                "region_mismatch",
                f"Pool {pool.id} is in {pool.region}, not in {request.region}.",
                hint="Leave --region out: the pool's counts.",
                details={"pool_id": pool.id, "region": pool.region},
            )
        return pool
    if transaction.config.require_customer_pool and not request.default:
        raise error(
            "customer_pool_required",
            "No pool was named, and this deck is configured not to fall back to the default pool.",
            hint="Name a pool with --pool, or say --default if a Zenlayer address is meant.",
        )
    return default_pool(transaction, request.region)


def take(transaction: Transaction, pool: PoolRow, count: int) -> list[AddressRun]:
    """The next `count` addresses of the pool, or `pool_exhausted`, or `no_active_cidr`."""
    runs = take_next(transaction, pool.id, pool.order, count)
    if sum(run.hi - run.lo + 1 for run in runs) < count:
        raise _exhausted(transaction, pool, count)
    return runs


@reads("cidr")
class _CidrRow(NamedTuple):
    id: int
    cidr: str
    pool_id: str
    state: str
    first: int
    last: int


_CIDR_AT: Final = (
    "SELECT id, cidr, pool_id, state, first, last FROM cidr"
    " WHERE state <> 'retired' AND first <= :address ORDER BY first DESC LIMIT 1"
)
_HOLDER: Final = "SELECT id FROM eip WHERE address = :address AND released_at IS NULL"
_READY_AT: Final = "SELECT ready_at FROM eip WHERE address = :address ORDER BY allocated_at DESC, seq DESC LIMIT 1"
_UNRESERVE: Final = "UPDATE cidr SET reserved = reserved - 1 WHERE id = :cidr_id"


def take_one(transaction: Transaction, pool: PoolRow, address: int, *, cooling_too: bool = False) -> CidrRef:
    """Take a given address out of the pool, or say which is false: it is in that pool, or it is free."""
    taken = take_address(transaction, pool.id, address, cooling_too=cooling_too)
    if isinstance(taken, CidrRef):
        return taken
    words = format_address(address)
    cidr = transaction.row(_CidrRow, _CIDR_AT, address=address)
    if cidr is None or cidr.last < address or cidr.pool_id != pool.id:
        elsewhere = f" It is in pool {cidr.pool_id}." if cidr is not None and cidr.last >= address else ""
        raise error(
            "address_not_in_pool",
            f"{words} is in no CIDR of pool {pool.id}.{elsewhere}",
            details={"address": words, "pool_id": pool.id},
        )
    if cidr.state != "active":
        raise error(
            "cidr_not_active",
            f"{words} lies in {cidr.cidr}, which is {cidr.state} and gives out nothing.",
            details={"address": words, "cidr": cidr.cidr, "state": cidr.state},
        )
    holder = transaction.value(str, _HOLDER, address=address)
    if holder is not None:
        raise error(
            "address_in_use",
            f"{words} is held by EIP {holder}.",
            details={"address": words, "eip_id": holder},
        )
    if isinstance(taken, int):
        raise _cooling(words, taken)
    return _take_reserved(transaction, cidr, address, cooling_too=cooling_too)


def _cooling(words: str, ready_at: int) -> EipdeckError:
    return error(
        "address_cooling",
        f"{words} was released lately and is free from {iso(from_micros(ready_at))} on.",
        hint=f"`eipdeck recover {words}` takes it back now.",
        details={"address": words, "ready_at": iso(from_micros(ready_at))},
    )


def _take_reserved(transaction: Transaction, cidr: _CidrRow, address: int, *, cooling_too: bool) -> CidrRef:
    reservation = reservation_of(transaction, cidr.id, address)
    words = format_address(address)
    if reservation is None or reservation.kind != "soft":
        why = f": {reservation.reason}" if reservation is not None and reservation.reason else ""
        raise error(
            "address_reserved",
            f"{words} is withheld{why}.",
            hint=f"`eipdeck unreserve {cidr.cidr} {words}` lifts that.",
            details={"address": words, "cidr": cidr.cidr},
        )
    ready_at = transaction.value(int, _READY_AT, address=address) or 0
    if ready_at > transaction.now and not cooling_too:
        raise _cooling(words, ready_at)
    transaction.run(_UNRESERVE, cidr_id=cidr.id)
    return CidrRef(cidr.id, cidr.first, cidr.last)


def _exhausted(transaction: Transaction, pool: PoolRow, count: int) -> EipdeckError:
    usage = pool_usage(transaction.connection, pool.id, transaction.now)
    if not usage.active:
        return error(
            "no_active_cidr",
            f"Pool {pool.id} has no active CIDR, so it gives out nothing.",
            hint="Activate one with `eipdeck cidr activate`, or name another pool.",
            details={"pool_id": pool.id},
        )
    details = {
        "pool_id": pool.id,
        "asked": count,
        "total": usage.total,
        "allocated": usage.allocated,
        "cooling": usage.cooling,
        "reserved": usage.reserved,
        "held": usage.held,
        "available": usage.available,
        "next_free_at": None if usage.next_free_at is None else iso(from_micros(usage.next_free_at)),
    }
    if usage.total == usage.reserved:
        message = f"All {usage.total} addresses of pool {pool.id} are reserved, none is in use."
    else:
        message = (
            f"Pool {pool.id} has {usage.available} of {usage.total} addresses free, {count} asked for:"
            f" {usage.allocated} allocated, {usage.cooling} cooling, {usage.reserved} reserved"
            f"{f', {usage.held} held in CIDRs that are not active' if usage.held else ''}."
        )
    when = f" The next cooling one comes free at {details['next_free_at']}." if usage.next_free_at else ""
    hint = "Release an EIP of this pool or add a CIDR to it; nothing was taken from another pool."
    return error("pool_exhausted", message + when, hint=hint, details=details)


_INSERT: Final = (
    "INSERT INTO eip (seq, id, address, pool_id, cidr_id, cidr_first, cidr_last, customer_owned, name,"
    " bandwidth_mbps, status, allocated_at, allocated_by, unbound_since, landed_in_default, previous_eip_id)"
    " VALUES (:seq, :id, :address, :pool_id, :cidr_id, :cidr_first, :cidr_last, :customer_owned, :name,"
    " :bandwidth_mbps, 'unbound', :now, :operator, :now, :landed, :previous)"
)
_COUNT: Final = "UPDATE cidr SET allocated = allocated + :count WHERE id = :cidr_id"
_USAGE: Final = (
    "INSERT INTO usage_day (pool_id, day, allocated, released) VALUES (:pool, :day, :count, 0)"
    " ON CONFLICT (pool_id, day) DO UPDATE SET allocated = usage_day.allocated + excluded.allocated"
)


class _Fresh(NamedTuple):
    """The values of a new EIP that differ within an allocation."""

    seq: int
    id: str
    address: int


def begin_tenancies(transaction: Transaction, pool: PoolRow, runs: Sequence[AddressRun], tenancy: Tenancy) -> list[Eip]:
    """Insert the EIPs of the runs with their events; the runs are already out of the free space."""
    seq, count = 0, f"{_COUNT} RETURNING ({transaction.connection.newest('eip')})"
    facts: list[EventData] = []
    eips: list[Eip] = []
    for run in runs:
        newest = transaction.value(int, count, cidr_id=run.place.cidr_id, count=run.hi - run.lo + 1)
        seq = seq or newest or 0
        fresh = [
            _Fresh(number, f"eip-{number}", address)
            for number, address in enumerate(range(run.lo, run.hi + 1), seq + 1)
        ]
        rows: list[Values] = [{"seq": each.seq, "id": each.id, "address": each.address} for each in fresh]
        transaction.connection.insert(_INSERT, rows, _alike(transaction, pool, run.place, tenancy))
        seq += len(fresh)
        cidr = str(prefix_of_range(run.place.first, run.place.last))
        facts += _facts(pool, cidr, fresh, tenancy)
        eips += _eips(transaction, pool, cidr, fresh, tenancy)
    transaction.run(_USAGE, pool=pool.id, day=transaction.now // DAY, count=len(eips))
    record_all(transaction, pool.id, facts)
    return eips


def _alike(transaction: Transaction, pool: PoolRow, place: CidrRef, tenancy: Tenancy) -> Values:
    return {
        "pool_id": pool.id,
        "cidr_id": place.cidr_id,
        "cidr_first": place.first,
        "cidr_last": place.last,
        "customer_owned": pool.customer_owned,
        "name": tenancy.name,
        "bandwidth_mbps": tenancy.bandwidth_mbps,
        "now": transaction.now,
        "operator": transaction.operator,
        "landed": tenancy.landed,
        "previous": tenancy.previous_eip_id,
    }


def _facts(pool: PoolRow, cidr: str, fresh: Sequence[_Fresh], tenancy: Tenancy) -> Iterator[EventData]:
    after: dict[str, Any] = {
        "status": "unbound",
        "name": tenancy.name,
        "customer_owned": pool.customer_owned,
        "bandwidth_mbps": tenancy.bandwidth_mbps,
    }
    if tenancy.previous_eip_id is not None:
        after["previous_eip_id"] = tenancy.previous_eip_id
    for each in fresh:
        fact = EventData(tenancy.action, each.id, each.address, pool.id, cidr, after=after)
        yield fact
        if tenancy.landed:
            yield fact._replace(action="landed_in_default", after={"customer_owned": False})


def _eips(
    transaction: Transaction, pool: PoolRow, cidr: str, fresh: Sequence[_Fresh], tenancy: Tenancy
) -> Iterator[Eip]:
    now = from_micros(transaction.now)
    owned = pool.customer_owned
    for each in fresh:
        yield Eip(
            id=each.id,
            address=format_address(each.address),
            name=tenancy.name,
            customer_owned=owned,
            pool_id=pool.id,
            cidr=cidr,
            region=pool.region,
            status=EipStatus.UNBOUND,
            bindings=(),
            bandwidth_mbps=tenancy.bandwidth_mbps,
            allocated_at=now,
            allocated_by=transaction.operator,
            released_at=None,
            landed_in_default=tenancy.landed,
            previous_eip_id=tenancy.previous_eip_id,
        )


def landing_warning(eip: Eip) -> Warn:
    """The one sentence every front end and the history say of a landing."""
    message = (
        f"{eip.address} landed in the default pool {eip.pool_id}: no pool was named, so it is a"
        " Zenlayer-assigned address, not one of yours (customer-owned: no). Release it and allocate with the"
        " pool's id, or let `eipdeck rehome` do both."
    )
    return Warn(MISSING_POOL_WARNING, message, eip.id)
