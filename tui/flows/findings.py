"""Accepting a finding, and taking a released address back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from core import AcceptRequest, Eip, Finding, RecoverRequest, Verdict
from tui.commands import key_of
from tui.flows.binding import bind_again
from tui.flows.steps import Steps, Went, new_request_id
from tui.hand import Hand, HandKind
from tui.modals import AcceptModal
from tui.modals.finding_reviews import review_accept, review_recover

__all__ = ["accept", "accept_landing", "recover"]


async def accept(steps: Steps, finding: Finding) -> None:
    """Accept a finding with a reason; it stays in the history."""
    now = steps.host.desk.now()
    await steps.insist(lambda: AcceptModal(finding, now), lambda request: _accept(steps, finding, request))


async def _accept(steps: Steps, finding: Finding, request: AcceptRequest) -> Went:
    request = replace(request, request_id=new_request_id())
    review = review_accept(request, finding, reread=_still_open(steps, finding))
    reason = await steps.confirm(review, "ACCEPT")
    if reason is None:
        return Went.LEFT
    request = replace(request, reason=reason or request.reason)
    done = await steps.send(f"accept {finding.code}", steps.host.desk.platform.accept, request)
    if done is not None:
        steps.host.say(f"accepted {finding.code} of {finding.subject}: {request.reason}")
    return Went.REFUSED if done is None else Went.SENT


def _still_open(steps: Steps, finding: Finding) -> Callable[[], Awaitable[list[str]]]:
    async def reread() -> list[str]:
        found = await steps.host.ask(lambda desk: [each.id for each in desk.findings()])
        return [] if finding.id in found else ["The finding is gone: fixed, or accepted by somebody else."]

    return reread


async def accept_landing(steps: Steps, eip: Eip) -> None:
    """Accept the landing of an EIP."""
    found = await steps.read("accept", lambda desk: desk.findings())
    if found is None:
        return
    subjects = (eip.address, eip.id)
    finding = next((each for each in found if each.subject in subjects and "landed" in each.code), None)
    if finding is None:
        steps.host.say(f"there is no open finding about {eip.address}")
        return
    await accept(steps, finding)


async def recover(steps: Steps, verdict: Verdict) -> None:
    """Take a released address back, as a new EIP."""
    address = verdict.address
    title = f"recover {address}"
    if verdict.eip is not None:
        steps.host.say(f"{address} has a live EIP: there is nothing to recover")
        return
    held = await steps.read(title, lambda desk: desk.tenancies(address, limit=1))
    if held is None:
        return
    ended = held[0].bindings if held else ()
    request = RecoverRequest(address=address, request_id=new_request_id())
    review = review_recover(request, verdict, reread=_reread_verdict(steps, verdict), ended=ended)
    reason = await steps.confirm(review, f"RECOVER {address}")
    if reason is None:
        return
    done = await steps.send(title, steps.host.desk.platform.recover, replace(request, reason=reason or None))
    if done is not None:
        steps.host.take(Hand(HandKind.ADDRESS, address))
        steps.host.say(f"recovered {address} as {done.eips[0].id}, unbound; {key_of('bind')} binds it")
        await bind_again(steps, done.eips[0], ended)


def _reread_verdict(steps: Steps, verdict: Verdict) -> Callable[[], Awaitable[list[str]]]:
    async def reread() -> list[str]:
        now = await steps.host.ask(lambda desk: desk.lookup(verdict.address))
        if now.verdict is verdict.verdict:
            return []
        return [f"{verdict.address} is {now.verdict.value} now; it was {verdict.verdict.value}."]

    return reread
