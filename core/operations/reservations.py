"""Reserve and unreserve: addresses that the pool does not pick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.errors import Code, error
from core.domain.requests import (
    ReserveRequest,
    UnreserveRequest,
)
from core.domain.validation import checked_address
from core.operations.cidr_lookup import PresentCidrRow, customer_cidr, retired_refusal
from core.operations.free_space import CidrRef, close_range, open_range
from core.operations.pools import pool_by_id
from core.storage.history import EventData, record
from core.storage.rows import reads
from core.storage.transaction import Transaction

RESERVE: Final = (
    "INSERT INTO reservation (cidr_id, first, last, kind, reason) VALUES (:cidr_id, :first, :last, :kind, :reason)"
)


@reads("reservation")
class _ReservationRow(NamedTuple):
    id: int
    first: int
    last: int
    kind: str
    reason: str | None


_OVERLAPPING: Final = (
    "SELECT id, first, last, kind, reason FROM reservation"
    " WHERE cidr_id = :cidr_id AND first <= :last AND last >= :first ORDER BY first"
)

_LIFT: Final = "DELETE FROM reservation WHERE id = :id"

WITHHOLD: Final = "UPDATE cidr SET reserved = reserved + :count, version = version + 1 WHERE id = :cidr_id"

_LIVE: Final = "SELECT count(*) FROM eip WHERE released_at IS NULL AND address BETWEEN :first AND :last"


def reserve(transaction: Transaction, request: ReserveRequest) -> str:
    """Withhold addresses of a CIDR; live EIPs there stay until their release. A second time changes the kind.

    Raises:
        EipdeckError: `cidr_not_found`, `invalid_address`, `address_not_in_pool` outside the CIDR.

    """
    row, first, last = _range(transaction, request)
    kind = "soft" if request.soft else "hard"
    if _covered(transaction, row, first, last, kind):
        return row.cidr
    _lift(transaction, row, first, last)
    transaction.run(RESERVE, cidr_id=row.id, first=first, last=last, kind=kind, reason=transaction.reason)
    transaction.run(WITHHOLD, cidr_id=row.id, count=_unheld(transaction, first, last))
    close_range(transaction, row.pool_id, CidrRef(row.id, row.first, row.last), first, last)
    _record(transaction, row, "reserve", first, last, kind)
    return row.cidr


def unreserve(transaction: Transaction, request: UnreserveRequest) -> str:
    """Lift the reservations of a range; its addresses are free again.

    Raises:
        EipdeckError: as for `reserve`.

    """
    row, first, last = _range(transaction, request)
    lifted = _lift(transaction, row, first, last)
    if lifted:
        if row.state == "active":
            pool = pool_by_id(transaction, row.pool_id)
            close_range(transaction, pool.id, CidrRef(row.id, row.first, row.last), first, last)
            open_range(transaction, pool.id, pool.order, CidrRef(row.id, row.first, row.last), first, last)
        _record(transaction, row, "unreserve", first, last, None, lifted)
    return row.cidr


def _range(transaction: Transaction, request: ReserveRequest | UnreserveRequest) -> tuple[PresentCidrRow, int, int]:
    row = customer_cidr(transaction, request.cidr)
    first = checked_address(request.first)
    last = first if request.last is None else checked_address(request.last)
    if last < first:
        raise error(Code.INVALID_ADDRESS, f"{request.first}-{request.last} runs backwards.")
    if row.state == "retired":
        raise retired_refusal(row)
    if first < row.first or last > row.last:
        raise error(
            Code.ADDRESS_NOT_IN_POOL,
            f"{format_address(first)}-{format_address(last)} is not wholly in {row.cidr}.",
            details={"cidr": row.cidr},
        )
    return row, first, last


def _covered(transaction: Transaction, row: PresentCidrRow, first: int, last: int, kind: str) -> bool:
    """Return whether one reservation of this kind withholds the whole range already."""
    rows = transaction.rows(_ReservationRow, _OVERLAPPING, cidr_id=row.id, first=first, last=last)
    return len(rows) == 1 and rows[0].kind == kind and rows[0].first <= first and rows[0].last >= last


def _lift(transaction: Transaction, row: PresentCidrRow, first: int, last: int) -> list[_ReservationRow]:
    """Cut the range out of every reservation that it overlaps. Return the part of each in the range."""
    rows = transaction.rows(_ReservationRow, _OVERLAPPING, cidr_id=row.id, first=first, last=last)
    for each in rows:
        transaction.run(_LIFT, id=each.id)
        for lo, hi in ((each.first, first - 1), (last + 1, each.last)):
            if lo <= hi:
                transaction.run(RESERVE, cidr_id=row.id, first=lo, last=hi, kind=each.kind, reason=each.reason)
        lo, hi = max(each.first, first), min(each.last, last)
        transaction.run(WITHHOLD, cidr_id=row.id, count=-_unheld(transaction, lo, hi))
    return [each._replace(first=max(each.first, first), last=min(each.last, last)) for each in rows]


def _unheld(transaction: Transaction, first: int, last: int) -> int:
    """Return the number of addresses of the range without a live EIP."""
    return last - first + 1 - (transaction.value(int, _LIVE, first=first, last=last) or 0)


def _record(
    transaction: Transaction,
    row: PresentCidrRow,
    action: str,
    first: int,
    last: int,
    kind: str | None,
    lifted: Sequence[_ReservationRow] = (),
) -> None:
    before = {"withheld": [{**_span(each.first, each.last, each.kind), "reason": each.reason} for each in lifted]}
    record(
        transaction,
        EventData(
            action,
            pool_id=row.pool_id,
            cidr=row.cidr,
            before=before if lifted else None,
            after=_span(first, last, kind),
        ),
    )


def _span(first: int, last: int, kind: str | None) -> dict[str, str | None]:
    return {"first": format_address(first), "last": format_address(last), "kind": kind}
