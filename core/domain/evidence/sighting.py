"""Values that the scanner gives."""

from __future__ import annotations

from datetime import datetime
from enum import IntFlag, StrEnum
from typing import NamedTuple


class Doubt(IntFlag):
    """Reasons why the moment of a sighting can be wrong: a set of flags, 0 without any."""

    NONE = 0
    TIME_UNKNOWN = 1
    ZONE_ASSUMED = 2
    YEAR_ASSUMED = 4
    AMBIGUOUS = 8
    SEVERAL_TIMES = 16
    PERIOD = 32
    FUTURE = 64
    CLOCK_DOUBTFUL = 128

    @property
    def words(self) -> list[str]:
        """Names as the contract writes them, in the order of the flags."""
        return [flag.name.lower() for flag in Doubt if flag in self and flag.name is not None]


class Source(StrEnum):
    """Where the time of a sighting stood."""

    ASKED = "asked"
    FORMAT = "format"
    KEY = "key"
    PLACE = "place"
    NONE = "none"


class Sighting(NamedTuple):
    """Mentions of one address at one moment."""

    address: int | str
    """An IPv4 address as a number, an IPv6 address as canonical text."""
    at: datetime | None
    """UTC; None when the text does not tell."""
    others: tuple[datetime, ...]
    """The other readings of the time, UTC, ascending."""
    doubts: Doubt
    line: int
    """Number of the first line it stood on, from 1."""
    port: int | None
    protocol: str | None
    """Lower-case name: tcp, udp, icmp …"""
    source: Source
    mentions: int = 1
    """Number of mentions."""
