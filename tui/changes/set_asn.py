"""Change the ASN that originates a customer CIDR."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual.app import ComposeResult

from core import Cidr, EipdeckError, SetAsnRequest
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import reread_cidr
from tui.modals.fields import Row
from tui.modals.form import Form, FormError, parse_whole
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import NOTHING, cidr_lines, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.widgets.field import Field

__all__ = ["SetAsnModal", "review_asn", "set_asn"]


async def set_asn(flow: Flow, selection: Selection | None) -> None:
    """Change the origin ASN of the selected CIDR."""
    if selection is None or selection.kind is not SelectionKind.CIDR:
        return
    cidr = await flow.read(f"set-asn {selection.id}", lambda inventory: inventory.cidr(selection.id))
    if cidr is None:
        return
    if not cidr.customer_owned:
        flow.host.say(f"{cidr.cidr} is Zenlayer's: its ASN is not yours to set")
        return
    await flow.ask_until_sent(lambda: SetAsnModal(cidr), lambda request: _set(flow, cidr, request))


async def _set(flow: Flow, cidr: Cidr, request: SetAsnRequest) -> Outcome:
    request = replace(request, request_id=new_request_id())
    title = f"set-asn {cidr.cidr}"
    try:
        cautions = await flow.host.ask(lambda inventory: inventory.cautions(cidr.cidr, request.asn))
    except EipdeckError as refusal:
        await flow.refuse(title, refusal)
        return Outcome.REFUSED
    review = review_asn(request, cidr, cautions, reread=reread_cidr(flow.host.ask, cidr))
    outcome, done = await flow.carry_out(title, request, review)
    if done is not None:
        flow.host.say(f"{done.cidr} is originated by AS{done.asn}; RPKI {done.rpki}")
    return outcome


class SetAsnModal(Form["SetAsnRequest | None"]):
    """Asks for an ASN."""

    def __init__(self, cidr: Cidr) -> None:
        super().__init__(f"set the origin ASN of {cidr.cidr}")
        self._cidr = cidr
        self._asn = Field(placeholder=f"{cidr.asn or 'none'}", classes="short")
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row("origin ASN", self._asn, hint="the number")
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("then", "verdicts name the new ASN; the announcement itself is not changed from here")
        yield from self.command_info()

    def request(self) -> SetAsnRequest:
        asn = parse_whole(self._asn, "An ASN")
        if asn is None:
            raise FormError("Name the origin ASN.", self._asn)
        return SetAsnRequest(cidr=self._cidr.cidr, asn=asn, reason=self._reason.text)


def review_asn(request: SetAsnRequest, cidr: Cidr, cautions: Sequence[str], reread: Reread) -> Review:
    """Return the review of another ASN; `cautions` are the warnings about it."""
    return review_of(
        request,
        reread,
        title=f"set-asn {cidr.cidr}",
        target_copy=cidr.cidr,
        sections=(
            (
                *cidr_lines(cidr),
                Line("before", f"AS{cidr.asn}   RPKI {cidr.rpki}"),
                Line("after", f"AS{request.asn}; its ROA is looked up again"),
                *(Line("warning", sentence, problem=True) for sentence in cautions),
                NOTHING,
            ),
        ),
        tier=Tier.PLAIN,
        closing="Reversible: set it back in the same way.",
    )
