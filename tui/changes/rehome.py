"""Move EIPs to a customer pool: the repair of a landing, and the way out of a draining CIDR."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from core import Allocation, AllocationRequest, Cidr, CidrState, Eip, Inventory, Pool, RehomeRequest, Service
from tui.changes.batch import in_one_region, named, outcome_of, send_reviewed, show_result
from tui.changes.flow import Flow, Outcome
from tui.changes.rehome_form import RehomeModal
from tui.changes.reread import EipChanges, bound_to, pools_and_cidrs
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.pool_choice import usage_lines
from tui.modals.review_lines import last_octet, present_lines, review_of_eips, table_lines
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.wording.serving import serves_words

__all__ = ["rehome", "review_rehome"]

Known = tuple[Sequence[Pool], Sequence[Cidr], Sequence[Service]]


async def rehome(flow: Flow, eips: Sequence[Eip]) -> None:
    """Move the EIPs to one customer pool."""
    if not in_one_region(flow, eips):
        return
    known = await flow.read(f"rehome {named(eips)}", lambda inventory: _load(inventory, eips))
    if known is None:
        return
    pools, cidrs, _services = known
    short = flow.host.inventory.config.runway_days
    await flow.ask_until_sent(
        lambda: RehomeModal(eips, pools, cidrs, runway_days=short), lambda asked: _rehome(flow, eips, known, asked)
    )


def _load(inventory: Inventory, eips: Sequence[Eip]) -> Known:
    return *pools_and_cidrs(inventory), bound_to(inventory, eips)


async def _rehome(flow: Flow, eips: Sequence[Eip], known: Known, request: RehomeRequest) -> Outcome:
    pools, cidrs, services = known
    new_address = None
    if len(eips) == 1:
        trial = AllocationRequest(pool_id=request.pool_id, address=request.address)
        preview = await flow.read(f"rehome {named(eips)}", lambda inventory: inventory.preview(trial))
        if preview is None:
            return Outcome.REFUSED
        new_address = preview.eips[0].address
    pool = next(pool for pool in pools if pool.id == request.pool_id)
    watch = EipChanges(flow.host.ask, eips)
    live = flow.host.inventory.profile is not None
    review = review_rehome(request, eips, pool, new_address, reread=watch, cidrs=cidrs, services=services, live=live)
    done = await send_reviewed(flow, "rehome", request, watch, review)
    moves = [answer.eips[0] for answer in done or () if isinstance(answer, Allocation)]
    if len(eips) > 1:
        rows = [_row(old, new, services) for old, new in zip(eips, moves, strict=False)]
        await show_result(flow, f"rehomed {named(eips)}", rows, eips[len(moves) :])
    elif moves:
        _tell(flow, eips[0], moves[0], request)
    return outcome_of(done)


def _row(old: Eip, new: Eip, services: Sequence[Service]) -> str:
    return f"{old.address} -> {new.address}   {serves_words(new.bindings, services, nothing='unbound')}"


def _tell(flow: Flow, old: Eip, new: Eip, request: RehomeRequest) -> None:
    flow.host.take(Selection(SelectionKind.ADDRESS, new.address))
    kept = f"; {old.address} kept until you release it" if request.keep else ""
    owned = "yes" if new.customer_owned else "NO"
    flow.host.say(f"rehomed: {old.address} -> {new.address}, customer-owned: {owned}{kept}.  {key_of('copy')} copies")


def review_rehome(
    request: RehomeRequest,
    eips: Sequence[Eip],
    pool: Pool,
    new_address: str | None,
    reread: Reread,
    *,
    cidrs: Iterable[Cidr] = (),
    services: Sequence[Service] = (),
    live: bool = False,
) -> Review:
    """Return the review.

    Args:
        request: the pool, and whether the old EIPs stay.
        eips: the targets, as last read.
        pool: where they go, as last read.
        new_address: the address that a dry run gave to the only target.
        reread: reads the targets again.
        cidrs: their states tell whether the pool holds the old address.
        services: their names are shown for what the targets serve.
        live: the move is made on an account.

    """
    first = eips[0]
    one = len(eips) == 1
    lines = _one(request, first, pool, new_address, cidrs, services) if one else _several(eips, pool, services)
    ending = "Keeps" if request.keep else "Releases"
    return review_of_eips(
        request,
        eips,
        reread,
        title=f"rehome {named(eips)} to {pool.id}",
        sections=(tuple(lines), () if _is_short(eips, pool) else tuple(usage_lines(pool, len(eips)))),
        tier=Tier.TYPED,
        typed=last_octet(first.address),
        prompt=f"{ending} the old EIP. Type its last octet:",
        for_several=f"{ending} {len(eips)} old EIPs.",
        closing=_closing(request, eips, live=live),
    )


def _closing(request: RehomeRequest, eips: Sequence[Eip], *, live: bool) -> str:
    if live:
        return "Made step by step on the account. When a step fails, `plan resume` goes on, `plan undo` takes back."
    if len(eips) > 1:
        return "One after the other; each moves whole or stays, and the first refusal ends it."
    return "" if request.keep else "All of it or nothing. If DNS has to move first: esc, and keep the old EIP."


def _is_short(eips: Sequence[Eip], pool: Pool) -> bool:
    """Whether the pool has too few free addresses. One EIP may take a softly reserved address instead."""
    return len(eips) > 1 and pool.available < len(eips)


def _several(eips: Sequence[Eip], pool: Pool, services: Sequence[Service]) -> Iterator[Line]:
    yield from table_lines(eips, services)
    yield Line("changes", "every public address: move DNS and allow-lists", problem=True)
    if _is_short(eips, pool):
        yield Line("room", f"{pool.id} has {pool.available:,} free: it stops when none is left", problem=True)


def _one(
    request: RehomeRequest,
    eip: Eip,
    pool: Pool,
    new_address: str | None,
    cidrs: Iterable[Cidr],
    services: Sequence[Service],
) -> Iterator[Line]:
    owned = "customer-owned: yes" if eip.customer_owned else "DEFAULT, customer-owned: no"
    served = serves_words(eip.bindings, services, nothing="")
    yield Line("target", f"{eip.address}   EIP {eip.id}   {owned}")
    yield from present_lines(eip.bindings, services)
    for number, step in enumerate(_steps(request, eip, pool, new_address, cidrs, served)):
        yield Line("" if number else "steps", f"{number + 1} {step}")
    yield from _stops(request, eip, served)


def _steps(
    request: RehomeRequest, eip: Eip, pool: Pool, new_address: str | None, cidrs: Iterable[Cidr], served: str
) -> Iterator[str]:
    new = new_address or "the next address"
    faster = "" if request.address or not new_address else ", or the next free one"
    yield f"allocate  {new} in {pool.id}{faster}"
    if served:
        yield f"bind      {new} to {served}"
    if request.keep:
        yield f"keep      {eip.address} as it is, until you release it with {key_of('release')}"
        return
    if served:
        yield f"unbind    {eip.address} from {served}"
    held = any(cidr.cidr == eip.cidr and cidr.state is not CidrState.ACTIVE for cidr in cidrs)
    yield f"release   {eip.address} to {eip.pool_id}{', locked until its CIDR is active again' if held else ''}"


def _stops(request: RehomeRequest, eip: Eip, served: str) -> Iterator[Line]:
    if request.keep:
        yield Line("stops working", f"nothing yet: {eip.address} serves on beside the new address")
    elif served:
        yield Line("stops working", f"{served} on {eip.address}", problem=True)
    else:
        yield Line("stops working", f"nothing here; whoever uses {eip.address} outside loses it", problem=True)
    yield Line("changes", "the public address: move DNS and partners' allow-lists", problem=True)
