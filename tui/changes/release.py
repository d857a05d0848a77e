"""Release EIPs to the pools they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from core import Cidr, CidrState, Eip, EipStatus, Event, Inventory, Pool, ReleaseRequest, Service
from tui.changes.batch import named, show_result
from tui.changes.flow import Flow, new_request_id
from tui.changes.reread import EipChanges, bound_to, pools_and_cidrs
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.pool_choice import usage_lines
from tui.modals.review_lines import (
    confirmed_by_typing,
    last_octet,
    owner_line,
    present_lines,
    review_of,
    stops_lines,
    table_lines,
    target_line,
)
from tui.modals.review_model import Reread, Review, Tier
from tui.wording.phrases import minute, why_allocated
from tui.wording.serving import last_served

__all__ = ["release", "review_release"]

_HISTORY: Final = 100
"""Events of an EIP that are searched for its last binding."""


async def release(flow: Flow, eips: Sequence[Eip]) -> None:
    """Release the EIPs, all or none; their bindings end with them."""
    title = f"release {named(eips)}"
    known = await flow.read(title, lambda inventory: _load(inventory, eips))
    if known is None:
        return
    pools, cidrs, services, history, now = known
    request = ReleaseRequest(
        eips=tuple(eip.id or eip.address for eip in eips),
        unbind=any(eip.status is EipStatus.BOUND for eip in eips),
        request_id=new_request_id(),
    )
    watch = EipChanges(flow.host.ask, eips)
    review = review_release(
        request, eips, pools, reread=watch, now=now, cidrs=cidrs, services=services, history=history
    )
    reason = await flow.confirm(review, title)
    if reason is None:
        return
    done = await flow.send(title, replace(request, reason=reason or None, expected=watch.latest))
    if done is not None:
        flow.unmark(eips)
        rows = [f"{eip.address} -> {eip.pool_id}" for eip in eips]
        await show_result(flow, f"released {named(eips)}{_where(flow, eips)}", rows)


def _load(
    inventory: Inventory, eips: Sequence[Eip]
) -> tuple[list[Pool], list[Cidr], list[Service], list[Event], datetime]:
    only = eips[0].id or eips[0].address if len(eips) == 1 else None
    history = [] if only is None else inventory.history(only, limit=_HISTORY)
    return *pools_and_cidrs(inventory), bound_to(inventory, eips), history, inventory.now()


def _where(flow: Flow, eips: Sequence[Eip]) -> str:
    """Return the pools, and the address of the only EIP if it is still selected."""
    if len(eips) > 1:
        return ", each to the pool it came from"
    selection = flow.host.selection
    selected = selection is not None and selection.id == eips[0].address
    return f" to {eips[0].pool_id}.{f'  selected: {eips[0].address}' if selected else ''}"


def review_release(
    request: ReleaseRequest,
    eips: Sequence[Eip],
    pools: Iterable[Pool],
    reread: Reread,
    *,
    now: datetime,
    cidrs: Iterable[Cidr] = (),
    services: Sequence[Service] = (),
    history: Sequence[Event] = (),
) -> Review:
    """Return the review of a release.

    Args:
        request: what is released, and whether bindings end for it.
        eips: the targets, as last read.
        pools: the pools they return to.
        reread: reads the targets again.
        now: the start of the cool-down.
        cidrs: their states tell which addresses are held instead of given out again.
        services: their names are shown for what the targets serve.
        history: events of the only target, newest last.

    """
    held = _held(eips, cidrs)
    lines = table_lines(eips, services) if len(eips) > 1 else _one(eips[0], services, history)
    return review_of(
        replace(request, eips=tuple(eip.address for eip in eips)),
        reread,
        target_copy="\n".join(eip.address for eip in eips),
        sections=(tuple(lines), tuple(_returns(eips, {pool.id: pool for pool in pools}, held, now))),
        closing=_undo(all_held=len(held) == len(eips)),
        **_confirmation(eips),
    )


def _confirmation(eips: Sequence[Eip]) -> dict[str, Any]:
    """The title, and how the operator confirms: the count of several, the last octet of a bound one."""
    bound = sum(eip.status is EipStatus.BOUND for eip in eips)
    title = f"release {named(eips)}"
    if len(eips) > 1:
        prompt = f"Releases {named(eips)}, {bound} of them bound. Type the count:"
        return {"title": title, **confirmed_by_typing(str(len(eips)), prompt)}
    if bound:
        prompt = "Releases a bound EIP. Type its last octet:"
        return {"title": f"{title} (BOUND)", **confirmed_by_typing(last_octet(eips[0].address), prompt)}
    return {"title": title, "tier": Tier.COUNT}


def _one(eip: Eip, services: Sequence[Service], history: Sequence[Event]) -> Iterator[Line]:
    why = why_allocated(history, eip)
    yield target_line(eip)
    yield owner_line(eip)
    yield from present_lines(eip.bindings, services, last=last_served(history, eip))
    yield Line("allocated", f"{minute(eip.allocated_at)} by {eip.allocated_by}{f', reason {why}' if why else ''}")
    yield from stops_lines(eip, eip.bindings, services)


def _held(eips: Sequence[Eip], cidrs: Iterable[Cidr]) -> list[Eip]:
    """The EIPs whose CIDR gives out nothing: their addresses are held."""
    states = {cidr.cidr: cidr.state for cidr in cidrs}
    return [eip for eip in eips if states.get(eip.cidr, CidrState.ACTIVE) is not CidrState.ACTIVE]


def _returns(eips: Sequence[Eip], pools: dict[str, Pool], held: Sequence[Eip], now: datetime) -> Iterator[Line]:
    """For each pool, where the addresses go and the pool before and after."""
    for pool_id in dict.fromkeys(eip.pool_id for eip in eips):
        count = sum(eip.pool_id == pool_id for eip in eips)
        kept = sum(eip.pool_id == pool_id for eip in held)
        yield from _returns_to(pool_id, pools.get(pool_id), count, kept, now)


def _returns_to(pool_id: str, pool: Pool | None, count: int, held: int, now: datetime) -> Iterator[Line]:
    cooldown = 0 if pool is None else pool.cooldown_seconds
    if held:
        then = "locked until its CIDR is active again"
    elif cooldown:
        then = f"cooling until {minute(now + timedelta(seconds=cooldown))}, then free"
    else:
        then = "free at once"
    yield Line("returns to", f"{pool_id}; {then}")
    if pool is not None:
        yield from usage_lines(pool, -count, cooling=count - held if cooldown else 0, held=held)


def _undo(*, all_held: bool) -> str:
    if all_held:
        return "While its CIDR drains it is not given out again, and cannot be taken back either."
    return f"Until it is given out again, {key_of('recover')} takes it back, as a new EIP."
