"""Which thing is in hand, when cursors move, rows vanish and addresses are looked up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.state.selection import Selection, SelectionDetails

__all__ = ["Keeper"]


@dataclass(slots=True)
class Keeper:
    """One thing in hand, whatever the lists do by themselves."""

    selection: Selection | None = None
    details: SelectionDetails | None = None
    """What was read about the hand; None until it has been."""
    held: bool = False
    """Taken by lookup, or its row is gone: it stays in hand until the operator moves."""

    def move(self, selection: Selection | None, *, by_operator: bool) -> None:
        """The cursor stands on another row, by the operator's key or because the data changed."""
        if by_operator:
            self.held = False
            self._take(selection)
        elif self.held:
            if (
                selection is not None
                and self.selection is not None
                and self.selection.at is None
                and selection.id == self.selection.id
            ):
                self._take(selection)
        elif selection is None and self.selection is not None:
            self.hold(replace(self.selection, eip=None))
        else:
            self._take(selection)

    def hold(self, selection: Selection) -> None:
        """Keep something in hand that no cursor stands on."""
        self.held = True
        self._take(selection)

    def learn(self, details: SelectionDetails) -> bool:
        """Take note of what was read; False when it is about something else by now."""
        selection = self.selection
        if selection is None or (selection.kind, selection.id, selection.at) != (
            details.selection.kind,
            details.selection.id,
            details.selection.at,
        ):
            return False
        self.details = details
        if selection.at is None and details.verdict is not None:
            self.selection = replace(selection, eip=details.eip)
        return True

    def _take(self, selection: Selection | None) -> None:
        same = (
            selection is not None
            and self.selection is not None
            and selection.id == self.selection.id
            and selection.at == self.selection.at
        )
        self.selection = selection
        if not same:
            self.details = None
