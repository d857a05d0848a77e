"""Accept a finding with a reason; the history keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo

from textual.app import ComposeResult
from textual.widgets import Static

from core import AcceptRequest, Eip, Finding, InvalidTime, full_time, iso, parse_time
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.withdraw import withdraw
from tui.modals.fields import Row
from tui.modals.form import Form, FormError
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection
from tui.widgets.field import Field
from tui.wording.findings import in_few_words
from tui.wording.sanitize import safe, visible

__all__ = ["AcceptModal", "accept", "accept_landing", "review_accept"]


async def accept(flow: Flow, selection: Selection | None) -> None:
    """Accept the selected finding, or the worst finding about what is selected; withdraw an acceptance."""
    if selection is None:
        return
    finding = selection.finding or _finding_about(flow, selection)
    if finding is None:
        flow.host.say(f"there is no finding about {visible(selection.id)}")
        return
    await (withdraw(flow, finding) if finding.accepted else _ask(flow, finding))


def _finding_about(flow: Flow, selection: Selection) -> Finding | None:
    snapshot = flow.host.snapshot
    subjects = {selection.id, selection.eip.id if selection.eip is not None else selection.id}
    known = (*snapshot.findings, *snapshot.accepted) if snapshot else ()
    return next((each for each in known if each.subject in subjects), None)


async def accept_landing(flow: Flow, eip: Eip) -> None:
    """Accept the landing of an EIP."""
    found = await flow.read("accept", lambda inventory: inventory.findings())
    if found is None:
        return
    finding = next((each for each in found if each.landing == eip.id), None)
    if finding is None:
        flow.host.say(f"there is no open finding about {eip.address}")
        return
    await _ask(flow, finding)


async def _ask(flow: Flow, finding: Finding) -> None:
    now, local = flow.host.inventory.now(), flow.host.inventory.config.display_zone
    await flow.ask_until_sent(lambda: AcceptModal(finding, now, local), lambda request: _accept(flow, finding, request))


async def _accept(flow: Flow, finding: Finding, request: AcceptRequest) -> Outcome:
    request = replace(request, request_id=new_request_id())
    review = review_accept(request, finding, reread=_still_open(flow, finding))
    outcome, done = await flow.carry_out(f'accept "{in_few_words(finding)}"', request, review)
    if done is not None:
        flow.host.say(f'accepted "{in_few_words(finding)}" of {finding.subject}: {done.accepted_reason}')
    return outcome


def _still_open(flow: Flow, finding: Finding) -> Reread:
    async def reread() -> list[str]:
        found = await flow.host.ask(lambda inventory: [each.id for each in inventory.findings()])
        return [] if finding.id in found else ["The finding is gone: repaired, or accepted by somebody else."]

    return reread


class AcceptModal(Form["AcceptRequest | None"]):
    """Asks why a finding is accepted, and until when."""

    def __init__(self, finding: Finding, now: datetime, local: tzinfo | None = None) -> None:
        super().__init__(f'accept "{in_few_words(finding)}" of {finding.subject}')
        self._finding = finding
        self._now = now
        self._local = local
        self._reason = Field()
        self._until = Field(placeholder="no end", classes="short")

    def rows(self) -> ComposeResult:
        finding = self._finding
        for label, text in (("finding", finding.message), ("remedy", finding.remedy)):
            yield Row(label, Static(safe(text), classes="form-text", markup=False))
        yield Row("reason", self._reason)
        yield Row("until", self._until, hint="as 30d, fri 18:00 or 2026-01-31")

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("then", "the finding is no longer listed; the history keeps who accepted it and why")
        yield Line("not fixed", "what it is about stays as it is", problem=True)
        yield Line("until", self._told_until())
        yield from self.command_info()

    def request(self) -> AcceptRequest:
        reason = self._reason.text
        if reason is None:
            raise FormError("Give a reason: the history keeps it.", self._reason)
        return AcceptRequest(finding=self._finding.id, until=self._parsed_until(), reason=reason)

    def _told_until(self) -> str:
        try:
            until = self._parsed_until()
        except FormError:
            return "?"
        return "no end" if until is None else full_time(datetime.fromisoformat(until), self._local)

    def _parsed_until(self) -> str | None:
        text = self._until.text
        if text is None:
            return None
        try:
            until = parse_time(text, self._now, ahead=True, local=self._local)
        except InvalidTime:
            raise FormError("Write the end as 30d, fri 18:00, 2026-01-31 or 2026-01-31 12:00.", self._until) from None
        if until <= self._now:
            raise FormError(f"{visible(text, 30)} is past: the end must lie ahead.", self._until)
        return iso(until)


def review_accept(request: AcceptRequest, finding: Finding, reread: Reread) -> Review:
    """Return the review of an acceptance; it needs a reason."""
    return review_of(
        request,
        reread,
        title=f'accept "{in_few_words(finding)}" of {finding.subject}',
        target_copy=finding.subject,
        sections=(
            (
                Line("target", f"{finding.severity.value}: {in_few_words(finding)}, {finding.subject}"),
                Line("what", finding.message),
                Line("remedy", finding.remedy),
                Line("stops working", "nothing; the finding is no longer listed"),
                Line("until", request.until or "what it is about changes"),
            ),
        ),
        tier=Tier.PLAIN,
        reason_required=True,
        closing="The history keeps that it was accepted, by whom and why.",
    )
