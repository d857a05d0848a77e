"""Phrases for the services of an EIP. The rest of core uses them and words none itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from core.domain.values import Binding, BindingKind, stamp

__all__ = ["Served", "serves_brief", "serves_fully", "serves_targets", "short_kind", "summary_of"]

_LISTED: Final = 4
"""Bindings that a sentence names; the others are counted."""


class Served(NamedTuple):
    """The services of an EIP, in the parts that a list shows."""

    kind: str = ""
    """`nic`, `lb`, `snat`, `dnat`, or `nat` for several kinds of entries; empty when nothing is served."""
    service_id: str = ""
    name: str = ""
    """The name of the service, when it has one."""
    detail: str = ""
    """`10.0.1.5` for an interface, `2 subnets` or `3 entries` for a gateway."""

    def __str__(self) -> str:
        """`lb lb-shop shop-front`, `nic web-31 10.0.3.31`, `snat nat-1 2 subnets`, `-`."""
        if not self.kind:
            return "-"
        if self.kind == BindingKind.NIC:
            return f"nic {self.name or self.service_id} {self.detail}".rstrip()
        return " ".join(part for part in (self.kind, self.service_id, self.name, self.detail) if part)

    @property
    def short(self) -> str:
        """`lb shop-front`, `nic web-31`, `snat nat-1`, `-`."""
        if not self.kind:
            return "-"
        return f"{self.kind} {self.name or self.service_id}"


def summary_of(bindings: Sequence[Binding], names: Mapping[str, str]) -> Served:
    """Return what the bindings of an EIP serve; `names` has the names of services by id."""
    if not bindings:
        return Served()
    first = bindings[0]
    kinds = {binding.kind for binding in bindings}
    if first.kind is BindingKind.NIC:
        return Served("nic", first.service_id, names.get(first.service_id, ""), first.private_ip or "")
    if first.kind is BindingKind.LOAD_BALANCER:
        return Served("lb", first.service_id, names.get(first.service_id, ""))
    if len(kinds) > 1:
        return Served("nat", first.service_id, detail=f"{len(bindings)} entries")
    if first.kind is BindingKind.DNAT:
        return Served("dnat", first.service_id, detail=f"{len(bindings)} entr{'y' if len(bindings) == 1 else 'ies'}")
    sources = {source for binding in bindings for source in binding.sources}
    if not sources:
        return Served("nat", first.service_id, detail="no entry known")
    if "0.0.0.0/0" in sources:
        return Served("snat", first.service_id, detail="all subnets")
    return Served("snat", first.service_id, detail=f"{len(sources)} subnet{'' if len(sources) == 1 else 's'}")


def short_kind(kind: BindingKind) -> str:
    """Return the kind as it is written where room is short."""
    return "lb" if kind is BindingKind.LOAD_BALANCER else kind.value


def serves_targets(bindings: Sequence[Binding]) -> str:
    """Return `serves load_balancer lb-shop, nic nic-31`, each target once, or `serves nothing`."""
    if not bindings:
        return "serves nothing"
    return "serves " + ", ".join(sorted({f"{binding.kind.value} {binding.service_id}" for binding in bindings}))


def serves_brief(bindings: Sequence[Binding]) -> str:
    """Return `lb lb-shop, nic nic-31`, each target once, or `serves nothing`."""
    if not bindings:
        return "serves nothing"
    targets = sorted((binding.kind.value, binding.service_id, binding.kind) for binding in bindings)
    return ", ".join(dict.fromkeys(f"{short_kind(kind)} {service_id}" for _, service_id, kind in targets))


def serves_fully(bindings: Sequence[Binding], names: Mapping[str, str]) -> str:
    """Return what a verdict says: each binding with its service's name and its detail, and since when."""
    if not bindings:
        return "serves nothing"
    parts: list[str] = []
    for binding in bindings[:_LISTED]:
        name = names[binding.service_id]
        called = f' "{name}"' if name else ""
        parts.append(f"{binding.kind.value} {binding.service_id}{called}{_detail(binding)}")
    more = f" and {len(bindings) - _LISTED} more" if len(bindings) > _LISTED else ""
    return f"serves {'; '.join(parts)}{more} since {stamp(min(binding.bound_at for binding in bindings))}"


def _detail(binding: Binding) -> str:
    if binding.kind is BindingKind.NIC:
        return f" on {binding.private_ip}" if binding.private_ip else ""
    if binding.kind is BindingKind.SNAT:
        return f": {', '.join(binding.sources)} leave through it" if binding.sources else ", in no known entry"
    if binding.kind is BindingKind.DNAT:
        port = f" {binding.port}" if binding.port is not None else ""
        to_port = f":{binding.to_port}" if binding.to_port is not None else ""
        return f": {binding.protocol}{port} comes in to {binding.private_ip}{to_port}"
    return ""
