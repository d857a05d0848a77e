"""Phrases for what EIPs serve, safe to show. The core words the bindings; here come the names of their services.

A cell of `served` and `services_served` can hold foreign text: the widget or the writer that shows it makes it safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core import Binding, BindingWords, Eip, Event, Service, Verdict, stored_binding
from tui.wording.phrases import quoted
from tui.wording.sanitize import visible

__all__ = [
    "action_name",
    "action_words",
    "binding_words",
    "change_words",
    "ended_words",
    "last_served",
    "part_words",
    "served",
    "served_by",
    "serves_words",
    "services_served",
    "verdict_words",
]


def binding_words(binding: Binding, services: Iterable[Service] = ()) -> str:
    """Return kind, id and name of the service of a binding: `lb lb-shop "shop-front"`."""
    name = next((service.name for service in services if service.id == binding.service_id), None)
    return visible(BindingWords(binding, quoted(name)).short)


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


def part_words(binding: Binding) -> str:
    """Return the part of a service that a binding uses, for the detail pane."""
    return visible(BindingWords(binding).part or "front end")


def served(eip: Eip) -> str:
    """Return what an EIP serves, or served until its release, as a cell: `snat nat-1 10.0.8.0/24; lb lb-1`."""
    return "; ".join(BindingWords(binding).cell for binding in eip.bindings) or "-"


def served_by(verdict: Verdict) -> list[str]:
    """Return `snat nat-1` for each service that the address of a verdict was bound to."""
    bindings = () if verdict.eip is None else verdict.eip.bindings
    return list(dict.fromkeys(BindingWords(binding).target for binding in bindings))


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


def last_served(history: Iterable[Event], eip: Eip) -> Event | None:
    """Return the event that ended the last binding of an EIP, or None. The history is newest last."""
    ends = [event for event in history if event.eip_id == eip.id and event.action == "unbind" and event.before]
    return ends[-1] if ends else None


def ended_words(end: Event) -> str:
    """Return the service of the binding that an event ended: `nic web-05 10.0.1.5`."""
    return visible(stored_binding(end.before or {}))


def action_words(event: Event) -> str:
    """Return the action of an event, with what it changed: `bind nic web-05`, `moved to 203.0.113.9`."""
    return visible(f"{action_name(event)} {change_words(event)}".rstrip())


_ACTIONS: Final = {
    "landed_in_default": "in default pool by mistake",
    "add_cidr": "add CIDR",
    "set_asn": "set ASN",
    "observed": "seen in the account",
}


def action_name(event: Event) -> str:
    """Return the action of an event in plain words."""
    return _ACTIONS.get(event.action) or event.action.replace("_cidr", " CIDR").replace("_", " ")


def change_words(event: Event) -> str:
    """Return what an event changed, as a cell: `nic web-05`, `"web-1" to "web-2"`, `100 to 200 Mbps`; often nothing."""
    before, after = event.before or {}, event.after or {}
    match event.action:
        case "bind":
            return stored_binding(after)
        case "unbind":
            return stored_binding(before)
        case "moved":
            return f"to {after.get('address')}"
        case "rename":
            return " to ".join(quoted(_text(each.get("name"))) or "no name" for each in (before, after))
        case "bandwidth":
            old, new = (each.get("bandwidth_mbps") for each in (before, after))
            return f"{'no cap' if old is None else old} to {new} Mbps"
        case "observed" | "import":
            return _seen_words(before, after)
        case _:
            return ""


def _seen_words(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Return what an import or a sync found of an EIP: `bound nic web-05`, `name, bandwidth_mbps`."""
    if "kind" in after and "bound_at" in after:
        return f"bound {stored_binding(after)}"
    if "kind" in before and "bound_at" in before:
        return f"unbound {stored_binding(before)}"
    if before:
        return ", ".join(key for key in after if key in before)
    return "new" if "allocated_at" in after else ""


def _text(value: object) -> str | None:
    return None if value is None else str(value)
