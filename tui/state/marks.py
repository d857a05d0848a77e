"""The marked EIPs, and what change keys do with them: the verdict bar says it before the key, the review after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core import Eip
from tui.commands.registry import key_of
from tui.wording.phrases import count_of

__all__ = ["MarkedEips", "Marks"]

_ACTING: Final = ("release", "unbind", "bind", "rehome")


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked EIPs, as a key pressed now sees them.

    Change keys act on the listed ones together, in the place of the selection. They leave alone those that the filter
    hides; and all of them while a looked-up address is selected, in the detail, and in every other view.
    """

    acting: tuple[Eip, ...] = ()
    hidden: int = 0
    """Marked EIPs that the filter of the list hides."""
    idle: int = 0
    """Marked EIPs that a key would ignore because another address is selected."""

    @property
    def title(self) -> str:
        """The start of the verdict bar's title."""
        return f"* {len(self.acting):,} marked" if self.acting else ""

    def step(self, selection: str) -> str:
        """Return the step that the verdict bar names before all others."""
        if not self.acting:
            return f"{self._left(self.hidden + self.idle)}: keys act on {selection}" if self.hidden + self.idle else ""
        *keys, last = (key_of(name) for name in _ACTING)
        first = self.acting[0].address
        if len(self.acting) == 1:
            which = f"marked {first}" if first == selection else f"marked {first}, not on {selection}"
        else:
            among = any(eip.address == selection for eip in self.acting)
            which = f"the {len(self.acting):,} marked, {f'{selection} among them' if among else f'not on {selection}'}"
        return f"{', '.join(keys)} and {last} act on {which}"

    def reviewed(self, *, together: bool) -> str:
        """Return the sentence about the marks in the review of a change; `together`: the change acts on them."""
        if together:
            return f"{len(self.acting):,} in this list, {self.hidden:,} more hidden by the filter and left alone"
        left = len(self.acting) + self.hidden + self.idle
        return f"{self._left(left)}: this is about the selected item" if left else ""

    @staticmethod
    def _left(number: int) -> str:
        return f"{count_of(number, 'marked EIP')} left alone"


class MarkedEips:
    """The EIPs that the operator has marked, in the order of marking; they stay marked when a list hides them."""

    def __init__(self) -> None:
        self._by_id: dict[str, Eip] = {}
        self._cleared: dict[str, Eip] = {}
        self._unlisted: frozenset[str] = frozenset()
        """The ids of the marked EIPs that the filter hides."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, eip_id: object) -> bool:
        return eip_id in self._by_id

    @property
    def listed(self) -> tuple[Eip, ...]:
        """The marked EIPs of the list, however far down."""
        return tuple(eip for eip_id, eip in self._by_id.items() if eip_id not in self._unlisted)

    @property
    def known(self) -> tuple[Eip, ...]:
        """The marked EIPs, and those that can be marked again."""
        return (*self._by_id.values(), *self._cleared.values())

    def add(self, eips: Iterable[Eip]) -> None:
        """Mark these EIPs of the list too."""
        more = {str(eip.id): eip for eip in eips}
        self._by_id.update(more)
        self._unlisted -= more.keys()

    def replace(self, eips: Iterable[Eip]) -> None:
        """Mark these EIPs and no others; the former marks can be brought back."""
        self._cleared = self._by_id or self._cleared
        self._by_id = {}
        self.add(eips)

    def remove(self, eips: Iterable[Eip]) -> None:
        """Remove the marks of these EIPs."""
        for eip in eips:
            self._by_id.pop(str(eip.id), None)

    def hide(self, eip_ids: frozenset[str]) -> None:
        """Take note of the known EIPs that the list does not hold."""
        self._unlisted = eip_ids

    def turn(self) -> str:
        """Clear the marks, or bring back those that were cleared last; return the sentence that says which."""
        cleared, self._cleared = self._by_id, self._by_id or self._cleared
        self._by_id = {} if cleared else dict(self._cleared)
        if cleared:
            return f"{count_of(len(cleared), 'mark')} cleared, {key_of('unmark')} again brings them back"
        if self._by_id:
            return f"{count_of(len(self._by_id), 'EIP')} marked again"
        return f"nothing is marked: {key_of('mark')} marks"
