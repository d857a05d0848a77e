"""The changes that act on all marked EIPs: one review, one confirmation, and what was done of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core import (
    Allocation,
    BindRequest,
    Eip,
    EipStatus,
    Inventory,
    NotFound,
    Pool,
    RehomeRequest,
    ReleaseRequest,
    Request,
    Service,
    UnbindRequest,
)
from tui.changes.bind import services_of
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import EipChanges
from tui.commands.registry import key_of
from tui.flows.eip import bound_to, pools_and_cidrs
from tui.modals import BindModal, RehomeModal
from tui.modals.reviews import review_bind_several, review_rehome_several, review_release, review_unbind
from tui.wording.phrases import count_of

__all__ = ["bind", "rehome", "release", "unbind"]


async def release(flow: Flow, marked: Sequence[Eip]) -> None:
    """Release them, all or none, bound ones too."""
    title = f"release {count_of(len(marked), 'EIP')}"
    known = await flow.read(
        title, lambda inventory: (*pools_and_cidrs(inventory), *_living(inventory, marked), inventory.now())
    )
    if known is None or _none_left(flow, known[2]):
        return
    pools, cidrs, eips, services, now = known
    request = ReleaseRequest(
        eips=tuple(str(eip.id) for eip in eips),
        unbind=any(eip.status is EipStatus.BOUND for eip in eips),
        expected=tuple(eips),
        request_id=new_request_id(),
    )
    watch = EipChanges(flow.host.ask, eips)
    review = review_release(request, eips, pools, reread=watch, now=now, cidrs=cidrs, services=services)
    reason = await flow.confirm(review, title.upper())
    if reason is None:
        return
    request = replace(request, reason=reason or None, expected=watch.latest)
    done = await flow.send(title, request)
    if done is not None:
        flow.host.unmark(marked)
        flow.host.say(f"released {count_of(len(done), 'EIP')}, each to the pool it came from")


async def unbind(flow: Flow, marked: Sequence[Eip]) -> None:
    """End every binding of those that are bound, one EIP after the other."""
    title = f"unbind {count_of(len(marked), 'EIP')}"
    known = await flow.read(title, lambda inventory: _living(inventory, marked))
    if known is None:
        return
    eips, services = [eip for eip in known[0] if eip.bindings], known[1]
    if not eips:
        flow.host.say("none of the marked EIPs serves anything: there is nothing to unbind")
        return
    watch = EipChanges(flow.host.ask, eips)
    review = review_unbind(_unbinding(eips[0]), eips, services, reread=watch)
    reason = await flow.confirm(review, f"UNBIND {count_of(len(eips), 'EIP')}")
    if reason is not None:
        requests = [replace(_unbinding(eip), reason=reason or None) for eip in watch.latest]
        await _send_each(flow, "unbind", eips, requests)


def _unbinding(eip: Eip) -> UnbindRequest:
    return UnbindRequest(eip=str(eip.id), expected=eip, request_id=new_request_id())


async def bind(flow: Flow, marked: Sequence[Eip]) -> None:
    """Bind them all alike, one after the other."""
    title = f"bind {count_of(len(marked), 'EIP')}"
    living = await flow.read(title, lambda inventory: _living(inventory, marked))
    if living is None or _none_left(flow, living[0]):
        return
    eips = living[0]
    if _several_regions(flow, eips):
        return
    known = await flow.read(title, lambda inventory: services_of(inventory, eips[0].region))
    if known is not None:
        await flow.ask_until_sent(lambda: BindModal(eips, *known), lambda asked: _bind(flow, eips, known[0], asked))


async def _bind(flow: Flow, eips: Sequence[Eip], services: Sequence[Service], asked: BindRequest) -> Outcome:
    service = next(service for service in services if service.id == asked.service_id)
    watch = EipChanges(flow.host.ask, eips)
    review = review_bind_several(asked, eips, service, reread=watch, services=services)
    reason = await flow.confirm(review, f"BIND {count_of(len(eips), 'EIP')}")
    if reason is None:
        return Outcome.CANCELLED
    requests = [
        replace(asked, eip=str(eip.id), expected=eip, request_id=new_request_id(), reason=reason or None)
        for eip in watch.latest
    ]
    return await _send_each(flow, "bind", eips, requests)


def _several_regions(flow: Flow, eips: Sequence[Eip]) -> bool:
    several = len({eip.region for eip in eips}) > 1
    if several:
        flow.host.say("the marked EIPs are of several regions: mark those of one", problem=True)
    return several


async def rehome(flow: Flow, marked: Sequence[Eip]) -> None:
    """Move them to one customer pool, one EIP after the other."""
    title = f"fix {count_of(len(marked), 'EIP')}"
    known = await flow.read(title, lambda inventory: (*pools_and_cidrs(inventory), *_living(inventory, marked)))
    if known is None or _none_left(flow, known[2]):
        return
    pools, cidrs, eips, services = known
    if _several_regions(flow, eips):
        return
    await flow.ask_until_sent(
        lambda: RehomeModal(eips, pools, cidrs), lambda asked: _rehome(flow, eips, pools, services, asked)
    )


async def _rehome(
    flow: Flow, eips: Sequence[Eip], pools: Sequence[Pool], services: Sequence[Service], asked: RehomeRequest
) -> Outcome:
    pool = next(pool for pool in pools if pool.id == asked.pool_id)
    watch = EipChanges(flow.host.ask, eips)
    review = review_rehome_several(asked, eips, pool, reread=watch, services=services)
    reason = await flow.confirm(review, f"FIX {count_of(len(eips), 'EIP')}")
    if reason is None:
        return Outcome.CANCELLED
    requests = [
        replace(asked, eip=str(eip.id), expected=eip, request_id=new_request_id(), reason=reason or None)
        for eip in watch.latest
    ]
    return await _send_each(flow, "fix", eips, requests)


async def _send_each(flow: Flow, what: str, eips: Sequence[Eip], requests: Sequence[Request[object]]) -> Outcome:
    """Send one after the other and say how far it is; the first refusal ends it, and what was done stays done."""
    moves: list[str] = []
    flow.begin_batch()
    for place, (eip, request) in enumerate(zip(eips, requests, strict=True)):
        if place and (flow.stopped or not flow.host.may_write()):
            why = "stopped" if flow.stopped else "write mode ran out"
            flow.host.say(f"{what}: {why}, {place} of {len(eips)} done; the others are as they were")
            return Outcome.SENT
        title = f"{what} {eip.address} ({place + 1} of {len(eips)}; {key_of('abort')} stops)"
        done = await flow.send(title, request)
        if isinstance(done, Allocation):
            moves.append(f"{eip.address} -> {done.eips[0].address}")
        if done is None:
            flow.host.say(f"{what}: {place} of {len(eips)} done, refused at {eip.address}; the others stay marked")
            return Outcome.SENT if place else Outcome.REFUSED
        flow.host.unmark([eip])
    outcome = f": {', '.join(moves)}" if moves else ""
    flow.host.say(f"{what}: {count_of(len(eips), 'EIP')} done{outcome}")
    return Outcome.SENT


def _living(inventory: Inventory, marked: Sequence[Eip]) -> tuple[list[Eip], list[Service]]:
    """The marked EIPs as they are now, without those that were released, and what they serve."""
    found: list[Eip] = []
    for eip in marked:
        try:
            now = inventory.eip(str(eip.id))
        except NotFound:
            continue
        if now.released_at is None:
            found.append(now)
    return found, bound_to(inventory, found)


def _none_left(flow: Flow, eips: Sequence[Eip]) -> bool:
    if not eips:
        flow.host.say(f"none of the marked EIPs is alive any more: {key_of('unmark')} clears the marks")
    return not eips
