"""Adds a CIDR where EIPs may exist already: in a /32 that stood in for it, or in another pool.

The database refuses an address in two CIDRs, and a live EIP that moves to another CIDR. So one transaction sets the
EIPs aside, retires the old CIDRs, adds the new one, and puts the EIPs into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.domain.addresses import Prefix
from core.domain.values import CidrState
from core.operations.free_space import CidrRef, close_range, open_range
from core.operations.pools import PoolRow, check_configured
from core.storage.history import EventData
from core.storage.rows import reads
from core.storage.transaction import Transaction
from core.transfer.documents import Position
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["Arriving", "take_over"]


@dataclass(frozen=True, slots=True)
class Arriving:
    """A CIDR that is added to a pool."""

    place: Position
    prefix: Prefix
    pool: PoolRow
    isp: str | None
    asn: int | None
    state: CidrState
    rpki: str
    created_at: int


@reads("cidr")
class _UnderRow(NamedTuple):
    id: int
    cidr: str
    first: int
    last: int
    pool_id: str
    isp: str | None
    state: str
    reserved: int


@reads("eip")
class _LiveRow(NamedTuple):
    id: str
    address: int
    status: str
    pool_id: str


_UNDER: Final = (
    "SELECT id, cidr, first, last, pool_id, isp, state, reserved FROM cidr WHERE state <> 'retired'"
    " AND (first BETWEEN :first AND :last OR (last >= :first AND id = (SELECT n.id FROM cidr n"
    " WHERE n.state <> 'retired' AND n.first < :first ORDER BY n.first DESC LIMIT 1))) ORDER BY first"
)
_INSERT: Final = (
    "INSERT INTO cidr (cidr, first, last, pool_id, isp, asn, state, rpki, avoid_edges, allocated, reserved,"
    " created_at, activated_at, draining_at, version) VALUES (:cidr, :first, :last, :pool, :isp, :asn, :state,"
    " :rpki, :avoid_edges, :allocated, :reserved, :created_at, :activated_at, :draining_at, 1) RETURNING id"
)
_LAST_LIFE: Final = "SELECT max(retired_at) FROM cidr WHERE cidr = :cidr"
_EDGES: Final = "SELECT avoid_edges FROM cidr WHERE id = :id"
_KEEP_WITHHELD: Final = "UPDATE reservation SET cidr_id = :new WHERE cidr_id = :old"


def take_over(report: ImportReport, arriving: Arriving) -> None:
    """Add the CIDR, retire the CIDRs it replaces, and move their EIPs.

    Raises:
        EipdeckError: `invalid_import` when it overlaps a CIDR that did not.

    """
    transaction, prefix = report.transaction, arriving.prefix
    under = transaction.rows(_UnderRow, _UNDER, first=prefix.first, last=prefix.last)
    for old in under:
        if not _makes_way(old, prefix):
            arriving.place.refuse(f"{prefix} overlaps {old.cidr} of pool {old.pool_id}")
    if arriving.pool.customer_owned:
        check_configured(transaction, prefix)
    live = _live(transaction, under)
    _lay_down(transaction, live)
    for old in under:
        _retire(report, arriving, old)
    spot = _begin(report, arriving, under, len(live))
    for old in under:
        transaction.run(_KEEP_WITHHELD, new=spot.cidr_id, old=old.id)
    _take_up(report, arriving, spot, live)
    if arriving.state is CidrState.ACTIVE:
        open_range(transaction, arriving.pool.id, arriving.pool.order, spot, spot.first, spot.last)


def _makes_way(old: _UnderRow, prefix: Prefix) -> bool:
    """Return whether a CIDR is the same prefix, or a /32 without a line, which only stands in for another."""
    if (old.first, old.last) == (prefix.first, prefix.last):
        return True
    return old.first == old.last and old.isp is None


_LIVE: Final = (
    "SELECT id, address, status, pool_id FROM eip WHERE released_at IS NULL AND address BETWEEN :first AND :last"
)
_SERVING: Final = "SELECT id FROM binding WHERE eip_id = :id AND unbound_at IS NULL"
_END_BINDING: Final = "UPDATE binding SET unbound_at = :now WHERE id = :id"
_END: Final = "UPDATE eip SET status = 'released', released_at = :now WHERE id = :id"


@dataclass(frozen=True, slots=True)
class _Moving:
    row: _LiveRow
    cidr: str
    """The CIDR it comes from."""
    bindings: tuple[str, ...]


def _live(transaction: Transaction, under: Sequence[_UnderRow]) -> list[_Moving]:
    return [
        _Moving(row, old.cidr, tuple(transaction.column(str, _SERVING, id=row.id)))
        for old in under
        for row in transaction.rows(_LiveRow, _LIVE, first=old.first, last=old.last)
    ]


def _lay_down(transaction: Transaction, live: Sequence[_Moving]) -> None:
    for each in live:
        for binding in each.bindings:
            transaction.run(_END_BINDING, id=binding, now=transaction.now)
        transaction.run(_END, id=each.row.id, now=transaction.now)


_RETIRE: Final = (
    "UPDATE cidr SET state = 'retired', retired_at = :now, allocated = 0, reserved = 0, version = version + 1"
    " WHERE id = :id"
)


def _retire(report: ImportReport, arriving: Arriving, old: _UnderRow) -> None:
    transaction = report.transaction
    close_range(transaction, old.pool_id, CidrRef(old.id, old.first, old.last), old.first, old.last)
    transaction.run(_RETIRE, id=old.id, now=transaction.now)
    report.count("cidr", old.cidr, RowOutcome.CHANGED)
    report.note(
        arriving.place,
        EventData(
            "import",
            pool_id=old.pool_id,
            cidr=old.cidr,
            before={"state": old.state},
            after={"state": CidrState.RETIRED.value, "taken_over_by": str(arriving.prefix)},
        ),
    )


def _begin(report: ImportReport, arriving: Arriving, under: Sequence[_UnderRow], allocated: int) -> CidrRef:
    transaction, prefix = report.transaction, arriving.prefix
    same = [old for old in under if old.cidr == str(prefix)]
    cidr_id = transaction.value(
        int,
        _INSERT,
        cidr=str(prefix),
        first=prefix.first,
        last=prefix.last,
        pool=arriving.pool.id,
        isp=arriving.isp,
        asn=arriving.asn,
        state=arriving.state.value,
        rpki=arriving.rpki,
        avoid_edges=bool(same) and bool(transaction.value(int, _EDGES, id=same[0].id)),
        allocated=allocated,
        reserved=sum(old.reserved for old in under),
        created_at=max(arriving.created_at, transaction.value(int, _LAST_LIFE, cidr=str(prefix)) or 0),
        activated_at=transaction.now if arriving.state is CidrState.ACTIVE else None,
        draining_at=transaction.now if arriving.state is CidrState.DRAINING else None,
    )
    report.count("cidr", str(prefix), RowOutcome.CHANGED if same else RowOutcome.CREATED)
    after = {"state": arriving.state.value, "isp": arriving.isp, "asn": arriving.asn}
    report.note(arriving.place, EventData("import", pool_id=arriving.pool.id, cidr=str(prefix), after=after))
    return CidrRef(cidr_id or 0, prefix.first, prefix.last)


_TAKE_UP: Final = (
    "UPDATE eip SET released_at = NULL, status = :status, pool_id = :pool, cidr_id = :cidr_id, cidr_first = :first,"
    " cidr_last = :last, customer_owned = :owned, landed_in_default = landed_in_default AND NOT :owned WHERE id = :id"
)
_GO_ON: Final = "UPDATE binding SET unbound_at = NULL WHERE id = :id"


def _take_up(report: ImportReport, arriving: Arriving, spot: CidrRef, live: Sequence[_Moving]) -> None:
    transaction, pool = report.transaction, arriving.pool
    for each in live:
        transaction.run(
            _TAKE_UP,
            id=each.row.id,
            status=each.row.status,
            pool=pool.id,
            cidr_id=spot.cidr_id,
            first=spot.first,
            last=spot.last,
            owned=pool.customer_owned,
        )
        for binding in each.bindings:
            transaction.run(_GO_ON, id=binding)
        report.count("eip", each.row.id, RowOutcome.CHANGED)
        report.note(
            arriving.place,
            EventData(
                "import",
                eip_id=each.row.id,
                address=each.row.address,
                pool_id=pool.id,
                cidr=str(arriving.prefix),
                before={"pool_id": each.row.pool_id, "cidr": each.cidr},
                after={"pool_id": pool.id, "cidr": str(arriving.prefix), "customer_owned": pool.customer_owned},
            ),
        )
