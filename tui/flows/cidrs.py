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
    DrainRequest,
    Eip,
    Inventory,
    Pool,
    RetireRequest,
    Service,
    filter_term,
)
from tui.changes import batch as several
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import reread_cidr
from tui.changes.retire_plan import PlanModal, Step
from tui.commands.registry import View, key_of
from tui.flows.eip import bound_to, rehome, release
from tui.modals import AddCidrModal
from tui.modals.cidr_reviews import review_activate, review_add_cidr, review_drain, review_retire
from tui.state.navigation import Place
from tui.state.selection import Selection, SelectionKind
from tui.wording.phrases import minute
from tui.wording.sanitize import visible

__all__ = ["activate", "add", "end"]


async def add(flow: Flow) -> None:
    """Bring a customer CIDR; it gives out addresses once it is activated."""
    await flow.ask_until_sent(AddCidrModal, lambda request: _add(flow, request))


async def _add(flow: Flow, request: AddCidrRequest) -> Outcome:
    request = replace(request, request_id=new_request_id())
    review = review_add_cidr(request, reread=_still_new(flow, request.cidr))
    reason = await flow.confirm(review, f"ADD {request.cidr}")
    if reason is None:
        return Outcome.CANCELLED
    request = replace(request, reason=reason or request.reason)
    done = await flow.send(f"add {request.cidr}", request)
    if done is not None:
        flow.host.take(Selection(SelectionKind.CIDR, done.cidr))
        flow.host.say(
            f"added {done.cidr} to {done.pool_id}: {done.state.value}."
            f"  {key_of('palette')} cidr activate when announced"
        )
    return Outcome.REFUSED if done is None else Outcome.SENT


def _still_new(flow: Flow, prefix: str) -> Callable[[], Awaitable[list[str]]]:
    async def reread() -> list[str]:
        known = await flow.host.ask(lambda inventory: [cidr.cidr for cidr in inventory.cidrs() if _lives(cidr)])
        return [f"{prefix} is known already."] if prefix in known else []

    return reread


def _lives(cidr: Cidr) -> bool:
    return cidr.state is not CidrState.RETIRED


async def activate(flow: Flow, cidr: Cidr, pool: Pool) -> None:
    """Say that onboarding is done: from here on the CIDR gives out addresses."""
    request = ActivateRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_activate(request, cidr, pool, reread=reread_cidr(flow.host.ask, cidr))
    reason = await flow.confirm(review, f"ACTIVATE {cidr.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or None)
    done = await flow.send(f"activate {cidr.cidr}", request)
    if done is not None:
        flow.host.say(f"{done.cidr} is {done.state.value}: {key_of('allocate')} allocates from {done.pool_id}")


async def end(flow: Flow, cidr: Cidr, pools: Sequence[Pool]) -> None:
    """Drain an active CIDR, retire a drained one."""
    pool = next((pool for pool in pools if pool.id == cidr.pool_id), None)
    if not cidr.customer_owned:
        flow.host.say(f"{cidr.cidr} is Zenlayer's: read only here")
    elif pool is None:
        flow.host.say(f"{cidr.cidr} has no pool: {key_of('refresh')} reads again")
    elif cidr.state in (CidrState.ACTIVE, CidrState.VALIDATING):
        await _drain(flow, cidr, pool)
    elif cidr.state is CidrState.DRAINING and cidr.allocated:
        await _plan(flow, cidr)
    elif cidr.state is CidrState.DRAINING:
        await _retire(flow, cidr, pool)
    else:
        flow.host.say(f"{cidr.cidr} is {cidr.state.value}: there is nothing to drain or retire")


async def _drain(flow: Flow, cidr: Cidr, pool: Pool) -> None:
    request = DrainRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_drain(request, cidr, pool, reread=reread_cidr(flow.host.ask, cidr))
    reason = await flow.confirm(review, f"DRAIN {cidr.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or None)
    done = await flow.send(f"drain {cidr.cidr}", request)
    if done is not None:
        flow.host.say(f"{done.cidr} is draining: it gives out nothing, {done.allocated:,} EIPs live on")


_SHOWN: Final = 200
"""EIPs that a plan lists at most, and says so; the list on the deck has them all."""


async def _plan(flow: Flow, cidr: Cidr) -> None:
    """Show what still lives in it, and go where the operator wants; back from a change the plan is read again."""
    while True:
        known = await flow.read(f"retire {cidr.cidr}", lambda inventory: _living(inventory, cidr))
        if known is None:
            return
        now, eips, drained, services = known
        if not eips:
            flow.host.say(f"{cidr.cidr} has no live EIP left: {key_of('cidr_end')} retires it")
            return
        chosen = await flow.host.app.push_screen_wait(PlanModal(now, eips, drained, services))
        if chosen is None:
            return
        match chosen.step:
            case Step.FIX:
                await (several.rehome(flow, chosen.eips) if len(chosen.eips) > 1 else rehome(flow, chosen.eip))
            case Step.RELEASE:
                await (several.release(flow, chosen.eips) if len(chosen.eips) > 1 else release(flow, chosen.eip))
            case step:
                flow.host.leave_for(_place(step, chosen.eip, cidr))
                return


def _living(inventory: Inventory, cidr: Cidr) -> tuple[Cidr, list[Eip], str, list[Service]]:
    eips = list(islice(inventory.eips(filter_term("cidr", cidr.cidr)), _SHOWN))
    drains = [event for event in inventory.cidr_history(cidr.cidr) if event.action == "drain_cidr"]
    drained = f"{minute(drains[-1].at)} by {visible(drains[-1].operator)}" if drains else ""
    return inventory.cidr(cidr.cidr), eips, drained, bound_to(inventory, eips)


def _place(step: Step, eip: Eip, cidr: Cidr) -> Place:
    if step is Step.HISTORY:
        return Place(View.TIMELINE, "", eip.address)
    service = eip.bindings[0].service_id if step is Step.SERVICE and eip.bindings else None
    filter_ = filter_term("cidr", cidr.cidr) if service is None else filter_term("service", service)
    return Place(View.EIPS, filter_, eip.address)


async def _retire(flow: Flow, cidr: Cidr, pool: Pool) -> None:
    request = RetireRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_retire(request, cidr, pool, reread=reread_cidr(flow.host.ask, cidr))
    reason = await flow.confirm(review, f"RETIRE {cidr.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or None)
    done = await flow.send(f"retire {cidr.cidr}", request)
    if done is not None:
        flow.host.say(f"retired {done.cidr}.  its history stays")
