"""Phrases for bindings and their services: in a sentence, a cell or a review.

Results can hold foreign text: the widget or the writer that shows one passes it through `visible`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core import Binding, BindingKind, Eip, Event, PortRange, Service, Verdict
from tui.wording.phrases import quoted
from tui.wording.sanitize import visible

if TYPE_CHECKING:
    from core import BindRequest  # loads the requests, which a lookup does without

__all__ = [
    "action_words",
    "binding_words",
    "bound_words",
    "ended_words",
    "kind_short",
    "last_served",
    "loss_words",
    "ports_words",
    "served",
    "served_by",
    "served_words",
    "serves_words",
    "services_served",
    "used_part",
    "verdict_words",
]


def kind_short(kind: str) -> str:
    """Return the short word for a kind of binding."""
    return "lb" if kind == BindingKind.LOAD_BALANCER else str(kind)


def ports_words(port: PortRange | str | None, protocol: str | None) -> str:
    """Return the ports of a DNAT entry: `443/tcp`."""
    return "all ports" if port is None else f"{port}/{protocol}"


def binding_words(binding: Binding, services: Iterable[Service] = ()) -> str:
    """Return kind, id and name of the service of a binding: `lb lb-shop "shop-front"`."""
    name = next((service.name for service in services if service.id == binding.service_id), None)
    return " ".join(part for part in (kind_short(binding.kind), visible(binding.service_id), quoted(name)) if part)


def serves_words(
    bindings: Sequence[Binding],
    services: Iterable[Service] = (),
    *,
    most: int | None = None,
    nothing: str = "nothing",
    once: bool = False,
) -> str:
    """Return what bindings serve: `lb lb-shop, nic nic-7 and 2 more`.

    Args:
        bindings: the bindings, in order.
        services: their names are added.
        most: the greatest number of bindings to name; the others are counted.
        nothing: the text without bindings.
        once: bindings with equal words are named once.

    """
    known = list(services)
    words = [binding_words(binding, known) for binding in bindings]
    words = list(dict.fromkeys(words)) if once else words
    more = f" and {len(words) - most} more" if most is not None and len(words) > most else ""
    return ", ".join(words[:most]) + more if words else nothing


def used_part(binding: Binding) -> str:
    """Return the part of the service that a binding uses."""
    match binding.kind:
        case BindingKind.NIC:
            return binding.private_ip or ""
        case BindingKind.SNAT:
            if not binding.sources:
                return "in no known entry"
            more = f" and {len(binding.sources) - 2} more" if len(binding.sources) > 2 else ""
            return f"{' and '.join(binding.sources[:2])}{more} leave through it"
        case BindingKind.DNAT:
            to_port = f":{binding.to_port}" if binding.to_port else ""
            return f"{ports_words(binding.port, binding.protocol)} to {binding.private_ip}{to_port}"
        case BindingKind.LOAD_BALANCER:
            return ""


def served_words(binding: Binding) -> str:
    """Return what a binding does, for the detail pane."""
    return used_part(binding) or "front end"


def served(eip: Eip) -> str:
    """Return what an EIP serves, or served until its release, as a cell: `snat nat-1 10.0.8.0/24; lb lb-1`."""
    return "; ".join(_cell(binding) for binding in eip.bindings) or "-"


def _cell(binding: Binding) -> str:
    name = f"{kind_short(binding.kind)} {binding.service_id}"
    match binding.kind:
        case BindingKind.NIC:
            return f"{name} {binding.private_ip or '-'}"
        case BindingKind.SNAT:
            return f"{name} {','.join(binding.sources) or '-'}"
        case BindingKind.DNAT:
            port = "" if binding.port is None else f"/{binding.port}"
            to_port = "" if binding.to_port is None else f":{binding.to_port}"
            return f"{name} {binding.protocol}{port} to {binding.private_ip}{to_port}"
        case BindingKind.LOAD_BALANCER:
            return name


def served_by(verdict: Verdict) -> list[str]:
    """Return `snat nat-1` for each service that the address of a verdict was bound to."""
    bindings = () if verdict.eip is None else verdict.eip.bindings
    return list(dict.fromkeys(f"{binding.kind.value} {binding.service_id}" for binding in bindings))


def verdict_words(verdict: Verdict) -> str:
    """Return `203.0.113.7 customer-bound web-1 (lb lb-shop) ? zone_assumed`: a verdict behind a line of a log."""
    words = [verdict.address, verdict.verdict.value]
    if verdict.eip is not None and verdict.eip.name:
        words.append(verdict.eip.name)
    if services := served_by(verdict):
        words.append(f"({', '.join(services)})")
    if verdict.doubts:
        words.append(f"? {' '.join(verdict.doubts)}")
    return " ".join(words)


def services_served(verdict: Verdict) -> str:
    """Return the services of `served_by` as a cell."""
    return ", ".join(served_by(verdict)) or "-"


def bound_words(request: BindRequest, service: Service) -> str:
    """Return what an EIP serves after a bind: `dnat nat-1 "hk-nat": 443/tcp to 10.0.2.20:8443`."""
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


def loss_words(binding: Binding) -> str:
    """Return what stops working when a binding ends."""
    match binding.kind:
        case BindingKind.NIC:
            return "in and out"
        case BindingKind.SNAT:
            return f"{', '.join(binding.sources)} no longer leaves by it" if binding.sources else "no known entry"
        case BindingKind.DNAT:
            return f"{ports_words(binding.port, binding.protocol)} no longer comes in to {binding.private_ip}"
        case BindingKind.LOAD_BALANCER:
            return "clients no longer reach it there"


def last_served(history: Iterable[Event], eip: Eip) -> Event | None:
    """Return the event that ended the last binding of an EIP, or None. The history is newest last."""
    ends = [event for event in history if event.eip_id == eip.id and event.action == "unbind" and event.before]
    return ends[-1] if ends else None


def ended_words(end: Event) -> str:
    """Return the service of the binding that an event ended: `nic web-05 10.0.1.5`."""
    return _stored_words(end.before or {})


def action_words(event: Event) -> str:
    """Return the action of an event, with the new address of a move and the service of a binding."""
    if event.action == "moved" and event.after:
        return visible(f"moved to {event.after.get('address')}")
    binding = event.after if event.action == "bind" else event.before if event.action == "unbind" else None
    return visible(event.action) if not binding else f"{visible(event.action)} {_stored_words(binding)}"


def _stored_words(binding: Mapping[str, Any]) -> str:
    kind = kind_short(str(binding.get("kind")))
    parts = (kind, binding.get("service_id"), binding.get("private_ip") or "")
    return visible(" ".join(str(part) for part in parts if part))
