"""Loads the details of the selected item in a thread, one load at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from core import EipdeckError, Finding
from tui.state.selection import CurrentSelection, Selection, SelectionDetails, SelectionKind, load_details
from tui.state.workers import Workers

__all__ = ["SelectionReader"]


class SelectionReader:
    """The one writer of the selection; it loads the details of each new one."""

    def __init__(
        self,
        workers: Workers,
        *,
        on_moved: Callable[[], None],
        on_loaded: Callable[[], None],
        is_live: Callable[[], bool],
        worst_of: Callable[[str], Finding | None],
    ) -> None:
        """Load with `workers`.

        Args:
            workers: read the inventory.
            on_moved: called when another item is selected, before its details are loaded.
            on_loaded: called when the details are loaded, or could not be.
            is_live: whether the database answers; while it does not, a failed load keeps the last details.
            worst_of: returns the worst finding about an item, by its id.

        """
        self._current = CurrentSelection()
        self._workers = workers
        self._on_moved, self._on_loaded, self._is_live = on_moved, on_loaded, is_live
        self._worst_of = worst_of
        self._wanted = self._loading = False
        self._held_back = 0
        """The number of refreshes to come that place the cursor; details are loaded after them."""
        self._unread: tuple[Selection, str] | None = None
        """The selection whose details could not be loaded, and why."""

    @property
    def selection(self) -> Selection | None:
        return self._current.selection

    @property
    def is_of_cidr(self) -> bool:
        """Whether a CIDR is selected, which has a map."""
        return self.selection is not None and self.selection.kind is SelectionKind.CIDR

    @property
    def details(self) -> SelectionDetails | None:
        """The details of the selection; None until they are loaded."""
        return self._current.details

    @property
    def held(self) -> bool:
        """Whether the selection has no row: a lookup selected it, or its row is gone."""
        return self._current.held

    @property
    def unread(self) -> str | None:
        """Why the details of the selection could not be loaded; None while they can."""
        return self._unread[1] if self._unread is not None and self._unread[0] == self.selection else None

    def count_ages(self, now: datetime) -> None:
        """Count the ages in the details to this moment."""
        if self._current.details is not None:
            self._current.details = replace(self._current.details, now=now)

    def move(self, selection: Selection | None, *, by_operator: bool) -> None:
        """Follow the cursor to another row; the operator moved it, or the data changed."""
        known = self.details
        self._current.move(selection, by_operator=by_operator)
        if known is not None and self.details is None:
            self._on_moved()  # even while loads are held back: keys act on the other item from now on
        self.load(moved=True, at_once=by_operator)

    def hold(self, selection: Selection, *, by_operator: bool) -> None:
        """Select an item that need not have a row; the operator looked it up, or a change made it."""
        self._current.hold(selection)
        self.load(moved=True, at_once=by_operator)

    def hold_back(self) -> None:
        """Load nothing until `let_go`, however often the lists are read and the cursor is placed; the operator can."""
        self._held_back += 1

    def let_go(self) -> None:
        """Load what was held back."""
        self._held_back -= 1
        if not self._held_back:
            self.load()

    def load(self, *, moved: bool = False, at_once: bool = False) -> None:
        """Load the details; a load that is under way is followed by another one."""
        if self._held_back and not at_once:
            return
        if moved:
            self._on_moved()
        if self.selection is None:
            self._on_loaded()
            return
        self._wanted = True
        if not self._loading:
            self._loading = True
            self._workers.start(self._load_all, "facts")

    async def _load_all(self) -> None:
        try:
            while self._wanted and self.selection is not None:
                self._wanted = False
                await self._load(self.selection)
        finally:
            self._loading = False

    async def _load(self, selection: Selection) -> None:
        try:
            details = await self._workers.ask(lambda inventory: load_details(inventory, selection))
        except EipdeckError as refusal:
            self._unread = selection, refusal.message
            if self._is_live() and selection is self.selection:
                self._current.details = None
            self._on_loaded()
            return
        worst = self._worst_of(selection.id) if selection.at is None else None
        if self._current.learn(replace(details, worst=worst)):
            self._on_loaded()
