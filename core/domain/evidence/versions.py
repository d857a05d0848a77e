"""Four numbers with dots that are not an address: versions, masks, sections, dates."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORDS: Final = frozenset(
    {"version", "ver", "vers", "release", "firmware", "build", "revision", "rev", "section", "sect", "sec", "chapter"}
    | {"clause", "paragraph", "article", "oid", "chrome", "chromium", "edge", "edg", "firefox", "safari", "opera"}
    | {"vivaldi", "electron", "openssl", "apache", "nginx", "openssh", "windows", "android", "ios", "macos", "java"}
    | {"python", "php", "curl", "wget", "mysql", "postgresql", "kernel", "driver", "agent", "patch", "nt", "\u00a7"}
)
"""Words directly before a version or the number of a section."""

_LAST_WORD: Final = re.compile(r"[\s\"':=(v]{0,5}(?:v(?![A-Za-z]))?([A-Za-z]+|\u00a7)")
"""The word before an address, on the text read backwards."""

_BEHIND_WORD: Final = frozenset(" \"':=(\u00a7")
_NAMED: Final = re.compile(r"(?:^|[^\w/:.])([A-Za-z][\w.+-]*)/$")
"""A name and a slash directly before a version, but not a part of a URL."""

_ADDRESS_NAMES: Final = frozenset(
    {"ip", "ipv4", "addr", "address", "inet", "host", "client", "peer", "src", "dst", "source", "dest", "tcp", "udp"}
    | {"from", "to", "by", "for", "remote", "local", "server", "net", "localhost", "inside", "outside", "dmz", "direct"}
)
_BEHIND_PRODUCT: Final = re.compile(r"\(([A-Z][A-Za-z]{2,20}) $")
_MASK_WORD: Final = re.compile(r"(?:mask|netmask|wildcard|subnet|genmask)[\"':=)]{0,3}\s{0,3}[\"'(]?$", re.IGNORECASE)
_VERSION: Final = re.compile(r"\b(?:ver|version|rev)[ =:]{1,2}[\"']?[\w.-]*/$")
_DATED: Final = re.compile(r"[ ,T]{1,2}\d{1,2}:\d\d")
_DATE: Final = re.compile(r"(?:0?[1-9]|[12][0-9]|3[01])\.(?:[1-9]|1[0-2])\.20\.[2-4][0-9]")


def _is_contiguous(value: int) -> bool:
    """Whether the high bits of a 32-bit number are set and no others."""
    inverse = ~value & 0xFFFF_FFFF
    return inverse & (inverse + 1) == 0


def is_mask(text: str, start: int, address: int, previous: int | None, key: str) -> bool:
    """Whether a number is a netmask or wildcard mask: behind an address that ends at `previous`, or a mask's key."""
    is_netmask = address >> 31 == 1 and _is_contiguous(address)
    is_wildcard = address & (address + 1) == 0
    if not (is_netmask or is_wildcard):
        return False
    between = None if previous is None else text[previous:start]
    if between in {" ", "  ", "/", " / "} or (between and between.isspace() and 0xFF << 24 <= address < 0xFFFF_FFFF):
        return True
    return (
        "mask" in key.lower()
        or "wildcard" in key.lower()
        or _MASK_WORD.search(text[max(0, start - 16) : start]) is not None
    )


@lru_cache(maxsize=1024)
def is_version_key(key: str) -> bool:
    """Whether a field holds the version of a product."""
    name = key.lower()
    return name.endswith(
        ("version", "useragent", "user-agent", "user_agent", "release", "firmware", "build", "browser", "user agent")
    )


def is_version(text: str, start: int, end: int, port: int | None, key: str) -> bool:
    """Whether four numbers are the version of a product, the number of a section or a date; a port says no."""
    if key and is_version_key(key):
        return True
    if port is not None or start == 0:
        return port is None and _DATED.match(text, end) is not None and _DATE.fullmatch(text[:end]) is not None
    before = text[max(0, start - 40) : start]
    last = before[-1]
    if last == "/":
        return _VERSION.search(before) is not None or _is_named(before, text.startswith(("/", ":"), end))
    if last == "|":
        return text.startswith("|", end) and ("CEF:" in text[:start] or "LEEF:" in text[:start])
    if last.isalnum() or last in "-_":
        return last == "-" and text.startswith(".", end) and text[end + 1 : end + 2].isalpha()
    if last in _BEHIND_WORD and _word_before(before) in _WORDS:
        return True
    if last == " " and text.startswith(")", end) and (product := _BEHIND_PRODUCT.search(before)) is not None:
        return product[1].lower() not in _ADDRESS_NAMES
    words = text[start:end]
    return ".20." in words and _DATE.fullmatch(words) is not None and _word_before(before) not in _ADDRESS_NAMES


def _word_before(before: str) -> str:
    found = _LAST_WORD.match(before[::-1])
    return "" if found is None else found[1][::-1].lower()


@lru_cache(maxsize=4096)
def _is_named(before: str, goes_on: bool) -> bool:  # noqa: FBT001  # a key of the cache
    """Whether a name and a slash stand before a version; the names of browsers come often."""
    found = _NAMED.search(before)
    if found is None:
        return False
    name = found[1]
    return name.lower() not in _ADDRESS_NAMES and not (name.isupper() and len(name) > 1) and not goes_on
