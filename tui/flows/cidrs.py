"""The life of a customer CIDR: add, activate, drain, retire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from core import (
    ActivateRequest,
    AddCidrRequest,
    Cidr,
    CidrState,
    Desk,
    DrainRequest,
    Eip,
    Pool,
    RetireRequest,
    Service,
    filter_term,
)
from tui.commands import View, key_of
from tui.flows import several
from tui.flows.changes import reread_cidr
from tui.flows.eip import bound_to, rehome, release
from tui.flows.steps import Steps, Went, new_request_id
from tui.hand import Hand, HandKind
from tui.modals import AddCidrModal
from tui.modals.cidr_reviews import review_activate, review_add_cidr, review_drain, review_retire
from tui.modals.plan import PlanModal, Step
from tui.text import visible
from tui.visited import Place
from tui.words import minute

__all__ = ["activate", "add", "end"]


async def add(steps: Steps) -> None:
    """Bring a customer CIDR; it gives out addresses once it is activated."""
    await steps.insist(AddCidrModal, lambda request: _add(steps, request))


async def _add(steps: Steps, request: AddCidrRequest) -> Went:
    request = replace(request, request_id=new_request_id())
    review = review_add_cidr(request, reread=_still_new(steps, request.cidr))
    reason = await steps.confirm(review, f"ADD {request.cidr}")
    if reason is None:
        return Went.LEFT
    request = replace(request, reason=reason or request.reason)
    done = await steps.send(f"add {request.cidr}", steps.host.desk.platform.add_cidr, request)
    if done is not None:
        steps.host.take(Hand(HandKind.CIDR, done.cidr))
        steps.host.say(
            f"added {done.cidr} to {done.pool_id}: {done.state.value}."
            f"  {key_of('palette')} cidr activate when announced"
        )
    return Went.REFUSED if done is None else Went.SENT


def _still_new(steps: Steps, prefix: str) -> Callable[[], Awaitable[list[str]]]:
    async def reread() -> list[str]:
        known = await steps.host.ask(lambda desk: [cidr.cidr for cidr in desk.cidrs() if _lives(cidr)])
        return [f"{prefix} is known already."] if prefix in known else []

    return reread


def _lives(cidr: Cidr) -> bool:
    return cidr.state is not CidrState.RETIRED


async def activate(steps: Steps, cidr: Cidr, pool: Pool) -> None:
    """Say that onboarding is done: from here on the CIDR gives out addresses."""
    request = ActivateRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_activate(request, cidr, pool, reread=reread_cidr(steps.host.ask, cidr))
    reason = await steps.confirm(review, f"ACTIVATE {cidr.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or None)
    done = await steps.send(f"activate {cidr.cidr}", steps.host.desk.platform.activate_cidr, request)
    if done is not None:
        steps.host.say(f"{done.cidr} is {done.state.value}: {key_of('allocate')} allocates from {done.pool_id}")


async def end(steps: Steps, cidr: Cidr, pools: Sequence[Pool]) -> None:
    """Drain an active CIDR, retire a drained one."""
    pool = next((pool for pool in pools if pool.id == cidr.pool_id), None)
    if not cidr.customer_owned:
        steps.host.say(f"{cidr.cidr} is Zenlayer's: read only here")
    elif pool is None:
        steps.host.say(f"{cidr.cidr} has no pool: {key_of('refresh')} reads again")
    elif cidr.state in (CidrState.ACTIVE, CidrState.VALIDATING):
        await _drain(steps, cidr, pool)
    elif cidr.state is CidrState.DRAINING and cidr.allocated:
        await _plan(steps, cidr)
    elif cidr.state is CidrState.DRAINING:
        await _retire(steps, cidr, pool)
    else:
        steps.host.say(f"{cidr.cidr} is {cidr.state.value}: there is nothing to drain or retire")


async def _drain(steps: Steps, cidr: Cidr, pool: Pool) -> None:
    request = DrainRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_drain(request, cidr, pool, reread=reread_cidr(steps.host.ask, cidr))
    reason = await steps.confirm(review, f"DRAIN {cidr.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or None)
    done = await steps.send(f"drain {cidr.cidr}", steps.host.desk.platform.drain_cidr, request)
    if done is not None:
        steps.host.say(f"{done.cidr} is draining: it gives out nothing, {done.allocated:,} EIPs live on")


_SHOWN: Final = 200
"""EIPs that a plan lists at most, and says so; the list on the deck has them all."""


async def _plan(steps: Steps, cidr: Cidr) -> None:
    """Show what still lives in it, and go where the operator wants; back from a change the plan is read again."""
    while True:
        known = await steps.read(f"retire {cidr.cidr}", lambda desk: _living(desk, cidr))
        if known is None:
            return
        now, eips, drained, services = known
        if not eips:
            steps.host.say(f"{cidr.cidr} has no live EIP left: {key_of('cidr_end')} retires it")
            return
        chosen = await steps.host.app.push_screen_wait(PlanModal(now, eips, drained, services))
        if chosen is None:
            return
        match chosen.step:
            case Step.FIX:
                await (several.rehome(steps, chosen.eips) if len(chosen.eips) > 1 else rehome(steps, chosen.eip))
            case Step.RELEASE:
                await (several.release(steps, chosen.eips) if len(chosen.eips) > 1 else release(steps, chosen.eip))
            case step:
                steps.host.leave_for(_place(step, chosen.eip, cidr))
                return


def _living(desk: Desk, cidr: Cidr) -> tuple[Cidr, list[Eip], str, list[Service]]:
    eips = list(islice(desk.eips(filter_term("cidr", cidr.cidr)), _SHOWN))
    drains = [event for event in desk.cidr_history(cidr.cidr) if event.action == "drain_cidr"]
    drained = f"{minute(drains[-1].at)} by {visible(drains[-1].operator)}" if drains else ""
    return desk.cidr(cidr.cidr), eips, drained, bound_to(desk, eips)


def _place(step: Step, eip: Eip, cidr: Cidr) -> Place:
    if step is Step.HISTORY:
        return Place(View.TIMELINE, "", eip.address)
    service = eip.bindings[0].service_id if step is Step.SERVICE and eip.bindings else None
    filter_ = filter_term("cidr", cidr.cidr) if service is None else filter_term("service", service)
    return Place(View.EIPS, filter_, eip.address)


async def _retire(steps: Steps, cidr: Cidr, pool: Pool) -> None:
    request = RetireRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_retire(request, cidr, pool, reread=reread_cidr(steps.host.ask, cidr))
    reason = await steps.confirm(review, f"RETIRE {cidr.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or None)
    done = await steps.send(f"retire {cidr.cidr}", steps.host.desk.platform.retire_cidr, request)
    if done is not None:
        steps.host.say(f"retired {done.cidr}.  its history stays")
