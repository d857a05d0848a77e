"""The filter grammar of the lists: words to terms, nothing of a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from core.addresses import InvalidAddress, InvalidCidr, parse_address, parse_prefix

__all__ = ["FILTER_KEYS", "Filter", "InvalidFilter", "Term", "parse_filter"]

FILTER_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "own": ("yes", "no"),
    "state": ("bound", "unbound", "cooling", "released"),
    "pool": (),
    "cidr": (),
    "region": (),
    "kind": ("nic", "snat", "dnat", "load_balancer", "lb"),
    "service": (),
    "age": (),
    "by": (),
    "is": ("problem", "landed", "idle"),
}
"""Every key with the values it takes; none named: any."""


class InvalidFilter(ValueError):
    """A word of the filter is not understood."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word: a key and a value. `text` is a bare word, `within` an address or a range of them."""

    key: str
    value: str
    negated: bool = False
    first: int = 0
    """Of `within` and `cidr`: the lowest address."""
    last: int = 0
    """Of `within` and `cidr`: the highest address."""
    seconds: int = 0
    """Of `age`: the bound; `value` is `>` or `<`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Terms that all have to hold."""

    terms: tuple[Term, ...]


_WORD: Final = re.compile(r'(!?)((?:[^\s"]|"[^"]*")+)')
_PARTIAL: Final = re.compile(r"(?:\d{1,3}\.){1,3}", re.ASCII)
_AGE: Final = re.compile(r"([<>])(\d{1,6})([mhdw])", re.ASCII)
_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def parse_filter(words: str) -> Filter:
    """The terms of a filter; the empty text has none.

    Raises:
        InvalidFilter: naming the known keys or values.

    """
    if words.count('"') % 2:
        raise InvalidFilter('A quote is not closed: write "two words".')
    return Filter(tuple(_term(match[2].replace('"', ""), bool(match[1])) for match in _WORD.finditer(words)))


def _term(word: str, negated: bool) -> Term:  # noqa: FBT001  # the sign of the word
    key, colon, value = word.partition(":")
    if not colon:
        return _bare(word, negated)
    if key not in FILTER_KEYS:
        raise InvalidFilter(f"{key!r} is no key; known are {', '.join(FILTER_KEYS)}.")
    known = FILTER_KEYS[key]
    if known and value not in known:
        raise InvalidFilter(f"{key}: takes {', '.join(known)}, not {value!r}.")
    if not value:
        raise InvalidFilter(f"{key}: wants a value.")
    if key == "cidr":
        first, last = _cidr(value)
        return Term(key, value, negated, first, last)
    if key == "age":
        return _age(value, negated)
    return Term(key, "load_balancer" if value == "lb" else value, negated)


def _bare(word: str, negated: bool) -> Term:  # noqa: FBT001
    bounds = _bounds(word)
    if bounds is None:
        return Term("text", word, negated)
    return Term("within", word, negated, *bounds)


def _bounds(word: str) -> tuple[int, int] | None:
    """The addresses an address-shaped word means, or None for any other word."""
    if _PARTIAL.fullmatch(word):
        octets = word.rstrip(".").split(".")
        if any(int(octet) > 255 or (octet != "0" and octet[0] == "0") for octet in octets):
            return None
        first = sum(int(octet) << (24 - 8 * place) for place, octet in enumerate(octets))
        return first, first + (1 << (32 - 8 * len(octets))) - 1
    try:
        if "/" in word:
            prefix = parse_prefix(word)
            return prefix.first, prefix.last
        address = parse_address(word)
    except (InvalidAddress, InvalidCidr):
        return None
    return address, address


def _cidr(value: str) -> tuple[int, int]:
    try:
        prefix = parse_prefix(value)
    except InvalidCidr as problem:
        raise InvalidFilter(f"cidr: {problem}") from None
    return prefix.first, prefix.last


def _age(value: str, negated: bool) -> Term:  # noqa: FBT001
    match = _AGE.fullmatch(value)
    if match is None:
        raise InvalidFilter(f"age: takes >90d, <12h and the like (m h d w), not {value!r}.")
    return Term("age", match[1], negated, seconds=int(match[2]) * _SECONDS[match[3]])
