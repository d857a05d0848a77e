"""The sentences of the dashboard: ages, counts, what serves what.

Everything here is plain text made of values; what comes from outside has gone through `visible`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from core import EIPS_COUNTED, Binding, BindingKind, Cidr, Eip, Event, Finding, Service, Verdict
from tui.commands.registry import key_of
from tui.wording.sanitize import visible

if TYPE_CHECKING:
    from core import BindRequest  # loads the requests, which a lookup does without

__all__ = [
    "action_words",
    "age",
    "binding_words",
    "bound_words",
    "count_of",
    "eips_beyond",
    "ended_words",
    "finding_words",
    "kind_short",
    "last_served",
    "loss_words",
    "minute",
    "owner",
    "pool_short",
    "ports_words",
    "quoted",
    "runway",
    "served",
    "served_by",
    "served_words",
    "serves_words",
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
    """Return the short word for a kind of binding."""
    return "lb" if kind == BindingKind.LOAD_BALANCER else str(kind)


def ports_words(port: int | str | None, protocol: str | None) -> str:
    """Return the ports of a DNAT entry: `443/tcp`."""
    return "all ports" if port is None else f"{port}/{protocol}"


def binding_words(binding: Binding, services: Iterable[Service] = ()) -> str:
    """Return kind, id and name of what a binding serves: `lb lb-shop "shop-front"`."""
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


def what_of(binding: Binding) -> str:
    """Return the part of the service that a binding uses."""
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
    """Return the event that ended the last binding of an EIP, or None. The history is newest last."""
    ends = [event for event in history if event.eip_id == eip.id and event.action == "unbind" and event.before]
    return ends[-1] if ends else None


def ended_words(end: Event) -> str:
    """Return what the binding served that an event ended: `nic web-05 10.0.1.5`."""
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
            return f"{', '.join(binding.sources)} no longer leaves by it" if binding.sources else "no entry is known"
        case BindingKind.DNAT:
            return f"{ports_words(binding.port, binding.protocol)} no longer comes in to {binding.private_ip}"
        case BindingKind.LOAD_BALANCER:
            return "clients no longer reach it there"


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


def served_words(binding: Binding) -> str:
    """Return what a binding does, for the detail pane."""
    return what_of(binding) or "front end"


_SERVES = re.compile(r" (?:and )?serves (.+?)(?:: no pool was named\.|, which )")
_DOES = {
    "landed_in_default_pool": "rehome",
    "default_on_customer_service": "rehome",
    "pool_near_exhaustion": "cidr_add",
    "pool_runway_short": "cidr_add",
    "cidr_draining_blocked": "cidr_end",
    "snat_mixes_owners": "go_to",
    "service_missing": "go_to",
    "eip_idle": "release",
}


def finding_words(finding: Finding) -> str:
    """A finding where room is short: `lb lb-shop: F`, what it is about and the key that leads on."""
    what = finding.message.removeprefix(finding.subject).strip()
    if (serving := _SERVES.search(finding.message)) is not None:
        what = serving[1].replace("load_balancer ", "lb ").replace("nothing", "serves nothing")
    elif finding.code.startswith("pool_"):
        what = re.sub(r" of [0-9]+ addresses", "", what).replace(" at its trend.", "").replace(" days", " d")
    elif finding.code == "cidr_draining_blocked":
        what = what.partition(" still ")[0] + " left"
    elif finding.code == "snat_mixes_owners":
        what = "mixes owners"
    elif finding.code == "eip_idle":
        what = "serves nothing"
    does = _DOES.get(finding.code)
    return f"{what.removesuffix('.')}: {key_of(does)}" if does else what
