"""The tabs: one for each view. They are painted first, so they import nothing of core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.registry import View, key_of
from tui.terminal.roles import Role
from tui.widgets.lines import Line, Part, chip, line_of

if TYPE_CHECKING:
    from tui.state.snapshot import Snapshot

__all__ = ["views_line"]

_VIEWS = (View.EIPS, View.POOLS, View.CIDRS, View.SERVICES, View.FINDINGS, View.TIMELINE)


def views_line(active: View, snapshot: Snapshot | None, width: int) -> Line:
    """Return ` e EIPs 347    p Pools 4    c CIDRs 4    f Findings 7!    t Timeline`; the active one is filled."""
    tabs = [(view, _count(view, snapshot)) for view in _VIEWS]
    for gap, counted, end in (("   ", 1, " "), (" ", 1, " "), ("", 1, " "), ("", 0, " "), ("", 0, "")):
        parts: list[Part] = []
        for view, count in tabs:
            parts += [*_tab(view, active, count * counted, end), (gap, Role.TEXT)]
        if sum(len(text) for text, _ in parts) - len(gap) <= width:
            break
    return line_of(*parts[:-1])


def _tab(view: View, active: View, count: str, end: str) -> list[Part]:
    key = key_of(view.name.lower())
    if view is active:
        return [chip(f"{key} {view.value}{count}", Role.FOCUSED)]
    alarm = Role.WARNING if count.endswith("!") else Role.DIM
    return [(f" {key}", Role.KEY), (f" {view.value}", Role.LABEL), (f"{count}{end}", alarm)]


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
