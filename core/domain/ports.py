"""Ports and ranges of ports."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from core.domain.addresses import quoted

__all__ = ["InvalidPort", "PortRange", "parse_ports"]


class InvalidPort(ValueError):
    """The text is not a port or a range of ports."""


class PortRange(NamedTuple):
    """A port, or consecutive ports: 1 to 65535, `first` not above `last`. Its text is `443` or `8000-8010`."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """The number of ports in it."""
        return self.last - self.first + 1

    def overlaps(self, other: PortRange) -> bool:
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


_PORTS: Final = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


def parse_ports(words: str) -> PortRange:
    """Return the ports of `P` or `P-Q`.

    Raises:
        InvalidPort: with the reason.

    """
    match = _PORTS.fullmatch(str(words))  # JSON may bring a number
    if match is None:
        raise InvalidPort(f"{quoted(words)} is not a port; write 443, or 8000-8010 for a range.")
    first = int(match[1])
    last = int(match[2] or match[1])
    if not (1 <= first <= 65535 and 1 <= last <= 65535):
        raise InvalidPort(f"{words} is out of range: write a port from 1 to 65535.")
    if first > last:
        raise InvalidPort(f"{words} runs backwards; write {last}-{first}.")
    return PortRange(first, last)
