"""The lines that several reviews share, and the review of a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from core import (
    Binding,
    BindingWords,
    Cidr,
    Eip,
    EipRequest,
    Event,
    Request,
    Service,
)
from tui.modals.lines import Line
from tui.modals.review_model import Reread, Review, Tier
from tui.wording.command_line import command_line
from tui.wording.phrases import count_of, minute, owner, quoted
from tui.wording.serving import binding_words, ended_words, serves_words

__all__ = [
    "NOTHING",
    "cidr_lines",
    "confirmed_by_typing",
    "eip_line",
    "last_octet",
    "owner_line",
    "present_lines",
    "review_of",
    "review_of_eips",
    "stops_lines",
    "table_lines",
    "target_line",
    "target_lines",
    "unchanged_pool",
]

NOTHING: Final = Line("stops working", "nothing")


def target_line(eip: Eip) -> Line:
    parts = (eip.address, f"EIP {eip.id}", quoted(eip.name), eip.status.value)
    return Line("target", "   ".join(part for part in parts if part))


def owner_line(eip: Eip) -> Line:
    if eip.customer_owned:
        return Line("owner", f"customer-owned: yes   CIDR {eip.cidr}   pool {eip.pool_id}")
    return Line("owner", f"DEFAULT, customer-owned: no   pool {eip.pool_id}", problem=eip.landed_in_default)


def eip_line(eip: Eip, services: Sequence[Service]) -> Line:
    """One of several targets; a bound EIP carries the mark."""
    served = serves_words(eip.bindings, services, nothing="-")
    return Line(eip.address, f"{owner(eip):8} {eip.pool_id}  {served}", problem=bool(eip.bindings))


def target_lines(eips: Sequence[Eip], services: Sequence[Service]) -> Iterator[Line]:
    """One EIP with its owner and its bindings, or a line for each of several EIPs."""
    if len(eips) > 1:
        yield from (eip_line(eip, services) for eip in eips)
        return
    yield target_line(eips[0])
    yield owner_line(eips[0])
    yield from present_lines(eips[0].bindings, services)


def table_lines(eips: Sequence[Eip], services: Sequence[Service]) -> Iterator[Line]:
    """Several targets, how many of them are bound, and what stops working when their bindings end."""
    yield from (eip_line(eip, services) for eip in eips)
    bound = sum(bool(eip.bindings) for eip in eips)
    yield Line("targets", f"{len(eips)}: {bound} bound, {len(eips) - bound} unbound")
    what = f"what the {bound} bound ones serve" if bound else "nothing here; DNS outside may still name them"
    yield Line("stops working", what, problem=bool(bound))


def present_lines(
    bindings: Sequence[Binding], services: Sequence[Service], *, last: Event | None = None
) -> Iterator[Line]:
    """The present bindings; without any, the binding that the event `last` ended."""
    if not bindings:
        before = "" if last is None else f"; last: {ended_words(last)}, until {minute(last.at)}"
        yield Line("present binding", f"none{before}")
    for number, binding in enumerate(bindings):
        words = f"{binding_words(binding, services)} since {minute(binding.bound_at)}"
        yield Line("" if number else "present binding", words)


def stops_lines(eip: Eip, bindings: Iterable[Binding], services: Sequence[Service]) -> Iterator[Line]:
    """Yield the services that the address loses when these bindings end."""
    label = "stops working"
    for binding in bindings:
        yield Line(
            label, f"{binding_words(binding, services)} on {eip.address}: {BindingWords(binding).loss}", problem=True
        )
        label = ""
    if label:
        yield Line(label, "nothing here; DNS or allow-lists outside may still name it")


def unchanged_pool(eips: Sequence[Eip], change: str) -> Line:
    return Line("pool", f"unchanged by {change} ({', '.join(dict.fromkeys(eip.pool_id for eip in eips))})")


def cidr_lines(cidr: Cidr) -> Iterator[Line]:
    isp = f"   ISP {cidr.isp}" if cidr.isp else ""
    yield Line("target", f"{cidr.cidr}   {cidr.state.value}   pool {cidr.pool_id}   AS{cidr.asn}")
    yield Line("owner", f"customer-owned: {'yes' if cidr.customer_owned else 'no'}   {cidr.total:,} addresses{isp}")
    live = count_of(cidr.allocated, "live EIP")
    yield Line("present binding", f"{live} in it" if cidr.allocated else "none: 0 live EIPs")


def last_octet(address: str) -> str:
    return address.rpartition(".")[2]


def confirmed_by_typing(text: str, prompt: str) -> dict[str, Any]:
    """The parts of a review that asks the operator to type a text."""
    return {"tier": Tier.TYPED, "typed": text, "prompt": prompt}


def review_of(request: Request[object], reread: Reread, **parts: Any) -> Review:
    """Return the review of a request. Its command and its reason come from the request."""
    return Review(
        command=command_line(replace(request, request_id=None)),
        reason=request.reason or "",
        reread=reread,
        **parts,
    )


def review_of_eips(
    request: EipRequest[object], eips: Sequence[Eip], reread: Reread, *, for_several: str = "", **parts: Any
) -> Review:
    """Return the review of a request that is sent once for each EIP.

    Args:
        request: names one EIP; the command lines name each of `eips` by its address.
        eips: at least one.
        reread: reads the EIPs again.
        for_several: the sentence before the prompt for several EIPs, whose number the operator types.
        parts: the other parts of the review; for several EIPs the tier is `TYPED`.

    """
    first, *others = (command_line(replace(request, eip=eip.address, request_id=None)) for eip in eips)
    if others:
        parts |= confirmed_by_typing(str(len(eips)), f"{for_several} Type the count:")
    return Review(
        command=first,
        more_commands=tuple(others),
        target_copy="\n".join(eip.address for eip in eips),
        reason=request.reason or "",
        reread=reread,
        **parts,
    )
