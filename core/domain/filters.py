"""The filter grammar of the lists: text to terms.

Words are split at white space, and all of them have to match. Double quotes keep spaces in a word; a doubled quote
within them is a quote. A word that begins with a quote is text to search for, whatever it looks like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final, NamedTuple
from unicodedata import normalize

__all__ = [
    "FILTER_KEYS",
    "Filter",
    "InvalidFilter",
    "Term",
    "Word",
    "filter_term",
    "filter_words",
    "parse_filter",
    "spellings",
]

FILTER_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "own": ("yes", "no"),
    "state": ("bound", "unbound", "cooling", "released"),
    "pool": (),
    "cidr": (),
    "region": (),
    "kind": ("nic", "snat", "dnat", "load_balancer", "lb", "load-balancer"),
    "service": (),
    "age": (),
    "by": (),
    "is": ("problem", "landed", "idle", "recycled"),
}
"""The keys, each with its values; a key without values takes any."""


class InvalidFilter(ValueError):
    """A word of the filter is not valid."""


class Word(NamedTuple):
    """One word of a filter, without its quotes."""

    negated: bool
    key: str | None
    """The text before the colon; None for a bare word."""
    value: str
    quoted: bool
    """The word begins with a quote, so it is text."""

    @property
    def text(self) -> str:
        """The word without its sign."""
        return self.value if self.key is None else f"{self.key}:{self.value}"


@dataclass(frozen=True, slots=True)
class Term:
    """A word: its key and its value. The key of a bare word is `text`, of an address or a range `within`."""

    key: str
    value: str
    negated: bool = False
    first: int = 0
    """The lowest address, for `within` and `cidr`."""
    last: int = 0
    """The highest address, for `within` and `cidr`."""
    seconds: int = 0
    """The bound, for `age`; `value` is `>` or `<`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Terms that all have to match."""

    terms: tuple[Term, ...]

    @property
    def released(self) -> bool:
        """Whether the filter asks for EIPs that are no longer live."""
        asked = ("released", "cooling")
        return any(term.key == "state" and term.value in asked and not term.negated for term in self.terms)


_MOST_CHARACTERS: Final = 2000
_MOST_WORDS: Final = 50
"""Databases limit the depth of a statement; text pasted into the field must stay below it."""
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_WORD: Final = re.compile(r'(!?)((?:[^\s"]|"(?:[^"]|"")*")+)')
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS: Final = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
_PARTIAL: Final = re.compile(rf"(?:{_OCTET}\.){{1,3}}")
_PREFIX: Final = re.compile(rf"{_ADDRESS.pattern}/(?:3[0-2]|[12]?[0-9])")
_LIKE_A_PREFIX: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}/[0-9./]*")
_AGE: Final = re.compile(r"(?:([<>])=?)?([0-9]{1,6})([mhdw])")
_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def filter_words(text: str) -> list[Word]:
    """Return the words of a filter; keys are not checked.

    Raises:
        InvalidFilter: the text is too long, has characters that no database can hold, or leaves a quote open.

    """
    if len(text) > _MOST_CHARACTERS:
        raise InvalidFilter(f"A filter has at most {_MOST_CHARACTERS} characters; write fewer words.")
    if _UNSTORABLE.search(text):
        raise InvalidFilter("A filter is text without NUL and without broken characters; leave them out.")
    if text.count('"') % 2:
        raise InvalidFilter('A quote is not closed; write "two words".')
    found = _WORD.findall(text)
    if len(found) > _MOST_WORDS:
        raise InvalidFilter(f"A filter has at most {_MOST_WORDS} words, this one {len(found)}; write fewer.")
    return [_word(word, bool(sign)) for sign, word in found]


def _word(word: str, negated: bool) -> Word:  # noqa: FBT001  # the sign of the word
    key, colon, value = word.partition(":")
    keyed = bool(colon) and '"' not in key
    unquoted = _QUOTED.sub(lambda found: found[1].replace('""', '"'), value if keyed else word)
    return Word(negated, key if keyed else None, unquoted, word.startswith('"'))


def spellings(text: str) -> tuple[str, ...]:
    """Return a text as it is, composed and decomposed: a name is found whichever way its accents were stored."""
    if text.isascii():
        return (text,)
    return tuple(dict.fromkeys((text, normalize("NFC", text), normalize("NFD", text))))


def filter_term(key: str, value: str) -> str:
    """Return `key:value` as a word of a filter, quoted where the value needs it."""
    if '"' in value or any(char.isspace() for char in value):
        value = '"' + value.replace('"', '""') + '"'
    return f"{key}:{value}"


def parse_filter(words: str) -> Filter:
    """Return the terms of a filter; an empty text has none.

    Raises:
        InvalidFilter: with the known keys or values.

    """
    return Filter(tuple(_bare(word) if word.key is None else _keyed(word.key, word) for word in filter_words(words)))


def _keyed(key: str, word: Word) -> Term:
    value, negated = word.value, word.negated
    if key not in FILTER_KEYS:
        raise InvalidFilter(
            f"{_shown(key)} is not a key; known are {', '.join(FILTER_KEYS)}, and text in quotes is searched for"
            " as it is."
        )
    known = FILTER_KEYS[key]
    if known and value not in known:
        raise InvalidFilter(f"{key}: takes {', '.join(known)}, not {_shown(value)}.")
    if not value:
        raise InvalidFilter(f"{key}: needs a value; write {key}:NAME without a space.")
    if key == "cidr":
        return Term(key, value, negated, *_ends(value))
    if key == "age":
        return _age(value, negated)
    balancer = key == "kind" and value in ("lb", "load-balancer")
    return Term(key, "load_balancer" if balancer else value, negated)


def _bare(word: Word) -> Term:
    text = word.value
    if text in ("", "!"):
        raise InvalidFilter(f"{_shown(text)} names nothing; write a word to search for.")
    bounds = None if word.quoted else _bounds(text)
    if bounds is None:
        return Term("text", text, word.negated)
    return Term("within", text, word.negated, *bounds)


def _bounds(word: str) -> tuple[int, int] | None:
    """Return the lowest and highest address of a word that looks like an address; None for any other word."""
    if _LIKE_A_PREFIX.fullmatch(word):
        return _ends(word)
    if _ADDRESS.fullmatch(word):
        return _ends(f"{word}/32")
    if _PARTIAL.fullmatch(word):
        octets = word.count(".")
        return _ends(f"{word}{'.'.join('0' * (4 - octets))}/{8 * octets}")
    return None


def _ends(prefix: str) -> tuple[int, int]:
    """Return the first and last address of a prefix."""
    if not _PREFIX.fullmatch(prefix):
        raise InvalidFilter(f"{_shown(prefix)} is not an IPv4 prefix; write one like 203.0.113.0/25.")
    network = IPv4Network(prefix, strict=False)
    if str(network) != prefix:
        raise InvalidFilter(f"{prefix} has host bits set; write {network}.")
    return int(network.network_address), int(network.broadcast_address)


def _age(value: str, negated: bool) -> Term:  # noqa: FBT001  # every reader of a value takes the same two
    match = _AGE.fullmatch(value)
    if match is None:
        raise InvalidFilter(f"age: takes a bound such as >90d or <12h (m h d w), not {_shown(value)}.")
    return Term("age", match[1] or ">", negated, seconds=int(match[2]) * _SECONDS[match[3]])


def _shown(words: str) -> str:
    """Return the text quoted, cut to 60 characters."""
    return repr(words if len(words) <= 60 else f"{words[:60]}...")
