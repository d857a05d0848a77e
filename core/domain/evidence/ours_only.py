"""Lines that can hold no address of some ranges, at a fraction of the cost of reading them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.domain.evidence.dress import SIGNS

_DRESSED: Final = (*SIGNS, "::", ":ffff:", ":FFFF:", "ff9b:", "FF9B:", "arpa", "=\n")
"""Signs of which one stands in all that holds an address without its four numbers and dots."""
_ORDERED: Final = (
    re.compile(r"/[0-9]{1,2}/[0-9]{2}(?:[0-9]{2})?(?![0-9])"),
    re.compile(r"-(?<![0-9]{3}-)[0-9]{1,2}-[0-9]{2}(?:[0-9]{2})?(?![0-9])"),
    re.compile(r"\.(?<!\.[0-9]\.)(?<!\.[0-9]{2}\.)(?<!\.[0-9]{3}\.)[0-9]{1,2}\.[0-9]{2}(?:[0-9]{2})?(?![0-9.])"),
)
"""Dates of three numbers: they can tell the order of day and month in the dates of other lines."""
_ALONE: Final = re.compile(r"[0-9]|[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} ")
"""The begin of a line with which no header and no record of several lines begins."""
_FEW: Final = 4
"""Prefixes that are looked for one by one."""
_MOST: Final = 1024
_WORTH: Final = 0.9
"""The share of lines with addresses of the ranges above which leaving out the others saves nothing."""


class OursOnly:
    """Tells the lines that can hold an address of the ranges; a text is given block by block."""

    def __init__(self, within: Sequence[int]) -> None:
        """Take the first address of each range and the first one behind it, ascending."""
        prefixes = _prefixes(within)
        self._few = prefixes if len(prefixes) <= _FEW else []
        words = "|".join(map(re.escape, prefixes)) or "(?!)"
        self._search = re.compile(words if len(prefixes) <= _FEW else f"(?<![0-9])(?:{words})").search
        self._signs: tuple[str, ...] = ()

    def skips(self, text: str, lines: int) -> bool:
        """Whether enough lines of a block can be left out, and take its dress."""
        if sum(text.count(prefix) for prefix in self._few) > lines * _WORTH:
            return False
        self._signs = tuple([sign for sign in _DRESSED if sign in text])
        return text.isascii() and not any(each.search(text) for each in _ORDERED)

    def may_hold(self, line: str) -> bool:
        """Whether a line of the block can hold an address of the ranges."""
        for sign in self._signs:
            if sign in line:
                return True
        return self._search(line) is not None


def stands_alone(line: str) -> bool:
    """Whether no header and no record of several lines begins with a line."""
    return _ALONE.match(line) is not None


def _prefixes(within: Sequence[int]) -> list[str]:
    """Return the begins of all addresses of the ranges: few and long, else many of two numbers, or of one."""
    by_length = [found for octets in (3, 2, 1) if (found := _begins(within, octets)) is not None]
    few = next((found for found in by_length if len(found) <= _FEW), None)
    return few if few is not None else by_length[-2 if len(by_length) > 1 else -1]


def _begins(within: Sequence[int], octets: int) -> list[str] | None:
    """Return the begins with so many numbers; None when they are too many."""
    shift = 32 - 8 * octets
    ranges = [(first >> shift, behind - 1 >> shift) for first, behind in zip(within[::2], within[1::2], strict=True)]
    if octets > 1 and sum(last - first + 1 for first, last in ranges) > _MOST:
        return None
    numbers = dict.fromkeys(number for first, last in ranges for number in range(first, last + 1))
    return ["".join(f"{number >> 8 * place & 255}." for place in reversed(range(octets))) for number in numbers]
