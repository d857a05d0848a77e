"""The life of a customer CIDR: add, activate, drain, retire."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from core import ActivateRequest, AddCidrRequest, Cidr, CidrState, DrainRequest, Pool, RetireRequest
from tui.flows.changes import reread_cidr
from tui.flows.steps import Steps, new_request_id
from tui.modals import AddCidrModal, Line, Review, Tier
from tui.modals.reviews import review_drain, review_retire
from tui.text import visible

__all__ = ["activate", "add", "end"]


async def add(steps: Steps) -> None:
    """Bring a customer CIDR; it gives out addresses once it is activated."""
    request = await steps.ask(AddCidrModal())
    if request is None:
        return
    request = replace(request, request_id=new_request_id())
    reason = await steps.confirm(_review_add(steps, request), f"ADD {request.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or request.reason)
    done = await steps.send(f"add {request.cidr}", steps.host.desk.platform.add_cidr, request)
    if done is not None:
        steps.host.say(f"added {done.cidr} to {done.pool_id}: {done.state.value}.  : cidr activate when announced")


def _review_add(steps: Steps, request: AddCidrRequest) -> Review:
    async def reread() -> list[str]:
        known = await steps.host.ask(lambda desk: [cidr.cidr for cidr in desk.cidrs() if _lives(cidr)])
        return [f"{request.cidr} is known already."] if request.cidr in known else []

    words = ["eipdeck", "cidr", "add", request.cidr, "--isp", request.isp, "--asn", str(request.asn)]
    for option, value in (("--pool", request.pool_id), ("--region", request.region)):
        words += [option, value] if value else []
    words += ["--avoid-edges"] if request.avoid_edges else []
    return Review(
        title=f"add {visible(request.cidr)}",
        target_copy=request.cidr,
        sections=(
            (
                Line("target", request.cidr),
                Line("owner", f"customer-owned: yes; AS{request.asn}, ISP {request.isp}"),
                Line("pool", request.pool_id or "a new one of its own"),
                Line("stops working", "nothing"),
                Line("after", "validating: it gives out nothing until it is activated"),
            ),
        ),
        command=shlex.join(words),
        tier=Tier.PLAIN,
        reread=reread,
        reason=request.reason or "",
        closing="Reversible: drain and retire take it out again.",
    )


def _lives(cidr: Cidr) -> bool:
    return cidr.state is not CidrState.RETIRED


async def activate(steps: Steps, cidr: Cidr) -> None:
    """Say that onboarding is done: from here on the CIDR gives out addresses."""
    request = ActivateRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = Review(
        title=f"activate {cidr.cidr}",
        target_copy=cidr.cidr,
        sections=(
            (
                Line("target", f"{cidr.cidr}, {cidr.state.value}, pool {cidr.pool_id}"),
                Line("owner", f"customer-owned: yes; AS{cidr.asn}, RPKI {cidr.rpki}"),
                Line("stops working", "nothing"),
                Line("after", f"active: {cidr.pool_id} gives out its {cidr.total:,} addresses"),
            ),
        ),
        command=f"eipdeck cidr activate {cidr.cidr}",
        tier=Tier.PLAIN,
        reread=reread_cidr(steps.host.ask, cidr),
        reason_required=True,
        closing="Your word that onboarding is done and the prefix announced: the reason says how you know.",
    )
    reason = await steps.confirm(review, f"ACTIVATE {cidr.cidr}")
    if reason is None:
        return
    request = replace(request, reason=reason or None)
    done = await steps.send(f"activate {cidr.cidr}", steps.host.desk.platform.activate_cidr, request)
    if done is not None:
        steps.host.say(f"{done.cidr} is {done.state.value}: A allocates from {done.pool_id}")


async def end(steps: Steps, cidr: Cidr, pools: Sequence[Pool]) -> None:
    """Drain an active CIDR, retire a drained one."""
    pool = next((pool for pool in pools if pool.id == cidr.pool_id), None)
    if not cidr.customer_owned:
        steps.host.say(f"{cidr.cidr} is Zenlayer's: read only here")
    elif pool is None:
        steps.host.say(f"{cidr.cidr} has no pool: r reads again")
    elif cidr.state is CidrState.ACTIVE:
        await _drain(steps, cidr, pool)
    elif cidr.state is CidrState.DRAINING:
        await _retire(steps, cidr, pool)
    else:
        steps.host.say(f"{cidr.cidr} is {cidr.state.value}: only an active CIDR is drained, a drained one retired")


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
