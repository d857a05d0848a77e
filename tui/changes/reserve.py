"""Withhold addresses of a CIDR from allocation, and return them to the pool."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import replace

from textual.app import ComposeResult

from core import Cidr, Request, ReserveRequest, UnreserveRequest
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import reread_cidr
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError, parse_address
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import NOTHING, cidr_lines, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.widgets.field import Field
from tui.wording.phrases import count_of

__all__ = ["ReserveModal", "reserve", "review_reserve", "unreserve"]


async def reserve(flow: Flow, selection: Selection | None) -> None:
    """Withhold addresses of the selected CIDR, or of the CIDR of the selected address."""
    await _ask(flow, selection, lifts=False)


async def unreserve(flow: Flow, selection: Selection | None) -> None:
    """Return withheld addresses to the pool."""
    await _ask(flow, selection, lifts=True)


async def _ask(flow: Flow, selection: Selection | None, *, lifts: bool) -> None:
    verb = "unreserve" if lifts else "reserve"
    prefix = None if selection is None else _cidr_of(flow, selection)
    if selection is None or prefix is None:
        flow.host.say(f"{verb} needs a selected CIDR, or an address of one of yours")
        return
    cidr = await flow.read(f"{verb} in {prefix}", lambda inventory: inventory.cidr(prefix))
    if cidr is not None:
        first = selection.id if selection.kind is SelectionKind.ADDRESS else ""
        await flow.ask_until_sent(
            lambda: ReserveModal(cidr, first, lifts=lifts), lambda asked: _send(flow, cidr, asked)
        )


def _cidr_of(flow: Flow, selection: Selection) -> str | None:
    if selection.kind is SelectionKind.CIDR:
        return selection.id
    details = flow.host.details
    verdict = None if details is None else details.verdict
    return verdict.cidr if verdict is not None and verdict.customer_owned else None


async def _send(flow: Flow, cidr: Cidr, request: Request[Cidr]) -> Outcome:
    if not isinstance(request, ReserveRequest | UnreserveRequest):
        return Outcome.CANCELLED
    sent = replace(request, request_id=new_request_id())
    review = review_reserve(sent, cidr, reread=reread_cidr(flow.host.ask, cidr))
    outcome, done = await flow.carry_out(review.title, sent, review)
    if done is not None:
        how = "available again" if isinstance(request, UnreserveRequest) else "withheld"
        flow.host.say(f"{_span(request)} of {cidr.cidr}: {how}")
    return outcome


class ReserveModal(Form["Request[Cidr] | None"]):
    """Asks for a range of a CIDR."""

    def __init__(self, cidr: Cidr, first: str, *, lifts: bool) -> None:
        super().__init__(f"{'unreserve' if lifts else 'reserve'} addresses of {cidr.cidr}")
        self._cidr = cidr
        self._lifts = lifts
        self._first = Field(first, classes="short")
        self._last = Field(placeholder="only that one", classes="short")
        kinds = [Option("hard", ("never allocate",)), Option("soft", ("only when asked for by address",))]
        self._kind = Choice(kinds, chosen="hard", across=True)
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row("first", self._first, hint=f"in {self._cidr.cidr}")
        yield Row("last", self._last)
        if not self._lifts:
            yield Row("keep back", self._kind)
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        then = "the pool allocates them again" if self._lifts else "no allocations of them; live EIPs there stay"
        yield Line("then", then)
        yield from self.command_info()

    def request(self) -> ReserveRequest | UnreserveRequest:
        first, last = parse_address(self._first), parse_address(self._last)
        if first is None:
            raise FormError("Name the first address.", self._first)
        space = ipaddress.IPv4Network(self._cidr.cidr)
        for field, address in ((self._first, first), (self._last, last)):
            if address is not None and ipaddress.IPv4Address(address) not in space:
                raise FormError(f"{address} is not in {self._cidr.cidr}.", field)
        if last is not None and ipaddress.IPv4Address(last) < ipaddress.IPv4Address(first):
            raise FormError(f"{first}-{last} runs backwards.", self._last)
        prefix, reason = self._cidr.cidr, self._reason.text
        if self._lifts:
            return UnreserveRequest(cidr=prefix, first=first, last=last, reason=reason)
        return ReserveRequest(cidr=prefix, first=first, last=last, soft=self._kind.value == "soft", reason=reason)


def _span(request: ReserveRequest | UnreserveRequest) -> str:
    return request.first if request.last is None else f"{request.first}-{request.last}"


def _size(request: ReserveRequest | UnreserveRequest) -> int:
    first, last = (int(ipaddress.IPv4Address(each)) for each in (request.first, request.last or request.first))
    return last - first + 1


def review_reserve(request: ReserveRequest | UnreserveRequest, cidr: Cidr, reread: Reread) -> Review:
    """Return the review of a reservation, or of its end."""
    lifts = isinstance(request, UnreserveRequest)
    count = count_of(_size(request), "address", "addresses")
    soft = isinstance(request, ReserveRequest) and request.soft
    after = "available, unless an EIP has it" if lifts else "given out only by address" if soft else "given out no more"
    return review_of(
        request,
        reread,
        title=f"{'unreserve' if lifts else 'reserve'} {_span(request)}",
        target_copy=_span(request),
        sections=(
            (
                *cidr_lines(cidr),
                Line("range", f"{_span(request)}: {count}"),
                Line("after", after),
                NOTHING,
            ),
        ),
        tier=Tier.PLAIN,
        closing=f"Reversible: {'reserve' if lifts else 'unreserve'} with the same range.",
    )
