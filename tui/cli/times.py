"""The times in the words of a command."""

from __future__ import annotations

from datetime import datetime

from core import Code, InvalidTime, Inventory, error, parse_time
from tui.cli.stdio import tell
from tui.wording.times import told_back
from tui.wording.verb import Format

__all__ = ["moment_of"]


def moment_of(inventory: Inventory, words: str, how: Format, *, ahead: bool = False) -> datetime:
    """Return the moment in these words; before a table it is told in full on stderr.

    Raises:
        EipdeckError: `invalid_time`.

    """
    local = inventory.config.display_zone
    try:
        moment = parse_time(words, inventory.now(), ahead=ahead, local=local)
    except InvalidTime as problem:
        raise error(Code.INVALID_TIME, str(problem)) from problem
    told = told_back(words, moment, local)
    if told and how is Format.TABLE:
        tell([f"eipdeck: {told}"])
    return moment
