"""Changes of one EIP or many with one review: names, checks, and requests sent one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from core import Eip, EipRequest, Inventory, NotFound, Request
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import EipChanges
from tui.commands.registry import key_of
from tui.modals.result import ResultModal
from tui.modals.review_model import Review
from tui.wording.phrases import count_of

__all__ = ["in_one_region", "load_living", "named", "outcome_of", "send_reviewed", "show_result"]

Answer = TypeVar("Answer")


def named(eips: Sequence[Eip]) -> str:
    """`198.18.0.5`, or `3 EIPs`."""
    return eips[0].address if len(eips) == 1 else count_of(len(eips), "EIP")


def load_living(inventory: Inventory, eips: Sequence[Eip]) -> list[Eip]:
    """Read the EIPs again; leave out those that were released."""
    found: list[Eip] = []
    for eip in eips:
        try:
            now = inventory.eip(str(eip.id))
        except NotFound:
            continue
        if now.released_at is None:
            found.append(now)
    return found


def in_one_region(flow: Flow, eips: Sequence[Eip]) -> bool:
    """Whether all EIPs are of one region; if not, say so."""
    one = len({eip.region for eip in eips}) == 1
    if not one:
        flow.host.say("the marked EIPs are of several regions: mark those of one", problem=True)
    return one


async def send_reviewed(
    flow: Flow, verb: str, request: EipRequest[Answer], watch: EipChanges, review: Review
) -> list[object] | None:
    """Show the review, then send the request once for each EIP of `watch`.

    Args:
        flow: the flow in progress.
        verb: begins the title of each change.
        request: the change of one EIP; the EIP, its expected state, the reason and the request id are filled in.
        watch: the EIPs under review.
        review: what the operator confirms.

    Returns:
        The answers in the order of the EIPs, without those that were not sent; None if the operator cancelled.

    """
    reason = await flow.confirm(review, f"{verb} {named(watch.latest)}")
    if reason is None:
        return None
    requests = [
        replace(request, eip=eip.id or eip.address, expected=eip, reason=reason or None, request_id=new_request_id())
        for eip in watch.latest
    ]
    return await _send_each(flow, verb, watch.latest, requests)


async def show_result(flow: Flow, said: str, rows: Sequence[str], left: Sequence[Eip] = ()) -> None:
    """Say how a batch ended, and show a row for each EIP until the operator closes it.

    Args:
        flow: the flow in progress.
        said: the heading when the whole batch was carried out.
        rows: a row for each EIP that was changed; one alone or none is only said.
        left: the EIPs that were not changed.

    """
    if not left:
        flow.host.say(said)
    if len(rows) + len(left) < 2 or not rows:
        return
    heading = said if not left else f"{len(rows)} of {len(rows) + len(left)} done"
    unchanged = (f"{eip.address}   not changed" for eip in left)
    await flow.host.app.push_screen_wait(ResultModal(heading, (*rows, *unchanged), keystrokes=flow.keystrokes()))


def outcome_of(done: Sequence[object] | None) -> Outcome:
    """Return how a batch ended; it counts as sent after its first answer."""
    if done is None:
        return Outcome.CANCELLED
    return Outcome.SENT if done else Outcome.REFUSED


async def _send_each(flow: Flow, verb: str, eips: Sequence[Eip], requests: Sequence[Request[Answer]]) -> list[Answer]:
    """Send one request after the other and say how far it is. The first refusal ends it; what was done stays done."""
    done: list[Answer] = []
    flow.begin_batch()
    for eip, request in zip(eips, requests, strict=True):
        if done and (flow.stopped or not flow.host.may_write()):
            why = "stopped" if flow.stopped else "write mode ran out"
            flow.host.say(f"{verb}: {why}, {len(done)} of {len(eips)} done; the others are as they were")
            break
        of = f" ({len(done) + 1} of {len(eips)}; {key_of('abort')} stops)" if len(eips) > 1 else ""
        answer = await flow.send(f"{verb} {eip.address}{of}", request)
        if answer is None:
            if len(eips) > 1:
                flow.host.say(
                    f"{verb}: {len(done)} of {len(eips)} done, refused at {eip.address}; the others stay marked"
                )
            break
        done.append(answer)
        flow.unmark([eip])
    return done
