"""Activate a customer CIDR: from then on it gives out addresses."""

from __future__ import annotations

from core import ActivateRequest, Cidr, CidrState, Pool
from tui.changes.flow import Flow, new_request_id
from tui.changes.reread import reread_cidr
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review_lines import NOTHING, cidr_lines, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind

__all__ = ["activate_cidr", "review_activate"]


async def activate_cidr(flow: Flow, selection: Selection | None) -> None:
    """Activate the selected CIDR."""
    if selection is None or selection.kind is not SelectionKind.CIDR:
        return
    title = f"activate {selection.id}"
    cidr = await flow.read(title, lambda inventory: inventory.cidr(selection.id))
    if cidr is None:
        return
    if cidr.state in (CidrState.ACTIVE, CidrState.RETIRED) or not cidr.customer_owned:
        flow.host.say(f"{cidr.cidr} is {cidr.state.value}: there is nothing to activate")
        return
    pool = await flow.read(title, lambda inventory: inventory.pool(cidr.pool_id))
    if pool is None:
        return
    request = ActivateRequest(cidr=cidr.cidr, request_id=new_request_id())
    review = review_activate(request, cidr, pool, reread=reread_cidr(flow.host.ask, cidr))
    _outcome, done = await flow.carry_out(title, request, review)
    if done is not None:
        flow.host.say(f"{done.cidr} is {done.state.value}: {key_of('allocate')} allocates from {done.pool_id}")


def review_activate(request: ActivateRequest, cidr: Cidr, pool: Pool, reread: Reread) -> Review:
    """Return the review of an activation; the operator gives a reason."""
    return review_of(
        request,
        reread,
        title=f"activate {cidr.cidr}",
        target_copy=cidr.cidr,
        sections=(
            (
                *cidr_lines(cidr),
                Line("after", f"active: {pool.id} allocates from it   RPKI {cidr.rpki}"),
                NOTHING,
            ),
            (
                Line("pool before", f"{pool.id}: {pool.available:,} free of {pool.total:,}"),
                Line("pool after", f"{pool.id}: {_freed(cidr, pool)} free of {pool.total:,}"),
            ),
        ),
        tier=Tier.PLAIN,
        reason_required=True,
        closing="You confirm that the prefix is announced. Give the evidence as the reason (RIS, ticket).",
    )


def _freed(cidr: Cidr, pool: Pool) -> str:
    """Return how many are free after the activation; an upper bound if other CIDRs hold addresses back too."""
    live_apart = cidr.total - cidr.allocated
    most = "up to " if pool.held > live_apart and (pool.reserved or pool.cooling) else ""
    return f"{most}{pool.available + min(live_apart, pool.held):,}"
