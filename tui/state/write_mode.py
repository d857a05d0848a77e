"""Whether changes may be sent: READ-ONLY, WRITE, or WRITE for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

__all__ = ["ARMED_FOR", "WriteMode"]

ARMED_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class WriteMode:
    """The mode of this session; a value, replaced when it changes."""

    locked: bool = False
    """Started with `--read-only`: cannot be armed."""
    expires: bool = False
    """Whether arming runs out; it does not on the embedded database."""
    writing: bool = False
    until: datetime | None = None

    @staticmethod
    def at_start(*, read_only: bool, embedded: bool) -> WriteMode:
        return WriteMode(locked=read_only, expires=not embedded, writing=embedded and not read_only)

    def armed(self, now: datetime) -> WriteMode:
        until = now + ARMED_FOR if self.expires else None
        return WriteMode(self.locked, self.expires, writing=True, until=until)

    def dropped(self) -> WriteMode:
        return WriteMode(self.locked, self.expires)

    def ran_out(self, now: datetime) -> bool:
        return self.writing and self.until is not None and now >= self.until

    def words(self, now: datetime) -> str:
        """Return `READ-ONLY`, `WRITE`, or `WRITE 12m` with the minutes that are left."""
        if not self.writing:
            return "READ-ONLY"
        if self.until is None:
            return "WRITE"
        return f"WRITE {max(-int((now - self.until).total_seconds() // 60), 0)}m"
