"""The changes that act on all marked EIPs: one review, one confirmation, and what was done of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from core import Desk, Eip, EipStatus, NotFound, Pool, RehomeRequest, ReleaseRequest, Service, UnbindRequest
from tui.flows.changes import EipWatch
from tui.flows.eip import bound_to, pools_and_cidrs
from tui.flows.steps import Steps, Went, new_request_id
from tui.modals import RehomeModal
from tui.modals.reviews import review_rehome_several, review_release, review_unbind
from tui.words import count_of

__all__ = ["rehome", "release", "unbind"]

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


async def rehome(steps: Steps, marked: Sequence[Eip]) -> None:
    """Move them to one customer pool, one EIP after the other."""
    title = f"fix {count_of(len(marked), 'EIP')}"
    known = await steps.read(title, lambda desk: (*pools_and_cidrs(desk), *_living(desk, marked)))
    if known is None or _none_left(steps, known[2]):
        return
    pools, cidrs, eips, services = known
    if len({eip.region for eip in eips}) > 1:
        steps.host.say("the marked EIPs are of several regions, and no pool is: mark those of one", problem=True)
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
    sent = await _send_each(steps, "fix", steps.host.desk.platform.rehome, eips, requests)
    return Went.SENT if sent else Went.REFUSED


async def _send_each(
    steps: Steps, what: str, verb: Callable[[Request], object], eips: Sequence[Eip], requests: Sequence[Request]
) -> bool:
    """Send one after the other and say how far it is; the first refusal ends it, and what was done stays done."""
    for place, (eip, request) in enumerate(zip(eips, requests, strict=True)):
        title = f"{what} {eip.address} ({place + 1} of {len(eips)})"
        if await steps.send(title, verb, request) is None:
            steps.host.say(f"{what}: {place} of {len(eips)} done, refused at {eip.address}; the others stay marked")
            return False
        steps.host.unmark([eip])
    steps.host.say(f"{what}: {count_of(len(eips), 'EIP')} done")
    return True


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
        steps.host.say("none of the marked EIPs is alive any more: u clears the marks")
    return not eips
