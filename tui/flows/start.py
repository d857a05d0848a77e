"""From a key and the thing in hand to the flow it starts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from core import CidrState, Eip, Finding, VerdictWord
from tui.commands import key_of
from tui.flows import binding, cidrs, eip, findings, several
from tui.flows.steps import Steps
from tui.hand import Hand, HandKind
from tui.keyline import fixable
from tui.marks import Marks
from tui.text import visible

__all__ = ["start"]

EipFlow = Callable[[Steps, Eip], Awaitable[None]]
MarkedFlow = Callable[[Steps, Sequence[Eip]], Awaitable[None]]


async def start(steps: Steps, name: str, hand: Hand | None, marks: Marks) -> None:
    """Run the flow of a command on what was in hand, or marked, when its key was pressed."""
    on_marked = _ON_MARKED.get(name) if marks.acting else None
    steps.about_marks = marks.reviewed(together=on_marked is not None)
    try:
        await (_FLOWS[name](steps, hand) if on_marked is None else on_marked(steps, marks.acting))
    finally:
        steps.about_marks = ""


def _on_eip(name: str, flow: EipFlow) -> Callable[[Steps, Hand | None], Awaitable[None]]:
    async def run(steps: Steps, hand: Hand | None) -> None:
        found = await _eip_in_hand(steps, key_of(name), hand)
        if found is not None:
            await flow(steps, found)

    return run


async def _eip_in_hand(steps: Steps, key: str, hand: Hand | None) -> Eip | None:
    """The live EIP as it was seen, or None after saying why there is none."""
    if hand is None:
        steps.host.say(f"{key} needs an EIP in hand: move to a row, or type an address")
        return None
    if hand.kind is not HandKind.ADDRESS:
        steps.host.say(
            f"{key} is for EIPs: {key_of('eips')} lists them, {key_of('open')} lists those of {visible(hand.id)}"
        )
        return None
    if hand.eip is not None and hand.eip.released_at is None:
        return hand.eip
    verdict = await steps.read(f"{key} {hand.id}", lambda desk: desk.lookup(hand.id))
    if verdict is None:
        return None
    if verdict.eip is None:
        steps.host.say(f"{hand.id} has no live EIP: {key} does nothing")
    return verdict.eip


async def _allocate(steps: Steps, hand: Hand | None) -> None:
    """From a pool's row in that pool; from an address nobody has, that address."""
    if hand is not None and hand.kind is HandKind.POOL:
        await eip.allocate(steps, pool_id=hand.id)
        return
    if hand is not None and hand.kind is HandKind.ADDRESS and hand.eip is None:
        verdict = await steps.read("allocate", lambda desk: desk.lookup(hand.id))
        if verdict is None:
            return
        if verdict.verdict is VerdictWord.CUSTOMER_UNALLOCATED:
            await eip.allocate(steps, pool_id=verdict.pool_id, address=hand.id)
            return
    await eip.allocate(steps)


async def _fix(steps: Steps, found: Eip) -> None:
    cidr = None if steps.host.inventory is None else steps.host.inventory.cidr(found.cidr)
    if fixable(found, cidr.state if cidr else None):
        await eip.rehome(steps, found)
    else:
        steps.host.say(
            f"{found.address} is on your {found.cidr} already: {key_of('rehome')} fixes landings and draining CIDRs"
        )


async def _accept(steps: Steps, hand: Hand | None) -> None:
    if hand is None:
        steps.host.say(f"{key_of('accept')} needs a finding: {key_of('findings')} lists them")
        return
    finding = hand.finding or _finding_about(steps, hand)
    if finding is None:
        steps.host.say(f"there is no open finding about {visible(hand.id)}")
        return
    await findings.accept(steps, finding)


def _finding_about(steps: Steps, hand: Hand) -> Finding | None:
    """The worst finding about what is in hand."""
    inventory = steps.host.inventory
    subjects = {hand.id, hand.eip.id if hand.eip is not None else hand.id}
    return next((each for each in inventory.findings if each.subject in subjects), None) if inventory else None


async def _recover(steps: Steps, hand: Hand | None) -> None:
    if hand is None or hand.kind is not HandKind.ADDRESS:
        steps.host.say(f"{key_of('recover')} recovers a released address: type it")
        return
    verdict = await steps.read(f"recover {hand.id}", lambda desk: desk.lookup(hand.id))
    if verdict is not None:
        await findings.recover(steps, verdict)


async def _add_cidr(steps: Steps, _hand: Hand | None) -> None:
    await cidrs.add(steps)


async def _end_cidr(steps: Steps, hand: Hand | None) -> None:
    if hand is None or hand.kind is not HandKind.CIDR:
        steps.host.say(f"{key_of('cidr_end')} needs a CIDR in hand: {key_of('cidrs')} lists them")
        return
    cidr = await steps.read(f"{key_of('cidr_end')} {hand.id}", lambda desk: desk.cidr(hand.id))
    pools = await steps.read(f"{key_of('cidr_end')} {hand.id}", lambda desk: desk.pools()) if cidr is not None else None
    if cidr is not None and pools is not None:
        await cidrs.end(steps, cidr, pools)


async def _activate(steps: Steps, hand: Hand | None) -> None:
    if hand is None or hand.kind is not HandKind.CIDR:
        steps.host.say(f"cidr activate needs a CIDR in hand: {key_of('cidrs')} lists them")
        return
    cidr = await steps.read(f"activate {hand.id}", lambda desk: desk.cidr(hand.id))
    if cidr is None:
        return
    if cidr.state in (CidrState.ACTIVE, CidrState.RETIRED) or not cidr.customer_owned:
        steps.host.say(f"{cidr.cidr} is {cidr.state.value}: there is nothing to activate")
        return
    pool = await steps.read(f"activate {hand.id}", lambda desk: desk.pool(cidr.pool_id))
    if pool is not None:
        await cidrs.activate(steps, cidr, pool)


_FLOWS: Final[dict[str, Callable[[Steps, Hand | None], Awaitable[None]]]] = {
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
