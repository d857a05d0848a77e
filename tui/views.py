"""The line of the views; painted first, so it needs no data and nothing of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import View, key_of

if TYPE_CHECKING:
    from tui.live import Inventory

__all__ = ["views_line"]

_VIEWS = (View.EIPS, View.POOLS, View.CIDRS, View.FINDINGS, View.TIMELINE)


def views_line(active: View, inventory: Inventory | None, width: int) -> str:
    """`[e EIPs 347]   p Pools 4    c CIDRs 4    f Findings 7!    t Timeline`"""
    full = "  ".join(_view(view, active, inventory) for view in _VIEWS).rstrip()
    if len(full) <= width:
        return full
    short = " ".join(_view(view, active, inventory).strip() for view in _VIEWS)
    if len(short) <= width:
        return short
    names = (f"{key_of(view.name.lower())} {view.value}" for view in _VIEWS)
    return " ".join(names)


def _view(view: View, active: View, inventory: Inventory | None) -> str:
    text = f"{key_of(view.name.lower())} {view.value}{_count(view, inventory)}"
    return f"[{text}]" if view is active else f" {text} "


def _count(view: View, inventory: Inventory | None) -> str:
    if inventory is None:
        return ""
    match view:
        case View.EIPS:
            return f" {inventory.eips:,}"
        case View.POOLS:
            return f" {len(inventory.pools)}"
        case View.CIDRS:
            return f" {len(inventory.cidrs)}"
        case View.FINDINGS:
            return f" {len(inventory.findings)}" + ("!" if inventory.findings else "")
        case _:
            return ""
