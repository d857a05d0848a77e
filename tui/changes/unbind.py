"""End the bindings of EIPs: every one, or of one EIP some of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core import Eip, Service, UnbindRequest
from tui.changes.batch import named, send_reviewed, show_result
from tui.changes.end_binding import end_some
from tui.changes.flow import Flow
from tui.changes.reread import EipChanges, bound_to
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review_lines import review_of_eips, stops_lines, table_lines, target_lines, unchanged_pool
from tui.modals.review_model import Reread, Review, Tier
from tui.wording.phrases import count_of
from tui.wording.serving import serves_words

__all__ = ["review_unbind", "unbind"]


async def unbind(flow: Flow, eips: Sequence[Eip]) -> None:
    """End every binding of the EIPs that are bound; of one EIP with several bindings, ask which."""
    bound = [eip for eip in eips if eip.bindings]
    if not bound:
        none = f"{eips[0].address} serves nothing" if len(eips) == 1 else "none of the marked EIPs serves anything"
        flow.host.say(f"{none}: there is nothing to unbind")
        return
    services = await flow.read(f"unbind {named(bound)}", lambda inventory: bound_to(inventory, bound))
    if services is None:
        return
    if len(bound) == 1 and len(bound[0].bindings) > 1:
        await end_some(flow, bound[0], services)
        return
    request = UnbindRequest(eip=bound[0].id or bound[0].address)
    watch = EipChanges(flow.host.ask, bound)
    done = await send_reviewed(flow, "unbind", request, watch, review_unbind(request, bound, services, reread=watch))
    if done is not None:
        rows = [f"{eip.address}   unbound from {serves_words(eip.bindings, services)}" for eip in bound[: len(done)]]
        nothing = "it serves" if len(bound) == 1 else "they serve"
        await show_result(flow, f"unbound {named(bound)}: {nothing} nothing now", rows, bound[len(done) :])


def review_unbind(
    request: UnbindRequest, eips: Sequence[Eip], services: Sequence[Service] = (), *, reread: Reread
) -> Review:
    """Return the review of the end of bindings: the one that the request names, or all of each EIP."""
    again = "it" if len(eips) == 1 else "each of them"
    return review_of_eips(
        request,
        eips,
        reread,
        title=f"unbind {named(eips)}",
        sections=(
            tuple(_one(request, eips[0], services) if len(eips) == 1 else table_lines(eips, services)),
            (unchanged_pool(eips, "an unbind"),),
        ),
        tier=Tier.COUNT,
        for_several=f"Unbinds {named(eips)}.",
        closing=f"Reversible: {key_of('bind')} binds {again} again.",
    )


def _one(request: UnbindRequest, eip: Eip, services: Sequence[Service]) -> Iterator[Line]:
    ending = [binding for binding in eip.bindings if request.binding_id in (None, binding.id)]
    left = len(eip.bindings) - len(ending)
    yield from target_lines([eip], services)
    yield from stops_lines(eip, ending, services)
    yield Line("after", f"still {count_of(left, 'binding')}" if left else "unbound; the EIP stays allocated")
