"""Binding an EIP: to what is chosen in a form, or to what its last holder served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core import Binding, BindRequest, Eip, Inventory, Service
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import EipChanges
from tui.commands.registry import key_of
from tui.modals import BindModal
from tui.modals.reviews import review_bind
from tui.wording.phrases import count_of

__all__ = ["bind", "bind_again", "services_of"]


async def bind(flow: Flow, eip: Eip) -> None:
    """Bind an EIP to one downstream service."""
    title = f"bind {eip.address}"
    known = await flow.read(title, lambda inventory: services_of(inventory, eip.region))
    if known is None:
        return
    services, occupants = known
    await flow.ask_until_sent(
        lambda: BindModal([eip], services, occupants), lambda request: _bind(flow, eip, services, occupants, request)
    )


async def _bind(
    flow: Flow,
    eip: Eip,
    services: Sequence[Service],
    occupants: Mapping[str, tuple[Eip, ...]],
    request: BindRequest,
) -> Outcome:
    request = replace(request, expected=eip, request_id=new_request_id())
    service = next(service for service in services if service.id == request.service_id)
    watch = EipChanges(flow.host.ask, [eip])
    review = review_bind(request, eip, service, occupants.get(service.id, ()), reread=watch, services=services)
    reason = await flow.confirm(review, f"BIND {eip.address}")
    if reason is None:
        return Outcome.CANCELLED
    request = replace(request, reason=reason or None, expected=watch.latest[0])
    done = await flow.send(f"bind {eip.address}", request)
    if done is not None:
        flow.host.say(f"bound {eip.address} to {service.id}")
    return Outcome.REFUSED if done is None else Outcome.SENT


async def bind_again(flow: Flow, eip: Eip, ended: Sequence[Binding]) -> None:
    """Offer the bindings that the last holder's EIP ended with, one after the other; the first that is left ends it."""
    title = f"bind {eip.address}"
    for place, binding in enumerate(ended):
        known = await flow.read(
            title, lambda inventory: (*services_of(inventory, eip.region), inventory.eip(str(eip.id)))
        )
        if known is None:
            return
        services, occupants, now = known
        if binding.service_id not in {service.id for service in services}:
            flow.host.say(f"{binding.service_id} no longer exists: {eip.address} is not bound to it", problem=True)
            continue
        request = BindRequest(
            eip=str(eip.id),
            kind=binding.kind,
            service_id=binding.service_id,
            private_ip=binding.private_ip,
            sources=binding.sources,
            protocol=binding.protocol,
            port=None if binding.port is None else str(binding.port),
            to_port=None if binding.to_port is None else str(binding.to_port),
        )
        if await _bind(flow, now, services, occupants, request) is not Outcome.SENT:
            left = count_of(len(ended) - place, "binding")
            flow.host.say(f"recovered {eip.address} as {eip.id}; {left} not bound again: {key_of('bind')} binds it")
            return


def services_of(inventory: Inventory, region: str) -> tuple[list[Service], Mapping[str, tuple[Eip, ...]]]:
    """What EIPs of a region can be bound to, and who is there already, by its id."""
    return inventory.services(region=region), inventory.occupants(region)
