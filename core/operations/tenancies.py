"""Begin tenancies: the rows of new EIPs, their events and counters, and the warnings of landings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from core.domain.addresses import format_address, prefix_of_range
from core.domain.json_value import Json
from core.domain.progress import steps
from core.domain.values import Eip, EipStatus, FindingCode, Warn, from_micros
from core.operations.free_space import AddressRun, CidrRef
from core.operations.pools import PoolRow
from core.operations.usage_days import count_usage
from core.storage.connection import Values
from core.storage.history import EventData, record_all
from core.storage.transaction import Transaction

__all__ = ["Tenancy", "begin_tenancies", "landing_warnings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenancy:
    """The properties that all EIPs of one allocation share."""

    name: str | None
    bandwidth_mbps: int | None
    landed: bool = False
    previous_eip_id: str | None = None
    action: str = "allocate"
    id: str | None = None
    """The id of the one EIP, when an account gave it; None: made here."""


_INSERT: Final = (
    "INSERT INTO eip (seq, id, address, pool_id, cidr_id, cidr_first, cidr_last, customer_owned, name,"
    " bandwidth_mbps, status, allocated_at, allocated_by, unbound_since, landed_in_default, previous_eip_id)"
    " VALUES (:seq, :id, :address, :pool_id, :cidr_id, :cidr_first, :cidr_last, :customer_owned, :name,"
    " :bandwidth_mbps, 'unbound', :now, :operator, :now, :landed, :previous)"
)
_COUNT: Final = "UPDATE cidr SET allocated = allocated + :count WHERE id = :cidr_id"


class _Fresh(NamedTuple):
    """The values of a new EIP that differ within an allocation."""

    seq: int
    id: str
    address: int


T = TypeVar("T")
_PART: Final = 8_192


def begin_tenancies(transaction: Transaction, pool: PoolRow, runs: Sequence[AddressRun], tenancy: Tenancy) -> list[Eip]:
    """Insert the EIPs of runs that are out of the free space already, with their events."""
    seq = transaction.value(int, transaction.connection.newest("eip")) or 0
    step = steps(lambda: 2 * sum(run.hi - run.lo + 1 for run in runs), "rows")
    events: list[EventData] = []
    eips: list[Eip] = []
    for run in runs:
        transaction.later(_COUNT, cidr_id=run.cidr.cidr_id, count=run.hi - run.lo + 1)
        fresh = [
            _Fresh(number, tenancy.id or f"eip-{number}", address)
            for number, address in enumerate(range(run.lo, run.hi + 1), seq + 1)
        ]
        rows: list[Values] = [{"seq": each.seq, "id": each.id, "address": each.address} for each in fresh]
        alike = _alike(transaction, pool, run.cidr, tenancy)
        for some in _parts(rows):
            transaction.connection.insert(_INSERT, some, alike)
            step(len(some))
        seq += len(fresh)
        cidr = str(prefix_of_range(run.cidr.first, run.cidr.last))
        events += _events(pool, cidr, fresh, tenancy)
        eips += _eips(transaction, pool, cidr, fresh, tenancy)
    count_usage(transaction, pool.id, allocated=len(eips), freed=-len(eips))
    for part in _parts(events):
        record_all(transaction, pool.id, part)
        step(len(part))
    return eips


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the items in parts, so that the progress of a batch can be told between them."""
    return (items[start : start + _PART] for start in range(0, len(items), _PART))


def _alike(transaction: Transaction, pool: PoolRow, cidr: CidrRef, tenancy: Tenancy) -> Values:
    return {
        "pool_id": pool.id,
        "cidr_id": cidr.cidr_id,
        "cidr_first": cidr.first,
        "cidr_last": cidr.last,
        "customer_owned": pool.customer_owned,
        "name": tenancy.name,
        "bandwidth_mbps": tenancy.bandwidth_mbps,
        "now": transaction.now,
        "operator": transaction.operator,
        "landed": tenancy.landed,
        "previous": tenancy.previous_eip_id,
    }


def _events(pool: PoolRow, cidr: str, fresh: Sequence[_Fresh], tenancy: Tenancy) -> Iterator[EventData]:
    after: dict[str, Json] = {
        "status": "unbound",
        "name": tenancy.name,
        "customer_owned": pool.customer_owned,
        "bandwidth_mbps": tenancy.bandwidth_mbps,
    }
    if tenancy.previous_eip_id is not None:
        after["previous_eip_id"] = tenancy.previous_eip_id
    for each in fresh:
        event = EventData(tenancy.action, each.id, each.address, pool.id, cidr, after=after)
        yield event
        if tenancy.landed:
            yield event._replace(action="landed_in_default", after={"customer_owned": False})


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


def landing_warnings(eips: Iterable[Eip], *, dry_run: bool = False) -> tuple[Warn, ...]:
    """Return a warning for each of the EIPs that landed in the default pool, or would land there."""
    warning = _landing_ahead if dry_run else _landing
    code = FindingCode.LANDED_IN_DEFAULT_POOL.value
    return tuple(Warn(code, warning(eip), eip.id) for eip in eips if eip.landed_in_default)


def _landing_ahead(eip: Eip) -> str:
    return (
        f"{eip.address} would land in the default pool {eip.pool_id}: no pool is named, so it would be a"
        " Zenlayer-assigned address, not one of yours (customer-owned: no). Name a customer pool."
    )


def _landing(eip: Eip) -> str:
    return (
        f"{eip.address} landed in the default pool {eip.pool_id}: no pool was named, so it is a"
        " Zenlayer-assigned address, not one of yours (customer-owned: no). Rehome it to a customer pool, or release"
        " it and allocate from one."
    )
