"""The steps of changes that allocate: the address is chosen here, so that it tells what a lost call did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from core.domain.errors import Code, Refused, error
from core.domain.json_value import JsonObject
from core.domain.requests import AllocationRequest, RecoverRequest, RehomeRequest, Request
from core.domain.validation import checked_address
from core.domain.values import Allocation, Eip
from core.live.journal import held_addresses
from core.live.plan_parts import NAME, NEW, Planned, binding_steps, checked_name, of_one, tried, unbinding_steps
from core.live.profiles import Profile
from core.operations.allocation import checked_allocation, target_pool
from core.queries.eips import eip_by_key
from core.queries.mirror import cidr_id_of, is_recycled
from core.storage.transaction import Transaction

__all__ = ["allocating", "recovering", "rehoming", "replacement"]


def allocating(transaction: Transaction, request: AllocationRequest, profile: Profile) -> Planned:
    """Choose the addresses; in a default pool Zenlayer does."""
    tenancy, _ = checked_allocation(request)
    pool = target_pool(transaction, request)
    given = None if tenancy.name is None else checked_name(tenancy.name)
    terms = _terms(profile, pool.region, request.bandwidth_mbps)
    plan = Planned()
    if pool.customer_owned:
        done: Allocation = tried(transaction, request, held_addresses(transaction.connection)).answer
        for number, eip in enumerate(done.eips, 1):
            body = {**terms, **_place(transaction, eip), "name": given or _made_name(transaction, number)}
            plan.add("create", body=body, **{"as": "allocate"}, chosen=request.address is None)
            plan.holds.add(f"address:{eip.address}")
        return plan
    if request.address is not None:
        raise error(
            Code.ADDRESS_NOT_IN_POOL,
            f"Zenlayer chooses the address in its default pool {pool.id}; nothing was sent.",
            hint="Leave the address out, or name a customer pool.",
        )
    for number in range(1, request.count + 1):
        body = {**terms, "networkLineType": profile.line, "name": given or _made_name(transaction, number)}
        chosen = request.default or request.pool_id is not None
        plan.add("create", body=body, **{"as": "allocate"}, default=chosen)
    return plan


def _made_name(transaction: Transaction, number: int) -> str:
    """Return a name for an EIP that has none: the platform wants one, and finds the EIP by it."""
    digest = hashlib.sha256(transaction.request_id.encode("utf-8", "backslashreplace")).hexdigest()
    return f"eipdeck-{digest[:8]}-{number}"


def _terms(profile: Profile, region: str, mbps: int | None) -> JsonObject:
    """Return the fields of CreateEips that the profile decides."""
    bandwidth = profile.bandwidth_mbps if mbps is None else mbps
    if bandwidth is None and profile.charge_type == "ByBandwidth":
        raise error(
            Code.INVALID_BANDWIDTH,
            "An EIP of the account needs a bandwidth; nothing was sent.",
            hint=f"Name one, or set bandwidth_mbps in the profile {profile.name}.",
        )
    terms: JsonObject = {"regionId": region, "amount": 1, "internetChargeType": profile.charge_type}
    more: JsonObject = {"bandwidth": bandwidth, "clusterId": profile.cluster_id}
    return {**terms, **{key: value for key, value in more.items() if value is not None}}


def _place(transaction: Transaction, eip: Eip) -> JsonObject:
    """Return the fields of CreateEips that choose the CIDR and the address."""
    cidr_id = cidr_id_of(transaction.connection, eip.cidr)
    if cidr_id is None:
        raise error(
            Code.CIDR_NOT_FOUND,
            f"The account did not show {eip.cidr}; nothing was sent.",
            hint="Sync first.",
            details={"cidr": eip.cidr},
        )
    return {"cidrId": cidr_id, "publicIp": eip.address}


def replacement(
    transaction: Transaction, request: Request[Any], about: JsonObject, avoid: Iterable[str]
) -> tuple[str, JsonObject] | None:
    """Return another address for a step that allocates, and its particulars; None when the address was asked for."""
    if not about.get("chosen") or not isinstance(request, (AllocationRequest, RehomeRequest)):
        return None
    one = replace(request, count=1) if isinstance(request, AllocationRequest) else request
    done = tried(transaction, one, {*held_addresses(transaction.connection), *avoid}).answer
    eip, body = done.eips[0], about["body"]
    assert isinstance(body, dict)  # noqa: S101  # of a plan
    return eip.address, {**about, "body": {**body, **_place(transaction, eip)}}


def rehoming(transaction: Transaction, request: RehomeRequest, profile: Profile) -> Planned:
    """Bind the new EIP beside the old one, so that there is no gap; then unbind and release the old one."""
    plan = of_one(transaction, request.eip)
    old = plan.eips[0]
    beside, new = _beside(transaction, request)
    terms = _terms(profile, new.region, old.bandwidth_mbps)
    name = old.name if old.name and NAME.fullmatch(old.name) else _made_name(transaction, 1)
    body: JsonObject = {**terms, **_place(transaction, new), "name": name}
    plan.add("create", body=body, previous=old.id, chosen=request.address is None, **{"as": "rehome"})
    plan.holds.add(f"address:{new.address}")
    if not beside:
        unbinding_steps(transaction, plan, old, old.bindings)
    for binding in old.bindings:
        binding_steps(transaction, plan, f"{NEW}1", binding)
    plan.add("moved", eipId=old.id, to=f"{NEW}1", kept=request.keep)
    if not request.keep:
        if beside:
            unbinding_steps(transaction, plan, old, old.bindings)
        plan.add("delete", eipId=old.id)
    return plan


def _beside(transaction: Transaction, request: RehomeRequest) -> tuple[bool, Eip]:
    """Return whether the new EIP can serve beside the old one, and the new one; a quota may leave no room for both."""
    held = held_addresses(transaction.connection)
    try:
        return True, tried(transaction, replace(request, keep=True), held).answer.eips[0]
    except Refused as refusal:
        if refusal.code is not Code.QUOTA_EXCEEDED or request.keep:
            raise
    return False, tried(transaction, request, held).answer.eips[0]


def recovering(transaction: Transaction, request: RecoverRequest, profile: Profile) -> Planned:
    """Renew an EIP of the recycle bin, or allocate its address again."""
    plan = Planned()
    binned = _recycled_at(transaction, request.address)
    if binned is not None:
        plan.about(binned)
        plan.add("renew", eipId=binned.id)
        return plan
    done: Allocation = tried(transaction, request).answer
    eip = done.eips[0]
    terms = _terms(profile, eip.region, eip.bandwidth_mbps)
    name = eip.name if eip.name and NAME.fullmatch(eip.name) else _made_name(transaction, 1)
    body: JsonObject = {**terms, **_place(transaction, eip), "name": name}
    plan.add("create", body=body, previous=eip.previous_eip_id, **{"as": "recover"})
    plan.holds.add(f"address:{eip.address}")
    return plan


def _recycled_at(transaction: Transaction, words: str) -> Eip | None:
    found = transaction.value(str, _HOLDER, address=checked_address(words))
    if found is not None and is_recycled(transaction.connection, found):
        return eip_by_key(transaction.connection, found)
    return None


_HOLDER: Final = "SELECT id FROM eip WHERE address = :address AND released_at IS NULL"
