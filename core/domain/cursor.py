"""A place in the history: the number of an event and its hash, `SEQ:HASH`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from core.domain.errors import Code, error

__all__ = ["Cursor", "parse_cursor"]

_CURSOR: Final = r"(?:ev-)?([0-9]{1,18}):([0-9a-fA-F]{64})"


class Cursor(NamedTuple):
    """The place behind an event. The hash proves that the event is still the one that was read."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


def parse_cursor(words: str) -> Cursor:
    """Return the cursor in these words; the id of an event and its hash are one, too.

    Raises:
        EipdeckError: `usage`.

    """
    found = re.fullmatch(_CURSOR, words.strip())
    if found is None:
        raise error(
            Code.USAGE,
            f"{words!r} is not a cursor.",
            hint="Take the cursor of an event as the history prints it, SEQ:HASH.",
        )
    return Cursor(int(found[1]), bytes.fromhex(found[2]))
