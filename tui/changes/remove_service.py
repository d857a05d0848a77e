"""Note that a service no longer exists."""

from __future__ import annotations

from collections.abc import Iterator

from core import EIPS_COUNTED, Eip, RemoveServiceRequest, ServiceRow
from tui.changes.flow import Flow, new_request_id
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review_lines import NOTHING, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.wording.phrases import count_of, minute
from tui.wording.sanitize import visible
from tui.wording.services import KIND_WORDS, serving_lines

__all__ = ["remove_service", "review_remove"]

_SHOWN = 10
"""EIPs whose bindings a review lists."""


async def remove_service(flow: Flow, selection: Selection | None) -> None:
    """Note that the selected service no longer exists; what still names it becomes a finding."""
    if selection is None or selection.kind is not SelectionKind.SERVICE:
        return
    title = f"remove {visible(selection.id)}"
    read = await flow.read(
        title,
        lambda inventory: (inventory.service_row(selection.id), inventory.siblings([selection.id], limit=_SHOWN).eips),
    )
    if read is None:
        return
    row, eips = read
    if row.missing_since is not None:
        flow.host.say(f"{visible(row.service.id)} is gone already, since {minute(row.missing_since)}")
        return
    request = RemoveServiceRequest(service_id=row.service.id, request_id=new_request_id())
    review = review_remove(request, row, eips, reread=_unchanged(flow, row))
    _outcome, done = await flow.carry_out(title, request, review)
    if done is not None:
        still = f": {count_of(row.eips, 'EIP still names', 'EIPs still name')} it" if row.eips else ""
        flow.host.say(f"{KIND_WORDS[done.kind]} {visible(done.id)} is gone{still}")


def _unchanged(flow: Flow, seen: ServiceRow) -> Reread:
    async def reread() -> list[str]:
        now = await flow.host.ask(lambda inventory: inventory.service_row(seen.service.id))
        changes = [] if now.missing_since is None else [f"{seen.service.id} is gone already."]
        if now.eips != seen.eips:
            changes.append(f"{seen.service.id} serves by {count_of(now.eips, 'EIP')} now; it was {seen.eips:,}.")
        return changes

    return reread


def review_remove(request: RemoveServiceRequest, row: ServiceRow, eips: tuple[Eip, ...], reread: Reread) -> Review:
    """Return the review of a removal; `eips` are the first EIPs of the service."""
    service = row.service
    return review_of(
        request,
        reread,
        title=f"remove {visible(service.id)}",
        target_copy=service.id,
        sections=(
            (
                Line("target", f"{KIND_WORDS[service.kind]} {service.id}   {service.name or ''}   {service.region}"),
                *_bindings(row, eips),
                NOTHING,
                Line("after", "it takes no new binding; the bindings that name it stay, as a finding"),
            ),
        ),
        tier=Tier.COUNT if row.eips else Tier.PLAIN,
        closing=f"Reversible: {key_of('service_add')} with the same id brings it back.",
    )


def _bindings(row: ServiceRow, eips: tuple[Eip, ...]) -> Iterator[Line]:
    if row.idle:
        yield Line("present binding", "none")
    for number, words in enumerate(serving_lines(row, eips)):
        yield Line("" if number else "present binding", words, problem=True)
    if row.eips > len(eips):
        more = f"{row.eips - len(eips):,}{'+' if row.eips >= EIPS_COUNTED else ''}"
        yield Line("", f"and {more} more EIPs", problem=True)
