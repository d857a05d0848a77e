"""Withdraw the acceptance of a finding: it is open again."""

from __future__ import annotations

from core import AcceptRequest, Finding
from tui.changes.flow import Flow, new_request_id
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review_lines import NOTHING, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.wording.findings import in_few_words
from tui.wording.phrases import accepted_words

__all__ = ["review_withdraw", "withdraw"]


async def withdraw(flow: Flow, finding: Finding) -> None:
    """Withdraw the acceptance of a finding, after a review that asks for the reason."""
    request = AcceptRequest(finding=finding.id, withdraw=True, request_id=new_request_id())
    review = review_withdraw(request, finding, reread=_still_accepted(flow, finding))
    _outcome, done = await flow.carry_out(f'withdraw "{in_few_words(finding)}"', request, review)
    if done is not None:
        flow.host.say(f'"{in_few_words(finding)}" of {finding.subject} is open again')


def _still_accepted(flow: Flow, finding: Finding) -> Reread:
    async def reread() -> list[str]:
        found = await flow.host.ask(lambda inventory: inventory.findings(accepted=True))
        accepted = any(each.id == finding.id and each.accepted for each in found)
        return [] if accepted else ["The acceptance is over: withdrawn by somebody else, or its finding is gone."]

    return reread


def review_withdraw(request: AcceptRequest, finding: Finding, reread: Reread) -> Review:
    """Return the review of a withdrawal; it needs a reason."""
    return review_of(
        request,
        reread,
        title=f'withdraw the acceptance of "{in_few_words(finding)}"',
        target_copy=finding.subject,
        sections=(
            (
                Line("target", f"{finding.severity.value}: {in_few_words(finding)}, {finding.subject}"),
                Line("what", finding.message),
                Line("accepted", accepted_words(finding)),
                NOTHING,
                Line("after", "the finding is listed and counted again"),
            ),
        ),
        tier=Tier.PLAIN,
        reason_required=True,
        closing=f"Reversible: {key_of('accept')} accepts it again. The history keeps both.",
    )
