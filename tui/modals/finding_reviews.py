"""The reviews of what is done about a finding, and of taking a released address back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core import AcceptRequest, Binding, Finding, RecoverRequest, Verdict
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review import Review, Tier
from tui.modals.review_lines import NOTHING, Reread, review_of
from tui.wording.phrases import binding_words

__all__ = ["review_accept", "review_recover"]


def review_accept(request: AcceptRequest, finding: Finding, reread: Reread) -> Review:
    """Of an acceptance, which wants a reason."""
    return review_of(
        request,
        reread,
        title=f"accept {finding.code} of {finding.subject}",
        target_copy=finding.subject,
        sections=(
            (
                Line("target", f"{finding.severity.value} {finding.code}, {finding.subject}"),
                Line("what", finding.message),
                Line("remedy", finding.remedy),
                Line("stops working", "nothing; the finding is no longer listed"),
                Line("until", request.until or "the ground changes"),
            ),
        ),
        tier=Tier.PLAIN,
        reason_required=True,
        closing="The history keeps that it was accepted, by whom and why.",
    )


def review_recover(request: RecoverRequest, verdict: Verdict, reread: Reread, ended: Sequence[Binding] = ()) -> Review:
    """Of taking a released address back; `verdict` is what is true of it now."""
    return review_of(
        request,
        reread,
        title=f"recover {request.address}",
        target_copy=request.address,
        sections=(
            (
                Line("target", request.address),
                Line("owner", f"CIDR {verdict.cidr or '-'}   pool {verdict.pool_id or '-'}"),
                Line("present binding", "none: it has no live EIP"),
                Line("now", verdict.summary),
                Line("after", "a new EIP linked to the last one, unbound"),
                *_offered_again(ended),
                NOTHING,
            ),
        ),
        tier=Tier.PLAIN,
        closing=f"Reversible: {key_of('release')} releases it again.",
    )


def _offered_again(ended: Sequence[Binding]) -> Iterator[Line]:
    """What the last holder's EIP served until its end."""
    for number, binding in enumerate(ended):
        yield Line(
            "" if number else "it served", f"{binding_words(binding)}: offered again next, each with its own review"
        )
