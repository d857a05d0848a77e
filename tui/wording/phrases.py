"""The sentences of the dashboard: ages, counts, what serves what.

Everything here is plain text made of values; what comes from outside has gone through `visible`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from core import EIPS_COUNTED, Binding, BindingKind, Cidr, Eip, Event, PortRange, Service
from tui.wording.sanitize import visible

__all__ = [
    "action_words",
    "age",
    "binding_words",
    "count_of",
    "eips_beyond",
    "ended_words",
    "kind_short",
    "last_served",
    "minute",
    "owner",
    "pool_short",
    "ports_words",
    "quoted",
    "runway",
    "served_words",
    "what_of",
    "why_allocated",
]

_DAY = 86_400


def age(since: datetime, now: datetime) -> str:
    """How long ago, in at most four cells: `40s` `12m` `6h` `702d`."""
    seconds = max(int((now - since).total_seconds()), 0)
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < _DAY:
        return f"{seconds // 3600}h"
    days = seconds // _DAY
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def minute(moment: datetime) -> str:
    """`2025-11-21 09:40Z`"""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")


def count_of(number: int, noun: str, plural: str = "") -> str:
    """`1 EIP`, `2 EIPs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def eips_beyond(total: int, shown: int = 0) -> str:
    """How many EIPs of a target there are beyond those shown: `996+` where counting ended."""
    return f"{total - shown:,}{'+' if total >= EIPS_COUNTED else ''}"


def owner(owned: Eip | Cidr) -> str:
    return "customer" if owned.customer_owned else "DEFAULT"


def pool_short(pool_id: str, *, customer_owned: bool) -> str:
    """A pool's id where room is short: the default pool of a region is `default`."""
    return "default" if not customer_owned and pool_id.startswith("default-") else pool_id


_TOLD: Final = 1_000
"""Characters of a reason that are told; a name has fewer, and `history --json` has all of them."""


def quoted(text: str | None) -> str:
    """A name or a reason in quotes, empty when there is none."""
    if not text:
        return ""
    return f'"{visible(text)}"' if len(text) <= _TOLD else f'"{visible(text[:_TOLD])}..."'


def runway(days: float | None) -> str:
    return "-" if days is None else f"{days:.0f}d"


def kind_short(kind: str) -> str:
    """A kind of binding where room is short."""
    return "lb" if kind == BindingKind.LOAD_BALANCER else str(kind)


def ports_words(port: PortRange | str | None, protocol: str | None) -> str:
    """`443/tcp`: what comes in through a DNAT entry."""
    return "all ports" if port is None else f"{port}/{protocol}"


def binding_words(binding: Binding, services: Iterable[Service] = ()) -> str:
    """`lb lb-shop "shop-front"`: kind, id and name of what a binding serves."""
    name = next((service.name for service in services if service.id == binding.service_id), None)
    return " ".join(part for part in (kind_short(binding.kind), visible(binding.service_id), quoted(name)) if part)


def what_of(binding: Binding) -> str:
    """The part of the service that a binding is about."""
    match binding.kind:
        case BindingKind.NIC:
            return binding.private_ip or ""
        case BindingKind.SNAT:
            if not binding.sources:
                return "in no entry that is known"
            more = f" and {len(binding.sources) - 2} more" if len(binding.sources) > 2 else ""
            return f"{' and '.join(binding.sources[:2])}{more} leave through it"
        case BindingKind.DNAT:
            to_port = f":{binding.to_port}" if binding.to_port else ""
            return f"{ports_words(binding.port, binding.protocol)} to {binding.private_ip}{to_port}"
        case BindingKind.LOAD_BALANCER:
            return ""


def last_served(history: Iterable[Event], eip: Eip) -> Event | None:
    """The end of the last binding of an EIP that serves nothing, when its history (newest last) tells."""
    ends = [event for event in history if event.eip_id == eip.id and event.action == "unbind" and event.before]
    return ends[-1] if ends else None


def ended_words(end: Event) -> str:
    """`nic web-05 10.0.1.5`: what the binding served that an event ended."""
    return _bound_words(end.before or {})


def _bound_words(binding: Mapping[str, Any]) -> str:
    kind = kind_short(str(binding.get("kind")))
    parts = (kind, binding.get("service_id"), binding.get("private_ip") or "")
    return visible(" ".join(str(part) for part in parts if part))


def action_words(event: Event) -> str:
    """What happened, with where to when that is the point of it."""
    if event.action == "moved" and event.after:
        return visible(f"moved to {event.after.get('address')}")
    binding = event.after if event.action == "bind" else event.before if event.action == "unbind" else None
    return visible(event.action) if not binding else f"{visible(event.action)} {_bound_words(binding)}"


def why_allocated(history: Iterable[Event], eip: Eip) -> str:
    """The reason given when the EIP was allocated, in quotes; empty when the history does not tell."""
    began = (event for event in history if event.eip_id == eip.id and event.at == eip.allocated_at)
    return next((quoted(event.reason) for event in began if event.reason), "")


def served_words(binding: Binding) -> str:
    """What a binding does, for the detail."""
    return what_of(binding) or "front end"
