"""Accepting a finding, and taking a released address back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from core import AcceptRequest, Eip, Finding, RecoverRequest, Verdict
from tui.changes.bind import bind_again
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.commands.registry import key_of
from tui.modals import AcceptModal
from tui.modals.finding_reviews import review_accept, review_recover
from tui.state.selection import Selection, SelectionKind

__all__ = ["accept", "accept_landing", "recover"]


async def accept(flow: Flow, finding: Finding) -> None:
    """Accept a finding with a reason; it stays in the history."""
    now = flow.host.inventory.now()
    await flow.ask_until_sent(lambda: AcceptModal(finding, now), lambda request: _accept(flow, finding, request))


async def _accept(flow: Flow, finding: Finding, request: AcceptRequest) -> Outcome:
    request = replace(request, request_id=new_request_id())
    review = review_accept(request, finding, reread=_still_open(flow, finding))
    reason = await flow.confirm(review, "ACCEPT")
    if reason is None:
        return Outcome.CANCELLED
    request = replace(request, reason=reason or request.reason)
    done = await flow.send(f"accept {finding.code}", request)
    if done is not None:
        flow.host.say(f"accepted {finding.code} of {finding.subject}: {request.reason}")
    return Outcome.REFUSED if done is None else Outcome.SENT


def _still_open(flow: Flow, finding: Finding) -> Callable[[], Awaitable[list[str]]]:
    async def reread() -> list[str]:
        found = await flow.host.ask(lambda inventory: [each.id for each in inventory.findings()])
        return [] if finding.id in found else ["The finding is gone: fixed, or accepted by somebody else."]

    return reread


async def accept_landing(flow: Flow, eip: Eip) -> None:
    """Accept the landing of an EIP."""
    found = await flow.read("accept", lambda inventory: inventory.findings())
    if found is None:
        return
    finding = next((each for each in found if each.landing == eip.id), None)
    if finding is None:
        flow.host.say(f"there is no open finding about {eip.address}")
        return
    await accept(flow, finding)


async def recover(flow: Flow, verdict: Verdict) -> None:
    """Take a released address back, as a new EIP."""
    address = verdict.address
    title = f"recover {address}"
    if verdict.eip is not None:
        flow.host.say(f"{address} has a live EIP: there is nothing to recover")
        return
    held = await flow.read(title, lambda inventory: inventory.tenancies(address, limit=1))
    if held is None:
        return
    ended = held[0].bindings if held else ()
    request = RecoverRequest(address=address, request_id=new_request_id())
    review = review_recover(request, verdict, reread=_reread_verdict(flow, verdict), ended=ended)
    reason = await flow.confirm(review, f"RECOVER {address}")
    if reason is None:
        return
    done = await flow.send(title, replace(request, reason=reason or None))
    if done is not None:
        flow.host.take(Selection(SelectionKind.ADDRESS, address))
        flow.host.say(f"recovered {address} as {done.eips[0].id}, unbound; {key_of('bind')} binds it")
        await bind_again(flow, done.eips[0], ended)


def _reread_verdict(flow: Flow, verdict: Verdict) -> Callable[[], Awaitable[list[str]]]:
    async def reread() -> list[str]:
        now = await flow.host.ask(lambda inventory: inventory.lookup(verdict.address))
        if now.verdict is verdict.verdict:
            return []
        return [f"{verdict.address} is {now.verdict.value} now; it was {verdict.verdict.value}."]

    return reread
