"""IPv4 addresses, prefixes, ports, ASNs and times: pure, strict, and finding them in pasted text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

__all__ = [
    "Found",
    "InvalidAddress",
    "InvalidCidr",
    "InvalidPort",
    "InvalidTime",
    "Prefix",
    "asn_refusal",
    "asn_warning",
    "customer_prefix",
    "find_addresses",
    "find_time",
    "format_address",
    "is_ipv6",
    "parse_address",
    "parse_ports",
    "parse_prefix",
    "parse_time",
    "prefix_of_range",
]


class InvalidAddress(ValueError):
    """Not one IPv4 address in its one canonical spelling."""


class InvalidCidr(ValueError):
    """Not an IPv4 prefix, or not one a customer can bring."""


class InvalidPort(ValueError):
    """Not a port or a range of ports."""


class InvalidTime(ValueError):
    """Not a moment."""


def parse_address(words: str) -> int:
    """The address as a number; leading zeros, spaces and other spellings are refused.

    Raises:
        InvalidAddress: with the reason.

    """
    try:
        return int(IPv4Address(words))
    except AddressValueError as problem:
        if ":" in words:
            raise InvalidAddress(f"{words!r} is not an IPv4 address; customer CIDRs are IPv4 only.") from None
        why = str(problem).partition(" in ")[0].strip().rstrip(".")
        raise InvalidAddress(f"{words!r} is no IPv4 address: {why or 'nothing was given'}.") from None


def is_ipv6(words: str) -> bool:
    """Whether the words are an IPv6 address."""
    try:
        IPv6Address(words)
    except AddressValueError:
        return False
    return True


def format_address(address: int) -> str:
    """Dotted text of a number from 0 to 2^32 - 1."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


@dataclass(frozen=True, slots=True, order=True)
class Prefix:
    """An IPv4 prefix: its first address and its length, 0 to 32."""

    first: int
    length: int

    @property
    def size(self) -> int:
        """How many addresses it holds."""
        return 1 << (32 - self.length)

    @property
    def last(self) -> int:
        """Its highest address."""
        return self.first + self.size - 1

    def contains(self, address: int) -> bool:
        return self.first <= address <= self.last

    def overlaps(self, other: Prefix) -> bool:
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        return f"{format_address(self.first)}/{self.length}"


def parse_prefix(words: str) -> Prefix:
    """The prefix `a.b.c.d/LEN`, host bits clear.

    Raises:
        InvalidCidr: with the reason, and the canonical form when only host bits are wrong.

    """
    base, slash, length = words.partition("/")
    if not slash or not length.isascii() or not length.isdigit() or (len(length) > 1 and length[0] == "0"):
        raise InvalidCidr(f"{words!r} is no prefix; write it as 203.0.113.0/24.")
    if int(length) > 32:
        raise InvalidCidr(f"{words!r} is no IPv4 prefix: a length is 0 to 32.")
    try:
        address = parse_address(base)
    except InvalidAddress as problem:
        raise InvalidCidr(f"{words!r} is no prefix: {problem}") from None
    mask = (0xFFFFFFFF << (32 - int(length))) & 0xFFFFFFFF
    prefix = Prefix(address & mask, int(length))
    if prefix.first != address:
        raise InvalidCidr(f"{words!r} has host bits set; the prefix is {prefix}.")
    return prefix


def prefix_of_range(first: int, last: int) -> Prefix:
    """The prefix that a stored first and last address are."""
    return Prefix(first, 32 - (last - first).bit_length())


_NEVER_ANNOUNCED: Final = tuple(
    (parse_prefix(words), why)
    for words, why in (
        ("0.0.0.0/8", "this network, RFC 791"),
        ("10.0.0.0/8", "private, RFC 1918"),
        ("100.64.0.0/10", "shared address space, RFC 6598"),
        ("127.0.0.0/8", "loopback, RFC 1122"),
        ("169.254.0.0/16", "link-local, RFC 3927"),
        ("172.16.0.0/12", "private, RFC 1918"),
        ("192.168.0.0/16", "private, RFC 1918"),
        ("224.0.0.0/4", "multicast, RFC 5771"),
        ("240.0.0.0/4", "reserved, RFC 1112"),
    )
)
_FOR_LABS: Final = tuple(
    (parse_prefix(words), why)
    for words, why in (
        ("192.0.2.0/24", "documentation space, RFC 5737"),
        ("198.51.100.0/24", "documentation space, RFC 5737"),
        ("203.0.113.0/24", "documentation space, RFC 5737"),
        ("198.18.0.0/15", "benchmark space, RFC 2544"),
    )
)
LONGEST_ANNOUNCED: Final = 24


def customer_prefix(words: str) -> tuple[Prefix, tuple[str, ...]]:
    """A prefix a customer can bring, with warnings for what only a lab would.

    Raises:
        InvalidCidr: not a prefix, or space that nobody can own.

    """
    prefix = parse_prefix(words)
    for block, why in _NEVER_ANNOUNCED:
        if prefix.overlaps(block):
            raise InvalidCidr(f"{prefix} overlaps {block} ({why}), which no customer can bring.")
    warnings = [
        f"{prefix} lies in {block} ({why}): it cannot be announced."
        for block, why in _FOR_LABS
        if prefix.overlaps(block)
    ]
    if prefix.length > LONGEST_ANNOUNCED:
        warnings.append(f"{prefix} is longer than /{LONGEST_ANNOUNCED}: it cannot be announced by itself.")
    return prefix, tuple(warnings)


_PRIVATE_ASNS: Final = ((64512, 65534), (4200000000, 4294967294))
_RESERVED_ASNS: Final = ((0, 0), (23456, 23456), (65535, 65535), (65552, 131071), (4294967295, 4294967295))
_LAB_ASNS: Final = ((64496, 64511), (65536, 65551))


def asn_refusal(asn: int) -> str | None:
    """Why an ASN cannot originate a prefix (private: RFC 6996; reserved: RFC 7607, 6793, 7300), or None."""
    if any(lo <= asn <= hi for lo, hi in _PRIVATE_ASNS):
        return f"AS{asn} is private (RFC 6996) and cannot originate a public prefix."
    if not 0 <= asn <= 4294967295 or any(lo <= asn <= hi for lo, hi in _RESERVED_ASNS):
        return f"AS{asn} is reserved and cannot originate a prefix."
    return None


def asn_warning(asn: int) -> str | None:
    """What to know of a documentation ASN (RFC 5398), or None."""
    if any(lo <= asn <= hi for lo, hi in _LAB_ASNS):
        return f"AS{asn} is for documentation (RFC 5398): nothing can be announced from it."
    return None


_PORTS: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)


def parse_ports(words: str) -> tuple[int, int]:
    """First and last port of `P` or `P-Q`, 1 to 65535.

    Raises:
        InvalidPort: with the reason.

    """
    match = _PORTS.fullmatch(words)
    if match is None:
        raise InvalidPort(f"{words!r} is no port; write 443, or 8000-8010 for a range.")
    first = int(match[1])
    last = int(match[2] or match[1])
    if not (1 <= first <= 65535 and 1 <= last <= 65535):
        raise InvalidPort(f"{words!r}: a port is 1 to 65535.")
    if first > last:
        raise InvalidPort(f"{words!r} runs backwards.")
    return first, last


_AGO: Final = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?Z?", re.ASCII)


def parse_time(words: str, now: datetime) -> datetime:
    """A moment in UTC: ISO-8601 (no zone is UTC), a date, `21:14` (the latest not after now), or `90d` ago.

    Raises:
        InvalidTime: with what can be written.

    """
    text = words.strip()
    try:
        if match := _AGO.fullmatch(text):
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        if _CLOCK.fullmatch(text):
            hour, minute, *second = (int(part) for part in text.rstrip("Z").split(":"))
            moment = now.astimezone(UTC).replace(
                hour=hour, minute=minute, second=second[0] if second else 0, microsecond=0
            )
            return moment if moment <= now else moment - timedelta(days=1)
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidTime(
            f"{words!r} is no time; write 2026-11-23T03:12:00Z, 2026-11-23, 21:14 or 90d (ago)."
        ) from None


@dataclass(frozen=True, slots=True)
class Found:
    """An address found in text, in its canonical spelling."""

    text: str
    version: int


_DOT: Final = r"(?:\.|\[\.\]|\(\.\)|\[dot\])"
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4: Final = re.compile(rf"(?<![\w.])(?:{_OCTET}{_DOT}){{3}}{_OCTET}(?!\w|\.\w|\[\.\])", re.ASCII | re.IGNORECASE)
_V6: Final = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:.])", re.ASCII | re.IGNORECASE)
_DEFANGED: Final = re.compile(r"\[\.\]|\(\.\)|\[dot\]", re.IGNORECASE)


def find_addresses(line: str) -> list[Found]:
    """Every address in a line, in order: plain, defanged (`203[.]0[.]113[.]7`), with port, in URLs and CIDRs."""
    found = [(match.start(), Found(_DEFANGED.sub(".", match[0]), 4)) for match in _V4.finditer(line)]
    if line.count(":") >= 2:
        found.extend(_find_ipv6(line))
        found.sort(key=lambda each: each[0])
    return [each for _, each in found]


def _find_ipv6(line: str) -> Iterator[tuple[int, Found]]:
    for match in _V6.finditer(line):
        try:
            yield match.start(), Found(str(IPv6Address(match[0])), 6)
        except AddressValueError:
            continue


_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?(?:Z| ?[+-]\d{2}:?\d{2})?", re.ASCII
)
_APACHE: Final = re.compile(r"\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}", re.ASCII)
_SYSLOG: Final = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d{2}:\d{2}:\d{2}\b", re.ASCII
)
_EPOCH: Final = re.compile(r"(?<![\w.])1\d{9}(?:\d{3}|\.\d{1,6})?(?![\w.])", re.ASCII)


def find_time(line: str, now: datetime) -> datetime | None:
    """The first time on a line: ISO, Apache, syslog (of the latest year not after now) or epoch; else None."""
    try:
        if match := _ISO.search(line):
            return parse_time(match[0].replace(",", ".").replace(" ", "T", 1).replace(" ", ""), now)
        if match := _APACHE.search(line):
            return datetime.strptime(match[0], "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
        if match := _SYSLOG.search(line):
            return _of_syslog(match[0], now)
        if match := _EPOCH.search(line):
            seconds = float(match[0])
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e12 else seconds, UTC)
    except ValueError:
        return None
    return None


def _of_syslog(words: str, now: datetime) -> datetime:
    for year in (now.year + (now.month == 12), now.year, now.year - 1):
        try:
            moment = datetime.strptime(f"{year} {words}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            continue  # 29 February of a year without one
        if moment <= now + timedelta(days=1):
            return moment
    raise ValueError(words)
