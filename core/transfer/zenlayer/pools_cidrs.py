"""Imports pools and CIDRs: opens them, updates them, or replaces the CIDRs that stood in for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.kinds import DEFAULT_POOL
from core.domain.validation import checked_name
from core.domain.values import CidrState, PoolKind, PoolOrder
from core.operations.free_space import CidrRef, close_range, open_range
from core.operations.pools import PoolRow, find_pool, make_known
from core.operations.rpki import validity
from core.storage.connection import Value, Values
from core.storage.history import EventData
from core.storage.rows import COMPUTED, reads
from core.transfer.bulk import found_among, insert
from core.transfer.documents import Position
from core.transfer.zenlayer.cidr_takeover import Arriving, take_over
from core.transfer.zenlayer.given import GivenCidr, GivenPool
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["Lonely", "import_cidrs", "import_pools", "open_pool", "region_pool", "stand_in"]

_POOL_NAME: Final = "SELECT name FROM pool WHERE id = :id"
_RENAME: Final = "UPDATE pool SET name = :name WHERE id = :id"
_POOL: Final = (
    'INSERT INTO pool (id, name, kind, customer_owned, region, "order", cooldown_seconds, warn_percent,'
    " critical_percent, created_at) VALUES (:id, :name, 'customer', TRUE, :region, 'lru', 0, 80, 95, :now)"
)


def import_pools(report: ImportReport, pools: Iterable[GivenPool], cidrs: Iterable[GivenCidr]) -> None:
    """Open or rename the pools. A pool with leased space alone is not the customer's and gets no row."""
    owned: dict[str | None, bool] = {}
    for cidr in cidrs:
        owned[cidr.pool_id] = owned.get(cidr.pool_id, False) or cidr.customer_owned
    for given in pools:
        with given.place.checking():
            if owned.get(given.id, True):
                _import_pool(report, given)


def _import_pool(report: ImportReport, given: GivenPool) -> None:
    pool = open_pool(report, given.place, given.id, given.region, given.name)
    name = report.transaction.value(str, _POOL_NAME, id=pool.id)
    if given.name is None or given.name == name:
        return
    report.transaction.run(_RENAME, id=pool.id, name=given.name)
    report.count("pool", pool.id, RowOutcome.CHANGED)
    report.note(given.place, EventData("import", pool_id=pool.id, before={"name": name}, after={"name": given.name}))


def open_pool(
    report: ImportReport, place: Position, pool_id: str, region: str | None, name: str | None = None
) -> PoolRow:
    """Return the customer pool with this id; open it when it is new."""
    found = find_pool(report.transaction, pool_id)
    if found is None:
        if pool_id.startswith(DEFAULT_POOL):
            place.refuse(f"pool {pool_id} has the name of a default pool, so it cannot be a customer pool")
        return _open(report, place, pool_id, region_pool(report, place, region).region, name)
    if not found.customer_owned:
        place.refuse(f"pool {pool_id} is a default pool here, so it cannot be a customer pool")
    if region not in (None, found.region):
        place.refuse(f"pool {pool_id} is in {found.region} here, not in {region}")
    report.count("pool", pool_id, RowOutcome.UNCHANGED)
    return found


def _open(report: ImportReport, place: Position, pool_id: str, region: str, name: str | None) -> PoolRow:
    report.transaction.run(_POOL, id=pool_id, name=name or pool_id, region=region, now=report.transaction.now)
    report.count("pool", pool_id, RowOutcome.CREATED)
    after = {"kind": PoolKind.CUSTOMER.value, "region": region, "name": name or pool_id}
    report.note(place, EventData("import", pool_id=pool_id, after=after))
    return PoolRow(pool_id, PoolKind.CUSTOMER, region, PoolOrder.LRU, 0)


def region_pool(report: ImportReport, place: Position, region: str | None) -> PoolRow:
    """Return the default pool of a region (None: the configured one); an import makes the region known."""
    name = checked_name(region, "region") or report.transaction.config.region
    return make_known(report.because(place), name)


@reads("cidr")
class _PresentRow(NamedTuple):
    id: int
    cidr: str
    first: int
    last: int
    pool_id: str
    isp: str | None
    asn: int | None
    state: str
    rpki: str


_PRESENT: Final = (
    "SELECT id, cidr, first, last, pool_id, isp, asn, state, rpki FROM cidr"
    " WHERE state <> 'retired' AND first = :first AND last = :last"
)
_LAST_POOL: Final = (
    "SELECT p.id FROM cidr c JOIN pool p ON p.id = c.pool_id WHERE c.cidr = :cidr AND p.kind = 'customer'"
    " ORDER BY c.id DESC LIMIT 1"
)
_UPDATE: Final = (
    "UPDATE cidr SET state = :state, isp = :isp, asn = :asn, rpki = :rpki, version = version + 1,"
    " activated_at = CASE WHEN :state = 'active' AND state <> 'active' THEN :now ELSE activated_at END,"
    " draining_at = CASE WHEN :state = 'draining' AND state <> 'draining' THEN :now ELSE draining_at END"
    " WHERE id = :id"
)


def import_cidrs(report: ImportReport, cidrs: Iterable[GivenCidr]) -> None:
    """Add the CIDRs or bring them up to date.

    Raises:
        EipdeckError: `invalid_import`; also for one that overlaps another, unless that one only stood in for it.

    """
    for given in cidrs:
        with given.place.checking():
            _import_cidr(report, given)


def _import_cidr(report: ImportReport, given: GivenCidr) -> None:
    transaction, prefix = report.transaction, given.prefix
    pool = _pool_of(report, given)
    present = transaction.row(_PresentRow, _PRESENT, first=prefix.first, last=prefix.last)
    if present is not None and present.pool_id == pool.id:
        _update(report, given, pool, present)
        return
    state, isp, asn = _merged(given, present)
    arriving = Arriving(
        place=given.place,
        prefix=prefix,
        pool=pool,
        isp=isp,
        asn=asn,
        state=state,
        rpki=validity(transaction.config.roa_file, prefix, asn).value,
        created_at=min(given.created_at or transaction.now, transaction.now),
    )
    take_over(report, arriving)


def _pool_of(report: ImportReport, given: GivenCidr) -> PoolRow:
    """Return the pool of the CIDR: its own if customer-owned, else its region's default pool."""
    if not given.customer_owned:
        return region_pool(report, given.place, given.region)
    pool_id = given.pool_id or report.transaction.value(str, _LAST_POOL, cidr=str(given.prefix))
    return open_pool(report, given.place, pool_id or f"pool-{str(given.prefix).replace('/', '-')}", given.region)


def _merged(given: GivenCidr, present: _PresentRow | None) -> tuple[CidrState, str | None, int | None]:
    """Return the new state, line and ASN. The platform does not know draining, so a drain begun here goes on."""
    if present is None:
        return given.state, given.isp, given.asn
    draining = present.state == CidrState.DRAINING and given.state is CidrState.ACTIVE
    state = CidrState.DRAINING if draining else given.state
    return state, given.isp or present.isp, given.asn or present.asn


def _update(report: ImportReport, given: GivenCidr, pool: PoolRow, present: _PresentRow) -> None:
    transaction = report.transaction
    state, isp, asn = _merged(given, present)
    before: dict[str, Value] = {"state": present.state, "isp": present.isp, "asn": present.asn}
    after: dict[str, Value] = {"state": state.value, "isp": isp, "asn": asn}
    if before == after:
        report.count("cidr", present.cidr, RowOutcome.UNCHANGED)
        return
    rpki = present.rpki if asn == present.asn else validity(transaction.config.roa_file, given.prefix, asn).value
    transaction.run(_UPDATE, id=present.id, rpki=rpki, now=transaction.now, **after)
    spot = CidrRef(present.id, present.first, present.last)
    if present.state == CidrState.ACTIVE and state is not CidrState.ACTIVE:
        close_range(transaction, pool.id, spot, spot.first, spot.last)
    if present.state != CidrState.ACTIVE and state is CidrState.ACTIVE:
        open_range(transaction, pool.id, pool.order, spot, spot.first, spot.last)
    report.count("cidr", present.cidr, RowOutcome.CHANGED)
    changed = [key for key in after if before[key] != after[key]]
    report.note(
        given.place,
        EventData(
            "import",
            pool_id=pool.id,
            cidr=present.cidr,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        ),
    )


@dataclass(frozen=True, slots=True)
class Lonely:
    """The address of an EIP that is in no known CIDR."""

    place: Position
    address: int
    pool: PoolRow
    since: int


@reads("cidr")
class _LastLifeRow(NamedTuple):
    cidr: str
    ended: Annotated[int | None, COMPUTED]


_LAST_LIVES: Final = "SELECT cidr, max(retired_at) AS ended FROM cidr WHERE cidr IN :keys GROUP BY cidr"
_NEXT: Final = "SELECT coalesce(max(id), 0) + 1 FROM cidr"
_STAND_IN: Final = (
    "INSERT INTO cidr (id, cidr, first, last, pool_id, isp, asn, state, rpki, avoid_edges, allocated, reserved,"
    " created_at, activated_at, version) VALUES (:id, :cidr, :address, :address, :pool, NULL, NULL, 'active',"
    " 'unknown', FALSE, 1, 0, :since, :now, 1)"
)


def stand_in(report: ImportReport, lonely: Sequence[Lonely]) -> list[int]:
    """Make a /32 for each address, with its EIP counted; a CIDR that is imported later replaces it.

    Returns the ids of the CIDRs.
    """
    transaction = report.transaction
    cidrs = [f"{format_address(each.address)}/32" for each in lonely]
    ended = {row.cidr: row.ended or 0 for row in found_among(transaction, _LastLifeRow, _LAST_LIVES, cidrs)}
    first = transaction.value(int, _NEXT) or 1
    rows: list[Values] = [
        {
            "id": number,
            "cidr": cidr,
            "address": each.address,
            "pool": each.pool.id,
            "since": max(each.since, ended.get(cidr, 0)),
        }
        for number, (cidr, each) in enumerate(zip(cidrs, lonely, strict=True), first)
    ]
    insert(transaction, _STAND_IN, rows, {"now": transaction.now}, lambda nth: lonely[nth].place)
    after = {"state": CidrState.ACTIVE.value, "isp": None, "asn": None}
    for cidr, each in zip(cidrs, lonely, strict=True):
        report.count("cidr", cidr, RowOutcome.CREATED)
        report.note(each.place, EventData("import", pool_id=each.pool.id, cidr=cidr, after=after))
    return list(range(first, first + len(rows)))
