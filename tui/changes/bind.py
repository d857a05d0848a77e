"""Bind EIPs to a service: chosen in a form, or the one that the last holder's EIP served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core import Binding, BindingWords, BindRequest, Eip, Inventory, Service, short_kind
from tui.changes.batch import in_one_region, named, outcome_of, send_reviewed, show_result
from tui.changes.bind_form import BindModal
from tui.changes.flow import Flow, Outcome
from tui.changes.occupancy import addresses_with_owner, mixes_owners, shares
from tui.changes.register_service import BindToNew, register_wanted
from tui.changes.reread import EipChanges
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review_lines import NOTHING, review_of_eips, target_lines, unchanged_pool
from tui.modals.review_model import Reread, Review, Tier
from tui.wording.phrases import count_of, quoted
from tui.wording.serving import binding_words

__all__ = ["bind", "bind_again", "review_bind"]

Occupants = Mapping[str, Sequence[Eip]]
"""The live EIPs of each service, by its id."""


async def bind(flow: Flow, eips: Sequence[Eip]) -> None:
    """Bind the EIPs to one service, all alike."""
    if not in_one_region(flow, eips):
        return
    title, region = f"bind {named(eips)}", eips[0].region
    known = await flow.read(title, lambda inventory: _services_of(inventory, region))

    async def go(asked: BindRequest) -> Outcome:
        nonlocal known
        if not isinstance(asked, BindToNew):
            return Outcome.REFUSED if known is None else await _bind(flow, eips, known, asked)
        await register_wanted(flow, asked.new)
        known = await flow.read(title, lambda inventory: _services_of(inventory, region))
        return Outcome.CANCELLED if known is None else Outcome.REFUSED

    if known is not None:
        await flow.ask_until_sent(lambda: BindModal(eips, *(known or ((), {}))), go)


async def _bind(
    flow: Flow, eips: Sequence[Eip], known: tuple[Sequence[Service], Occupants], request: BindRequest
) -> Outcome:
    services, occupants = known
    service = next(service for service in services if service.id == request.service_id)
    watch = EipChanges(flow.host.ask, eips)
    review = review_bind(request, eips, service, occupants.get(service.id, ()), reread=watch, services=services)
    done = await send_reviewed(flow, "bind", request, watch, review)
    if done is not None:
        rows = [f"{eip.address}   serves {short_kind(request.kind)} {service.id}" for eip in eips[: len(done)]]
        await show_result(flow, f"bound {named(eips)} to {service.id}", rows, eips[len(done) :])
    return outcome_of(done)


async def bind_again(flow: Flow, eip: Eip, ended: Sequence[Binding]) -> None:
    """Offer the bindings of the last holder's EIP, one after the other, until the operator leaves one out."""
    title = f"bind {eip.address}"
    for place, binding in enumerate(ended):
        known = await flow.read(
            title, lambda inventory: (_services_of(inventory, eip.region), inventory.eip(str(eip.id)))
        )
        if known is None:
            return
        services_and_occupants, now = known
        if binding.service_id not in {service.id for service in services_and_occupants[0]}:
            flow.host.say(f"{binding.service_id} no longer exists: {eip.address} is not bound to it", problem=True)
            continue
        if await _bind(flow, [now], services_and_occupants, _same_again(eip, binding)) is not Outcome.SENT:
            left = count_of(len(ended) - place, "binding")
            flow.host.say(f"recovered {eip.address} as {eip.id}; {left} not bound again: {key_of('bind')} binds it")
            return


def _same_again(eip: Eip, binding: Binding) -> BindRequest:
    return BindRequest(
        eip=str(eip.id),
        kind=binding.kind,
        service_id=binding.service_id,
        private_ip=binding.private_ip,
        sources=binding.sources,
        protocol=binding.protocol,
        port=None if binding.port is None else str(binding.port),
        to_port=None if binding.to_port is None else str(binding.to_port),
    )


def _services_of(inventory: Inventory, region: str) -> tuple[list[Service], Occupants]:
    """Return the services of a region and the live EIPs bound to each."""
    return inventory.services(region=region), inventory.occupants(region)


def review_bind(
    request: BindRequest,
    eips: Sequence[Eip],
    service: Service,
    occupants: Sequence[Eip] = (),
    *,
    reread: Reread,
    services: Sequence[Service] = (),
) -> Review:
    """Return the review of a binding.

    Args:
        request: what each EIP is bound to.
        eips: the targets, as last read.
        service: the service they are bound to.
        occupants: the live EIPs of the service today.
        reread: reads the targets again.
        services: their names are shown for what the targets serve now.

    """
    others = [other for other in occupants if other.id not in {eip.id for eip in eips}]
    return review_of_eips(
        request,
        eips,
        reread,
        title=f"bind {named(eips)} to {BindingWords(request).short}",
        sections=(
            (
                *target_lines(eips, (service, *services)),
                *_after_lines(request, eips, service, others, services),
                NOTHING,
                *_mixed(eips, service, others),
            ),
            (unchanged_pool(eips, "a bind"),),
        ),
        tier=Tier.PLAIN,
        for_several=f"Binds {named(eips)}.",
        closing=f"Reversible: {key_of('unbind')} ends {'the binding' if len(eips) == 1 else 'the bindings'}.",
    )


def _after_lines(
    request: BindRequest, eips: Sequence[Eip], service: Service, others: Sequence[Eip], services: Sequence[Service]
) -> Iterator[Line]:
    """Yield what the target serves afterwards: a new binding replaces none."""
    label = "after"
    kept = eips[0].bindings if len(eips) == 1 else ()
    for binding in kept:
        yield Line(label, f"{binding_words(binding, services)}   (stays)")
        label = ""
    new = _after(request, eips, service, others)
    yield Line(label, f"+ {new}   (new)" if kept else new)


def _after(request: BindRequest, eips: Sequence[Eip], service: Service, others: Sequence[Eip]) -> str:
    same = [other for other in others if shares(request, other)]
    beside = f", next to {addresses_with_owner(same)}" if same else ""
    each = "each: " if len(eips) > 1 else ""
    return f"{each}{BindingWords(request, quoted(service.name)).gain}{beside}"


def _mixed(eips: Sequence[Eip], service: Service, others: Sequence[Eip]) -> Iterator[Line]:
    """The warning that the service has EIPs of both owners afterwards."""
    mixed = mixes_owners(eips[0], others)
    if mixed:
        yield Line("owners", f"{service.id} then mixes owners: {addresses_with_owner(mixed)}", problem=True)
    elif len({eip.customer_owned for eip in eips}) > 1:
        yield Line("owners", f"{service.id} then mixes owners", problem=True)
