"""What change keys make of the marks: told in the strip before the key, and in the review after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core import Eip
from tui.commands.registry import key_of
from tui.wording.phrases import count_of

__all__ = ["Marks"]

_ACTING: Final = ("release", "unbind", "bind", "rehome")


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked EIPs, as a key pressed now sees them.

    Those in the list are acted on together, in place of what is in hand. Those that the filter hides are left alone;
    so are all of them while an address is in hand that was looked up, in the detail, and in every other view.
    """

    acting: tuple[Eip, ...] = ()
    hidden: int = 0
    """Marked ones that the filter of the list hides."""
    idle: int = 0
    """Marked ones that stand back for what is in hand."""

    @property
    def title(self) -> str:
        """What the strip's rule begins with."""
        return f"* {len(self.acting):,} marked" if self.acting else ""

    def step(self, selection: str) -> str:
        """What the strip says before everything that may be done next."""
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
        """What the review of a change says of them: of one that acts on them `together`, or of any other."""
        if together:
            return f"{len(self.acting):,} in this list, {self.hidden:,} more hidden by the filter and left alone"
        left = len(self.acting) + self.hidden + self.idle
        return f"{self._left(left)}: this is about what was in hand" if left else ""

    @staticmethod
    def _left(number: int) -> str:
        return f"{count_of(number, 'marked EIP')} left alone"
