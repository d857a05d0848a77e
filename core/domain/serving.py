"""Phrases for bindings and for the services of an EIP: in a cell, a sentence or a review.

Every binding is worded here and nowhere else. The phrases can hold foreign text: a front end makes it safe to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from core.domain.ports import PortRange
from core.domain.values import Binding, BindingKind, stamp

__all__ = [
    "BindingWords",
    "Served",
    "serves_brief",
    "serves_fully",
    "serves_targets",
    "short_kind",
    "stored_binding",
    "summary_of",
]

_LISTED: Final = 4
"""Bindings that a sentence names; the others are counted."""


class _Bindable(Protocol):
    """A binding, or a request for one."""

    @property
    def kind(self) -> BindingKind: ...
    @property
    def service_id(self) -> str: ...
    @property
    def private_ip(self) -> str | None: ...
    @property
    def sources(self) -> tuple[str, ...]: ...
    @property
    def protocol(self) -> str | None: ...
    @property
    def port(self) -> PortRange | str | None: ...
    @property
    def to_port(self) -> PortRange | str | None: ...


@dataclass(frozen=True, slots=True)
class BindingWords:
    """The phrases for one binding, or for the binding that a request asks for."""

    binding: _Bindable
    name: str = ""
    """The name of the service in quotes, or nothing."""

    @property
    def target(self) -> str:
        """`lb lb-shop`."""
        return f"{short_kind(self.binding.kind)} {self.binding.service_id}"

    @property
    def short(self) -> str:
        """`lb lb-shop "shop-front"`."""
        return " ".join(part for part in (short_kind(self.binding.kind), self.binding.service_id, self.name) if part)

    @property
    def cell(self) -> str:
        """`lb lb-shop`, `snat nat-1 10.0.8.0/24`, `dnat nat-1 tcp/443 to 10.0.2.20:8443`."""
        binding = self.binding
        name = f"{short_kind(binding.kind)} {binding.service_id}"
        match binding.kind:
            case BindingKind.NIC:
                return f"{name} {binding.private_ip or '-'}"
            case BindingKind.SNAT:
                return f"{name} {','.join(binding.sources) or '-'}"
            case BindingKind.DNAT:
                port = "" if binding.port is None else f"/{binding.port}"
                return f"{name} {binding.protocol}{port} to {self._inside}"
            case BindingKind.LOAD_BALANCER:
                return name

    @property
    def part(self) -> str:
        """The part of the service in use: `443/tcp to 10.0.2.20:8443`; empty for the front end of a load balancer."""
        binding = self.binding
        match binding.kind:
            case BindingKind.NIC:
                return binding.private_ip or ""
            case BindingKind.SNAT:
                if not binding.sources:
                    return "in no known entry"
                more = f" and {len(binding.sources) - 2} more" if len(binding.sources) > 2 else ""
                return f"{' and '.join(binding.sources[:2])}{more} leave through it"
            case BindingKind.DNAT:
                return f"{self._outside} to {self._inside}"
            case BindingKind.LOAD_BALANCER:
                return ""

    @property
    def gain(self) -> str:
        """The service after a bind: `dnat nat-1 "hk-nat": 443/tcp to 10.0.2.20:8443`."""
        match self.binding.kind:
            case BindingKind.NIC:
                return f"{self.short} at {self.binding.private_ip}"
            case BindingKind.SNAT:
                return f"{self.short}: {', '.join(self.binding.sources)} can leave by it"
            case BindingKind.DNAT:
                return f"{self.short}: {self.part}"
            case BindingKind.LOAD_BALANCER:
                return f"{self.short} front end"

    @property
    def loss(self) -> str:
        """The traffic that stops when the binding ends."""
        binding = self.binding
        match binding.kind:
            case BindingKind.NIC:
                return "in and out"
            case BindingKind.SNAT:
                return f"{', '.join(binding.sources)} no longer leaves by it" if binding.sources else "no known entry"
            case BindingKind.DNAT:
                return f"{self._outside} no longer comes in to {binding.private_ip}"
            case BindingKind.LOAD_BALANCER:
                return "clients no longer reach it there"

    @property
    def sentence(self) -> str:
        """The binding in a verdict: `dnat nat-1 "hk-nat": tcp 443 comes in to 10.0.2.20:8443`."""
        binding = self.binding
        words = f"{self.target} {self.name}" if self.name else self.target
        match binding.kind:
            case BindingKind.NIC:
                return f"{words} on {binding.private_ip}" if binding.private_ip else words
            case BindingKind.SNAT:
                sources = ", ".join(binding.sources)
                return f"{words}: {sources} leave through it" if sources else f"{words}, in no known entry"
            case BindingKind.DNAT:
                port = "" if binding.port is None else f" {binding.port}"
                return f"{words}: {binding.protocol}{port} comes in to {self._inside}"
            case BindingKind.LOAD_BALANCER:
                return words

    @property
    def _outside(self) -> str:
        """The public ports of a DNAT entry: `443/tcp`."""
        return "all ports" if self.binding.port is None else f"{self.binding.port}/{self.binding.protocol}"

    @property
    def _inside(self) -> str:
        """The private host of a DNAT entry: `10.0.2.20:8443`; a request may leave the port out that stays the same."""
        port = self.binding.to_port or self.binding.port
        return f"{self.binding.private_ip}:{port}" if port else f"{self.binding.private_ip}"


def short_kind(kind: str) -> str:
    """Return the kind of a service as a cell has it: `lb` for a load balancer."""
    return "lb" if kind == BindingKind.LOAD_BALANCER else str(kind)


def stored_binding(binding: Mapping[str, object]) -> str:
    """Return the service of the JSON object of a binding, as events have it: `nic web-05 10.0.1.5`."""
    parts = (short_kind(str(binding.get("kind"))), binding.get("service_id"), binding.get("private_ip"))
    return " ".join(str(part) for part in parts if part)


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


def serves_targets(bindings: Sequence[Binding]) -> str:
    """Return `serves lb lb-shop, nic nic-31`, each target once, or `serves nothing`."""
    if not bindings:
        return "serves nothing"
    return "serves " + ", ".join(sorted({BindingWords(binding).target for binding in bindings}))


def serves_brief(bindings: Sequence[Binding]) -> str:
    """Return `lb lb-shop, nic nic-31`, each target once, or `serves nothing`."""
    if not bindings:
        return "serves nothing"
    words = sorted((BindingWords(binding) for binding in bindings), key=lambda each: each.target)
    return ", ".join(dict.fromkeys(each.short for each in words))


def serves_fully(bindings: Sequence[Binding], names: Mapping[str, str]) -> str:
    """Return the sentence of a verdict: each binding with its service's name and its detail, and since when."""
    if not bindings:
        return "serves nothing"
    called = {service_id: f'"{name}"' for service_id, name in names.items() if name}
    parts = [BindingWords(each, called.get(each.service_id, "")).sentence for each in bindings[:_LISTED]]
    more = f" and {len(bindings) - _LISTED} more" if len(bindings) > _LISTED else ""
    return f"serves {'; '.join(parts)}{more} since {stamp(min(binding.bound_at for binding in bindings))}"
