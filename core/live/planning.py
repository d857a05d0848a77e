"""The steps of each change of an account. Every rule of the embedded platform is tried before anything is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from core.domain.errors import Code, error
from core.domain.requests import (
    AllocationRequest,
    BandwidthRequest,
    BindRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RenameRequest,
    Request,
    RetireRequest,
    UnbindRequest,
)
from core.domain.values import Eip, EipStatus
from core.live.plan_parts import Planned, binding_steps, checked_name, of_one, tried, unbinding_steps
from core.live.planning_new import allocating, recovering, rehoming
from core.live.profiles import Profile
from core.queries.eips import eip_by_key
from core.queries.mirror import cidr_id_of, is_recycled
from core.storage.transaction import Transaction

__all__ = ["PLANNED", "keys_of", "planned"]


def keys_of(request: Request[Any]) -> tuple[str, ...]:
    """Return the EIPs that a request names, by id or address."""
    if isinstance(request, ReleaseRequest):
        return request.eips
    key = getattr(request, "eip", None)
    return () if key is None else (str(key),)


def planned(transaction: Transaction, request: Request[Any], profile: Profile) -> Planned:
    """Return the steps of a request.

    Raises:
        EipdeckError: what the verb refuses.
        NothingToDo: it would change nothing.

    """
    return PLANNED[type(request)](transaction, request, profile)


def _rename(transaction: Transaction, request: RenameRequest, _profile: Profile) -> Planned:
    plan = of_one(transaction, request.eip)
    tried(transaction, request)
    plan.add("name", eipId=plan.eips[0].id, name=checked_name(request.name), was=plan.eips[0].name)
    return plan


def _cap(transaction: Transaction, request: BandwidthRequest, _profile: Profile) -> Planned:
    plan = of_one(transaction, request.eip)
    tried(transaction, request)
    plan.add("bandwidth", eipId=plan.eips[0].id, bandwidth=request.bandwidth_mbps, was=plan.eips[0].bandwidth_mbps)
    return plan


def _release(transaction: Transaction, request: ReleaseRequest, _profile: Profile) -> Planned:
    plan = Planned()
    for eip_id in dict.fromkeys(eip_by_key(transaction.connection, key).id for key in request.eips):
        eip = eip_by_key(transaction.connection, str(eip_id))
        if eip.status is not EipStatus.RELEASED:
            plan.about(eip)
            unbinding_steps(transaction, plan, eip, eip.bindings)
            plan.add("delete", eipId=eip.id, purge=is_recycled(transaction.connection, str(eip.id)) or None)
    tried(transaction, request)
    return plan


def _bind(transaction: Transaction, request: BindRequest, _profile: Profile) -> Planned:
    plan = of_one(transaction, request.eip)
    eip = plan.eips[0]
    (after,) = tried(transaction, request).answer
    (begun,) = (each for each in after.bindings if each.id not in {before.id for before in eip.bindings})
    binding_steps(transaction, plan, str(eip.id), begun)
    return plan


def _unbind(transaction: Transaction, request: UnbindRequest, _profile: Profile) -> Planned:
    plan = of_one(transaction, request.eip)
    eip = plan.eips[0]
    (after,) = tried(transaction, request).answer
    left = {each.id for each in after.bindings}
    _check_entries(transaction, eip, left)
    unbinding_steps(transaction, plan, eip, [each for each in eip.bindings if each.id not in left])
    return plan


_ALL_EIPS: Final = "SELECT 1 FROM binding WHERE id = :id AND all_eips"


def _check_entries(transaction: Transaction, eip: Eip, left: Iterable[str]) -> None:
    """Refuse to end an SNAT entry of every EIP while the EIP stays on the gateway for another one."""
    staying = set(left)
    for binding in eip.bindings:
        if staying and binding.id not in staying and transaction.value(int, _ALL_EIPS, id=binding.id):
            raise error(
                Code.PLATFORM_REFUSED,
                f"The SNAT entry of {binding.service_id} is for every EIP of the gateway: {eip.address} leaves it with"
                " its last binding alone; nothing was sent.",
                hint="End all bindings of the EIP, or give the entry EIPs of its own in Zenlayer's console.",
                details={"binding": binding.id},
            )


def _retire(transaction: Transaction, request: RetireRequest, _profile: Profile) -> Planned:
    plan = Planned()
    cidr = tried(transaction, request).answer.cidr
    cidr_id = cidr_id_of(transaction.connection, cidr)
    plan.add("delete_cidr", cidrId=cidr_id, cidr=cidr)
    plan.holds.add(f"cidr:{cidr}")
    return plan


PLANNED: Final[Mapping[type[Request[Any]], Callable[[Transaction, Any, Profile], Planned]]] = {
    RenameRequest: _rename,
    BandwidthRequest: _cap,
    ReleaseRequest: _release,
    BindRequest: _bind,
    UnbindRequest: _unbind,
    AllocationRequest: allocating,
    RehomeRequest: rehoming,
    RecoverRequest: recovering,
    RetireRequest: _retire,
}
