"""The interface of the screen for changes and session actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from textual.app import App

from core import Eip, Inventory
from tui.session.pending import PendingChanges
from tui.session.trail import Entry, Trail
from tui.state.navigation import Place
from tui.state.presence import OtherSessions
from tui.state.selection import Selection, SelectionDetails
from tui.state.snapshot import Snapshot
from tui.state.workers import Ask, Workers
from tui.state.write_mode import WriteMode
from tui.terminal.kept import Kept

__all__ = ["Host"]


class Host(Protocol):
    """The screen, as changes and session actions see it."""

    inventory: Inventory
    mode: WriteMode
    other_sessions: OtherSessions
    doubts: PendingChanges
    trail: Trail
    kept: Kept
    jobs: Workers

    @property
    def app(self) -> App[Any]: ...
    @property
    def snapshot(self) -> Snapshot | None: ...
    @property
    def ask(self) -> Ask: ...
    @property
    def selection(self) -> Selection | None: ...
    @property
    def details(self) -> SelectionDetails | None:
        """The details of the selected item; None while they are being read."""

    def may_write(self) -> bool:
        """Return whether a change may be sent at this moment."""

    def set_mode(self, mode: WriteMode) -> None:
        """Arm or drop write mode."""

    def say(self, text: str, *, problem: bool = False) -> None:
        """Show a sentence in the status line."""

    def show_count(self, text: str | None) -> None:
        """Show the grace count in the status line; None ends it."""

    def written(self) -> None:
        """Read everything again: a change may have been committed."""

    def unmark(self, eips: Sequence[Eip]) -> None:
        """Remove the marks of these EIPs."""

    def note(self, entry: Entry) -> None:
        """Write an entry to the incident trail; blocks."""

    def leave_for(self, place: Place) -> None:
        """Go to a place; the back key returns from it."""

    def take(self, selection: Selection) -> None:
        """Select an address or a prefix that a change made, and put the cursor on its row."""

    def take_all(self, eips: Sequence[Eip]) -> None:
        """Mark the EIPs that a change made, and no others, and put the cursor on the row of the first."""
