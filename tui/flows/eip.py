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
    Desk,
    Eip,
    EipStatus,
    Pool,
    PoolKind,
    RehomeRequest,
    ReleaseRequest,
    Service,
    UnbindRequest,
)
from tui.commands import key_of
from tui.flows.changes import AllocationWatch, EipWatch
from tui.flows.findings import accept_landing
from tui.flows.steps import Steps, Went, new_request_id
from tui.hand import Hand, HandKind
from tui.modals import AllocateModal, BandwidthModal, LandedModal, RehomeModal
from tui.modals.reviews import (
    allocate_sections,
    review_allocate,
    review_bandwidth,
    review_rehome,
    review_release,
    review_unbind,
)
from tui.words import count_of

__all__ = ["allocate", "bandwidth", "bound_to", "pools_and_cidrs", "rehome", "release", "unbind"]


_HISTORY: Final = 100
"""Events of an EIP among which its last binding is looked for."""


async def allocate(steps: Steps, *, pool_id: str | None = None, address: str | None = None) -> None:
    """Allocate from a pool; it is preselected only when it is a customer's."""
    known = await steps.read("allocate", pools_and_cidrs)
    if known is None:
        return
    pools, cidrs = known
    customers = {pool.id for pool in pools if pool.kind is PoolKind.CUSTOMER}
    preselect = pool_id if pool_id in customers else None

    async def go(asked: AllocationRequest) -> Went:
        nonlocal pools, cidrs
        went = await _allocate(steps, pools, asked)
        if went is Went.REFUSED:
            pools, cidrs = await steps.read("allocate", pools_and_cidrs) or (pools, cidrs)
        return went

    await steps.insist(lambda: AllocateModal(pools, cidrs, preselect=preselect, address=address), go)


async def _allocate(steps: Steps, pools: Sequence[Pool], asked: AllocationRequest) -> Went:
    request = replace(asked, request_id=new_request_id())
    preview = await steps.read("allocate", lambda desk: desk.preview(request))
    if preview is None:
        return Went.REFUSED
    pool = next(pool for pool in pools if pool.id == preview.eips[0].pool_id)
    watch = AllocationWatch(steps.host.ask, request, preview, pool)
    review = review_allocate(
        request, preview, pool, reread=watch, latest=lambda: allocate_sections(request, watch.preview, watch.pool)
    )
    reason = await steps.confirm(review, f"ALLOCATE {count_of(request.count, 'EIP')}")
    if reason is None:
        return Went.LEFT
    request = replace(request, reason=reason or None)
    done = await steps.send("allocate", steps.host.desk.platform.allocate, request)
    if done is not None:
        await _allocated(steps, done, request)
    return Went.REFUSED if done is None else Went.SENT


async def _allocated(steps: Steps, done: Allocation, request: AllocationRequest) -> None:
    first = done.eips[0]
    steps.host.take(Hand(HandKind.ADDRESS, first.address))
    got = first.address if len(done.eips) == 1 else f"{count_of(len(done.eips), 'EIP')}, {first.address} first"
    owned = "yes" if first.customer_owned else "NO"
    if not done.warnings:
        steps.host.say(f"allocated {got} from {first.pool_id}; customer-owned: {owned}")
        return
    steps.host.say(
        f"! {got} LANDED IN THE DEFAULT POOL: {key_of('rehome')} fixes it, {key_of('accept')} accepts it", problem=True
    )
    answer = await steps.host.app.push_screen_wait(LandedModal(done, request, keystrokes=steps.keystrokes()))
    if answer == "fix":
        await rehome(steps, first)
    elif answer == "accept":
        await accept_landing(steps, first)


def pools_and_cidrs(desk: Desk) -> tuple[list[Pool], list[Cidr]]:
    """What can be allocated from, and the states that say whether it gives anything out."""
    return desk.pools(), desk.cidrs()


def bound_to(desk: Desk, eips: Iterable[Eip]) -> list[Service]:
    """The registered services that EIPs are bound to."""
    ids = {binding.service_id for eip in eips for binding in eip.bindings}
    return [service for service in desk.services() if service.id in ids]


async def unbind(steps: Steps, eip: Eip) -> None:
    """End every binding of an EIP."""
    title = f"unbind {eip.address}"
    if eip.status is not EipStatus.BOUND:
        steps.host.say(f"{eip.address} serves nothing: there is nothing to unbind")
        return
    services = await steps.read(title, lambda desk: bound_to(desk, [eip]))
    if services is None:
        return
    request = UnbindRequest(eip=eip.id or eip.address, expected=eip, request_id=new_request_id())
    watch = EipWatch(steps.host.ask, [eip])
    review = review_unbind(request, [eip], services, reread=watch)
    reason = await steps.confirm(review, f"UNBIND {eip.address}")
    if reason is None:
        return
    request = replace(request, reason=reason or None, expected=watch.latest[0])
    done = await steps.send(title, steps.host.desk.platform.unbind, request)
    if done is not None:
        steps.host.say(f"unbound {eip.address}: it serves nothing now")


async def release(steps: Steps, eip: Eip) -> None:
    """Release an EIP to the pool it came from, ending its bindings when it has any."""
    title = f"release {eip.address}"
    known = await steps.read(title, lambda desk: (*pools_and_cidrs(desk), bound_to(desk, [eip]), desk.now()))
    history = await steps.read(title, lambda desk: desk.history(eip.id or eip.address, limit=_HISTORY))
    if known is None or history is None:
        return
    pools, cidrs, services, now = known
    bound = eip.status is EipStatus.BOUND
    request = ReleaseRequest(eips=(eip.id or eip.address,), unbind=bound, expected=(eip,), request_id=new_request_id())
    watch = EipWatch(steps.host.ask, [eip])
    review = review_release(
        request, [eip], pools, reread=watch, now=now, cidrs=cidrs, services=services, history=history
    )
    reason = await steps.confirm(review, f"RELEASE {eip.address}")
    if reason is None:
        return
    request = replace(request, reason=reason or None, expected=watch.latest)
    done = await steps.send(title, steps.host.desk.platform.release, request)
    if done is not None:
        hand = steps.host.hand
        held = f"  in hand: {eip.address}" if hand is not None and hand.id == eip.address else ""
        steps.host.say(f"released {eip.address} to {eip.pool_id}.{held}")


async def rehome(steps: Steps, eip: Eip) -> None:
    """Move an EIP to a customer pool: the repair of a landing, and the way out of a draining CIDR."""
    title = f"fix {eip.address}"
    known = await steps.read(title, lambda desk: (*pools_and_cidrs(desk), bound_to(desk, [eip])))
    if known is None:
        return
    pools, cidrs, _served = known
    await steps.insist(lambda: RehomeModal([eip], pools, cidrs), lambda request: _rehome(steps, eip, known, request))


async def _rehome(
    steps: Steps,
    eip: Eip,
    known: tuple[Sequence[Pool], Sequence[Cidr], Sequence[Service]],
    request: RehomeRequest,
) -> Went:
    pools, cidrs, services = known
    title = f"fix {eip.address}"
    request = replace(request, expected=eip, request_id=new_request_id())
    trial = AllocationRequest(pool_id=request.pool_id, address=request.address)
    preview = await steps.read(title, lambda desk: desk.preview(trial))
    if preview is None:
        return Went.REFUSED
    pool = next(pool for pool in pools if pool.id == request.pool_id)
    new_address = preview.eips[0].address
    watch = EipWatch(steps.host.ask, [eip])
    review = review_rehome(request, eip, pool, new_address, reread=watch, cidrs=cidrs, services=services)
    reason = await steps.confirm(review, f"FIX {eip.address}")
    if reason is None:
        return Went.LEFT
    request = replace(request, reason=reason or None, expected=watch.latest[0])
    done = await steps.send(title, steps.host.desk.platform.rehome, request)
    if done is not None:
        _rehomed(steps, eip, done, request)
    return Went.REFUSED if done is None else Went.SENT


def _rehomed(steps: Steps, eip: Eip, done: Allocation, request: RehomeRequest) -> None:
    new = done.eips[0]
    steps.host.take(Hand(HandKind.ADDRESS, new.address))
    kept = f"; {eip.address} kept until you release it" if request.keep else ""
    owned = "yes" if new.customer_owned else "NO"
    steps.host.say(f"fixed: {eip.address} -> {new.address}, customer-owned: {owned}{kept}.  {key_of('copy')} copies")


async def bandwidth(steps: Steps, eip: Eip) -> None:
    """Change the cap of an EIP."""
    services = await steps.read(f"bandwidth of {eip.address}", lambda desk: bound_to(desk, [eip]))
    if services is not None:
        await steps.insist(lambda: BandwidthModal(eip), lambda request: _bandwidth(steps, eip, services, request))


async def _bandwidth(steps: Steps, eip: Eip, services: Sequence[Service], request: BandwidthRequest) -> Went:
    request = replace(request, expected=eip, request_id=new_request_id())
    watch = EipWatch(steps.host.ask, [eip])
    review = review_bandwidth(request, eip, reread=watch, services=services)
    reason = await steps.confirm(review, f"CHANGE THE CAP OF {eip.address}")
    if reason is None:
        return Went.LEFT
    request = replace(request, reason=reason or None, expected=watch.latest[0])
    done = await steps.send(f"bandwidth of {eip.address}", steps.host.desk.platform.set_bandwidth, request)
    if done is not None:
        steps.host.say(f"{eip.address} is capped at {request.bandwidth_mbps} Mbps")
    return Went.REFUSED if done is None else Went.SENT
