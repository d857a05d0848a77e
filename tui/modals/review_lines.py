"""The parts that reviews have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from core import Binding, BindingKind, Eip, Event, Service
from tui.modals.lines import Line
from tui.modals.review import Review
from tui.wording.command_line import command_line
from tui.wording.phrases import binding_words, ended_words, minute, ports_words, quoted

__all__ = [
    "NOTHING",
    "Reread",
    "last_octet",
    "owner_line",
    "present_lines",
    "review_of",
    "stops_lines",
    "target_line",
]

Reread = Callable[[], Awaitable[list[str]]]

NOTHING: Final = Line("stops working", "nothing")


def target_line(eip: Eip) -> Line:
    parts = (eip.address, f"EIP {eip.id}", quoted(eip.name), eip.status.value)
    return Line("target", "   ".join(part for part in parts if part))


def owner_line(eip: Eip) -> Line:
    if eip.customer_owned:
        return Line("owner", f"customer-owned: yes   CIDR {eip.cidr}   pool {eip.pool_id}")
    return Line("owner", f"DEFAULT, customer-owned: no   pool {eip.pool_id}", problem=eip.landed_in_default)


def present_lines(
    bindings: Sequence[Binding], services: Sequence[Service], *, last: Event | None = None
) -> Iterator[Line]:
    """What is served now; when that is nothing, what was served until `last`."""
    if not bindings:
        before = "" if last is None else f"; last: {ended_words(last)}, until {minute(last.at)}"
        yield Line("present binding", f"none{before}")
    for number, binding in enumerate(bindings):
        words = f"{binding_words(binding, services)} since {minute(binding.bound_at)}"
        yield Line("" if number else "present binding", words)


def stops_lines(eip: Eip, bindings: Iterable[Binding], services: Sequence[Service]) -> Iterator[Line]:
    """What no longer works through the address when these bindings end."""
    label = "stops working"
    for binding in bindings:
        yield Line(label, f"{binding_words(binding, services)} on {eip.address}: {_loss(binding)}", problem=True)
        label = ""
    if label:
        yield Line(label, "nothing here; DNS or allow-lists outside may still name it")


def _loss(binding: Binding) -> str:
    match binding.kind:
        case BindingKind.NIC:
            return "in and out"
        case BindingKind.SNAT:
            return f"{', '.join(binding.sources)} no longer leaves by it" if binding.sources else "no entry is known"
        case BindingKind.DNAT:
            return f"{ports_words(binding.port, binding.protocol)} no longer comes in to {binding.private_ip}"
        case BindingKind.LOAD_BALANCER:
            return "clients no longer reach it there"


def last_octet(address: str) -> str:
    return address.rpartition(".")[2]


def review_of(request: Any, reread: Reread, **parts: Any) -> Review:
    """The review of a request: its command and its reason come from the request itself."""
    return Review(
        command=command_line(replace(request, request_id=None)),
        reason=request.reason or "",
        reread=reread,
        **parts,
    )
