"""The places the operator has been: back, forward, and the last one again."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.commands.registry import View

__all__ = ["NavigationHistory", "Place"]

_MOST = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A view as it was left."""

    view: View
    filter: str
    key: str | None
    """The selected row; of the timeline its subject."""
    looked: str | None = None
    """The looked-up text of a session that was lost; None: a place of this session."""

    def is_like(self, other: Place) -> bool:
        """Whether it is the same list, whatever row was selected."""
        return (self.view, self.filter, self.looked) == (other.view, other.filter, other.looked)


@dataclass(slots=True)
class NavigationHistory:
    """Places behind and ahead, as browsers keep them."""

    behind: list[Place] = field(default_factory=list)
    ahead: list[Place] = field(default_factory=list)

    def leave(self, here: Place) -> None:
        """Remember a place that is left for another view."""
        self.ahead.clear()
        if not self.behind or not self.behind[-1].is_like(here):
            self.behind = [*self.behind[1 - _MOST :], here]

    def back(self, here: Place) -> Place | None:
        """Return the place before; None when there is none."""
        return self._step(self.behind, self.ahead, here)

    def forward(self, here: Place) -> Place | None:
        """Return the place ahead; None when there is none."""
        return self._step(self.ahead, self.behind, here)

    def last(self, here: Place) -> Place | None:
        """Return the place before; from there this one."""
        return self.back(here) if self.behind else self.forward(here)

    @staticmethod
    def _step(source: list[Place], target: list[Place], here: Place) -> Place | None:
        while source:
            place = source.pop()
            if not place.is_like(here):
                target.append(here)
                return place
        return None
