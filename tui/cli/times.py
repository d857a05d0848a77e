"""The times in the words of a command, told in full before a table."""

from __future__ import annotations

from datetime import datetime

from core import Inventory
from tui.cli.stdio import tell
from tui.wording import times
from tui.wording.verb import Format

__all__ = ["moment_of", "past_moment"]


def moment_of(inventory: Inventory, words: str, how: Format, *, ahead: bool = False) -> datetime:
    """Return the moment in these words, or raise `invalid_time`."""
    moment = times.moment_of(words, inventory.now(), inventory.config.display_zone, ahead=ahead)
    return _told(inventory, words, moment, how)


def past_moment(inventory: Inventory, words: str, how: Format) -> datetime:
    """Return the moment in these words, or raise `invalid_time`, also for a time to come."""
    return _told(inventory, words, times.past_moment(words, inventory.now(), inventory.config.display_zone), how)


def _told(inventory: Inventory, words: str, moment: datetime, how: Format) -> datetime:
    told = times.told_back(words, moment, inventory.config.display_zone)
    if told and how is Format.TABLE:
        tell([f"eipdeck: {told}"])
    return moment
