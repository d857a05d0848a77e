"""Which commands apply to the selection, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core import CidrState, Eip, EipStatus, VerdictWord
from tui.commands.registry import BY_ID, Command, Takes, View, key_of

__all__ = ["ADDRESS", "CIDR", "POOL", "KeyContext", "locked_refusal", "refusal", "rehomable", "rehome_refusal"]

ADDRESS: Final = "address"
POOL: Final = "pool"
CIDR: Final = "cidr"
SERVICE: Final = "service"

_ASKING: Final = frozenset(
    {"write_mode", "palette", "help", "copy_menu", "columns", "export", "pin", "sort", "theme", "trail", "read_as"}
)
"""Commands that change nothing and open a modal."""
_OF_THE_SELECTION: Final = frozenset({"copy", "copy_menu", "pin"})
"""Commands that change nothing and are about the selection."""


@dataclass(frozen=True, slots=True)
class KeyContext:
    """Everything that decides which keys apply."""

    view: View
    writing: bool
    eip: Eip | None = None
    verdict: VerdictWord | None = None
    past: bool = False
    """The selection is a verdict about a past moment."""
    cidr_state: CidrState | None = None
    """The state of the selected customer CIDR, or of the CIDR of the selected EIP."""
    landed: bool = False
    accepted: bool = False
    """The selected finding is accepted."""
    released: bool = False
    """The address has no live EIP and had one."""
    detail: bool = False
    """The detail stands in the place of the list."""
    marked: int = 0
    """The number of EIPs that change keys act on together; 0: they act on the selection."""
    kind: str = ""
    """The kind of the selected item; empty when nothing is selected."""
    subject: str = ""
    """The name of the selected item, safe to print."""
    locked: bool = False
    """The session was started with `--read-only`."""
    busy: bool = False
    """A change or a question is under way."""
    selecting: bool = False
    """Something is being read whose end changes the selection."""

    @property
    def recoverable(self) -> bool:
        """Whether the address can be taken back: its CIDR gives out addresses."""
        return self.eip is None and self.released and self.cidr_state in (None, CidrState.ACTIVE)

    @property
    def needs_rehome(self) -> bool:
        """Whether the EIP landed, or its customer CIDR is being emptied."""
        return self.landed or self.cidr_state is CidrState.DRAINING

    @property
    def service_key(self) -> str:
        """The command that changes what the EIP serves."""
        return "unbind" if self.eip is not None and self.eip.status is EipStatus.BOUND else "bind"


def rehomable(eip: Eip, cidr_state: CidrState | None) -> bool:
    """Whether an EIP can be rehomed: it has a Zenlayer address, or its CIDR is being emptied."""
    return not eip.customer_owned or cidr_state is CidrState.DRAINING


def rehome_refusal(eip: Eip, cidr_state: CidrState | None) -> str:
    """Return why an EIP is not rehomed; empty when it can be."""
    if rehomable(eip, cidr_state):
        return ""
    what = f"{key_of('rehome')} moves EIPs of the default pool and of draining CIDRs"
    return f"{eip.address} is on your {eip.cidr} already: {what}"


def refusal(command: Command, context: KeyContext) -> str:
    """Return why a command does nothing now; empty when it applies."""
    key = key_of(command.id)
    if command.views and context.view not in command.views:
        there = command.views[0]
        return f"{key} works in {there.value} (press {key_of(there.name.lower())})"
    if (command.changes or command.id in _ASKING) and context.busy:
        return "Finish or cancel the current action first."
    if (command.changes or command.id in _OF_THE_SELECTION) and context.selecting:
        return f"{key} ignored: the selected item is still loading. Press it again."
    if not command.changes:
        return ""
    if context.past:
        return f"{key} is refused: this verdict is about the past; type {context.subject} alone for now"
    return _mode_refusal(key, context) or _unfit_selection(command.id, context)


def _mode_refusal(key: str, context: KeyContext) -> str:
    if context.writing:
        return ""
    if context.locked:
        return locked_refusal(key)
    return f"{key} does nothing now: READ-ONLY.  {key_of('write_mode')} arms write mode, with a review"


def locked_refusal(key: str) -> str:
    """Return why a key does nothing in a session that was started with `--read-only`."""
    return f"{key} does nothing: this session was started with --read-only"


def _unfit_selection(name: str, context: KeyContext) -> str:
    """Return why a change does not apply to the selected item; empty when it does, or when only a read can tell."""
    key, kind, takes = key_of(name), context.kind, BY_ID[name].takes
    if takes is Takes.EIPS and context.marked:
        return ""
    if takes is not Takes.SELECTION:
        return _unfit_eip(name, context)
    if name == "accept" and not kind:
        return f"{key} needs a finding: {key_of('findings')} lists them"
    if name == "recover" and kind != ADDRESS:
        return f"{key} recovers a released address: type it"
    if name == "recover" and context.released and not context.recoverable:
        opens = f"{key_of('palette')} {BY_ID['cidr_activate'].name}"
        return f"{key} does nothing: the CIDR of {context.subject} is {context.cidr_state}.  {opens} opens it again"
    if name == "service_remove" and kind != SERVICE:
        return f"{key} needs a selected service: {key_of('services')} lists them"
    if name == "pool_set" and kind not in (POOL, CIDR, ADDRESS):
        return f"pool set needs a selected pool: {key_of('pools')} lists them"
    if name in ("cidr_end", "cidr_activate", "cidr_asn") and kind != CIDR:
        what = key if BY_ID[name].keys else BY_ID[name].name
        return f"{what} needs a selected CIDR: {key_of('cidrs')} lists them"
    return ""


def _unfit_eip(name: str, context: KeyContext) -> str:
    key, eip = key_of(name), context.eip
    if not context.kind:
        return f"{key} needs a selected EIP: move to a row, or type an address"
    if context.kind != ADDRESS:
        return f"{key} works on EIPs: {key_of('eips')} lists them, {key_of('open')} lists those of {context.subject}"
    if name == "rehome" and eip is not None and eip.released_at is None:
        return rehome_refusal(eip, context.cidr_state)
    return ""
