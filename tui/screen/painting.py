"""Paints the state of the dashboard: each line is a function of it, painted when it differs."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

from tui.commands.context import KeyContext
from tui.commands.registry import View
from tui.screen.header import Top, top_line
from tui.screen.key_bar import FIELD_FILTER, FIELD_LOOKUP, count_line, field_line, key_line
from tui.screen.layout import Panes
from tui.screen.lookup_bar import LookupBar, lookup_text
from tui.screen.status_bar import StatusBar, status_line
from tui.screen.tabs import views_line
from tui.state.screen_state import FieldUse, ScreenState, Shape, key_context
from tui.state.selection import Selection, SelectionKind
from tui.state.selection_text import strip_lines, strip_title
from tui.widgets.lines import Line, Lines
from tui.widgets.verdict_bar import NOTHING_SELECTED, Strip, VerdictBar
from tui.wording.phrases import minute

__all__ = ["Bars", "Painter"]


class Bars:
    """The lines around the panes."""

    def __init__(self, *, rule: str) -> None:
        self.top = Lines(id="top", classes="line")
        self.lookup = LookupBar()
        self.tabs = Lines(id="views", classes="line")
        self.verdict = VerdictBar(rule=rule)
        self.status = StatusBar()
        self.keys = Lines(id="keys", classes="line")


class Painter:
    """Paints at most once a turn of the event loop."""

    def __init__(self, screen: Screen[None], bars: Bars, panes: Panes, read_state: Callable[[], ScreenState]) -> None:
        self._screen = screen
        self._bars = bars
        self._panes = panes
        self._read_state = read_state
        self.on_painted: Callable[[ScreenState], None] = lambda _state: None
        """Called with the state that was painted."""
        self._painted: ScreenState | None = None
        self._scheduled = False
        self._later: Timer | None = None
        self._due = 0.0
        """The delay of `_later`, in seconds."""

    @property
    def waiting(self) -> bool:
        """Whether something is left to paint."""
        return self._scheduled or self._later is not None

    def changed(self) -> None:
        """Paint at the end of this turn, or together with what `changed_soon` waits for."""
        if self._later is None:
            self.paint()

    def changed_soon(self, seconds: float) -> None:
        """Paint together with what is being loaded, or after so many seconds without it."""
        if self._later is not None and self._due <= seconds:
            return
        self._stop_waiting()
        self._due, self._later = seconds, self._screen.set_timer(seconds, self.paint)

    def paint(self) -> None:
        """Paint at the end of this turn."""
        self._stop_waiting()
        if not self._scheduled:
            self._scheduled = True
            self._screen.call_next(self._paint)

    def _stop_waiting(self) -> None:
        if self._later is not None:
            self._later.stop()
            self._later = None

    def _paint(self) -> None:
        self._scheduled = False
        if self._later is not None:
            return
        state = self._read_state()
        if state != self._painted:
            self._painted = state
            self.sync(state)

    def sync(self, state: ScreenState) -> None:
        """Paint the state."""
        bars, context = self._bars, key_context(state)
        tiny = state.shape is Shape.TINY
        wide = state.shape is Shape.WIDE and self._panes.column
        self._screen.set_class(tiny, "-tiny")
        self._screen.set_class(state.view is View.FINDINGS, "-findings")
        bars.verdict.display = not wide and not _is_pictured(state)
        bars.tabs.display = not tiny
        _show(bars.top, _header(state))
        _show(bars.tabs, views_line(state.view, state.snapshot, state.width))
        bars.lookup.tell(*lookup_text(state))
        bars.verdict.tell(_verdict(state), tiny=tiny)
        _show(bars.status, status_line(state, step=_step(state) if wide else ""))
        _show(bars.keys, _keys(state, context))
        self._panes.panes[state.view].table.repaint()
        if state.details is not None:
            self._panes.detail.show(state.details)
        self.on_painted(state)


def _is_pictured(state: ScreenState) -> bool:
    """Whether the page of a CIDR, a pool or a service takes the place of the verdict bar."""
    selection = state.selection
    return state.detail_page and selection is not None and selection.kind is not SelectionKind.ADDRESS


def _show(bar: Lines, line: Line) -> None:
    if bar.lines != (line,):
        bar.show(line)


def _header(state: ScreenState) -> Line:
    snapshot = state.snapshot
    top = Top(
        label=state.database,
        production=state.production,
        operator=state.operator,
        others=state.others,
        mode=state.mode_words,
        age=state.refresh.age,
        short_age=state.refresh.short_age,
        findings=None if snapshot is None else len(snapshot.findings),
        critical=0 if snapshot is None else snapshot.critical,
        clock=f"{state.clock:%a %H:%MZ}" if state.refresh.age else "",
        live=state.refresh.is_whole and not state.refresh.failed,
    )
    return top_line(top, state.width)


def _keys(state: ScreenState, context: KeyContext) -> Line:
    if state.count is not None:
        return count_line()
    match state.lookup.use:
        case FieldUse.LOOKUP:
            return field_line(FIELD_LOOKUP, state.width)
        case FieldUse.FILTER:
            return field_line(FIELD_FILTER, state.width)
        case FieldUse.NOTHING:
            return key_line(context, state.width)


def _verdict(state: ScreenState) -> Strip:
    """The verdict bar is about the selection, or says that its details are not known yet."""
    selection, details, marks = state.selection, state.details, state.marks
    if selection is None:
        return NOTHING_SELECTED
    if details is None:
        return _unknown(selection, state.unread)
    title = f"{marks.title} -- {strip_title(details)}" if marks.title else strip_title(details)
    step, body = _step(state), strip_lines(details)
    return Strip(title, (step, *body[:-1]) if step else body, alarm=" ! " in f" {title}")


def _step(state: ScreenState) -> str:
    """Return on which EIPs keys act while some are marked."""
    if state.selection is None or state.view is not View.EIPS:
        return ""
    return state.marks.step(state.selection.id)


def _unknown(selection: Selection, unread: str | None) -> Strip:
    when = f" @ {minute(selection.at)}" if selection.at is not None else ""
    name = f"{selection.words}{when}"
    return Strip(f"{name} -- reading") if unread is None else Strip(f"{name} -- not read", (unread,))
