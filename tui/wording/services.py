"""Services in words: their kind, what they are known as, and what each serves by.

Results can hold foreign text: the widget or the writer that shows one passes it through `visible`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core import DNAT_ENTRIES, SNAT_ENTRIES, BindingKind, Eip, Service, ServiceKind, ServiceRow, Severity
from tui.wording.phrases import count_of, eips_beyond, minute, quoted
from tui.wording.serving import part_words

__all__ = ["KIND_WORDS", "known_as", "quota", "served_by_words", "service_lines", "service_title", "serving_lines"]

KIND_WORDS: Final = {
    ServiceKind.NIC: "interface",
    ServiceKind.NAT_GATEWAY: "gateway",
    ServiceKind.LOAD_BALANCER: "balancer",
}


def known_as(service: Service) -> str:
    """Return the private address of an interface, or the name of another service."""
    addresses = service.private_ips[:1] if service.kind is ServiceKind.NIC else ()
    return next(iter(addresses), service.name or "-")


def served_by_words(row: ServiceRow) -> str:
    """Return `203.0.113.17 +2`, `idle` or `gone`, with the addresses that still name it."""
    more = f" +{eips_beyond(row.eips, 1)}" if row.eips > 1 else ""
    first = f"{row.addresses[0]}{more}" if row.addresses else ""
    if row.missing_since is not None:
        return f"gone; {first}" if first else "gone"
    return first or "idle"


def quota(row: ServiceRow, kind: BindingKind) -> str:
    """Return the used part of a gateway's quota of entries: `2/10`; empty for other services."""
    if row.service.kind is not ServiceKind.NAT_GATEWAY:
        return ""
    return f"{row.snat}/{SNAT_ENTRIES}" if kind is BindingKind.SNAT else f"{row.dnat}/{DNAT_ENTRIES}"


def service_title(row: ServiceRow) -> str:
    """Return `nat-1 -- ! gateway "hk-nat"`."""
    name = f" {quoted(row.service.name)}" if row.service.name else ""
    mark = "" if row.severity is None else "!! " if row.severity is Severity.CRITICAL else "! "
    gone = "" if row.missing_since is None else f" -- gone since {minute(row.missing_since)}"
    idle = " -- idle" if row.idle and not gone else ""
    return f"{row.service.id} -- {mark}{KIND_WORDS[row.service.kind]}{name}{gone}{idle}"


def service_lines(row: ServiceRow, eips: tuple[Eip, ...]) -> tuple[str, str]:
    """Return two lines about a service: what it serves by, and where it is."""
    service = row.service
    if row.idle:
        first = "serves by no EIP"
    else:
        first = f"serves by {count_of(row.eips, 'EIP')}: {'; '.join(list(serving_lines(row, eips))[:2])}"
    quotas = f"  SNAT {quota(row, BindingKind.SNAT)}  DNAT {quota(row, BindingKind.DNAT)}"
    inside = " ".join((*service.private_ips[:3], *service.subnets[:3])) or "no addresses known"
    return first, f"{service.region}  {inside}{quotas if service.kind is ServiceKind.NAT_GATEWAY else ''}"


def serving_lines(row: ServiceRow, eips: tuple[Eip, ...]) -> Iterator[str]:
    """Yield a line for each binding of the service, by EIP."""
    for eip in eips:
        owner = "" if eip.customer_owned else " DEFAULT"
        for binding in eip.bindings:
            if binding.service_id == row.service.id:
                yield f"{eip.address}{owner} {part_words(binding)}".rstrip()
