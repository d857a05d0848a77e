"""The tabs: one for each view. They are painted first, so they import nothing of core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.registry import View, key_of

if TYPE_CHECKING:
    from tui.state.snapshot import Snapshot

__all__ = ["views_line"]

_VIEWS = (View.EIPS, View.POOLS, View.CIDRS, View.SERVICES, View.FINDINGS, View.TIMELINE)


def views_line(active: View, snapshot: Snapshot | None, width: int) -> str:
    """Return `[e EIPs 347]  p Pools 4  c CIDRs 4  l Services 70  f Findings 7!  t Timeline`."""
    full = "  ".join(_view(view, active, snapshot) for view in _VIEWS).rstrip()
    if len(full) <= width:
        return full
    short = [_view(view, active, snapshot).strip() for view in _VIEWS]
    fitting = (line for line in ("  ".join(short), " ".join(short)) if len(line) <= width)
    names = (f"{key_of(view.name.lower())} {view.value}" for view in _VIEWS)
    return next(fitting, " ".join(names))


def _view(view: View, active: View, snapshot: Snapshot | None) -> str:
    text = f"{key_of(view.name.lower())} {view.value}{_count(view, snapshot)}"
    return f"[{text}]" if view is active else f" {text} "


def _count(view: View, snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return ""
    match view:
        case View.EIPS:
            return f" {snapshot.eips:,}"
        case View.POOLS:
            return f" {len(snapshot.pools)}"
        case View.CIDRS:
            return f" {len(snapshot.cidrs)}"
        case View.SERVICES:
            return f" {snapshot.services:,}"
        case View.FINDINGS:
            return f" {len(snapshot.findings)}" + ("!" if snapshot.findings else "")
        case _:
            return ""
