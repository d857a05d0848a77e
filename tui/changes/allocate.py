"""Allocate EIPs from a pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core import Allocation, AllocationRequest, Pool, PoolKind, VerdictWord
from tui.changes.accept import accept_landing
from tui.changes.allocate_form import AllocateModal, default_warning
from tui.changes.batch import show_result
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.landed import LandedModal
from tui.changes.rehome import rehome
from tui.changes.reread import AllocationPreview, pools_and_cidrs
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.pool_choice import usage_lines
from tui.modals.review_lines import NOTHING, review_of
from tui.modals.review_model import Reread, Review, Sections, Tier
from tui.state.selection import Selection, SelectionKind
from tui.wording.phrases import count_of, quoted

__all__ = ["allocate", "allocate_sections", "review_allocate"]


async def allocate(flow: Flow, selection: Selection | None) -> None:
    """Allocate from the selected pool, or the selected address if it is unallocated customer space."""
    if selection is not None and selection.kind is SelectionKind.POOL:
        await _ask(flow, selection.id)
        return
    if selection is not None and selection.kind is SelectionKind.ADDRESS and selection.eip is None:
        verdict = await flow.read("allocate", lambda inventory: inventory.lookup(selection.id))
        if verdict is None:
            return
        if verdict.verdict is VerdictWord.CUSTOMER_UNALLOCATED:
            await _ask(flow, verdict.pool_id, selection.id)
            return
    await _ask(flow, None)


async def _ask(flow: Flow, pool_id: str | None, address: str | None = None) -> None:
    """Ask with the form; it preselects the pool if that is a customer pool."""
    known = await flow.read("allocate", pools_and_cidrs)
    if known is None:
        return
    pools, cidrs = known
    customers = {pool.id for pool in pools if pool.kind is PoolKind.CUSTOMER}
    preselect = pool_id if pool_id in customers else None
    short = flow.host.inventory.config.runway_days

    async def go(asked: AllocationRequest) -> Outcome:
        nonlocal pools, cidrs
        outcome = await _allocate(flow, pools, asked)
        if outcome is Outcome.REFUSED:
            pools, cidrs = await flow.read("allocate", pools_and_cidrs) or (pools, cidrs)
        return outcome

    await flow.ask_until_sent(
        lambda: AllocateModal(pools, cidrs, preselect=preselect, address=address, runway_days=short), go
    )


async def _allocate(flow: Flow, pools: Sequence[Pool], asked: AllocationRequest) -> Outcome:
    request = replace(asked, request_id=new_request_id())
    preview = await flow.read("allocate", lambda inventory: inventory.preview(request))
    if preview is None:
        return Outcome.REFUSED
    pool = next(pool for pool in pools if pool.id == preview.eips[0].pool_id)
    watch = AllocationPreview(flow.host.ask, request, preview, pool)
    review = review_allocate(
        request, preview, pool, reread=watch, latest=lambda: allocate_sections(request, watch.preview, watch.pool)
    )
    outcome, done = await flow.carry_out("allocate", request, review)
    if done is not None:
        await _tell(flow, done, request)
    return outcome


async def _tell(flow: Flow, done: Allocation, request: AllocationRequest) -> None:
    """Say which address came; after a landing, offer to rehome it or to accept it."""
    first = done.eips[0]
    if len(done.eips) > 1:
        flow.host.take_all(done.eips)
    else:
        flow.host.take(Selection(SelectionKind.ADDRESS, first.address))
    got = first.address if len(done.eips) == 1 else f"{count_of(len(done.eips), 'EIP')}, {first.address} first"
    if not done.warnings:
        owned = "yes" if first.customer_owned else "NO"
        rows = [f"{eip.address}   {eip.pool_id}" for eip in done.eips]
        await show_result(flow, f"allocated {got} from {first.pool_id}; customer-owned: {owned}", rows)
        return
    flow.host.say(
        f"! {got} IN THE DEFAULT POOL BY MISTAKE: {key_of('rehome')} moves it, {key_of('accept')} accepts it",
        problem=True,
    )
    answer = await flow.host.app.push_screen_wait(LandedModal(done, request, keystrokes=flow.keystrokes()))
    if answer == "rehome":
        await rehome(flow, [first])
    elif answer == "accept":
        await accept_landing(flow, first)


def review_allocate(
    request: AllocationRequest,
    preview: Allocation,
    pool: Pool,
    reread: Reread,
    *,
    latest: Callable[[], Sections] | None = None,
) -> Review:
    """Return the review of an allocation.

    Args:
        request: what is allocated.
        preview: what a dry run gave.
        pool: the pool of the preview.
        reread: previews again.
        latest: returns the sections of the last preview.

    """
    default = pool.kind is PoolKind.DEFAULT
    if default:
        undo = "Reversible: release gives it back. Chosen on purpose, so no finding is opened."
    else:
        undo = f"Reversible: release gives the address back to {pool.id}."
    return review_of(
        request,
        reread,
        title=f"allocate {count_of(request.count, 'EIP')} from {pool.id}{' (DEFAULT)' if default else ''}",
        target_copy="\n".join(eip.address for eip in preview.eips),
        sections=allocate_sections(request, preview, pool),
        latest=latest,
        tier=Tier.PLAIN,
        closing=undo,
    )


def allocate_sections(request: AllocationRequest, preview: Allocation, pool: Pool) -> Sections:
    """Return the lines about what an allocation gives, and about the pool before and after."""
    first = preview.eips[0]
    default = pool.kind is PoolKind.DEFAULT
    if request.address is not None:
        target = f"{first.address}, which was asked for"
    else:
        order = f"{first.address}{' first' if request.count > 1 else ''}, or the next free"
        target = f"{count_of(request.count, 'address', 'addresses')}, {order}"
    owned = "NO" if default else "yes"
    cap = "no cap given" if request.bandwidth_mbps is None else f"{request.bandwidth_mbps:,} Mbps"
    lines = [
        Line("target", target),
        Line("owner", f"customer-owned: {owned}   CIDR {first.cidr}   {pool.region}", problem=default),
        Line("present binding", f"none: new; bind it next with {key_of('bind')}"),
        NOTHING,
        Line("name", f"{quoted(request.name) or '-'}   bandwidth {cap}"),
    ]
    warning = default_warning((), (), pool.region) if default else ()
    return (*warning, *lines), tuple(usage_lines(pool, request.count))
