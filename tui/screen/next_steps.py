"""The next steps for the selection: the last line of the verdict bar."""

from __future__ import annotations

from core import BindingKind, CidrState, EipStatus, PoolKind, VerdictWord
from tui.commands.context import KeyContext, rehomable
from tui.commands.registry import key_of
from tui.state.selection import SelectionDetails, SelectionKind

__all__ = ["next_steps"]

_OWNER = {
    BindingKind.NIC: "its interface",
    BindingKind.SNAT: "the gateway",
    BindingKind.DNAT: "the gateway",
    BindingKind.LOAD_BALANCER: "the load balancer",
}


def next_steps(details: SelectionDetails, context: KeyContext) -> list[str]:
    """Return `F rehome`, `o the load balancer`, `t its history`, `a copy the address`; the weightiest first."""
    changes = [] if context.past or context.locked else _changes(details, context)
    if changes and not context.writing:
        changes = [f"{key_of('write_mode')} arm write, then {changes[0]}"]
    return [*changes, *_looks(details)]


def _changes(details: SelectionDetails, context: KeyContext) -> list[str]:
    match details.selection.kind:
        case SelectionKind.POOL:
            return _pool_changes(details)
        case SelectionKind.CIDR:
            return _cidr_changes(details)
        case SelectionKind.SERVICE:
            return []
        case SelectionKind.ADDRESS:
            return _address_changes(details, context)


def _pool_changes(details: SelectionDetails) -> list[str]:
    if details.pool is None or details.pool.pool.kind is PoolKind.DEFAULT:
        return []
    return (
        [f"{key_of('allocate')} allocate from it"]
        if details.pool.pool.available
        else [f"{key_of('cidr_add')} add a CIDR"]
    )


def _cidr_changes(details: SelectionDetails) -> list[str]:
    if details.cidr is None or not details.cidr.cidr.customer_owned:
        return []
    cidr = details.cidr.cidr
    end = key_of("cidr_end")
    steps = {
        CidrState.ACTIVE: f"{end} drain",
        CidrState.DRAINING: f"{end} plan the retirement" if cidr.allocated else f"{end} retire",
        CidrState.VALIDATING: f"{key_of('palette')} cidr activate, when it is announced",
    }
    return [steps[cidr.state]] if cidr.state in steps else []


def _address_changes(details: SelectionDetails, context: KeyContext) -> list[str]:
    eip, verdict = details.eip, details.verdict
    if eip is None:
        if verdict is None:
            return []
        if context.recoverable:
            return [f"{key_of('recover')} take it back"]
        return [f"{key_of('allocate')} allocate it"] if verdict.verdict is VerdictWord.CUSTOMER_UNALLOCATED else []
    rehomes = eip.landed_in_default or (eip.customer_owned and rehomable(eip, context.cidr_state))
    changes = [f"{key_of('rehome')} rehome"] if rehomes else []
    if details.selection.finding is not None:
        changes.append(f"{key_of('accept')} {'withdraw' if context.accepted else 'accept with a reason'}")
    if eip.status is EipStatus.UNBOUND:
        changes += [f"{key_of('bind')} bind", f"{key_of('release')} release"]
    return changes[:2]


def _looks(details: SelectionDetails) -> list[str]:
    selection, eip = details.selection, details.eip
    enter, go, copy = key_of("open"), key_of("go_to"), key_of("copy")
    if selection.kind is SelectionKind.POOL:
        idle = details.pool is not None and details.pool.idle.total
        return [f"{enter} its EIPs{', idle first' if idle else ''}", f"{go} its CIDRs", f"{copy} copy"]
    if selection.kind is SelectionKind.CIDR:
        return [f"{enter} its EIPs", f"{go} its pool", f"{copy} copy"]
    if selection.kind is SelectionKind.SERVICE:
        return [f"{go} its EIPs", f"{copy} copy"]
    looks = [f"{go} {_OWNER[eip.bindings[0].kind]}"] if eip is not None and eip.bindings else []
    return [*looks, f"{key_of('timeline')} its history", f"{copy} copy the address"]
