"""The changes of EIPs, each from the question to the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from core import (
    Allocation,
    AllocationRequest,
    BandwidthRequest,
    Cidr,
    Eip,
    EipStatus,
    Inventory,
    Pool,
    PoolKind,
    RehomeRequest,
    ReleaseRequest,
    Service,
    UnbindRequest,
)
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import AllocationPreview, EipChanges
from tui.commands.registry import key_of
from tui.flows.findings import accept_landing
from tui.modals import AllocateModal, BandwidthModal, LandedModal, RehomeModal
from tui.modals.reviews import (
    allocate_sections,
    review_allocate,
    review_bandwidth,
    review_rehome,
    review_release,
    review_unbind,
)
from tui.state.selection import Selection, SelectionKind
from tui.wording.phrases import count_of

__all__ = ["allocate", "bandwidth", "bound_to", "pools_and_cidrs", "rehome", "release", "unbind"]


_HISTORY: Final = 100
"""Events of an EIP among which its last binding is looked for."""


async def allocate(flow: Flow, *, pool_id: str | None = None, address: str | None = None) -> None:
    """Allocate from a pool; it is preselected only when it is a customer's."""
    known = await flow.read("allocate", pools_and_cidrs)
    if known is None:
        return
    pools, cidrs = known
    customers = {pool.id for pool in pools if pool.kind is PoolKind.CUSTOMER}
    preselect = pool_id if pool_id in customers else None

    async def go(asked: AllocationRequest) -> Outcome:
        nonlocal pools, cidrs
        outcome = await _allocate(flow, pools, asked)
        if outcome is Outcome.REFUSED:
            pools, cidrs = await flow.read("allocate", pools_and_cidrs) or (pools, cidrs)
        return outcome

    await flow.ask_until_sent(lambda: AllocateModal(pools, cidrs, preselect=preselect, address=address), go)


async def _allocate(flow: Flow, pools: Sequence[Pool], asked: AllocationRequest) -> Outcome:
    request = replace(asked, request_id=new_request_id())
    preview = await flow.read("allocate", lambda inventory: inventory.preview(request))
    if preview is None:
        return Outcome.REFUSED
    pool = next(pool for pool in pools if pool.id == preview.eips[0].pool_id)
    watch = AllocationPreview(flow.host.ask, request, preview, pool)
    review = review_allocate(
        request, preview, pool, reread=watch, latest=lambda: allocate_sections(request, watch.preview, watch.pool)
    )
    reason = await flow.confirm(review, f"ALLOCATE {count_of(request.count, 'EIP')}")
    if reason is None:
        return Outcome.CANCELLED
    request = replace(request, reason=reason or None)
    done = await flow.send("allocate", request)
    if done is not None:
        await _allocated(flow, done, request)
    return Outcome.REFUSED if done is None else Outcome.SENT


async def _allocated(flow: Flow, done: Allocation, request: AllocationRequest) -> None:
    first = done.eips[0]
    flow.host.take(Selection(SelectionKind.ADDRESS, first.address))
    got = first.address if len(done.eips) == 1 else f"{count_of(len(done.eips), 'EIP')}, {first.address} first"
    owned = "yes" if first.customer_owned else "NO"
    if not done.warnings:
        flow.host.say(f"allocated {got} from {first.pool_id}; customer-owned: {owned}")
        return
    flow.host.say(
        f"! {got} LANDED IN THE DEFAULT POOL: {key_of('rehome')} fixes it, {key_of('accept')} accepts it", problem=True
    )
    answer = await flow.host.app.push_screen_wait(LandedModal(done, request, keystrokes=flow.keystrokes()))
    if answer == "fix":
        await rehome(flow, first)
    elif answer == "accept":
        await accept_landing(flow, first)


def pools_and_cidrs(inventory: Inventory) -> tuple[list[Pool], list[Cidr]]:
    """What can be allocated from, and the states that say whether it gives anything out."""
    return inventory.pools(), inventory.cidrs()


def bound_to(inventory: Inventory, eips: Iterable[Eip]) -> list[Service]:
    """The registered services that EIPs are bound to."""
    ids = {binding.service_id for eip in eips for binding in eip.bindings}
    return [service for service in inventory.services() if service.id in ids]


async def unbind(flow: Flow, eip: Eip) -> None:
    """End every binding of an EIP."""
    title = f"unbind {eip.address}"
    if eip.status is not EipStatus.BOUND:
        flow.host.say(f"{eip.address} serves nothing: there is nothing to unbind")
        return
    services = await flow.read(title, lambda inventory: bound_to(inventory, [eip]))
    if services is None:
        return
    request = UnbindRequest(eip=eip.id or eip.address, expected=eip, request_id=new_request_id())
    watch = EipChanges(flow.host.ask, [eip])
    review = review_unbind(request, [eip], services, reread=watch)
    reason = await flow.confirm(review, f"UNBIND {eip.address}")
    if reason is None:
        return
    request = replace(request, reason=reason or None, expected=watch.latest[0])
    done = await flow.send(title, request)
    if done is not None:
        flow.host.say(f"unbound {eip.address}: it serves nothing now")


async def release(flow: Flow, eip: Eip) -> None:
    """Release an EIP to the pool it came from, ending its bindings when it has any."""
    title = f"release {eip.address}"
    known = await flow.read(
        title, lambda inventory: (*pools_and_cidrs(inventory), bound_to(inventory, [eip]), inventory.now())
    )
    history = await flow.read(title, lambda inventory: inventory.history(eip.id or eip.address, limit=_HISTORY))
    if known is None or history is None:
        return
    pools, cidrs, services, now = known
    bound = eip.status is EipStatus.BOUND
    request = ReleaseRequest(eips=(eip.id or eip.address,), unbind=bound, expected=(eip,), request_id=new_request_id())
    watch = EipChanges(flow.host.ask, [eip])
    review = review_release(
        request, [eip], pools, reread=watch, now=now, cidrs=cidrs, services=services, history=history
    )
    reason = await flow.confirm(review, f"RELEASE {eip.address}")
    if reason is None:
        return
    request = replace(request, reason=reason or None, expected=watch.latest)
    done = await flow.send(title, request)
    if done is not None:
        selection = flow.host.selection
        held = f"  in hand: {eip.address}" if selection is not None and selection.id == eip.address else ""
        flow.host.say(f"released {eip.address} to {eip.pool_id}.{held}")


async def rehome(flow: Flow, eip: Eip) -> None:
    """Move an EIP to a customer pool: the repair of a landing, and the way out of a draining CIDR."""
    title = f"fix {eip.address}"
    known = await flow.read(title, lambda inventory: (*pools_and_cidrs(inventory), bound_to(inventory, [eip])))
    if known is None:
        return
    pools, cidrs, _served = known
    await flow.ask_until_sent(
        lambda: RehomeModal([eip], pools, cidrs), lambda request: _rehome(flow, eip, known, request)
    )


async def _rehome(
    flow: Flow,
    eip: Eip,
    known: tuple[Sequence[Pool], Sequence[Cidr], Sequence[Service]],
    request: RehomeRequest,
) -> Outcome:
    pools, cidrs, services = known
    title = f"fix {eip.address}"
    request = replace(request, expected=eip, request_id=new_request_id())
    trial = AllocationRequest(pool_id=request.pool_id, address=request.address)
    preview = await flow.read(title, lambda inventory: inventory.preview(trial))
    if preview is None:
        return Outcome.REFUSED
    pool = next(pool for pool in pools if pool.id == request.pool_id)
    new_address = preview.eips[0].address
    watch = EipChanges(flow.host.ask, [eip])
    review = review_rehome(request, eip, pool, new_address, reread=watch, cidrs=cidrs, services=services)
    reason = await flow.confirm(review, f"FIX {eip.address}")
    if reason is None:
        return Outcome.CANCELLED
    request = replace(request, reason=reason or None, expected=watch.latest[0])
    done = await flow.send(title, request)
    if done is not None:
        _rehomed(flow, eip, done, request)
    return Outcome.REFUSED if done is None else Outcome.SENT


def _rehomed(flow: Flow, eip: Eip, done: Allocation, request: RehomeRequest) -> None:
    new = done.eips[0]
    flow.host.take(Selection(SelectionKind.ADDRESS, new.address))
    kept = f"; {eip.address} kept until you release it" if request.keep else ""
    owned = "yes" if new.customer_owned else "NO"
    flow.host.say(f"fixed: {eip.address} -> {new.address}, customer-owned: {owned}{kept}.  {key_of('copy')} copies")


async def bandwidth(flow: Flow, eip: Eip) -> None:
    """Change the cap of an EIP."""
    services = await flow.read(f"bandwidth of {eip.address}", lambda inventory: bound_to(inventory, [eip]))
    if services is not None:
        await flow.ask_until_sent(lambda: BandwidthModal(eip), lambda request: _bandwidth(flow, eip, services, request))


async def _bandwidth(flow: Flow, eip: Eip, services: Sequence[Service], request: BandwidthRequest) -> Outcome:
    request = replace(request, expected=eip, request_id=new_request_id())
    watch = EipChanges(flow.host.ask, [eip])
    review = review_bandwidth(request, eip, reread=watch, services=services)
    reason = await flow.confirm(review, f"CHANGE THE CAP OF {eip.address}")
    if reason is None:
        return Outcome.CANCELLED
    request = replace(request, reason=reason or None, expected=watch.latest[0])
    done = await flow.send(f"bandwidth of {eip.address}", request)
    if done is not None:
        flow.host.say(f"{eip.address} is capped at {request.bandwidth_mbps} Mbps")
    return Outcome.REFUSED if done is None else Outcome.SENT
