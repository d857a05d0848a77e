"""The small forms: a bandwidth cap, the acceptance of a finding, a new customer CIDR."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from textual.app import ComposeResult
from textual.widgets import Static

from core import AcceptRequest, AddCidrRequest, BandwidthRequest, Eip, Finding, InvalidTime, iso, parse_time
from tui.changes.rehome import serves
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError, parse_prefix, parse_whole
from tui.modals.lines import Line, Shell
from tui.widgets.field import Field
from tui.wording.sanitize import safe, visible

__all__ = ["AcceptModal", "AddCidrModal", "BandwidthModal"]


class BandwidthModal(Form["BandwidthRequest | None"]):
    """Asks for a new cap."""

    def __init__(self, eip: Eip) -> None:
        super().__init__(f"bandwidth of {eip.address}")
        self._eip = eip
        self._mbps = Field(str(eip.bandwidth_mbps or ""), classes="short")
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row(
            "EIP", Static(safe(f"{self._eip.address}   serves {serves(self._eip)}"), classes="form-text", markup=False)
        )
        yield Row("bandwidth", self._mbps, hint="Mbps")
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        now = self._eip.bandwidth_mbps
        yield Line("before", "no cap known" if now is None else f"{now:,} Mbps")
        yield Line("after", f"{self._mbps.text or '-'} Mbps")
        yield from self.command_info()

    def request(self) -> BandwidthRequest:
        mbps = parse_whole(self._mbps, "A cap in Mbps")
        if mbps is None:
            raise FormError("Say how many Mbps.", self._mbps)
        return BandwidthRequest(eip=self._eip.address, bandwidth_mbps=mbps, reason=self._reason.text)


class AcceptModal(Form["AcceptRequest | None"]):
    """Asks why a finding is accepted, and until when."""

    def __init__(self, finding: Finding, now: datetime) -> None:
        super().__init__(f"accept {finding.code} of {finding.subject}")
        self._finding = finding
        self._now = now
        self._reason = Field()
        self._until = Field(placeholder="no end", classes="short")

    def rows(self) -> ComposeResult:
        finding = self._finding
        for label, text in (("finding", finding.message), ("remedy", finding.remedy)):
            yield Row(label, Static(safe(text), classes="form-text", markup=False))
        yield Row("reason", self._reason)
        yield Row("until", self._until, hint="as 2026-01-31 or 2026-01-31T12:00Z")

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("then", "the finding is no longer listed; the history keeps who accepted it and why")
        yield Line("not fixed", "what it is about stays as it is", problem=True)
        yield from self.command_info()

    def request(self) -> AcceptRequest:
        reason = self._reason.text
        if reason is None:
            raise FormError("A reason is wanted: it is all that is left of the finding.", self._reason)
        return AcceptRequest(finding=self._finding.id, until=self._parsed_until(), reason=reason)

    def _parsed_until(self) -> str | None:
        text = self._until.text
        if text is None:
            return None
        try:
            until = parse_time(text, self._now)
        except InvalidTime:
            raise FormError("Write the end as 2026-01-31 or 2026-01-31T12:00Z.", self._until) from None
        if until <= self._now:
            raise FormError(f"{visible(text, 30)} is past: the end lies ahead.", self._until)
        return iso(until)


class AddCidrModal(Form["AddCidrRequest | None"]):
    """Asks for a customer CIDR."""

    def __init__(self) -> None:
        super().__init__("add a customer CIDR")
        self._cidr = Field(classes="short")
        self._isp = Field(classes="short")
        self._asn = Field(classes="short")
        self._pool = Field(placeholder="a pool of its own")
        self._region = Field(placeholder="the configured region", classes="short")
        edges = [Option("give", ("give out .0 and .255 too",)), Option("avoid", ("withhold them",))]
        self._edges = Choice(edges, chosen="give", across=True)
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row("CIDR", self._cidr, hint="as 203.0.113.0/24")
        yield Row("ISP line", self._isp, hint="as PremiumBGP")
        yield Row("origin ASN", self._asn, hint="the number")
        yield Row("pool", self._pool)
        yield Row("region", self._region)
        yield Row("edges", self._edges)
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("then", "it is validating, and gives out nothing until it is activated")
        yield Line(
            "activate", f"{key_of('palette')} cidr activate on it, when the prefix is announced and its ROA published"
        )
        yield from self.command_info()

    def request(self) -> AddCidrRequest:
        cidr, isp = self._cidr.text, self._isp.text
        if cidr is None:
            raise FormError("Name the prefix, as 203.0.113.0/24.", self._cidr)
        if isp is None:
            raise FormError("Name the ISP line.", self._isp)
        prefix = parse_prefix(cidr, self._cidr)
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
