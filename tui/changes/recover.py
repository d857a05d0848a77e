"""Recover a released address as a new EIP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core import Binding, RecoverRequest, Verdict
from tui.changes.bind import bind_again
from tui.changes.flow import Flow, new_request_id
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review_lines import NOTHING, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.wording.serving import binding_words

__all__ = ["recover", "review_recover"]


async def recover(flow: Flow, selection: Selection | None) -> None:
    """Recover the selected address, then offer the bindings that its last EIP had."""
    if selection is None or selection.kind is not SelectionKind.ADDRESS:
        return
    title = f"recover {selection.id}"
    verdict = await flow.read(title, lambda inventory: inventory.lookup(selection.id))
    if verdict is None:
        return
    if verdict.eip is not None:
        flow.host.say(f"{verdict.address} has a live EIP: there is nothing to recover")
        return
    tenancies = await flow.read(title, lambda inventory: inventory.tenancies(verdict.address, limit=1))
    if tenancies is not None:
        await _recover(flow, verdict, tenancies[0].bindings if tenancies else ())


async def _recover(flow: Flow, verdict: Verdict, ended: Sequence[Binding]) -> None:
    address = verdict.address
    request = RecoverRequest(address=address, request_id=new_request_id())
    review = review_recover(request, verdict, reread=_reread_verdict(flow, verdict), ended=ended)
    _outcome, done = await flow.carry_out(f"recover {address}", request, review)
    if done is not None:
        flow.host.take(Selection(SelectionKind.ADDRESS, address))
        flow.host.say(f"recovered {address} as {done.eips[0].id}, unbound; {key_of('bind')} binds it")
        await bind_again(flow, done.eips[0], ended)


def _reread_verdict(flow: Flow, verdict: Verdict) -> Reread:
    async def reread() -> list[str]:
        now = await flow.host.ask(lambda inventory: inventory.lookup(verdict.address))
        if now.verdict is verdict.verdict:
            return []
        return [f"{verdict.address} is {now.verdict.value} now; it was {verdict.verdict.value}."]

    return reread


def review_recover(request: RecoverRequest, verdict: Verdict, reread: Reread, ended: Sequence[Binding] = ()) -> Review:
    """Return the review of a recovery.

    Args:
        request: the address.
        verdict: the present verdict on it.
        reread: looks the address up again.
        ended: the bindings of its last EIP, offered again afterwards.

    """
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
    for number, binding in enumerate(ended):
        yield Line(
            "" if number else "it served", f"{binding_words(binding)}: offered again next, each with its own review"
        )
