"""Add a customer CIDR."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from textual.app import ComposeResult

from core import AddCidrRequest, CidrState, EipdeckError
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError, parse_prefix, parse_whole
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import NOTHING, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.widgets.field import Field

__all__ = ["AddCidrModal", "add_cidr", "review_add_cidr"]

Cautions = Callable[[str, int], Sequence[str]]
"""Returns what speaks against a prefix and its origin ASN."""


async def add_cidr(flow: Flow, _selection: Selection | None) -> None:
    """Add a customer CIDR; it gives out addresses after its activation."""
    cautions = flow.host.inventory.cautions
    await flow.ask_until_sent(lambda: AddCidrModal(cautions), lambda request: _add(flow, request))


async def _add(flow: Flow, request: AddCidrRequest) -> Outcome:
    request = replace(request, request_id=new_request_id())
    cautions = await flow.read(f"add {request.cidr}", lambda inventory: inventory.cautions(request.cidr, request.asn))
    if cautions is None:
        return Outcome.REFUSED
    review = review_add_cidr(request, _still_new(flow, request.cidr), cautions)
    outcome, done = await flow.carry_out(f"add {request.cidr}", request, review)
    if done is not None:
        flow.host.take(Selection(SelectionKind.CIDR, done.cidr))
        flow.host.say(
            f"added {done.cidr} to {done.pool_id}: {done.state.value}."
            f"  {key_of('palette')} cidr activate when announced"
        )
    return outcome


def _still_new(flow: Flow, prefix: str) -> Reread:
    async def reread() -> list[str]:
        cidrs = await flow.host.ask(lambda inventory: inventory.cidrs())
        known = any(cidr.cidr == prefix and cidr.state is not CidrState.RETIRED for cidr in cidrs)
        return [f"{prefix} is known already."] if known else []

    return reread


class AddCidrModal(Form["AddCidrRequest | None"]):
    """Asks for a customer CIDR."""

    def __init__(self, cautions: Cautions = lambda _cidr, _asn: ()) -> None:
        """Ask; `cautions` returns what speaks against a prefix and its ASN."""
        super().__init__("add a customer CIDR")
        self._cautions = cautions
        self._cidr = Field(classes="short")
        self._isp = Field(classes="short")
        self._asn = Field(classes="short")
        self._pool = Field(placeholder="a pool of its own")
        self._region = Field(placeholder="the configured region", classes="short")
        edges = [Option("give", ("use",)), Option("avoid", ("keep back",))]
        self._edges = Choice(edges, chosen="give", across=True)
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row("CIDR", self._cidr, hint="as 203.0.113.0/24")
        yield Row("ISP line", self._isp, hint="as PremiumBGP")
        yield Row("origin ASN", self._asn, hint="the number")
        yield Row("pool", self._pool)
        yield Row("region", self._region)
        yield Row("first, last", self._edges)
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("then", "it is validating: no allocations until it is activated")
        yield Line(
            "activate", f"{key_of('palette')} cidr activate on it, when the prefix is announced and its ROA published"
        )
        yield from self._caution_lines()
        yield from self.command_info()

    def _caution_lines(self) -> Iterable[Line]:
        """Yield what speaks against the entries, as soon as they are valid."""
        with suppress(FormError, EipdeckError):
            request = self.request()
            yield from caution_lines(self._cautions(request.cidr, request.asn))

    def request(self) -> AddCidrRequest:
        cidr, isp = self._cidr.text, self._isp.text
        if cidr is None:
            raise FormError("Name the prefix, as 203.0.113.0/24.", self._cidr)
        prefix = parse_prefix(cidr, self._cidr)
        if isp is None:
            raise FormError("Name the ISP line.", self._isp)
        asn = parse_whole(self._asn, "An ASN")
        if asn is None:
            raise FormError("Name the origin ASN.", self._asn)
        return AddCidrRequest(
            cidr=prefix,
            isp=isp,
            asn=asn,
            pool_id=self._pool.text,
            region=self._region.text,
            avoid_edges=self._edges.value == "avoid",
            reason=self._reason.text,
        )


def caution_lines(cautions: Sequence[str]) -> Iterable[Line]:
    """Yield the warnings that do not prevent adding a CIDR."""
    for number, caution in enumerate(cautions):
        yield Line("" if number else "warning", caution, problem=True)


def review_add_cidr(request: AddCidrRequest, reread: Reread, cautions: Sequence[str] = ()) -> Review:
    """Return the review of a new customer CIDR, with what speaks against it."""
    return review_of(
        request,
        reread,
        title=f"add {request.cidr}",
        target_copy=request.cidr,
        sections=(
            (
                Line("target", f"{request.cidr}   AS{request.asn}   ISP {request.isp}"),
                Line("owner", "customer-owned: yes"),
                Line("pool", request.pool_id or "one of its own, or the one it had before"),
                Line("after", "validating: no allocations until it is activated"),
                NOTHING,
                *caution_lines(cautions),
            ),
        ),
        tier=Tier.PLAIN,
        closing="Reversible: drain and retire take it out again.",
    )
