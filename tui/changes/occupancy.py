"""The EIPs that a service has already, for the form and the review of a bind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from core import DNAT_ENTRIES, SNAT_ENTRIES, Binding, BindingKind, BindRequest, Eip, Service
from tui.wording.phrases import eips_beyond
from tui.wording.sanitize import visible

__all__ = [
    "addresses_with_owner",
    "entries",
    "leaving",
    "mixes_owners",
    "name_of",
    "on_private_ip",
    "service_cells",
    "shares",
]

_EVERYTHING: Final = "0.0.0.0/0"


def name_of(service: Service) -> str:
    """Return the name of a service, or its id."""
    return visible(service.name or service.id)


_NAMED: Final = 4
"""EIPs of a service that are named; the rest are counted."""


def addresses_with_owner(eips: Sequence[Eip]) -> str:
    """`198.18.0.8 DEFAULT !, 203.0.113.17 and 2 more`"""
    named = ", ".join(eip.address + ("" if eip.customer_owned else " DEFAULT !") for eip in eips[:_NAMED])
    return f"{named} and {eips_beyond(len(eips), _NAMED)} more" if len(eips) > _NAMED else named


def entries(service: Service, eips: Iterable[Eip], kind: BindingKind) -> int:
    """Return the number of entries of a kind at a gateway. EIPs with equal sources share an SNAT entry."""
    bindings = [
        binding for eip in eips for binding in eip.bindings if binding.service_id == service.id and binding.kind is kind
    ]
    if kind is not BindingKind.SNAT:
        return len(bindings)
    return len({binding.sources for binding in bindings if binding.sources})


_LIMITS: Final = {BindingKind.SNAT: SNAT_ENTRIES, BindingKind.DNAT: DNAT_ENTRIES}


def service_cells(kind: BindingKind, service: Service, eips: Sequence[Eip]) -> tuple[str, ...]:
    """Return the columns of a service among those that a binding can choose; `eips` are its EIPs today."""
    there = addresses_with_owner(eips)
    if kind is BindingKind.NIC:
        return (service.id, service.name or "", ", ".join(service.private_ips[:2]), there or "no EIP yet")
    if kind is BindingKind.LOAD_BALANCER:
        return (service.id, service.name or "", f"front-end EIPs: {there}" if there else "no EIP yet")
    used = f"{entries(service, eips, kind)}/{_LIMITS[kind]} {kind.value.upper()}"
    return (service.id, service.name or "", used, there or "no EIP yet")


def leaving(service: Service, source: str, eips: Iterable[Eip]) -> list[Eip]:
    """Return the EIPs through which a source leaves today."""
    return [
        eip
        for eip in eips
        if any(
            binding.service_id == service.id and (source in binding.sources or _EVERYTHING in binding.sources)
            for binding in eip.bindings
        )
    ]


def on_private_ip(service: Service, private_ip: str, eips: Iterable[Eip]) -> int:
    """Return the number of EIPs of a private address of an interface."""
    return sum(
        binding.kind is BindingKind.NIC and binding.service_id == service.id and binding.private_ip == private_ip
        for eip in eips
        for binding in eip.bindings
    )


def mixes_owners(eip: Eip, others: Sequence[Eip]) -> list[Eip]:
    """Return the EIPs of another owner than `eip`."""
    return [other for other in others if other.customer_owned != eip.customer_owned and other.id != eip.id]


def shares(request: BindRequest, other: Eip) -> bool:
    """Whether another EIP serves the same private address, source or load balancer."""
    return any(_same_part(request, binding) for binding in other.bindings if binding.service_id == request.service_id)


def _same_part(request: BindRequest, binding: Binding) -> bool:
    if binding.kind is not request.kind:
        return False
    if request.kind is BindingKind.NIC:
        return binding.private_ip == request.private_ip
    if request.kind is BindingKind.SNAT:
        return bool({*request.sources, _EVERYTHING} & set(binding.sources)) or _EVERYTHING in request.sources
    return True
