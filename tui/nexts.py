"""What may be done next with the thing in hand: the last line of the strip."""

from __future__ import annotations

from core import BindingKind, CidrState, EipStatus, PoolKind, VerdictWord
from tui.commands import key_of
from tui.hand import Facts, HandKind
from tui.keyline import fixable

__all__ = ["next_steps"]

_OWNER = {
    BindingKind.NIC: "its interface",
    BindingKind.SNAT: "the gateway",
    BindingKind.DNAT: "the gateway",
    BindingKind.LOAD_BALANCER: "the load balancer",
}


def next_steps(facts: Facts, *, writing: bool, cidr_state: CidrState | None) -> list[str]:
    """`F fix`, `o the load balancer`, `t its history`, `a copy the address`; the weightiest first."""
    steps = _changes(facts, cidr_state)
    if steps and not writing:
        steps = [f"{key_of('write_mode')} arm write, then {steps[0]}"]
    if facts.hand.at is not None:
        steps = []
    return [*steps, *_looks(facts)]


def _changes(facts: Facts, cidr_state: CidrState | None) -> list[str]:
    match facts.hand.kind:
        case HandKind.POOL:
            return _pool_changes(facts)
        case HandKind.CIDR:
            return _cidr_changes(facts)
        case HandKind.SERVICE:
            return []
        case HandKind.ADDRESS:
            return _address_changes(facts, cidr_state)


def _pool_changes(facts: Facts) -> list[str]:
    if facts.pool is None or facts.pool.pool.kind is PoolKind.DEFAULT:
        return []
    return (
        [f"{key_of('allocate')} allocate from it"]
        if facts.pool.pool.available
        else [f"{key_of('cidr_add')} add a CIDR"]
    )


def _cidr_changes(facts: Facts) -> list[str]:
    if facts.cidr is None or not facts.cidr.cidr.customer_owned:
        return []
    cidr = facts.cidr.cidr
    steps = {
        CidrState.ACTIVE: [f"{key_of('cidr_end')} drain"],
        CidrState.DRAINING: [f"{key_of('cidr_end')} plan the retirement"]
        if cidr.allocated
        else [f"{key_of('cidr_end')} retire"],
        CidrState.VALIDATING: [f"{key_of('palette')} cidr activate, when it is announced"],
    }
    return steps.get(cidr.state, [])


def _address_changes(facts: Facts, cidr_state: CidrState | None) -> list[str]:
    eip, verdict = facts.eip, facts.verdict
    if eip is None:
        if verdict is None:
            return []
        if facts.released:
            return [f"{key_of('recover')} take it back"]
        return [f"{key_of('allocate')} allocate it"] if verdict.verdict is VerdictWord.CUSTOMER_UNALLOCATED else []
    steps = (
        [f"{key_of('rehome')} fix"]
        if eip.landed_in_default or (eip.customer_owned and fixable(eip, cidr_state))
        else []
    )
    if facts.hand.finding is not None:
        steps.append(f"{key_of('accept')} accept with a reason")
    if eip.status is EipStatus.UNBOUND:
        steps += [f"{key_of('bind')} bind", f"{key_of('release')} release"]
    return steps[:2]


def _looks(facts: Facts) -> list[str]:
    hand, eip = facts.hand, facts.eip
    enter, go, copy = key_of("open"), key_of("go_to"), key_of("copy")
    if hand.kind is HandKind.POOL:
        idle = facts.pool is not None and facts.pool.idle.total
        return [f"{enter} its EIPs{', idle first' if idle else ''}", f"{go} its CIDRs", f"{copy} copy"]
    if hand.kind is HandKind.CIDR:
        return [f"{enter} its EIPs", f"{go} its pool", f"{copy} copy"]
    if hand.kind is HandKind.SERVICE:
        return [f"{go} its EIPs", f"{copy} copy"]
    looks = [f"{go} {_OWNER[eip.bindings[0].kind]}"] if eip is not None and eip.bindings else []
    return [*looks, f"{key_of('timeline')} its history", f"{copy} copy the address"]
