"""A CIDR arrives where EIPs may be already: under a /32 that stood in for it, or in another pool.

The database lets no address be in two CIDRs at once and no live EIP change what it lies in. So within the one
transaction the EIPs are laid down, the old CIDRs retired, the new one added, and the EIPs taken up again in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.addresses import Prefix
from core.history import Change, Fact
from core.local.pools import PoolRow
from core.local.space import Place as Spot
from core.local.space import close_range, open_range
from core.objects import CidrState
from core.transfer.ledger import Ledger, Outcome
from core.transfer.reading import Place

__all__ = ["Arriving", "take_over"]


@dataclass(frozen=True, slots=True)
class Arriving:
    """A CIDR that begins a life in a pool."""

    place: Place
    prefix: Prefix
    pool: PoolRow
    isp: str | None
    asn: int | None
    state: CidrState
    rpki: str
    created_at: int


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


def take_over(ledger: Ledger, arriving: Arriving) -> None:
    """Add the CIDR; what stood in for it retires, and its EIPs move.

    Raises:
        EipdeckError: `invalid_import` when it overlaps a CIDR that did not.

    """
    change, prefix = ledger.change, arriving.prefix
    under = change.run(_UNDER, first=prefix.first, last=prefix.last).all()
    for old in under:
        if not _makes_way(old, prefix):
            arriving.place.refuse(f"{prefix} overlaps {old.cidr} of pool {old.pool_id}")
    live = _live(change, under)
    _lay_down(change, live)
    for old in under:
        _retire(ledger, arriving, old)
    spot = _begin(ledger, arriving, under, len(live))
    for old in under:
        change.run(_KEEP_WITHHELD, new=spot.cidr_id, old=old.id)
    _take_up(ledger, arriving, spot, live)
    if arriving.state is CidrState.ACTIVE:
        open_range(change, arriving.pool.id, arriving.pool.order, spot, spot.first, spot.last)


def _makes_way(old: Any, prefix: Prefix) -> bool:
    """Whether a CIDR is the same prefix, or a /32 without a line, which only ever stands in for another."""
    if (old.first, old.last) == (prefix.first, prefix.last):
        return True
    return old.first == old.last and old.isp is None


_LIVE: Final = (
    "SELECT id, address, status, pool_id, cidr_id FROM eip"
    " WHERE released_at IS NULL AND address BETWEEN :first AND :last"
)
_SERVING: Final = "SELECT id FROM binding WHERE eip_id = :id AND unbound_at IS NULL"
_END_BINDING: Final = "UPDATE binding SET unbound_at = :now WHERE id = :id"
_END: Final = "UPDATE eip SET status = 'released', released_at = :now WHERE id = :id"


@dataclass(frozen=True, slots=True)
class _Moving:
    row: Any
    cidr: str
    """The CIDR it comes from."""
    bindings: tuple[str, ...]


def _live(change: Change, under: Sequence[Any]) -> list[_Moving]:
    return [
        _Moving(row, old.cidr, tuple(change.run(_SERVING, id=row.id).scalars()))
        for old in under
        for row in change.run(_LIVE, first=old.first, last=old.last)
    ]


def _lay_down(change: Change, live: Sequence[_Moving]) -> None:
    for each in live:
        for binding in each.bindings:
            change.run(_END_BINDING, id=binding, now=change.now)
        change.run(_END, id=each.row.id, now=change.now)


_RETIRE: Final = (
    "UPDATE cidr SET state = 'retired', retired_at = :now, allocated = 0, reserved = 0, version = version + 1"
    " WHERE id = :id"
)


def _retire(ledger: Ledger, arriving: Arriving, old: Any) -> None:
    change = ledger.change
    close_range(change, old.pool_id, Spot(old.id, old.first, old.last), old.first, old.last)
    change.run(_RETIRE, id=old.id, now=change.now)
    ledger.count("cidr", old.cidr, Outcome.CHANGED)
    ledger.note(
        arriving.place,
        Fact(
            "import",
            pool_id=old.pool_id,
            cidr=old.cidr,
            before={"state": old.state},
            after={"state": CidrState.RETIRED.value, "taken_over_by": str(arriving.prefix)},
        ),
    )


def _begin(ledger: Ledger, arriving: Arriving, under: Sequence[Any], allocated: int) -> Spot:
    change, prefix = ledger.change, arriving.prefix
    same = [old for old in under if old.cidr == str(prefix)]
    spot = Spot(
        change.run(
            _INSERT,
            cidr=str(prefix),
            first=prefix.first,
            last=prefix.last,
            pool=arriving.pool.id,
            isp=arriving.isp,
            asn=arriving.asn,
            state=arriving.state.value,
            rpki=arriving.rpki,
            avoid_edges=bool(same) and bool(change.run(_EDGES, id=same[0].id).scalar()),
            allocated=allocated,
            reserved=sum(old.reserved for old in under),
            created_at=max(arriving.created_at, change.run(_LAST_LIFE, cidr=str(prefix)).scalar() or 0),
            activated_at=change.now if arriving.state is CidrState.ACTIVE else None,
            draining_at=change.now if arriving.state is CidrState.DRAINING else None,
        ).scalar(),
        prefix.first,
        prefix.last,
    )
    ledger.count("cidr", str(prefix), Outcome.CHANGED if same else Outcome.CREATED)
    after = {"state": arriving.state.value, "isp": arriving.isp, "asn": arriving.asn}
    ledger.note(arriving.place, Fact("import", pool_id=arriving.pool.id, cidr=str(prefix), after=after))
    return spot


_TAKE_UP: Final = (
    "UPDATE eip SET released_at = NULL, status = :status, pool_id = :pool, cidr_id = :cidr_id, cidr_first = :first,"
    " cidr_last = :last, customer_owned = :owned, landed_in_default = landed_in_default AND NOT :owned WHERE id = :id"
)
_GO_ON: Final = "UPDATE binding SET unbound_at = NULL WHERE id = :id"


def _take_up(ledger: Ledger, arriving: Arriving, spot: Spot, live: Sequence[_Moving]) -> None:
    change, pool = ledger.change, arriving.pool
    for each in live:
        change.run(
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
            change.run(_GO_ON, id=binding)
        ledger.count("eip", each.row.id, Outcome.CHANGED)
        ledger.note(
            arriving.place,
            Fact(
                "import",
                eip_id=each.row.id,
                address=each.row.address,
                pool_id=pool.id,
                cidr=str(arriving.prefix),
                before={"pool_id": each.row.pool_id, "cidr": each.cidr},
                after={"pool_id": pool.id, "cidr": str(arriving.prefix), "customer_owned": pool.customer_owned},
            ),
        )
