"""The status line: the grace count, what was said last, or what the list holds."""

from __future__ import annotations

from tui.commands.registry import key_of
from tui.state.screen_state import Said, ScreenState
from tui.state.selection import SelectionKind
from tui.widgets.lines import PLAIN, REVERSE, WARNING, Line, Lines
from tui.wording.phrases import count_of

__all__ = ["StatusBar", "status_line"]


class StatusBar(Lines):
    """The line above the keys. It keeps what was said until the operator moves."""

    def __init__(self) -> None:
        super().__init__(id="status", classes="line")
        self.said = Said()
        self.count: str | None = None
        """The grace count; None when none runs."""


def status_line(state: ScreenState, *, step: str = "") -> Line:
    """Return the most urgent thing to say; `step` says on which EIPs keys act, where no other line says so."""
    if state.count is not None:
        return Line(state.count, REVERSE)
    if state.said.text:
        problem = state.said.problem
        return Line(f"! {state.said.text}" if problem else state.said.text, WARNING if problem else PLAIN)
    if state.refresh.failed:
        return Line(state.refresh.failed, WARNING)
    if state.snapshot is None:
        return Line("reading the inventory")
    if state.trail_problem:
        return Line(f"! {state.trail_problem}", WARNING)
    if step:
        return Line(step)
    return Line(_about_detail(state) if state.detail_page else state.listed.summary)


def _about_detail(state: ScreenState) -> str:
    kind, below = state.selection.kind if state.selection else None, state.below
    if kind is SelectionKind.CIDR:
        return f"arrows walk the map; {key_of('next_problem')} next problem, {key_of('first')} {key_of('last')} ends"
    if below:
        moves = f"{key_of('down')}, {key_of('up')} and {key_of('page_down')}"
        return f"{count_of(below, 'more line')} below: {moves} scroll"
    if kind is SelectionKind.POOL:
        return f"the live EIPs of each day; {key_of('timeline')} shows what changed"
    if kind is SelectionKind.SERVICE:
        return f"{key_of('go_to')} lists the EIPs that it serves by"
    return f"{key_of('timeline')}: earlier holders"
