"""From a key and the thing in hand to the flow it starts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from core import CidrState, Eip, Finding, VerdictWord
from tui.changes import batch as several
from tui.changes import bind as binding
from tui.changes.flow import Flow
from tui.commands.context import rehomable
from tui.commands.registry import key_of
from tui.flows import cidrs, eip, findings
from tui.state.marks import Marks
from tui.state.selection import Selection, SelectionKind
from tui.wording.sanitize import visible

__all__ = ["start"]

EipFlow = Callable[[Flow, Eip], Awaitable[None]]
MarkedFlow = Callable[[Flow, Sequence[Eip]], Awaitable[None]]


async def start(flow: Flow, name: str, selection: Selection | None, marks: Marks) -> None:
    """Run the flow of a command on what was in hand, or marked, when its key was pressed."""
    on_marked = _ON_MARKED.get(name) if marks.acting else None
    flow.about_marks = marks.reviewed(together=on_marked is not None)
    try:
        await (_FLOWS[name](flow, selection) if on_marked is None else on_marked(flow, marks.acting))
    finally:
        flow.about_marks = ""


def _on_eip(name: str, run_on: EipFlow) -> Callable[[Flow, Selection | None], Awaitable[None]]:
    async def run(flow: Flow, selection: Selection | None) -> None:
        found = await _eip_in_hand(flow, key_of(name), selection)
        if found is not None:
            await run_on(flow, found)

    return run


async def _eip_in_hand(flow: Flow, key: str, selection: Selection | None) -> Eip | None:
    """The live EIP as it was seen, or None after saying why there is none."""
    if selection is None:
        flow.host.say(f"{key} needs an EIP in hand: move to a row, or type an address")
        return None
    if selection.kind is not SelectionKind.ADDRESS:
        flow.host.say(
            f"{key} is for EIPs: {key_of('eips')} lists them, {key_of('open')} lists those of {visible(selection.id)}"
        )
        return None
    if selection.eip is not None and selection.eip.released_at is None:
        return selection.eip
    verdict = await flow.read(f"{key} {selection.id}", lambda inventory: inventory.lookup(selection.id))
    if verdict is None:
        return None
    if verdict.eip is None:
        flow.host.say(f"{selection.id} has no live EIP: {key} does nothing")
    return verdict.eip


async def _allocate(flow: Flow, selection: Selection | None) -> None:
    """From a pool's row in that pool; from an address nobody has, that address."""
    if selection is not None and selection.kind is SelectionKind.POOL:
        await eip.allocate(flow, pool_id=selection.id)
        return
    if selection is not None and selection.kind is SelectionKind.ADDRESS and selection.eip is None:
        verdict = await flow.read("allocate", lambda inventory: inventory.lookup(selection.id))
        if verdict is None:
            return
        if verdict.verdict is VerdictWord.CUSTOMER_UNALLOCATED:
            await eip.allocate(flow, pool_id=verdict.pool_id, address=selection.id)
            return
    await eip.allocate(flow)


async def _fix(flow: Flow, found: Eip) -> None:
    cidr = None if flow.host.snapshot is None else flow.host.snapshot.cidr(found.cidr)
    if rehomable(found, cidr.state if cidr else None):
        await eip.rehome(flow, found)
    else:
        flow.host.say(
            f"{found.address} is on your {found.cidr} already: {key_of('rehome')} fixes landings and draining CIDRs"
        )


async def _accept(flow: Flow, selection: Selection | None) -> None:
    if selection is None:
        flow.host.say(f"{key_of('accept')} needs a finding: {key_of('findings')} lists them")
        return
    finding = selection.finding or _finding_about(flow, selection)
    if finding is None:
        flow.host.say(f"there is no open finding about {visible(selection.id)}")
        return
    await findings.accept(flow, finding)


def _finding_about(flow: Flow, selection: Selection) -> Finding | None:
    """The worst finding about what is in hand."""
    snapshot = flow.host.snapshot
    subjects = {selection.id, selection.eip.id if selection.eip is not None else selection.id}
    return next((each for each in snapshot.findings if each.subject in subjects), None) if snapshot else None


async def _recover(flow: Flow, selection: Selection | None) -> None:
    if selection is None or selection.kind is not SelectionKind.ADDRESS:
        flow.host.say(f"{key_of('recover')} recovers a released address: type it")
        return
    verdict = await flow.read(f"recover {selection.id}", lambda inventory: inventory.lookup(selection.id))
    if verdict is not None:
        await findings.recover(flow, verdict)


async def _add_cidr(flow: Flow, _hand: Selection | None) -> None:
    await cidrs.add(flow)


async def _end_cidr(flow: Flow, selection: Selection | None) -> None:
    if selection is None or selection.kind is not SelectionKind.CIDR:
        flow.host.say(f"{key_of('cidr_end')} needs a CIDR in hand: {key_of('cidrs')} lists them")
        return
    cidr = await flow.read(f"{key_of('cidr_end')} {selection.id}", lambda inventory: inventory.cidr(selection.id))
    pools = (
        await flow.read(f"{key_of('cidr_end')} {selection.id}", lambda inventory: inventory.pools())
        if cidr is not None
        else None
    )
    if cidr is not None and pools is not None:
        await cidrs.end(flow, cidr, pools)


async def _activate(flow: Flow, selection: Selection | None) -> None:
    if selection is None or selection.kind is not SelectionKind.CIDR:
        flow.host.say(f"cidr activate needs a CIDR in hand: {key_of('cidrs')} lists them")
        return
    cidr = await flow.read(f"activate {selection.id}", lambda inventory: inventory.cidr(selection.id))
    if cidr is None:
        return
    if cidr.state in (CidrState.ACTIVE, CidrState.RETIRED) or not cidr.customer_owned:
        flow.host.say(f"{cidr.cidr} is {cidr.state.value}: there is nothing to activate")
        return
    pool = await flow.read(f"activate {selection.id}", lambda inventory: inventory.pool(cidr.pool_id))
    if pool is not None:
        await cidrs.activate(flow, cidr, pool)


_FLOWS: Final[dict[str, Callable[[Flow, Selection | None], Awaitable[None]]]] = {
    "allocate": _allocate,
    "bind": _on_eip("bind", binding.bind),
    "unbind": _on_eip("unbind", eip.unbind),
    "release": _on_eip("release", eip.release),
    "rehome": _on_eip("rehome", _fix),
    "bandwidth": _on_eip("bandwidth", eip.bandwidth),
    "accept": _accept,
    "recover": _recover,
    "cidr_add": _add_cidr,
    "cidr_end": _end_cidr,
    "cidr_activate": _activate,
}
_ON_MARKED: Final[dict[str, MarkedFlow]] = {
    "bind": several.bind,
    "unbind": several.unbind,
    "release": several.release,
    "rehome": several.rehome,
}
