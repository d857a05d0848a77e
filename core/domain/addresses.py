"""IPv4 addresses, prefixes and ASNs, parsed strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

__all__ = [
    "InvalidAddress",
    "InvalidCidr",
    "Prefix",
    "asn_refusal",
    "asn_warning",
    "customer_prefix",
    "format_address",
    "is_cidr",
    "is_ipv6",
    "never_routed",
    "parse_address",
    "parse_prefix",
    "parse_range",
    "prefix_of_range",
    "public_address",
]


class InvalidAddress(ValueError):
    """The text is not an IPv4 address in its canonical spelling, or not a range of addresses."""


class InvalidCidr(ValueError):
    """The text is not an IPv4 prefix, or no customer can bring the prefix."""


OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS: Final = re.compile(rf"({OCTET})\.({OCTET})\.({OCTET})\.({OCTET})")


def quoted(words: object) -> str:
    """Return the text quoted, with control characters escaped, cut to 60 characters."""
    text = str(words)
    return repr(text if len(text) <= 60 else f"{text[:60]}...")


def parse_address(words: str) -> int:
    """Return the address as a number from 0 to 2^32 - 1. Leading zeros, spaces and other spellings are refused.

    Raises:
        InvalidAddress: with the reason.

    """
    match = _ADDRESS.fullmatch(str(words))  # JSON may bring a number
    if match is None:
        raise InvalidAddress(
            f"{quoted(words)} is not an IPv4 address ({_flaw(str(words))}); write one like 203.0.113.7."
        )
    a, b, c, d = match.groups()
    return int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d)


def _flaw(words: str) -> str:
    """Return why the text is not an IPv4 address."""
    if is_ipv6(words):
        return "it is IPv6, and customer CIDRs are IPv4 only"
    try:
        return f"it means {IPv4Address(words)}"
    except AddressValueError as problem:
        reason = str(problem).partition(" in ")[0]
        return f"{reason[0].lower()}{reason[1:]}"


def is_ipv6(words: str) -> bool:
    """Return whether the text is an IPv6 address."""
    try:
        IPv6Address(words)
    except AddressValueError:
        return False
    return True


def format_address(address: int) -> str:
    """Return the dotted text of a number from 0 to 2^32 - 1."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


@dataclass(frozen=True, slots=True, order=True)
class Prefix:
    """An IPv4 prefix: its first address and its length, 0 to 32."""

    first: int
    length: int

    @property
    def size(self) -> int:
        """The number of its addresses."""
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


_LENGTH: Final = re.compile(r"3[0-2]|[12]?[0-9]")


def parse_prefix(words: str) -> Prefix:
    """Return the prefix of `a.b.c.d/LEN`; host bits are refused.

    Raises:
        InvalidCidr: with the reason, and the canonical form when only host bits are wrong.

    """
    base, slash, length = str(words).partition("/")
    if not _ADDRESS.fullmatch(base):
        raise InvalidCidr(f"{quoted(words)} is not an IPv4 prefix ({_flaw(base)}); write one like 203.0.113.0/24.")
    if not slash:
        raise InvalidCidr(f"{quoted(words)} has no length; write it with one, like 203.0.113.0/24.")
    if not _LENGTH.fullmatch(length):
        raise InvalidCidr(
            f"{quoted(words)} is not an IPv4 prefix (its length is not 0 to 32); write one like 203.0.113.0/24."
        )
    address = parse_address(base)
    prefix = Prefix(address >> (32 - int(length)) << (32 - int(length)), int(length))
    if prefix.first != address:
        raise InvalidCidr(f"{quoted(words)} has host bits set; write {prefix}.")
    return prefix


_SHAPE: Final = re.compile(r"\s*[^\s/@]+/(?!32(?!\d))[\d.]+\s*(?:@.*)?")


def is_cidr(words: str) -> bool:
    """Return whether the text has the shape of a prefix of more than one address, valid or not; a time may follow."""
    return _SHAPE.fullmatch(words) is not None


def prefix_of_range(first: int, last: int) -> Prefix:
    """Return the prefix from `first` to `last`.

    Raises:
        InvalidCidr: the range is not a single prefix.

    """
    prefix = Prefix(first, 32 - (last - first).bit_length())
    if prefix.last != last or first % prefix.size:
        raise InvalidCidr(f"{first} to {last} is not a single prefix.")
    return prefix


def parse_range(first: str, last: str | None = None) -> tuple[int, int]:
    """Return the lowest and highest address of `FIRST` and `LAST`, of `FIRST-LAST`, or of one address.

    Raises:
        InvalidAddress: with the reason.

    """
    if last is None and "-" in first:
        first, _, last = first.partition("-")
    lowest = parse_address(first)
    highest = lowest if last is None else parse_address(last)
    if highest < lowest:
        raise InvalidAddress(f"{first}-{last} runs backwards; write {last}-{first}.")
    return lowest, highest


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
    """Return a prefix that a customer can bring, with warnings for space that only a lab uses.

    Raises:
        InvalidCidr: the text is not a prefix, or no customer can own the space.

    """
    prefix = parse_prefix(words)
    for block, why in _NEVER_ANNOUNCED:
        if prefix.overlaps(block):
            raise InvalidCidr(f"{prefix} overlaps {block} ({why}), which no customer can bring; write a public one.")
    warnings = [
        f"{prefix} lies in {block} ({why}): it cannot be announced."
        for block, why in _FOR_LABS
        if prefix.overlaps(block)
    ]
    if prefix.length > LONGEST_ANNOUNCED:
        warnings.append(f"{prefix} is longer than /{LONGEST_ANNOUNCED}: it cannot be announced by itself.")
    return prefix, tuple(warnings)


NEVER_SPANS: Final = tuple((block.first, block.last) for block, _ in _NEVER_ANNOUNCED)
"""First and last address of each block that no network announces."""


def public_address(words: str) -> int:
    """Return an address that a customer can hold, as a number.

    Raises:
        InvalidAddress: the text is not an address.
        InvalidCidr: no customer can own the space.

    """
    address = parse_address(words)
    if any(first <= address <= last for first, last in NEVER_SPANS):
        customer_prefix(f"{words}/32")
    return address


def never_routed(address: int) -> str | None:
    """Return `private, RFC 1918` for space that no network announces, or None."""
    for (first, last), (_, why) in zip(NEVER_SPANS, _NEVER_ANNOUNCED, strict=True):
        if first <= address <= last:
            return why
    return None


_PRIVATE_ASNS: Final = ((64512, 65534), (4200000000, 4294967294))
_RESERVED_ASNS: Final = ((0, 0), (23456, 23456), (65535, 65535), (65552, 131071), (4294967295, 4294967295))
_LAB_ASNS: Final = ((64496, 64511), (65536, 65551))


def asn_refusal(asn: int) -> str | None:
    """Return why an ASN cannot originate a prefix, or None when it can.

    Private: RFC 6996. Reserved: RFC 7607 (0), RFC 6793 (23456), RFC 7300 (the last of each size) and IANA's
    65552 to 131071.
    """
    if any(lo <= asn <= hi for lo, hi in _PRIVATE_ASNS):
        return f"AS{asn} is private (RFC 6996) and cannot originate a public prefix."
    if not 0 <= asn <= 4294967295 or any(lo <= asn <= hi for lo, hi in _RESERVED_ASNS):
        return f"AS{asn} is reserved or out of range and cannot originate a prefix."
    return None


def asn_warning(asn: int) -> str | None:
    """Return the warning for a documentation ASN (RFC 5398), or None."""
    if any(lo <= asn <= hi for lo, hi in _LAB_ASNS):
        return f"AS{asn} is for documentation (RFC 5398): nothing can be announced from it."
    return None
