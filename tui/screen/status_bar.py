"""The lines around the panes: on top where one is and what there is, below what happened and what can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.registry import key_of
from tui.screen.header import Top, top_line
from tui.screen.key_bar import FIELD_FILTER, FIELD_LOOKUP, count_line, field_line, key_line
from tui.screen.layout import WIDE
from tui.screen.tabs import views_line
from tui.widgets.lines import PLAIN, REVERSE, WARNING, Line, Lines
from tui.widgets.omnibar import OmnibarUse
from tui.wording.phrases import count_of

if TYPE_CHECKING:
    from tui.screen.main_screen import MainScreen

__all__ = ["NOTHING", "StatusBar"]

NOTHING = Line("")


class StatusBar:
    """Four lines, on behalf of the screen."""

    def __init__(self, screen: MainScreen) -> None:
        self.top = Lines(id="top", classes="line")
        self.views = Lines(id="views", classes="line")
        self.status = Lines(id="status", classes="line")
        self.keys = Lines(id="keys", classes="line")
        self._screen = screen
        self.said = NOTHING
        self._count: str | None = None

    def say(self, text: str, *, problem: bool = False) -> None:
        """A sentence in the status line, until the operator moves."""
        self.said = Line(f"! {text}" if problem and text else text, WARNING if problem else PLAIN)
        self.show_status()

    def count(self, text: str | None) -> None:
        """The grace count; None: it is over."""
        self._count = text
        self.show_status()
        self.show_keys()

    def show(self) -> None:
        self.show_top()
        self.show_status()
        self.show_keys()

    def show_top(self) -> None:
        screen = self._screen
        width, snapshot = screen.size.width, screen.snapshot
        now = None if screen.refresher.now is None else screen.inventory.now()
        label, file = screen.inventory.label, screen.inventory.file
        named = label if file is None else " ".join(dict.fromkeys((*label.split(" ", 1), file.name)))
        top = Top(
            label=named if width >= WIDE else label,
            operator=screen.inventory.operator,
            others=screen.other_sessions.names(),
            mode=screen.mode.words(now) if now is not None else "",
            age=screen.refresher.freshness.words(now) if now is not None else "",
            findings=None if snapshot is None else len(snapshot.findings),
            critical=0 if snapshot is None else snapshot.critical,
        )
        self.top.show(top_line(top, width))
        self.views.show(views_line(screen.view, snapshot, width))

    def show_status(self) -> None:
        self.status.show(self._status())

    def _status(self) -> Line:
        screen = self._screen
        freshness = screen.refresher.freshness
        if self._count is not None:
            return Line(self._count, REVERSE)
        if self.said.text:
            return self.said
        if freshness.failed_since is not None:
            return Line(f"! not read since {freshness.failed_since:%H:%M:%SZ}: {freshness.why}", WARNING)
        if screen.snapshot is None:
            return Line("reading the inventory")
        if screen.trail.problem:
            return Line(f"! {screen.trail.problem}", WARNING)
        return Line(self._about_detail() if screen.detail_page else screen.pane.summary())

    def _about_detail(self) -> str:
        below = self._screen.deck.detail.text.below
        if below:
            moves = f"{key_of('down')}, {key_of('up')} and {key_of('page_down')}"
            return f"{count_of(below, 'more line')} below: {moves} scroll"
        return f"everything about this tenancy is here; {key_of('timeline')} shows who had the address before"

    def show_keys(self) -> None:
        screen = self._screen
        if self._count is not None:
            self.keys.show(count_line())
        elif screen.omnibar.in_use:
            line = FIELD_FILTER if screen.omnibar.use is OmnibarUse.FILTER else FIELD_LOOKUP
            self.keys.show(field_line(line, screen.size.width))
        else:
            context = screen.holder.key_context()
            self.keys.show(key_line(context, screen.size.width))
