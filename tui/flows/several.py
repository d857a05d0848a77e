"""The changes that act on all marked EIPs: one review, one confirmation, and what was done of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from core import (
    Allocation,
    BindRequest,
    Desk,
    Eip,
    EipStatus,
    NotFound,
    Pool,
    RehomeRequest,
    ReleaseRequest,
    Service,
    UnbindRequest,
)
from tui.commands import key_of
from tui.flows.binding import services_of
from tui.flows.changes import EipWatch
from tui.flows.eip import bound_to, pools_and_cidrs
from tui.flows.steps import Steps, Went, new_request_id
from tui.modals import BindModal, RehomeModal
from tui.modals.reviews import review_bind_several, review_rehome_several, review_release, review_unbind
from tui.words import count_of

__all__ = ["bind", "rehome", "release", "unbind"]

Request = TypeVar("Request")


async def release(steps: Steps, marked: Sequence[Eip]) -> None:
    """Release them, all or none, bound ones too."""
    title = f"release {count_of(len(marked), 'EIP')}"
    known = await steps.read(title, lambda desk: (*pools_and_cidrs(desk), *_living(desk, marked), desk.now()))
    if known is None or _none_left(steps, known[2]):
        return
    pools, cidrs, eips, services, now = known
    request = ReleaseRequest(
        eips=tuple(str(eip.id) for eip in eips),
        unbind=any(eip.status is EipStatus.BOUND for eip in eips),
        expected=tuple(eips),
        request_id=new_request_id(),
    )
    watch = EipWatch(steps.host.ask, eips)
    review = review_release(request, eips, pools, reread=watch, now=now, cidrs=cidrs, services=services)
    reason = await steps.confirm(review, title.upper())
    if reason is None:
        return
    request = replace(request, reason=reason or None, expected=watch.latest)
    done = await steps.send(title, steps.host.desk.platform.release, request)
    if done is not None:
        steps.host.unmark(marked)
        steps.host.say(f"released {count_of(len(done), 'EIP')}, each to the pool it came from")


async def unbind(steps: Steps, marked: Sequence[Eip]) -> None:
    """End every binding of those that are bound, one EIP after the other."""
    title = f"unbind {count_of(len(marked), 'EIP')}"
    known = await steps.read(title, lambda desk: _living(desk, marked))
    if known is None:
        return
    eips, services = [eip for eip in known[0] if eip.bindings], known[1]
    if not eips:
        steps.host.say("none of the marked EIPs serves anything: there is nothing to unbind")
        return
    watch = EipWatch(steps.host.ask, eips)
    review = review_unbind(_unbinding(eips[0]), eips, services, reread=watch)
    reason = await steps.confirm(review, f"UNBIND {count_of(len(eips), 'EIP')}")
    if reason is not None:
        requests = [replace(_unbinding(eip), reason=reason or None) for eip in watch.latest]
        await _send_each(steps, "unbind", steps.host.desk.platform.unbind, eips, requests)


def _unbinding(eip: Eip) -> UnbindRequest:
    return UnbindRequest(eip=str(eip.id), expected=eip, request_id=new_request_id())


async def bind(steps: Steps, marked: Sequence[Eip]) -> None:
    """Bind them all alike, one after the other."""
    title = f"bind {count_of(len(marked), 'EIP')}"
    living = await steps.read(title, lambda desk: _living(desk, marked))
    if living is None or _none_left(steps, living[0]):
        return
    eips = living[0]
    if _several_regions(steps, eips):
        return
    known = await steps.read(title, lambda desk: services_of(desk, eips[0].region))
    if known is not None:
        await steps.insist(lambda: BindModal(eips, *known), lambda asked: _bind(steps, eips, known[0], asked))


async def _bind(steps: Steps, eips: Sequence[Eip], services: Sequence[Service], asked: BindRequest) -> Went:
    service = next(service for service in services if service.id == asked.service_id)
    watch = EipWatch(steps.host.ask, eips)
    review = review_bind_several(asked, eips, service, reread=watch, services=services)
    reason = await steps.confirm(review, f"BIND {count_of(len(eips), 'EIP')}")
    if reason is None:
        return Went.LEFT
    requests = [
        replace(asked, eip=str(eip.id), expected=eip, request_id=new_request_id(), reason=reason or None)
        for eip in watch.latest
    ]
    return await _send_each(steps, "bind", steps.host.desk.platform.bind, eips, requests)


def _several_regions(steps: Steps, eips: Sequence[Eip]) -> bool:
    several = len({eip.region for eip in eips}) > 1
    if several:
        steps.host.say("the marked EIPs are of several regions: mark those of one", problem=True)
    return several


async def rehome(steps: Steps, marked: Sequence[Eip]) -> None:
    """Move them to one customer pool, one EIP after the other."""
    title = f"fix {count_of(len(marked), 'EIP')}"
    known = await steps.read(title, lambda desk: (*pools_and_cidrs(desk), *_living(desk, marked)))
    if known is None or _none_left(steps, known[2]):
        return
    pools, cidrs, eips, services = known
    if _several_regions(steps, eips):
        return
    await steps.insist(
        lambda: RehomeModal(eips, pools, cidrs), lambda asked: _rehome(steps, eips, pools, services, asked)
    )


async def _rehome(
    steps: Steps, eips: Sequence[Eip], pools: Sequence[Pool], services: Sequence[Service], asked: RehomeRequest
) -> Went:
    pool = next(pool for pool in pools if pool.id == asked.pool_id)
    watch = EipWatch(steps.host.ask, eips)
    review = review_rehome_several(asked, eips, pool, reread=watch, services=services)
    reason = await steps.confirm(review, f"FIX {count_of(len(eips), 'EIP')}")
    if reason is None:
        return Went.LEFT
    requests = [
        replace(asked, eip=str(eip.id), expected=eip, request_id=new_request_id(), reason=reason or None)
        for eip in watch.latest
    ]
    return await _send_each(steps, "fix", steps.host.desk.platform.rehome, eips, requests)


async def _send_each(
    steps: Steps, what: str, verb: Callable[[Request], object], eips: Sequence[Eip], requests: Sequence[Request]
) -> Went:
    """Send one after the other and say how far it is; the first refusal ends it, and what was done stays done."""
    moves: list[str] = []
    steps.begin_batch()
    for place, (eip, request) in enumerate(zip(eips, requests, strict=True)):
        if place and (steps.stopped or not steps.host.may_write()):
            why = "stopped" if steps.stopped else "write mode ran out"
            steps.host.say(f"{what}: {why}, {place} of {len(eips)} done; the others are as they were")
            return Went.SENT
        title = f"{what} {eip.address} ({place + 1} of {len(eips)}; {key_of('abort')} stops)"
        done = await steps.send(title, verb, request)
        if isinstance(done, Allocation):
            moves.append(f"{eip.address} -> {done.eips[0].address}")
        if done is None:
            steps.host.say(f"{what}: {place} of {len(eips)} done, refused at {eip.address}; the others stay marked")
            return Went.SENT if place else Went.REFUSED
        steps.host.unmark([eip])
    went = f": {', '.join(moves)}" if moves else ""
    steps.host.say(f"{what}: {count_of(len(eips), 'EIP')} done{went}")
    return Went.SENT


def _living(desk: Desk, marked: Sequence[Eip]) -> tuple[list[Eip], list[Service]]:
    """The marked EIPs as they are now, without those that were released, and what they serve."""
    found: list[Eip] = []
    for eip in marked:
        try:
            now = desk.eip(str(eip.id))
        except NotFound:
            continue
        if now.released_at is None:
            found.append(now)
    return found, bound_to(desk, found)


def _none_left(steps: Steps, eips: Sequence[Eip]) -> bool:
    if not eips:
        steps.host.say(f"none of the marked EIPs is alive any more: {key_of('unmark')} clears the marks")
    return not eips
