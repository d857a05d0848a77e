"""The clock of the screen: once a minute every age is counted anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tui.screen.layout import Panes
from tui.screen.selection_reader import SelectionReader

__all__ = ["MinuteClock"]


class MinuteClock:
    """The time to the minute, in UTC, and the ages that are counted to it."""

    def __init__(
        self, now: Callable[[], datetime], panes: Panes, reader: SelectionReader, on_turned: Callable[[], None]
    ) -> None:
        """Read the time with `now`; `on_turned` is called when another minute has begun."""
        self._now = now
        self._panes = panes
        self._reader = reader
        self._on_turned = on_turned
        self.minute = _minute(now())

    def tick(self) -> None:
        """Count the ages to now when another minute has begun."""
        now = self._now()
        if _minute(now) == self.minute:
            return
        self.minute = _minute(now)
        self._panes.count_ages(now)
        self._reader.count_ages(now)
        self._on_turned()


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
