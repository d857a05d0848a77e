"""A customer CIDR's life: validating, active, draining, retired; and what of it is withheld.

The prefix is the identity. A retired one may be brought back: it reopens its old pool, keeps its history, and
honours what was still cooling.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from core.domain.addresses import Prefix, asn_refusal, customer_prefix
from core.domain.errors import error
from core.domain.requests import (
    ActivateRequest,
    AddCidrRequest,
    DrainRequest,
    RetireRequest,
    SetAsnRequest,
)
from core.domain.validation import checked_name, checked_prefix, with_code
from core.domain.values import PoolKind, to_json
from core.operations.cidr_lookup import PRESENT_CIDR, CidrRow, customer_cidr, retired_refusal
from core.operations.free_space import CidrRef, close_range, open_range
from core.operations.pools import PoolRow, create_pool, find_pool, known_region, make_known, pool_by_id
from core.operations.reservations import RESERVE, WITHHOLD
from core.operations.rpki import Validity, validity
from core.queries.eips import eips_where
from core.storage.history import EventData, record
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["activate_cidr", "add_cidr", "drain_cidr", "retire_cidr", "set_asn"]


@reads("cidr")
class _NeighbourRow(NamedTuple):
    cidr: str
    last: int
    pool_id: str


_NEIGHBOUR: Final = (
    "SELECT cidr, last, pool_id FROM cidr WHERE state <> 'retired' AND first <= :last ORDER BY first DESC LIMIT 1"
)
_INSERT: Final = (
    "INSERT INTO cidr (cidr, first, last, pool_id, isp, asn, state, rpki, avoid_edges, allocated, reserved,"
    " created_at, version) VALUES (:cidr, :first, :last, :pool, :isp, :asn, 'validating', :rpki, :avoid_edges,"
    " 0, 0, :now, 1) RETURNING id"
)


def add_cidr(transaction: Transaction, request: AddCidrRequest) -> str:
    """Register a customer CIDR, validating, with its pool.

    Raises:
        EipdeckError: `invalid_cidr`, `cidr_overlap` (also for a prefix that is there already),
            `asn_not_supported`, `rpki_not_valid`, `region_mismatch`, `customer_pool_required`, `invalid_name`.

    """
    prefix, _ = with_code("invalid_cidr", customer_prefix, request.cidr)
    checked_name(request.isp, "line")
    _checked_asn(request.asn)
    near = transaction.row(_NeighbourRow, _NEIGHBOUR, last=prefix.last)
    if near is not None and near.last >= prefix.first:
        raise error(
            "cidr_overlap",
            f"{prefix} overlaps {near.cidr} of pool {near.pool_id}.",
            hint="Retire that one first, or add a prefix beside it.",
            details={"cidr": str(prefix), "overlaps": near.cidr, "pool_id": near.pool_id},
        )
    rpki = _checked_rpki(transaction, prefix, request.asn)
    pool = _pool(transaction, request, prefix)
    cidr_id = transaction.value(
        int,
        _INSERT,
        cidr=str(prefix),
        first=prefix.first,
        last=prefix.last,
        pool=pool.id,
        isp=request.isp,
        asn=request.asn,
        rpki=rpki.value,
        avoid_edges=request.avoid_edges,
        now=transaction.now,
    )
    after = {
        "state": "validating",
        "isp": request.isp,
        "asn": request.asn,
        "avoid_edges": request.avoid_edges,
    }
    record(transaction, EventData("add_cidr", pool_id=pool.id, cidr=str(prefix), after=after))
    if request.avoid_edges and prefix.length < 31:
        for edge in (prefix.first, prefix.last):
            transaction.run(RESERVE, cidr_id=cidr_id, first=edge, last=edge, kind="hard", reason="edge of the CIDR")
        transaction.run(WITHHOLD, cidr_id=cidr_id, count=2)
    return str(prefix)


def _pool(transaction: Transaction, request: AddCidrRequest, prefix: Prefix) -> PoolRow:
    """The pool named, or the one the prefix had before, or a new one."""
    before = transaction.row(CidrRow, PRESENT_CIDR, cidr=str(prefix))
    pool_id = checked_name(request.pool_id, "pool id")
    if pool_id is None:
        ours = before if before is not None and before.kind == PoolKind.CUSTOMER else None
        pool_id = ours.pool_id if ours is not None else f"pool-{str(prefix).replace('/', '-')}"
    found = find_pool(transaction, pool_id)
    if found is None and not pool_id.startswith("default-"):
        region = known_region(transaction, request.region)
        make_known(transaction, region)
        found = find_pool(transaction, pool_id) or create_pool(transaction, pool_id, PoolKind.CUSTOMER, region)
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


def _checked_rpki(transaction: Transaction, prefix: Prefix, asn: int | None) -> Validity:
    found = validity(transaction.config.roa_file, prefix, asn)
    if found in (Validity.INVALID, Validity.NOT_FOUND):
        raise error(
            "rpki_not_valid",
            f"The loaded ROA data call {prefix} from AS{asn} {found.value.replace('_', ' ')}.",
            hint="Publish the ROA first, load it, and try again.",
            details={"cidr": str(prefix), "asn": asn, "rpki": found.value},
        )
    return found


def _known_rpki(transaction: Transaction, row: CidrRow, asn: int | None) -> str:
    """What is known of a CIDR and an origin; without ROA data what was found of the same origin stays."""
    found = _checked_rpki(transaction, checked_prefix(row.cidr), asn)
    if found is Validity.UNKNOWN and asn == row.asn:
        return row.rpki
    return found.value


_STATE: Final = (
    "UPDATE cidr SET state = :state, rpki = :rpki, version = version + 1,"
    " activated_at = CASE WHEN :state = 'active' THEN :now ELSE activated_at END,"
    " draining_at = CASE WHEN :state = 'draining' THEN :now ELSE draining_at END,"
    " retired_at = CASE WHEN :state = 'retired' THEN :now ELSE retired_at END WHERE id = :id"
)


def _move(transaction: Transaction, row: CidrRow, state: str, action: str, *, rpki: str | None = None) -> None:
    """Put a CIDR in another state; `rpki` when that was looked at again."""
    rpki = rpki or row.rpki
    transaction.run(_STATE, id=row.id, state=state, rpki=rpki, now=transaction.now)
    before, after = {"state": row.state}, {"state": state}
    if rpki != row.rpki:
        before, after = {**before, "rpki": row.rpki}, {**after, "rpki": rpki}
    record(transaction, EventData(action, pool_id=row.pool_id, cidr=row.cidr, before=before, after=after))


def activate_cidr(transaction: Transaction, request: ActivateRequest) -> str:
    """Open a CIDR for allocation, on the operator's word that its onboarding is done; undoes a drain too.

    Raises:
        EipdeckError: `usage` without a reason; `cidr_not_active` for a retired one; `rpki_not_valid`.

    """
    if not transaction.reason:
        raise error("usage", "Activating wants a reason: it is your word that onboarding is done.")
    row = customer_cidr(transaction, request.cidr)
    if row.state == "active":
        return row.cidr
    if row.state == "retired":
        raise retired_refusal(row)
    rpki = _known_rpki(transaction, row, row.asn)
    _move(transaction, row, "active", "activate_cidr", rpki=rpki)
    pool = pool_by_id(transaction, row.pool_id)
    open_range(transaction, pool.id, pool.order, CidrRef(row.id, row.first, row.last), row.first, row.last)
    return row.cidr


_SET_ASN: Final = "UPDATE cidr SET asn = :asn, rpki = :rpki, version = version + 1 WHERE id = :id"


def set_asn(transaction: Transaction, request: SetAsnRequest) -> str:
    """Change the origin ASN, or look again at what ROA data say of it; allocations are untouched.

    Raises:
        EipdeckError: `asn_not_supported`, `rpki_not_valid`, `cidr_not_found`, `cidr_not_active` when retired.

    """
    row = customer_cidr(transaction, request.cidr)
    _checked_asn(request.asn)
    if row.state == "retired":
        raise retired_refusal(row)
    rpki = _known_rpki(transaction, row, request.asn)
    if (row.asn, row.rpki) != (request.asn, rpki):
        transaction.run(_SET_ASN, asn=request.asn, rpki=rpki, id=row.id)
        before, after = {"asn": row.asn, "rpki": row.rpki}, {"asn": request.asn, "rpki": rpki}
        record(transaction, EventData("set_asn", pool_id=row.pool_id, cidr=row.cidr, before=before, after=after))
    return row.cidr


def drain_cidr(transaction: Transaction, request: DrainRequest) -> str:
    """Give out nothing more from a CIDR; what lives stays, what is released there is held.

    Raises:
        EipdeckError: `cidr_not_found`; `cidr_not_active` for a retired or failed one.

    """
    row = customer_cidr(transaction, request.cidr)
    if row.state == "draining":
        return row.cidr
    if row.state == "retired":
        raise retired_refusal(row)
    if row.state == "active":
        close_range(transaction, row.pool_id, CidrRef(row.id, row.first, row.last), row.first, row.last)
    _move(transaction, row, "draining", "drain_cidr")
    return row.cidr


def retire_cidr(transaction: Transaction, request: RetireRequest) -> str:
    """Take a drained CIDR out of its pool for good; its history stays.

    Raises:
        EipdeckError: `cidr_not_drained`, listing what still lives and what each EIP serves, or from `active`.

    """
    row = customer_cidr(transaction, request.cidr)
    if row.state == "retired":
        return row.cidr
    _checked_empty(transaction, row)
    if row.state != "draining":
        raise error(
            "cidr_not_drained",
            f"{row.cidr} is {row.state}; a CIDR is drained before it is retired.",
            hint=f"`eipdeck cidr drain {row.cidr}` first.",
            details={"cidr": row.cidr, "state": row.state, "eips": []},
        )
    _move(transaction, row, "retired", "retire_cidr")
    return row.cidr


LISTED: Final = 1000
"""How many of the EIPs that block a retirement are listed; the count is always whole."""


def _checked_empty(transaction: Transaction, row: CidrRow) -> None:
    if not row.allocated:
        return
    live = eips_where(
        transaction.connection,
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
