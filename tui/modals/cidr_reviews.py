"""The reviews of a customer CIDR's life."""

from __future__ import annotations

from collections.abc import Iterator

from core import ActivateRequest, AddCidrRequest, Cidr, DrainRequest, Pool, RetireRequest
from tui.modals.lines import Line
from tui.modals.review import Review, Tier
from tui.modals.review_lines import NOTHING, Reread, review_of
from tui.wording.phrases import count_of

__all__ = ["review_activate", "review_add_cidr", "review_drain", "review_retire"]


def _cidr_lines(cidr: Cidr) -> Iterator[Line]:
    isp = f"   ISP {cidr.isp}" if cidr.isp else ""
    yield Line("target", f"{cidr.cidr}   {cidr.state.value}   pool {cidr.pool_id}   AS{cidr.asn}")
    yield Line("owner", f"customer-owned: {'yes' if cidr.customer_owned else 'no'}   {cidr.total:,} addresses{isp}")
    live = count_of(cidr.allocated, "live EIP")
    yield Line("present binding", f"{live} in it" if cidr.allocated else "none: 0 live EIPs")


def review_drain(request: DrainRequest, cidr: Cidr, pool: Pool, reread: Reread) -> Review:
    """Of a drain: no more addresses, nothing else."""
    left = pool.available - cidr.available
    return review_of(
        request,
        reread,
        title=f"drain {cidr.cidr}",
        target_copy=cidr.cidr,
        sections=(
            (
                *_cidr_lines(cidr),
                Line("stops working", "no EIP: live ones and their bindings stay"),
                Line("after", "draining: it gives out nothing; what is released there is held"),
            ),
            (
                Line("pool before", f"{pool.id}: {pool.available:,} free of {pool.total:,}"),
                Line("pool after", f"{pool.id}: {left:,} free of {pool.total:,}", problem=left <= 0),
            ),
        ),
        tier=Tier.TYPED,
        typed=cidr.cidr,
        prompt="Type the whole prefix:",
        closing="Reversible: cidr activate, in the palette, opens it again.",
    )


def review_retire(request: RetireRequest, cidr: Cidr, pool: Pool, reread: Reread) -> Review:
    """Of a retirement; refused while EIPs live there."""
    others = [prefix for prefix in pool.cidrs if prefix != cidr.cidr]
    other = f"{pool.id} keeps {', '.join(others[:3])}" if others else f"{pool.id} has no other CIDR"
    lines = [*_cidr_lines(cidr), Line("stops working", f"no EIP. The prefix can no longer be allocated from; {other}.")]
    if cidr.allocated:
        refused = f"retiring now is refused: cidr_not_drained, {count_of(cidr.allocated, 'live EIP')} left"
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
        tier=Tier.TYPED,
        typed=cidr.cidr,
        prompt="Type the whole prefix:",
    )


def review_add_cidr(request: AddCidrRequest, reread: Reread) -> Review:
    """Of a new customer CIDR."""
    return review_of(
        request,
        reread,
        title=f"add {request.cidr}",
        target_copy=request.cidr,
        sections=(
            (
                Line("target", f"{request.cidr}   AS{request.asn}   ISP {request.isp}"),
                Line("owner", "customer-owned: yes"),
                Line("pool", request.pool_id or "one of its own, or the one it had before"),
                Line("after", "validating: it gives out nothing until it is activated"),
                NOTHING,
            ),
        ),
        tier=Tier.PLAIN,
        closing="Reversible: drain and retire take it out again.",
    )


def review_activate(request: ActivateRequest, cidr: Cidr, pool: Pool, reread: Reread) -> Review:
    """Of an activation, which is the operator's word and so wants a reason."""
    return review_of(
        request,
        reread,
        title=f"activate {cidr.cidr}",
        target_copy=cidr.cidr,
        sections=(
            (
                *_cidr_lines(cidr),
                Line("after", f"active: {pool.id} gives out its addresses   RPKI {cidr.rpki}"),
                NOTHING,
            ),
            (
                Line("pool before", f"{pool.id}: {pool.available:,} free of {pool.total:,}"),
                Line("pool after", f"{pool.id}: {_freed(cidr, pool)} free of {pool.total:,}"),
            ),
        ),
        tier=Tier.PLAIN,
        reason_required=True,
        closing="Your word that onboarding is done and the prefix announced: the reason says how you know.",
    )


def _freed(cidr: Cidr, pool: Pool) -> str:
    """How many are free once the CIDR is active; exact unless others of the pool hold addresses back too."""
    live_apart = cidr.total - cidr.allocated
    most = "up to " if pool.held > live_apart and (pool.reserved or pool.cooling) else ""
    return f"{most}{pool.available + min(live_apart, pool.held):,}"
