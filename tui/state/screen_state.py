"""Everything the dashboard knows, as one value: every line on the screen is a function of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from core import CidrState
from tui.commands.context import KeyContext
from tui.commands.registry import View
from tui.state.marks import Marks
from tui.state.refresh import Refresh
from tui.state.selection import Selection, SelectionDetails, SelectionKind
from tui.state.snapshot import Snapshot
from tui.state.write_mode import WriteMode
from tui.terminal.environment import is_too_small
from tui.wording.sanitize import visible

__all__ = [
    "ROOMY",
    "VERY_WIDE",
    "WIDE",
    "FieldUse",
    "ListState",
    "LookupState",
    "Said",
    "ScreenState",
    "Shape",
    "key_context",
    "shape_of",
]

WIDE: Final = 120
"""Columns from which three panes stand side by side."""
VERY_WIDE: Final = 160
"""Columns from which the timeline stands beside them too."""
ROOMY: Final = 200
"""Columns from which the side panes have all the room they can use."""


class Shape(Enum):
    """The layout that a terminal has room for."""

    TINY = auto()
    """The lookup bar, the verdict bar and the status bar only."""
    NARROW = auto()
    WIDE = auto()


def shape_of(width: int, height: int, *, zoomed: bool = False) -> Shape:
    """Return the shape for so many columns and lines; a zoomed wide screen is laid out as a narrow one."""
    if is_too_small(width, height):
        return Shape.TINY
    return Shape.WIDE if width >= WIDE and not zoomed else Shape.NARROW


class FieldUse(Enum):
    """The purpose for which the text field is open."""

    NOTHING = auto()
    LOOKUP = auto()
    FILTER = auto()


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in the status line, which stays until the operator moves."""

    text: str = ""
    problem: bool = False


@dataclass(frozen=True, slots=True)
class ListState:
    """The list of the view."""

    summary: str
    """The status line while nothing else is said."""
    filter: str
    shown: str
    """The number of rows that the filter lets through, in words."""
    about: str = ""
    """What was looked up, in the list of lookups."""


@dataclass(frozen=True, slots=True)
class LookupState:
    """The lookup bar."""

    use: FieldUse = FieldUse.NOTHING
    text: str = ""
    """The last looked-up text while its verdict is selected."""
    note: str = ""
    narrowed: bool = False
    """The filter being typed has been applied to the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenState:
    """The state of the dashboard."""

    database: str
    """The name of the database, and its file where there is room."""
    production: bool
    """Whether it is an account of production."""
    operator: str
    others: str
    """The other operators; empty when there are none."""
    clock: datetime
    """The time in UTC, to the minute: it and the ages are painted once a minute."""
    width: int
    shape: Shape
    view: View
    detail_page: bool
    """The detail stands in the place of the list; below 120 columns."""
    below: int
    """Lines of the detail page that are out of sight below."""
    selection: Selection | None
    details: SelectionDetails | None
    unread: str | None
    """Why the details of the selection could not be loaded; None while they can."""
    snapshot: Snapshot | None
    refresh: Refresh
    mode: WriteMode
    mode_words: str
    """Empty until the time of the inventory is known."""
    marks: Marks
    listed: ListState
    lookup: LookupState
    said: Said
    count: str | None
    """The grace count; None when none runs."""
    trail_problem: str

    @property
    def cidr_state(self) -> CidrState | None:
        """The state of the selected customer CIDR, or of the CIDR of the selected address."""
        selection, snapshot = self.selection, self.snapshot
        if selection is None or snapshot is None:
            return None
        prefix = selection.id if selection.kind is SelectionKind.CIDR else self._cidr_of_address(selection)
        cidr = snapshot.cidr(prefix)
        return cidr.state if cidr is not None and cidr.customer_owned else None

    def _cidr_of_address(self, selection: Selection) -> str | None:
        """Return the CIDR of the selected address, from its EIP or from its verdict."""
        if selection.eip is not None:
            return selection.eip.cidr
        verdict = None if self.details is None else self.details.verdict
        return None if verdict is None else verdict.cidr


def key_context(state: ScreenState, *, busy: bool = False, selecting: bool = False) -> KeyContext:
    """Return everything that decides which keys apply."""
    selection, details = state.selection, state.details
    eip = selection.eip if selection is not None else None
    finding = selection.finding if selection is not None else None
    return KeyContext(
        view=state.view,
        writing=state.mode.writing,
        eip=eip,
        verdict=details.verdict.verdict if details is not None and details.verdict is not None else None,
        past=selection is not None and selection.at is not None,
        cidr_state=state.cidr_state,
        landed=(eip is not None and eip.landed_in_default) or (finding is not None and finding.landing is not None),
        accepted=finding is not None and finding.accepted,
        released=details is not None and details.released,
        detail=state.detail_page,
        marked=len(state.marks.acting),
        kind=selection.kind.value if selection is not None else "",
        subject=visible(selection.id) if selection is not None else "",
        locked=state.mode.locked,
        busy=busy,
        selecting=selecting,
    )
