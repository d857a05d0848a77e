"""A customer CIDR's life: validating, active, draining, retired; and what of it is withheld.

The prefix is the identity. A retired one may be brought back: it reopens its old pool, keeps its history, and
honours what was still cooling.
"""

from __future__ import annotations

from typing import Any, Final

from core.addresses import Prefix, asn_refusal, customer_prefix, format_address
from core.checks import checked_address, checked_name, checked_prefix, coded
from core.errors import EipdeckError, error
from core.history import Change, Fact, record
from core.inventory import eips_where
from core.local.pools import PoolRow, create_pool, find_pool, known_region, make_known, pool_by_id
from core.local.space import Place, close_range, open_range
from core.objects import PoolKind, to_json
from core.platform import (
    ActivateRequest,
    AddCidrRequest,
    DrainRequest,
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    UnreserveRequest,
)
from core.rpki import Validity, validity

__all__ = ["activate_cidr", "add_cidr", "drain_cidr", "reserve", "retire_cidr", "set_asn", "unreserve"]

_PRESENT: Final = (
    "SELECT c.id, c.cidr, c.first, c.last, c.pool_id, c.asn, c.state, c.rpki, c.allocated, p.kind FROM cidr c"
    " JOIN pool p ON p.id = c.pool_id WHERE c.cidr = :cidr ORDER BY c.id DESC LIMIT 1"
)
_NEIGHBOUR: Final = (
    "SELECT cidr, last, pool_id FROM cidr WHERE state <> 'retired' AND first <= :last ORDER BY first DESC LIMIT 1"
)
_INSERT: Final = (
    "INSERT INTO cidr (cidr, first, last, pool_id, isp, asn, state, rpki, avoid_edges, allocated, reserved,"
    " created_at, version) VALUES (:cidr, :first, :last, :pool, :isp, :asn, 'validating', :rpki, :avoid_edges,"
    " 0, 0, :now, 1) RETURNING id"
)


def add_cidr(change: Change, request: AddCidrRequest) -> str:
    """Register a customer CIDR, validating, with its pool.

    Raises:
        EipdeckError: `invalid_cidr`, `cidr_overlap` (also for a prefix that is there already),
            `asn_not_supported`, `rpki_not_valid`, `region_mismatch`, `customer_pool_required`, `invalid_name`.

    """
    prefix, _ = coded("invalid_cidr", customer_prefix, request.cidr)
    checked_name(request.isp, "line")
    _checked_asn(request.asn)
    near = change.run(_NEIGHBOUR, last=prefix.last).first()
    if near is not None and near.last >= prefix.first:
        raise error(
            "cidr_overlap",
            f"{prefix} overlaps {near.cidr} of pool {near.pool_id}.",
            hint="Retire that one first, or add a prefix beside it.",
            details={"cidr": str(prefix), "overlaps": near.cidr, "pool_id": near.pool_id},
        )
    rpki = _checked_rpki(change, prefix, request.asn)
    pool = _pool(change, request, prefix)
    cidr_id = change.run(
        _INSERT,
        cidr=str(prefix),
        first=prefix.first,
        last=prefix.last,
        pool=pool.id,
        isp=request.isp,
        asn=request.asn,
        rpki=rpki.value,
        avoid_edges=request.avoid_edges,
        now=change.now,
    ).scalar()
    after = {
        "state": "validating",
        "isp": request.isp,
        "asn": request.asn,
        "avoid_edges": request.avoid_edges,
    }
    record(change, Fact("add_cidr", pool_id=pool.id, cidr=str(prefix), after=after))
    if request.avoid_edges and prefix.length < 31:
        for edge in (prefix.first, prefix.last):
            change.run(_RESERVE, cidr_id=cidr_id, first=edge, last=edge, kind="hard", reason="edge of the CIDR")
        change.run(_WITHHOLD, cidr_id=cidr_id, count=2)
    return str(prefix)


def _pool(change: Change, request: AddCidrRequest, prefix: Prefix) -> PoolRow:
    """The pool named, or the one the prefix had before, or a new one."""
    before = change.run(_PRESENT, cidr=str(prefix)).first()
    pool_id = checked_name(request.pool_id, "pool id")
    if pool_id is None:
        ours = before is not None and before.kind == PoolKind.CUSTOMER
        pool_id = before.pool_id if ours else f"pool-{str(prefix).replace('/', '-')}"
    found = find_pool(change, pool_id)
    if found is None and not pool_id.startswith("default-"):
        region = known_region(change, request.region)
        make_known(change, region)
        found = find_pool(change, pool_id) or create_pool(change, pool_id, PoolKind.CUSTOMER, region)
    if found is None or not found.customer_owned:
        raise error(
            "customer_pool_required",
            f"{pool_id} names a default pool; a customer CIDR opens or joins a customer pool.",
            hint="Leave --pool out to open a pool of its own.",
            details={"pool_id": pool_id},
        )
    if request.region not in (None, found.region):
        raise error(
            "region_mismatch",
            f"Pool {found.id} is in {found.region}, not in {request.region}.",
            hint="Leave --region out, or open another pool.",
            details={"pool_id": found.id, "region": found.region},
        )
    return found


def _checked_asn(asn: int) -> None:
    why = asn_refusal(asn)
    if why is not None:
        raise error(
            "asn_not_supported",
            why,
            hint="Name the public ASN that originates the prefix.",
            details={"asn": asn},
        )


def _checked_rpki(change: Change, prefix: Prefix, asn: int | None) -> Validity:
    found = validity(change.config.roa_file, prefix, asn)
    if found in (Validity.INVALID, Validity.NOT_FOUND):
        raise error(
            "rpki_not_valid",
            f"The loaded ROA data call {prefix} from AS{asn} {found.value.replace('_', ' ')}.",
            hint="Publish the ROA first, load it, and try again.",
            details={"cidr": str(prefix), "asn": asn, "rpki": found.value},
        )
    return found


def _known_rpki(change: Change, row: Any, asn: int | None) -> str:
    """What is known of a CIDR and an origin; without ROA data what was found of the same origin stays."""
    found = _checked_rpki(change, checked_prefix(row.cidr), asn)
    if found is Validity.UNKNOWN and asn == row.asn:
        return str(row.rpki)
    return found.value


def _customer_cidr(change: Change, words: str) -> Any:
    """The customer CIDR in its present life.

    Raises:
        EipdeckError: `invalid_cidr`, `cidr_not_found`; a default pool's range is not the operator's to change.

    """
    prefix = checked_prefix(words)
    row = change.run(_PRESENT, cidr=str(prefix)).first()
    if row is None:
        raise error(
            "cidr_not_found",
            f"There is no CIDR {prefix}.",
            hint="`eipdeck cidrs` lists them, `eipdeck cidr add` adds one.",
            details={"cidr": str(prefix)},
        )
    if row.kind != PoolKind.CUSTOMER:
        raise error(
            "customer_pool_required",
            f"{prefix} is Zenlayer-assigned; only a customer CIDR can be changed here.",
            details={"cidr": str(prefix), "pool_id": row.pool_id},
        )
    return row


_STATE: Final = (
    "UPDATE cidr SET state = :state, rpki = :rpki, version = version + 1,"
    " activated_at = CASE WHEN :state = 'active' THEN :now ELSE activated_at END,"
    " draining_at = CASE WHEN :state = 'draining' THEN :now ELSE draining_at END,"
    " retired_at = CASE WHEN :state = 'retired' THEN :now ELSE retired_at END WHERE id = :id"
)


def _move(change: Change, row: Any, state: str, action: str, *, rpki: str | None = None) -> None:
    """Put a CIDR in another state; `rpki` when that was looked at again."""
    rpki = rpki or row.rpki
    change.run(_STATE, id=row.id, state=state, rpki=rpki, now=change.now)
    before, after = {"state": row.state}, {"state": state}
    if rpki != row.rpki:
        before, after = {**before, "rpki": row.rpki}, {**after, "rpki": rpki}
    record(change, Fact(action, pool_id=row.pool_id, cidr=row.cidr, before=before, after=after))


def activate_cidr(change: Change, request: ActivateRequest) -> str:
    """Open a CIDR for allocation, on the operator's word that its onboarding is done; undoes a drain too.

    Raises:
        EipdeckError: `usage` without a reason; `cidr_not_active` for a retired one; `rpki_not_valid`.

    """
    if not change.reason:
        raise error("usage", "Activating wants a reason: it is your word that onboarding is done.")
    row = _customer_cidr(change, request.cidr)
    if row.state == "active":
        return str(row.cidr)
    if row.state == "retired":
        raise _retired(row)
    rpki = _known_rpki(change, row, row.asn)
    _move(change, row, "active", "activate_cidr", rpki=rpki)
    pool = pool_by_id(change, row.pool_id)
    open_range(change, pool.id, pool.order, Place(row.id, row.first, row.last), row.first, row.last)
    return str(row.cidr)


def _retired(row: Any) -> EipdeckError:
    return error(
        "cidr_not_active",
        f"{row.cidr} is retired.",
        hint="`eipdeck cidr add` brings it back, with its history.",
        details={"cidr": row.cidr, "state": "retired"},
    )


def set_asn(change: Change, request: SetAsnRequest) -> str:
    """Change the origin ASN, or look again at what ROA data say of it; allocations are untouched.

    Raises:
        EipdeckError: `asn_not_supported`, `rpki_not_valid`, `cidr_not_found`, `cidr_not_active` when retired.

    """
    row = _customer_cidr(change, request.cidr)
    _checked_asn(request.asn)
    if row.state == "retired":
        raise _retired(row)
    rpki = _known_rpki(change, row, request.asn)
    if (row.asn, row.rpki) != (request.asn, rpki):
        change.run(
            ("UPDATE cidr SET asn = :asn, rpki = :rpki, version = version + 1 WHERE id = :id"),
            asn=request.asn,
            rpki=rpki,
            id=row.id,
        )
        before, after = {"asn": row.asn, "rpki": row.rpki}, {"asn": request.asn, "rpki": rpki}
        record(change, Fact("set_asn", pool_id=row.pool_id, cidr=row.cidr, before=before, after=after))
    return str(row.cidr)


def drain_cidr(change: Change, request: DrainRequest) -> str:
    """Give out nothing more from a CIDR; what lives stays, what is released there is held.

    Raises:
        EipdeckError: `cidr_not_found`; `cidr_not_active` for a retired or failed one.

    """
    row = _customer_cidr(change, request.cidr)
    if row.state == "draining":
        return str(row.cidr)
    if row.state == "retired":
        raise _retired(row)
    if row.state == "active":
        close_range(change, row.pool_id, Place(row.id, row.first, row.last), row.first, row.last)
    _move(change, row, "draining", "drain_cidr")
    return str(row.cidr)


def retire_cidr(change: Change, request: RetireRequest) -> str:
    """Take a drained CIDR out of its pool for good; its history stays.

    Raises:
        EipdeckError: `cidr_not_drained`, listing what still lives and what each EIP serves, or from `active`.

    """
    row = _customer_cidr(change, request.cidr)
    if row.state == "retired":
        return str(row.cidr)
    _checked_empty(change, row)
    if row.state != "draining":
        raise error(
            "cidr_not_drained",
            f"{row.cidr} is {row.state}; a CIDR is drained before it is retired.",
            hint=f"`eipdeck cidr drain {row.cidr}` first.",
            details={"cidr": row.cidr, "state": row.state, "eips": []},
        )
    _move(change, row, "retired", "retire_cidr")
    return str(row.cidr)


LISTED: Final = 1000
"""How many of the EIPs that block a retirement are listed; the count is always whole."""


def _checked_empty(change: Change, row: Any) -> None:
    if not row.allocated:
        return
    live = eips_where(
        change.connection,
        "e.released_at IS NULL AND e.address BETWEEN :first AND :last",
        {"first": row.first, "last": row.last},
        f"ORDER BY e.address LIMIT {LISTED}",
    )
    serving = "; ".join(f"{eip.address} {_serves(eip.bindings)}" for eip in live[:5]) + (
        f"; and {row.allocated - 5} more" if row.allocated > 5 else ""
    )
    raise error(
        "cidr_not_drained",
        f"{row.cidr} still has {row.allocated} live EIP{'s' if row.allocated > 1 else ''}: {serving}.",
        hint=(
            "Release or rehome each of them, then retire."
            if row.state == "draining"
            else f"`eipdeck cidr drain {row.cidr}`, release or rehome each of them, then retire."
        ),
        details={
            "cidr": row.cidr,
            "state": row.state,
            "live": row.allocated,
            "eips": [
                {
                    "id": eip.id,
                    "address": eip.address,
                    "status": eip.status,
                    "bindings": to_json(eip.bindings),
                }
                for eip in live
            ],
        },
    )


def _serves(bindings: Any) -> str:
    if not bindings:
        return "serves nothing"
    return "serves " + ", ".join(sorted({f"{each.kind.value} {each.service_id}" for each in bindings}))


_RESERVE: Final = (
    "INSERT INTO reservation (cidr_id, first, last, kind, reason) VALUES (:cidr_id, :first, :last, :kind, :reason)"
)
_OVERLAPPING: Final = (
    "SELECT id, first, last, kind, reason FROM reservation"
    " WHERE cidr_id = :cidr_id AND first <= :last AND last >= :first ORDER BY first"
)
_LIFT: Final = "DELETE FROM reservation WHERE id = :id"
_WITHHOLD: Final = "UPDATE cidr SET reserved = reserved + :count, version = version + 1 WHERE id = :cidr_id"
_LIVE: Final = "SELECT count(*) FROM eip WHERE released_at IS NULL AND address BETWEEN :first AND :last"


def reserve(change: Change, request: ReserveRequest) -> str:
    """Withhold addresses; what lives there stays until its release. Withholding again changes the kind.

    Raises:
        EipdeckError: `cidr_not_found`, `invalid_address`, `address_not_in_pool` outside the CIDR.

    """
    row, first, last = _range(change, request)
    kind = "soft" if request.soft else "hard"
    if _covered(change, row, first, last, kind):
        return str(row.cidr)
    _lift(change, row, first, last)
    change.run(_RESERVE, cidr_id=row.id, first=first, last=last, kind=kind, reason=change.reason)
    change.run(_WITHHOLD, cidr_id=row.id, count=_unheld(change, first, last))
    close_range(change, row.pool_id, Place(row.id, row.first, row.last), first, last)
    _noted(change, row, "reserve", first, last, kind)
    return str(row.cidr)


def unreserve(change: Change, request: UnreserveRequest) -> str:
    """Lift what of the range is withheld; its addresses are free again, once."""
    row, first, last = _range(change, request)
    if _lift(change, row, first, last):
        if row.state == "active":
            pool = pool_by_id(change, row.pool_id)
            close_range(change, pool.id, Place(row.id, row.first, row.last), first, last)
            open_range(change, pool.id, pool.order, Place(row.id, row.first, row.last), first, last)
        _noted(change, row, "unreserve", first, last, None)
    return str(row.cidr)


def _range(change: Change, request: ReserveRequest | UnreserveRequest) -> tuple[Any, int, int]:
    row = _customer_cidr(change, request.cidr)
    first = checked_address(request.first)
    last = first if request.last is None else checked_address(request.last)
    if last < first:
        raise error("invalid_address", f"{request.first}-{request.last} runs backwards.")
    if row.state == "retired":
        raise _retired(row)
    if first < row.first or last > row.last:
        raise error(
            "address_not_in_pool",
            f"{format_address(first)}-{format_address(last)} is not wholly in {row.cidr}.",
            details={"cidr": row.cidr},
        )
    return row, first, last


def _covered(change: Change, row: Any, first: int, last: int, kind: str) -> bool:
    """Whether one reservation of this kind withholds the whole range already."""
    rows = change.run(_OVERLAPPING, cidr_id=row.id, first=first, last=last).all()
    return len(rows) == 1 and rows[0].kind == kind and rows[0].first <= first and rows[0].last >= last


def _lift(change: Change, row: Any, first: int, last: int) -> bool:
    """Cut the range out of every reservation it meets; whether there was any."""
    rows = change.run(_OVERLAPPING, cidr_id=row.id, first=first, last=last).all()
    for each in rows:
        change.run(_LIFT, id=each.id)
        for lo, hi in ((each.first, first - 1), (last + 1, each.last)):
            if lo <= hi:
                change.run(_RESERVE, cidr_id=row.id, first=lo, last=hi, kind=each.kind, reason=each.reason)
        lo, hi = max(each.first, first), min(each.last, last)
        change.run(_WITHHOLD, cidr_id=row.id, count=-_unheld(change, lo, hi))
    return bool(rows)


def _unheld(change: Change, first: int, last: int) -> int:
    """Addresses of the range without a live EIP."""
    return int(last - first + 1 - change.run(_LIVE, first=first, last=last).scalar())


def _noted(change: Change, row: Any, action: str, first: int, last: int, kind: str | None) -> None:
    span = {"first": format_address(first), "last": format_address(last), "kind": kind}
    record(change, Fact(action, pool_id=row.pool_id, cidr=row.cidr, after=span))
