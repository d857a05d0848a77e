"""Starts the flow of a command. A new verb adds one line to one of the three tables.

`tui.commands.context` has refused a command that does not apply to the selected item before it gets here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from core import Eip
from tui.changes.accept import accept
from tui.changes.activate_cidr import activate_cidr
from tui.changes.add_cidr import add_cidr
from tui.changes.allocate import allocate
from tui.changes.bandwidth import change_bandwidth
from tui.changes.batch import load_living, named
from tui.changes.bind import bind
from tui.changes.flow import Flow
from tui.changes.pool_settings import change_pool
from tui.changes.recover import recover
from tui.changes.register_service import register_service
from tui.changes.rehome import rehome
from tui.changes.release import release
from tui.changes.remove_service import remove_service
from tui.changes.rename import rename
from tui.changes.reserve import reserve, unreserve
from tui.changes.retire_cidr import drain_or_retire
from tui.changes.set_asn import set_asn
from tui.changes.unbind import unbind
from tui.commands.context import rehome_refusal
from tui.commands.registry import key_of
from tui.state.marks import Marks
from tui.state.selection import Selection, SelectionKind

__all__ = ["ON_EIP", "ON_EIPS", "ON_SELECTION", "start"]

ON_SELECTION: Final[dict[str, Callable[[Flow, Selection | None], Awaitable[None]]]] = {
    "accept": accept,
    "allocate": allocate,
    "cidr_activate": activate_cidr,
    "cidr_add": add_cidr,
    "cidr_end": drain_or_retire,
    "cidr_asn": set_asn,
    "pool_set": change_pool,
    "recover": recover,
    "reserve": reserve,
    "service_add": register_service,
    "service_remove": remove_service,
    "unreserve": unreserve,
}
"""Changes by command that take what is selected, whatever it is."""
ON_EIP: Final[dict[str, Callable[[Flow, Eip], Awaitable[None]]]] = {
    "bandwidth": change_bandwidth,
    "name": rename,
}
"""Changes of the selected EIP."""
ON_EIPS: Final[dict[str, Callable[[Flow, Sequence[Eip]], Awaitable[None]]]] = {
    "bind": bind,
    "rehome": rehome,
    "release": release,
    "unbind": unbind,
}
"""Changes of the marked EIPs, or else of the selected one."""

_IN_THE_CONSOLE: Final = ("cidr_add", "cidr_asn", "service_add", "service_remove")
"""Changes that eipdeck does not make on a live account; refused before their form."""


async def start(flow: Flow, name: str, selection: Selection | None, marks: Marks) -> None:
    """Run the flow of a command on the selection and the marks as they were when its key was pressed."""
    if name in _IN_THE_CONSOLE and flow.host.inventory.config.account is not None:
        flow.host.say(f"{key_of(name)} does nothing on a live account: do it in Zenlayer's console, a sync shows it")
        return
    together = name in ON_EIPS and bool(marks.acting)
    flow.about_marks = marks.reviewed(together=together)
    try:
        if name in ON_SELECTION:
            await ON_SELECTION[name](flow, selection)
        elif together:
            await _on_marked(flow, name, marks.acting)
        else:
            await _on_selected(flow, name, selection)
    finally:
        flow.about_marks, flow.dead = "", None


async def _on_marked(flow: Flow, name: str, marked: Sequence[Eip]) -> None:
    living = await flow.read(f"{name} {named(marked)}", lambda inventory: load_living(inventory, marked))
    if living:
        ids = {eip.id for eip in living}
        flow.dead = [eip for eip in marked if eip.id not in ids]
        await ON_EIPS[name](flow, living)
    elif living is not None:
        flow.host.say(f"none of the marked EIPs is alive any more: {key_of('unmark')} clears the marks")


async def _on_selected(flow: Flow, name: str, selection: Selection | None) -> None:
    eip = await _selected_eip(flow, key_of(name), selection)
    if eip is None or (name == "rehome" and not _can_rehome(flow, eip)):
        return
    if name in ON_EIP:
        await ON_EIP[name](flow, eip)
    else:
        await ON_EIPS[name](flow, [eip])


async def _selected_eip(flow: Flow, key: str, selection: Selection | None) -> Eip | None:
    """Return the selected live EIP as the screen shows it; without one, say why and return None."""
    if selection is None or selection.kind is not SelectionKind.ADDRESS:
        return None
    if selection.eip is not None and selection.eip.released_at is None:
        return selection.eip
    verdict = await flow.read(f"{key} {selection.id}", lambda inventory: inventory.lookup(selection.id))
    if verdict is None:
        return None
    if verdict.eip is None:
        flow.host.say(f"{selection.id} has no live EIP: {key} does nothing")
    return verdict.eip


def _can_rehome(flow: Flow, eip: Eip) -> bool:
    """Whether the EIP landed or its CIDR drains; if not, say so."""
    cidr = None if flow.host.snapshot is None else flow.host.snapshot.cidr(eip.cidr)
    why_not = rehome_refusal(eip, cidr.state if cidr else None)
    if why_not:
        flow.host.say(why_not)
    return not why_not
