"""The life of a customer CIDR: validating, active, draining, retired.

The prefix is the identity. A retired one can be added again: it returns to its old pool, keeps its history, and its
addresses finish their cool-down.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from core.domain.addresses import Prefix, customer_prefix
from core.domain.errors import Code, Fix, error
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject
from core.domain.kinds import DEFAULT_POOL
from core.domain.requests import (
    ActivateRequest,
    AddCidrRequest,
    DrainRequest,
    RetireRequest,
    SetAsnRequest,
)
from core.domain.serving import serves_targets
from core.domain.validation import checked_name, checked_prefix, with_code
from core.domain.values import PoolKind
from core.operations.cidr_lookup import PRESENT_CIDR, PresentCidrRow, customer_cidr, retired_refusal
from core.operations.free_space import CidrRef, close_range, open_range
from core.operations.pools import (
    PoolRow,
    check_configured,
    create_pool,
    find_pool,
    known_region,
    make_known,
    pool_by_id,
)
from core.operations.reservations import RESERVE, WITHHOLD
from core.operations.rpki import Validity, checked_asn, checked_validity
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
    """Register a customer CIDR in state `validating`, with its pool.

    Raises:
        EipdeckError: `invalid_cidr`, `cidr_overlap` (also for a prefix that is registered already),
            `asn_not_supported`, `rpki_not_valid`, `region_mismatch`, `customer_pool_required`, `invalid_name`.

    """
    prefix, _ = with_code(Code.INVALID_CIDR, customer_prefix, request.cidr)
    checked_name(request.isp, "line")
    checked_asn(request.asn)
    _checked_apart(transaction, prefix)
    rpki = checked_validity(transaction.config.roa_file, prefix, request.asn)
    pool = _pool(transaction, request, prefix)
    (cidr_id,) = transaction.column(
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
    after: JsonObject = {
        "state": "validating",
        "isp": request.isp,
        "asn": request.asn,
        "avoid_edges": request.avoid_edges,
    }
    record(transaction, EventData("add_cidr", pool_id=pool.id, cidr=str(prefix), after=after))
    if request.avoid_edges and prefix.length < 31:
        _withhold_edges(transaction, cidr_id, prefix)
    return str(prefix)


def _checked_apart(transaction: Transaction, prefix: Prefix) -> None:
    near = transaction.row(_NeighbourRow, _NEIGHBOUR, last=prefix.last)
    if near is not None and near.last >= prefix.first:
        raise error(
            Code.CIDR_OVERLAP,
            f"{prefix} overlaps {near.cidr} of pool {near.pool_id}.",
            hint="Retire that one first, or add another prefix.",
            details={"cidr": str(prefix), "overlaps": near.cidr, "pool_id": near.pool_id},
        )
    check_configured(transaction, prefix)


def _withhold_edges(transaction: Transaction, cidr_id: int, prefix: Prefix) -> None:
    for edge in (prefix.first, prefix.last):
        transaction.run(RESERVE, cidr_id=cidr_id, first=edge, last=edge, kind="hard", reason="edge of the CIDR")
    transaction.run(WITHHOLD, cidr_id=cidr_id, count=2)


def _pool(transaction: Transaction, request: AddCidrRequest, prefix: Prefix) -> PoolRow:
    """Return the named pool, or the one that the prefix had before, or a new one."""
    before = transaction.row(PresentCidrRow, PRESENT_CIDR, cidr=str(prefix))
    pool_id = checked_name(request.pool_id, "pool id")
    if pool_id is None:
        ours = before if before is not None and before.kind == PoolKind.CUSTOMER else None
        pool_id = ours.pool_id if ours is not None else f"pool-{str(prefix).replace('/', '-')}"
    found = find_pool(transaction, pool_id)
    if found is None and not pool_id.startswith(DEFAULT_POOL):
        region = known_region(transaction, request.region)
        make_known(transaction, region)
        found = find_pool(transaction, pool_id) or create_pool(transaction, pool_id, PoolKind.CUSTOMER, region)
    if found is None or not found.customer_owned:
        raise error(
            Code.CUSTOMER_POOL_REQUIRED,
            f"{pool_id} names a default pool; a customer CIDR opens or joins a customer pool.",
            hint="Leave the pool out to open a new one.",
            details={"pool_id": pool_id},
        )
    if request.region not in (None, found.region):
        raise error(
            Code.REGION_MISMATCH,
            f"Pool {found.id} is in {found.region}, not in {request.region}.",
            hint="Leave the region out, or open another pool.",
            details={"pool_id": found.id, "region": found.region},
        )
    return found


def _known_rpki(transaction: Transaction, row: PresentCidrRow, asn: int | None) -> str:
    """Return the validity of a CIDR and an origin; without ROA data an earlier result for the origin stays."""
    found = checked_validity(transaction.config.roa_file, checked_prefix(row.cidr), asn)
    if found is Validity.UNKNOWN and asn == row.asn:
        return row.rpki
    return found.value


_STATE: Final = (
    "UPDATE cidr SET state = :state, rpki = :rpki, version = version + 1,"
    " activated_at = CASE WHEN :state = 'active' THEN :now ELSE activated_at END,"
    " draining_at = CASE WHEN :state = 'draining' THEN :now ELSE draining_at END,"
    " retired_at = CASE WHEN :state = 'retired' THEN :now ELSE retired_at END WHERE id = :id"
)


def _move(transaction: Transaction, row: PresentCidrRow, state: str, action: str, *, rpki: str | None = None) -> None:
    """Put a CIDR in another state, with its event; `rpki` when the validity was checked again."""
    rpki = rpki or row.rpki
    transaction.run(_STATE, id=row.id, state=state, rpki=rpki, now=transaction.now)
    before, after = {"state": row.state}, {"state": state}
    if rpki != row.rpki:
        before, after = {**before, "rpki": row.rpki}, {**after, "rpki": rpki}
    record(transaction, EventData(action, pool_id=row.pool_id, cidr=row.cidr, before=before, after=after))


def activate_cidr(transaction: Transaction, request: ActivateRequest) -> str:
    """Open a CIDR for allocation: the operator confirms that its onboarding is done. Undoes a drain too.

    Raises:
        EipdeckError: `usage` without a reason; `cidr_not_active` for a retired one; `rpki_not_valid`.

    """
    if not transaction.reason:
        raise error(Code.USAGE, "Activating needs a reason: it confirms that onboarding is done.")
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
    """Change the origin ASN, or check it against the ROA data again; allocations stay as they are.

    Raises:
        EipdeckError: `asn_not_supported`, `rpki_not_valid`, `cidr_not_found`, `cidr_not_active` when retired.

    """
    row = customer_cidr(transaction, request.cidr)
    checked_asn(request.asn)
    if row.state == "retired":
        raise retired_refusal(row)
    rpki = _known_rpki(transaction, row, request.asn)
    if (row.asn, row.rpki) != (request.asn, rpki):
        transaction.run(_SET_ASN, asn=request.asn, rpki=rpki, id=row.id)
        before: JsonObject = {"asn": row.asn, "rpki": row.rpki}
        after: JsonObject = {"asn": request.asn, "rpki": rpki}
        record(transaction, EventData("set_asn", pool_id=row.pool_id, cidr=row.cidr, before=before, after=after))
    return row.cidr


def drain_cidr(transaction: Transaction, request: DrainRequest) -> str:
    """Stop allocation from a CIDR. Its live EIPs stay; addresses released in it are held.

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
    """Take a drained CIDR out of its pool; its history stays.

    Raises:
        EipdeckError: `cidr_not_drained` with the live EIPs and what each serves, or when it was not drained.

    """
    row = customer_cidr(transaction, request.cidr)
    if row.state == "retired":
        return row.cidr
    _checked_empty(transaction, row)
    if row.state != "draining":
        raise error(
            Code.CIDR_NOT_DRAINED,
            f"{row.cidr} is {row.state}; a CIDR is drained before it is retired.",
            hint="Drain it first.",
            fix=Fix("cidr drain", (row.cidr,)),
            details={"cidr": row.cidr, "state": row.state, "eips": []},
        )
    _move(transaction, row, "retired", "retire_cidr")
    return row.cidr


LISTED: Final = 1000
"""The number of EIPs that the refusal to retire a CIDR lists; it counts all of them."""


def _checked_empty(transaction: Transaction, row: PresentCidrRow) -> None:
    if not row.allocated:
        return
    live = eips_where(
        transaction.connection,
        "e.released_at IS NULL AND e.address BETWEEN :first AND :last",
        {"first": row.first, "last": row.last},
        f"ORDER BY e.address LIMIT {LISTED}",
    )
    serving = "; ".join(f"{eip.address} {serves_targets(eip.bindings)}" for eip in live[:5]) + (
        f"; and {row.allocated - 5} more" if row.allocated > 5 else ""
    )
    drained = row.state == "draining"
    raise error(
        Code.CIDR_NOT_DRAINED,
        f"{row.cidr} still has {row.allocated} live EIP{'s' if row.allocated > 1 else ''}: {serving}.",
        hint=f"{'Release' if drained else 'Drain it, release'} or rehome each of them, then retire it.",
        fix=None if drained else Fix("cidr drain", (row.cidr,)),
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
