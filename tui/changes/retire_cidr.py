"""Drain a customer CIDR, and retire it after its last EIP is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Final

from core import Cidr, CidrState, DrainRequest, Eip, Inventory, Pool, RetireRequest, Service, filter_term
from tui.changes.batch import load_living, named
from tui.changes.flow import Flow, new_request_id
from tui.changes.rehome import rehome
from tui.changes.release import release
from tui.changes.reread import bound_to, reread_cidr
from tui.changes.retire_plan import PlanModal, Step
from tui.commands.registry import View, key_of
from tui.modals.lines import Line
from tui.modals.review_lines import cidr_lines, confirmed_by_typing, review_of
from tui.modals.review_model import Reread, Review
from tui.state.navigation import Place
from tui.state.selection import Selection, SelectionKind
from tui.wording.phrases import count_of, minute
from tui.wording.sanitize import visible

__all__ = ["drain_or_retire", "review_drain", "review_retire"]

_SHOWN: Final = 200
"""EIPs that a plan lists at most."""


async def drain_or_retire(flow: Flow, selection: Selection | None) -> None:
    """Take the next step of the selected CIDR: drain it, plan the moves of its EIPs, or retire it."""
    key = key_of("cidr_end")
    if selection is None or selection.kind is not SelectionKind.CIDR:
        return
    known = await flow.read(f"{key} {selection.id}", lambda inventory: _load(inventory, selection.id))
    if known is None:
        return
    cidr, pool = known
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


def _load(inventory: Inventory, prefix: str) -> tuple[Cidr, Pool | None]:
    cidr = inventory.cidr(prefix)
    return cidr, next((pool for pool in inventory.pools() if pool.id == cidr.pool_id), None)


async def _drain(flow: Flow, cidr: Cidr, pool: Pool) -> None:
    request = DrainRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_drain(request, cidr, pool, reread=reread_cidr(flow.host.ask, cidr))
    _outcome, done = await flow.carry_out(f"drain {cidr.cidr}", request, review)
    if done is not None:
        flow.host.say(f"{done.cidr} is draining: it gives out nothing, {done.allocated:,} EIPs live on")


async def _retire(flow: Flow, cidr: Cidr, pool: Pool) -> None:
    request = RetireRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_retire(request, cidr, pool, reread=reread_cidr(flow.host.ask, cidr))
    _outcome, done = await flow.carry_out(f"retire {cidr.cidr}", request, review)
    if done is not None:
        flow.host.say(f"retired {done.cidr}.  its history stays")


async def _plan(flow: Flow, cidr: Cidr) -> None:
    """Show the live EIPs of the CIDR and take the steps that the operator chooses; read the plan again after each."""
    entry = None
    while True:
        known = await flow.read(f"retire {cidr.cidr}", lambda inventory: _load_plan(inventory, cidr))
        if known is None:
            return
        now, eips, drained, services = known
        if not eips:
            flow.host.say(f"{cidr.cidr} has no live EIP left: {key_of('cidr_end')} retires it")
            return
        plan = PlanModal(now, eips, drained, services)
        if entry is not None:
            plan.resume(entry)
        chosen = await flow.host.app.push_screen_wait(plan)
        entry = plan.entry
        if chosen is None:
            return
        match chosen.step:
            case Step.REHOME:
                await _change_living(flow, rehome, chosen.eips)
            case Step.RELEASE:
                await _change_living(flow, release, chosen.eips)
            case step:
                flow.host.leave_for(_place(step, chosen.eips[0], cidr))
                return


async def _change_living(
    flow: Flow, change: Callable[[Flow, Sequence[Eip]], Awaitable[None]], eips: Sequence[Eip]
) -> None:
    """Change those of several EIPs that are still alive; change a single one as the plan shows it."""
    living = eips
    if len(eips) > 1:
        living = await flow.read(f"change {named(eips)}", lambda inventory: load_living(inventory, eips)) or ()
    if living:
        await change(flow, living)


def _load_plan(inventory: Inventory, cidr: Cidr) -> tuple[Cidr, Sequence[Eip], str, Sequence[Service]]:
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


def review_drain(request: DrainRequest, cidr: Cidr, pool: Pool, reread: Reread) -> Review:
    """Return the review of a drain: the CIDR gives out no more addresses."""
    left = pool.available - cidr.available
    return review_of(
        request,
        reread,
        title=f"drain {cidr.cidr}",
        target_copy=cidr.cidr,
        sections=(
            (
                *cidr_lines(cidr),
                Line("stops working", "no EIP: live ones and their bindings stay"),
                Line("after", "draining: no allocations; what is released there is locked"),
            ),
            (
                Line("pool before", f"{pool.id}: {pool.available:,} free of {pool.total:,}"),
                Line("pool after", f"{pool.id}: {left:,} free of {pool.total:,}", problem=left <= 0),
            ),
        ),
        **confirmed_by_typing(cidr.cidr, "Type the whole prefix:"),
        closing="Reversible: cidr activate, in the palette, opens it again.",
    )


def review_retire(request: RetireRequest, cidr: Cidr, pool: Pool, reread: Reread) -> Review:
    """Return the review of a retirement; it says that live EIPs refuse it."""
    others = [prefix for prefix in pool.cidrs if prefix != cidr.cidr]
    other = f"{pool.id} keeps {', '.join(others[:3])}" if others else f"{pool.id} has no other CIDR"
    lines = [*cidr_lines(cidr), Line("stops working", f"no EIP. The prefix can no longer be allocated from; {other}.")]
    if cidr.allocated:
        refused = f"retiring now is refused: {count_of(cidr.allocated, 'live EIP')} left"
        lines.append(Line("", refused, problem=True))
    return review_of(
        request,
        reread,
        title=f"retire {cidr.cidr}",
        target_copy=cidr.cidr,
        sections=(
            tuple(lines),
            (
                Line("pool before", f"{pool.id}: {pool.total:,} addresses, {pool.available:,} free"),
                Line("pool after", f"{pool.id}: {pool.total - cidr.total:,} addresses, {pool.available:,} free"),
                Line("history", "kept: its tenancies stay findable by address and time"),
                Line("comes back", f"eipdeck cidr add {cidr.cidr} ... later, with its history"),
            ),
        ),
        **confirmed_by_typing(cidr.cidr, "Type the whole prefix:"),
    )
