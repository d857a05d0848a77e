"""Checks of input that many verbs share: names, addresses, prefixes, ports and numbers, each with its code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.domain import addresses
from core.domain.errors import Code, EipdeckError, error
from core.domain.ports import PortRange, parse_ports

__all__ = [
    "checked_address",
    "checked_bandwidth",
    "checked_id",
    "checked_name",
    "checked_ports",
    "checked_prefix",
    "checked_text",
    "with_code",
]

_T = TypeVar("_T")

MAX_NAME = 255
"""Characters (interface, section 6)."""

MAX_BANDWIDTH = 1_000_000
"""Mbps; a thousand times the largest line of the platform, so that only typing errors are refused."""


def with_code(code: Code, parse: Callable[[str], _T], words: str) -> _T:
    """Return `parse(words)`; a ValueError becomes the error of this code."""
    try:
        return parse(words)
    except ValueError as problem:
        raise error(code, str(problem)) from problem


def checked_address(words: str) -> int:
    """Return the address as a number, or raise `invalid_address`."""
    return with_code(Code.INVALID_ADDRESS, addresses.parse_address, words)


def checked_prefix(words: str) -> addresses.Prefix:
    """Return the prefix, or raise `invalid_cidr`."""
    return with_code(Code.INVALID_CIDR, addresses.parse_prefix, words)


def checked_ports(words: str) -> PortRange:
    """Return the ports of `P` or `P-Q`, or raise `invalid_port`."""
    return with_code(Code.INVALID_PORT, parse_ports, words)


def checked_name(name: str | None, what: str = "name") -> str | None:
    """Return the name unchanged: 1 to 255 characters without NUL. Raise `invalid_name` for any other."""
    if name is None:
        return None
    if not 1 <= len(name) <= MAX_NAME:
        raise _invalid_name(f"A {what} has 1 to {MAX_NAME} characters, this one {len(name)}.")
    if "\0" in name or (not name.isascii() and any("\ud800" <= char <= "\udfff" for char in name)):
        raise _invalid_name(f"A {what} is text without NUL and without broken characters.")
    return name


_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode categories of control characters, formats (bidi, zero width) and line ends."""


def checked_id(name: str | None, what: str) -> str | None:
    """Return an id unchanged: a name without characters that nobody sees. Raise `invalid_name` for any other.

    An id is copied and typed; an older database may still hold other ones.
    """
    if name is None or (name.isascii() and name.isprintable() and len(name) <= MAX_NAME and name):
        return name
    import unicodedata  # noqa: PLC0415  # nearly every id is ASCII

    checked_name(name, what)
    if any(unicodedata.category(char) in _UNSEEN for char in name):
        raise _invalid_name(f"A {what} has no control characters, line ends and invisible marks.")
    return name


def checked_text(words: str | None) -> str | None:
    """Return a free text unchanged but for characters that no database can hold, which are escaped."""
    if words is None:
        return None
    return words.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def checked_bandwidth(mbps: int | None) -> int | None:
    """Return the cap in Mbps, or raise `invalid_bandwidth`."""
    if mbps is not None and not 1 <= mbps <= MAX_BANDWIDTH:
        raise error(Code.INVALID_BANDWIDTH, f"A cap is 1 to {MAX_BANDWIDTH} Mbps, not {mbps}.")
    return mbps


def _invalid_name(message: str) -> EipdeckError:
    return error(Code.INVALID_NAME, message, hint="Choose another one.")
