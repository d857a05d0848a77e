"""Mentions whose moment the rest of the text can still decide, in a few bytes each."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Address
from typing import Final

from core.domain.evidence.settle import Stamp

_LINE: Final = 40
_PORT: Final = 17
_PROTOCOL: Final = 8
_CLOCK: Final = 38
_IPV4: Final = 1 << 32


def address_number(address: int | str) -> int:
    """Return an address as a number: an IPv4 address as it is, an IPv6 address behind all of them."""
    return address if isinstance(address, int) else int(IPv6Address(address)) + _IPV4


def number_address(number: int) -> int | str:
    """Return the address of an `address_number`."""
    return number if number < _IPV4 else str(IPv6Address(number - _IPV4))


class Waiting:
    """Counts mentions by address, time, port and protocol."""

    def __init__(self) -> None:
        self._stamps: dict[Stamp, int] = {}
        self._dated: list[Stamp] = []
        self._protocols: list[str | None] = []
        self._found: dict[int, int] = {}

    @property
    def size(self) -> int:
        """The number of entries that are held."""
        return len(self._found) + len(self._dated)

    def add(self, address: int | str, stamp: Stamp, line: int, port: int | None, protocol: str | None) -> None:
        """Count a mention; lines ascend."""
        reading = stamp.reading
        hour, minute, second, micro = reading.clock or (0, 0, 0, 0)
        day = stamp._replace(reading=reading._replace(end=0, clock=reading.clock and (0, 0, 0, 0)))
        number = self._stamps.setdefault(day, len(self._dated))
        if number == len(self._dated):
            self._dated.append(day)
        if protocol not in self._protocols:
            self._protocols.append(protocol)
        key = address_number(address)
        key = key << _CLOCK | ((hour * 60 + minute) * 64 + second) * 1_000_000 + micro
        key = key << _PORT | (0 if port is None else port + 1)
        key = (key << _PROTOCOL | self._protocols.index(protocol)) << 32 | number
        found = self._found
        found[key] = found.get(key, line) + (1 << _LINE)

    def all(self) -> Iterator[tuple[int | str, Stamp, int, int | None, str | None, int]]:
        """Give each with its first line and its count, in order."""
        for key, value in self._found.items():
            stamp = self._dated[key & 0xFFFF_FFFF]
            rest = key >> 32
            protocol = self._protocols[rest & ((1 << _PROTOCOL) - 1)]
            rest >>= _PROTOCOL
            port = rest & ((1 << _PORT) - 1)
            rest >>= _PORT
            clock = rest & ((1 << _CLOCK) - 1)
            reading = stamp.reading
            if reading.clock is not None:
                seconds, micro = divmod(clock, 1_000_000)
                minutes, second = divmod(seconds, 64)
                stamp = stamp._replace(reading=reading._replace(clock=(*divmod(minutes, 60), second, micro)))
            address = number_address(rest >> _CLOCK)
            yield address, stamp, value & ((1 << _LINE) - 1), port - 1 if port else None, protocol, value >> _LINE
