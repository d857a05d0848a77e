"""From a request to its review: who is hit, what stops working, what the pool looks like afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from core import (
    Allocation,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    Cidr,
    CidrState,
    Eip,
    EipStatus,
    Event,
    Pool,
    PoolKind,
    RehomeRequest,
    ReleaseRequest,
    Service,
    UnbindRequest,
)
from tui.changes.allocate import default_warning
from tui.changes.occupancy import addresses_with_owner, mixes_owners, shares
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.pool_choice import usage_lines
from tui.modals.review import Review, Sections, Tier
from tui.modals.review_lines import (
    NOTHING,
    Reread,
    last_octet,
    owner_line,
    present_lines,
    review_of,
    stops_lines,
    target_line,
)
from tui.wording.command_line import command_line
from tui.wording.phrases import (
    binding_words,
    count_of,
    kind_short,
    last_served,
    minute,
    owner,
    ports_words,
    quoted,
    why_allocated,
)

__all__ = [
    "allocate_sections",
    "review_allocate",
    "review_bandwidth",
    "review_bind",
    "review_bind_several",
    "review_rehome",
    "review_rehome_several",
    "review_release",
    "review_unbind",
]


_KEEP_FIRST: Final = "All of it or nothing. If DNS has to move first: esc, and keep the old EIP."


def review_allocate(
    request: AllocationRequest,
    preview: Allocation,
    pool: Pool,
    reread: Reread,
    *,
    latest: Callable[[], Sections] | None = None,
) -> Review:
    """Of an allocation; `preview` is what a dry run gave, `pool` where that comes from, `latest` the same by now."""
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
    """What a review says of what an allocation would give, and of the pool before and after."""
    first = preview.eips[0]
    default = pool.kind is PoolKind.DEFAULT
    if request.address is not None:
        target = f"{first.address}, which was asked for"
    else:
        order = f"next in order ({first.address}{' first' if request.count > 1 else ''} if nobody is faster)"
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


def review_bind(
    request: BindRequest,
    eip: Eip,
    service: Service,
    occupants: Sequence[Eip] = (),
    *,
    reread: Reread,
    services: Sequence[Service] = (),
) -> Review:
    """Of a binding; `occupants` are the EIPs the service has already, `services` name what the EIP serves now."""
    others = [other for other in occupants if other.id != eip.id]
    request = replace(request, eip=eip.address)
    same = [other for other in others if shares(request, other)]
    beside = f", next to {addresses_with_owner(same)}" if same else ""
    lines = [
        target_line(eip),
        owner_line(eip),
        *present_lines(eip.bindings, (service, *services)),
        Line("after", f"{_bound_to(request, service)}{beside}"),
        NOTHING,
    ]
    mixed = mixes_owners(eip, others)
    if mixed:
        lines.append(Line("owners", f"{service.id} then mixes owners: {addresses_with_owner(mixed)}", problem=True))
    return review_of(
        request,
        reread,
        title=f"bind {eip.address} to {kind_short(request.kind)} {service.id}",
        target_copy=eip.address,
        sections=(tuple(lines), (Line("pool", f"unchanged by a bind ({eip.pool_id})"),)),
        tier=Tier.PLAIN,
        closing=f"Reversible: {key_of('unbind')} ends the binding.",
    )


def review_bind_several(
    request: BindRequest, eips: Sequence[Eip], service: Service, reread: Reread, *, services: Sequence[Service] = ()
) -> Review:
    """Of several bindings that are alike, one after the other."""
    each = [command_line(replace(request, eip=eip.address, request_id=None, reason=None)) for eip in eips]
    lines = [*(_row(eip, services) for eip in eips), Line("after", f"each: {_bound_to(request, service)}"), NOTHING]
    if len({eip.customer_owned for eip in eips}) > 1:
        lines.append(Line("owners", f"{service.id} then mixes owners", problem=True))
    return Review(
        title=f"bind {len(eips)} EIPs to {kind_short(request.kind)} {service.id}",
        target_copy="\n".join(eip.address for eip in eips),
        sections=(tuple(lines), ()),
        command=each[0],
        more_commands=tuple(each[1:]),
        tier=Tier.TYPED,
        typed=str(len(eips)),
        prompt=f"Binds {len(eips)} EIPs. Type the count:",
        reason=request.reason or "",
        reread=reread,
        closing=f"One after the other; the first refusal ends it. Reversible: {key_of('unbind')} ends the bindings.",
    )


def _bound_to(request: BindRequest, service: Service) -> str:
    name = " ".join(part for part in (kind_short(request.kind), service.id, quoted(service.name)) if part)
    match request.kind:
        case BindingKind.NIC:
            return f"{name} at {request.private_ip}"
        case BindingKind.SNAT:
            return f"{name}: {', '.join(request.sources)} can leave by it"
        case BindingKind.DNAT:
            to_port = f":{request.to_port or request.port}" if request.port else ""
            return f"{name}: {ports_words(request.port, request.protocol)} to {request.private_ip}{to_port}"
        case BindingKind.LOAD_BALANCER:
            return f"{name} front end"


def review_unbind(
    request: UnbindRequest, eips: Sequence[Eip], services: Sequence[Service] = (), *, reread: Reread
) -> Review:
    """Of the end of bindings: all of them, or the one the request names."""
    if len(eips) > 1:
        return _review_unbind_several(request, eips, services, reread)
    eip = eips[0]
    ending = [binding for binding in eip.bindings if request.binding_id in (None, binding.id)]
    left = len(eip.bindings) - len(ending)
    return review_of(
        replace(request, eip=eip.address),
        reread,
        title=f"unbind {eip.address}",
        target_copy=eip.address,
        sections=(
            (
                target_line(eip),
                owner_line(eip),
                *present_lines(eip.bindings, services),
                *stops_lines(eip, ending, services),
                Line("after", f"still {count_of(left, 'binding')}" if left else "unbound; the EIP stays allocated"),
            ),
            (Line("pool", f"unchanged by an unbind ({eip.pool_id})"),),
        ),
        tier=Tier.COUNT,
        closing=f"Reversible: {key_of('bind')} binds it again.",
    )


def _review_unbind_several(
    request: UnbindRequest, eips: Sequence[Eip], services: Sequence[Service], reread: Reread
) -> Review:
    each = [command_line(replace(request, eip=eip.address, request_id=None)) for eip in eips]
    return Review(
        title=f"unbind {len(eips)} EIPs",
        target_copy="\n".join(eip.address for eip in eips),
        sections=(tuple(_table(eips, services)), ()),
        command=each[0],
        more_commands=tuple(each[1:]),
        tier=Tier.TYPED,
        typed=str(len(eips)),
        prompt=f"Unbinds {len(eips)} EIPs. Type the count:",
        reason=request.reason or "",
        reread=reread,
        closing=f"Reversible: {key_of('bind')} binds each of them again.",
    )


def _table(eips: Sequence[Eip], services: Sequence[Service]) -> Iterator[Line]:
    """Several targets, a line each; the bound ones carry the mark."""
    for eip in eips:
        yield _row(eip, services)
    bound = sum(bool(eip.bindings) for eip in eips)
    yield Line("targets", f"{len(eips)}: {bound} bound, {len(eips) - bound} unbound")
    what = f"what the {bound} bound ones serve" if bound else "nothing here; DNS outside may still name them"
    yield Line("stops working", what, problem=bool(bound))


def _row(eip: Eip, services: Sequence[Service]) -> Line:
    served = ", ".join(binding_words(binding, services) for binding in eip.bindings) or "-"
    return Line(eip.address, f"{owner(eip):8} {eip.pool_id}  {served}", problem=bool(eip.bindings))


_HELD_BACK: Final = "While its CIDR drains it is not given out again, and cannot be taken back either."


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
    """Of a release.

    Args:
        request: what is released, and whether bindings are ended for it.
        eips: the targets, as they were read last.
        pools: those that they return to.
        reread: reads the targets again.
        now: what a cool-down begins at.
        cidrs: say whether what is released is held instead of given out again.
        services: name what the targets serve.
        history: of the only target, newest last.

    """
    known, states = {pool.id: pool for pool in pools}, {cidr.cidr: cidr.state for cidr in cidrs}
    bound = sum(eip.status is EipStatus.BOUND for eip in eips)
    lines = tuple(_table(eips, services)) if len(eips) > 1 else tuple(_one_released(eips[0], services, history))
    after: list[Line] = []
    kept_back = 0
    for pool_id in dict.fromkeys(eip.pool_id for eip in eips):
        leaving = [eip for eip in eips if eip.pool_id == pool_id]
        held = sum(states.get(eip.cidr, CidrState.ACTIVE) is not CidrState.ACTIVE for eip in leaving)
        kept_back += held
        after += _returns(pool_id, known.get(pool_id), len(leaving), held, now)
    if len(eips) > 1:
        words = f"Releases {len(eips)} EIPs, {bound} of them bound. Type the count:"
        tier, typed, title = Tier.TYPED, str(len(eips)), f"release {len(eips)} EIPs"
    elif bound:
        words, tier = "Releases a bound EIP. Type its last octet:", Tier.TYPED
        typed, title = last_octet(eips[0].address), f"release {eips[0].address} (BOUND)"
    else:
        words, tier, typed, title = "", Tier.COUNT, "", f"release {eips[0].address}"
    return review_of(
        replace(request, eips=tuple(eip.address for eip in eips)),
        reread,
        title=title,
        target_copy="\n".join(eip.address for eip in eips),
        sections=(lines, tuple(after)),
        tier=tier,
        typed=typed,
        prompt=words,
        closing=_HELD_BACK if kept_back == len(eips) else _recoverable(),
    )


def _recoverable() -> str:
    return f"Until it is given out again, {key_of('recover')} takes it back, as a new EIP."


def _one_released(eip: Eip, services: Sequence[Service], history: Sequence[Event]) -> Iterator[Line]:
    why = why_allocated(history, eip)
    yield target_line(eip)
    yield owner_line(eip)
    yield from present_lines(eip.bindings, services, last=last_served(history, eip))
    yield Line("allocated", f"{minute(eip.allocated_at)} by {eip.allocated_by}{f', reason {why}' if why else ''}")
    yield from stops_lines(eip, eip.bindings, services)


def _returns(pool_id: str, pool: Pool | None, count: int, held: int, now: datetime) -> Iterator[Line]:
    """Where released addresses go, and the pool before and after."""
    cooldown = 0 if pool is None else pool.cooldown_seconds
    if held:
        then = "its CIDR gives out nothing, so held"
    elif cooldown:
        then = f"cooling until {minute(now + timedelta(seconds=cooldown))}, then free"
    else:
        then = "free at once"
    yield Line("returns to", f"{pool_id}; {then}")
    if pool is not None:
        free = count - held
        yield from usage_lines(pool, -count, cooling=free if cooldown else 0, held=held)


def review_rehome(
    request: RehomeRequest,
    eip: Eip,
    pool: Pool,
    new_address: str | None,
    reread: Reread,
    *,
    cidrs: Iterable[Cidr] = (),
    services: Sequence[Service] = (),
) -> Review:
    """Of a repair or a move; `new_address` is the one a dry run named, `cidrs` say what becomes of the old one."""
    new = new_address or "the next address"
    faster = "" if request.address or not new_address else " (if taken: the next one)"
    served = ", ".join(binding_words(binding, services) for binding in eip.bindings)
    owned = "customer-owned: yes" if eip.customer_owned else "DEFAULT, customer-owned: no"
    flow = [f"allocate  {new} in {pool.id}{faster}"]
    flow += [f"bind      {new} to {served}"] if served else []
    if request.keep:
        flow.append(f"keep      {eip.address} as it is, until you release it with {key_of('release')}")
    else:
        flow += [f"unbind    {eip.address} from {served}"] if served else []
        held = any(cidr.cidr == eip.cidr and cidr.state is not CidrState.ACTIVE for cidr in cidrs)
        flow.append(f"release   {eip.address} to {eip.pool_id}{', which holds it' if held else ''}")
    return review_of(
        replace(request, eip=eip.address),
        reread,
        title=f"fix {eip.address} (rehome to {pool.id})",
        target_copy=eip.address,
        sections=(
            (
                Line("target", f"{eip.address}   EIP {eip.id}   {owned}"),
                *present_lines(eip.bindings, services),
                *(Line("" if at else "steps", f"{at + 1} {step}") for at, step in enumerate(flow)),
                *_rehome_stops(request, eip, served),
            ),
            tuple(usage_lines(pool, 1)),
        ),
        tier=Tier.TYPED,
        typed=last_octet(eip.address),
        prompt=f"{'Keeps' if request.keep else 'Releases'} the old EIP. Type its last octet:",
        closing="" if request.keep else _KEEP_FIRST,
    )


def review_rehome_several(
    request: RehomeRequest, eips: Sequence[Eip], pool: Pool, reread: Reread, *, services: Sequence[Service] = ()
) -> Review:
    """Of several moves to one pool, one after the other."""
    each = [command_line(replace(request, eip=eip.address, request_id=None, reason=None)) for eip in eips]
    short = pool.available < len(eips)
    lines = [*_table(eips, services), Line("changes", "every public address: move DNS and allow-lists", problem=True)]
    if short:
        lines.append(Line("room", f"{pool.id} has {pool.available:,} free: it stops when none is left", problem=True))
    return Review(
        title=f"fix {len(eips)} EIPs (rehome to {pool.id})",
        target_copy="\n".join(eip.address for eip in eips),
        sections=(tuple(lines), () if short else tuple(usage_lines(pool, len(eips)))),
        command=each[0],
        more_commands=tuple(each[1:]),
        tier=Tier.TYPED,
        typed=str(len(eips)),
        prompt=f"{'Keeps' if request.keep else 'Releases'} {len(eips)} old EIPs. Type the count:",
        reason=request.reason or "",
        reread=reread,
        closing="One after the other; each moves whole or stays, and the first refusal ends it.",
    )


def _rehome_stops(request: RehomeRequest, eip: Eip, served: str) -> Iterator[Line]:
    if request.keep:
        yield Line("stops working", f"nothing yet: {eip.address} serves on beside the new address")
    elif served:
        yield Line("stops working", f"{served} on {eip.address}", problem=True)
    else:
        yield Line("stops working", f"nothing here; whoever uses {eip.address} outside loses it", problem=True)
    yield Line("changes", "the public address: move DNS and partners' allow-lists", problem=True)


def review_bandwidth(
    request: BandwidthRequest, eip: Eip, reread: Reread, *, services: Sequence[Service] = ()
) -> Review:
    """Of another cap."""
    was = "no cap known" if eip.bandwidth_mbps is None else f"{eip.bandwidth_mbps:,} Mbps"
    less = eip.bandwidth_mbps is not None and request.bandwidth_mbps < eip.bandwidth_mbps
    return review_of(
        replace(request, eip=eip.address),
        reread,
        title=f"bandwidth of {eip.address}",
        target_copy=eip.address,
        sections=(
            (
                target_line(eip),
                owner_line(eip),
                *present_lines(eip.bindings, services),
                Line("before", was),
                Line("after", f"{request.bandwidth_mbps:,} Mbps"),
                Line("stops working", "nothing; traffic above the new cap is dropped") if less else NOTHING,
            ),
            (Line("pool", f"unchanged by a cap ({eip.pool_id})"),),
        ),
        tier=Tier.PLAIN,
        closing=f"Reversible: {key_of('bandwidth')} sets another cap.",
    )
