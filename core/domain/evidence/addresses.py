"""Addresses in a line of text, with the port and the protocol that stand at them."""

from __future__ import annotations

import re
import sys
from ipaddress import AddressValueError, IPv6Address
from typing import Final, NamedTuple

from core.domain.addresses import OCTET
from core.domain.evidence.dress import is_dressed, undress
from core.domain.evidence.keys import normal
from core.domain.evidence.versions import is_mask, is_version


class Hit(NamedTuple):
    """An address at a place of a line."""

    start: int
    end: int
    address: int | str
    """A number, or the canonical text of an IPv6 address."""
    port: int | None = None
    protocol: str | None = None


_APART: Final = r"(?:(?<![0-9A-Za-z.])|(?<=\.\.))"

QUAD: Final = re.compile(
    rf"\.(?:(?<={_APART}([0-9]\.))|(?<={_APART}([1-9][0-9]\.))|(?<={_APART}(1[0-9][0-9]\.))"
    rf"|(?<={_APART}(2[0-4][0-9]\.))|(?<={_APART}(25[0-5]\.)))"
    rf"({OCTET}(?:\.{OCTET}){{2}})(?![0-9A-Za-z])"
    r"(?:(\.in-addr)(?=\.arpa)|(\.[0-9A-Za-z-]++)?(?!\.[0-9A-Za-z]))"
)
"""The first part, by its kind, the rest of an address, and what is joined by a fifth dot; opens with the rare dot."""

_SIX: Final = re.compile(r"(?<![0-9A-Za-z:.-])(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:]|\.[0-9A-Za-z])")
_GOES_ON: Final = re.compile(r"\.[0-9A-Za-z]")
"""Neighbours that make text like an IPv6 address part of a name or a number."""
_HARDWARE: Final = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7}")
_PORT: Final = re.compile(
    r"(?:[:#]|\|(?=[0-9]{1,5}$))([0-9]{1,5})(?![0-9]|[.-][0-9])|/([0-9]{2,5})(?![0-9.])|[(\[]([0-9]{1,5})[)\]]|\]?:([0-9]{1,5})(?![0-9.])"
    r"|['\")\]]?[,;]?[ \t]{1,2}(?:source |and |on )?[Pp]ort:?[ =]{1,2}([0-9]{1,5})(?![0-9.])"
)
_PROTOCOL: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:\{(TCP|UDP|ICMP)\}|"
    r"[Pp][Rr][Oo][Tt][Oo]?(?:col)?[=: ]\"?(TCP|UDP|ICMP|tcp|udp|icmp|6(?!\d)|17(?!\d)|1(?!\d))"
    r"|(TCP|UDP|ICMP|tcp|udp|icmp)(?![A-Za-z0-9]))"
)
PROTOCOL_WORDS: Final = ("TCP", "tcp", "UDP", "udp", "ICMP", "icmp", "roto", "ROTO")
_NUMBERED: Final = {"6": "tcp", "17": "udp", "1": "icmp"}
_STATES: Final = re.compile(
    r"\b(?:ESTABLISHED|LISTEN|SYN_SENT|SYN_RCVD|TIME_WAIT|CLOSE_WAIT|FIN_WAIT_[12]|LAST_ACK|CLOSED)\b"
)
_HEAD: Final = 4096
"""Characters of a line in which its protocol is looked for."""


def has_address(text: str) -> bool:
    """Whether a text can hold an address; cheap, and true too often for a text that is dressed."""
    if QUAD.search(text) is not None or "::" in text or text.count(":") >= 7:
        return True
    return is_dressed(text) and any(True for _ in find_addresses(text))


def find_addresses(text: str, key: str = "") -> list[Hit]:
    """Return every address of a text in its order: IPv4 in every dress, IPv6, and IPv4 inside IPv6 as IPv4.

    `key` is the name of the field that holds the text, when it has one. Version numbers, masks, object identifiers
    and hardware addresses are left out.
    """
    if is_dressed(text):
        text = undress(text)
    hits = quads(text, key)
    if "::" in text or text.count(":") >= 7:
        hits = _with_six(text, hits)
    return hits


def protocol_in(line: str) -> str | None:
    """Return the one protocol that a line names, in lower case; None when it names none or several."""
    for word in PROTOCOL_WORDS:
        if word in line:
            break
    else:
        return None
    found = {"".join(groups).lower() for groups in _PROTOCOL.findall(line, 0, _HEAD)}
    names = {_NUMBERED.get(name, name) for name in found}
    return names.pop() if len(names) == 1 else None


def quads(text: str, key: str = "", end_of_text: int = sys.maxsize) -> list[Hit]:
    """Return every IPv4 address of a text without dress, up to a place that no address goes across."""
    hits: list[Hit] = []
    for match in QUAD.finditer(text, 0, end_of_text):
        one, two, three, four, five, rest, reverse, fifth = match.groups()
        first = one or two or three or four or five
        place = match.start()
        start, end = place - len(first) + 1, match.end(6)
        second, third, fourth = rest.split(".")
        address = OCTETS[first] << 24 | OCTETS[second] << 16 | OCTETS[third] << 8 | OCTETS[fourth]
        port: int | None = None
        if reverse is not None:
            hits.append(Hit(start, match.end(), int.from_bytes(address.to_bytes(4), "little")))
            continue
        if fifth is not None:
            if not _is_port_shape(text, start, match.end(), fifth):
                continue
            port, end = int(fifth[1:]) if fifth[1:].isdigit() else None, match.end()
        elif (behind := text[end : end + 1]) in _BEFORE_PORT or (behind in " \t" and "ort" in text[end : end + 20]):
            port = _port_behind(text, start, end)
        previous = hits[-1].end if hits else None
        if (address >> 31 or not address & (address + 1)) and is_mask(text, start, address, previous, key):
            continue
        if (key or (start and port is None)) and is_version(text, start, end, port, key):
            continue
        hits.append(Hit(start, end, address, port))
    return hits


_BEFORE_PORT: Final = frozenset(":#|/([]'\"),;")
OCTETS: Final = {f"{octet}{dot}": octet for octet in range(256) for dot in ("", ".")}


def _is_port_shape(text: str, start: int, end: int, fifth: str) -> bool:
    """Whether a fifth part is a port or a service, as tcpdump, pflog and netstat of BSD write it."""
    name = fifth[1:]
    if name.isdigit() and (int(name) > 65_535 or (len(name) > 1 and name[0] == "0")):
        return False
    if text[max(0, start - 16) : start].rstrip().endswith((">", "<-")) or text[end : end + 3].lstrip().startswith(">"):
        return True
    if name.isdigit() and int(name) > (9999 if text[start : start + 2] in {"0.", "1.", "2."} else 1023):
        return True
    return text.startswith(("tcp", "udp")) or _STATES.search(text, end, end + 200) is not None


def _port_behind(text: str, start: int, end: int) -> int | None:
    """Return the port that stands at an address; None when there is none, or a prefix length."""
    found = _PORT.match(text, end)
    if found is None:
        return None
    if (
        found[2] is not None
        and int(found[2]) <= 32
        and "%" not in text[:start]
        and ":" not in text[max(0, start - 1) : start]
    ):
        return None
    port = int(found[1] or found[2] or found[3] or found[4] or found[5])
    return port if port <= 65_535 else None


def _with_six(text: str, hits: list[Hit]) -> list[Hit]:
    found: list[Hit] = []
    for match in _SIX.finditer(text):
        words = match[0]
        if words.endswith(":") and not words.endswith("::"):
            words = words[:-1]
        if _GOES_ON.match(text, match.end()) or _HARDWARE.fullmatch(words):
            continue
        try:
            address = IPv6Address(words)
        except AddressValueError:
            continue
        if int(address):
            port = _port_behind(text, match.start(), match.end()) if text.startswith("]", match.end()) else None
            found.append(Hit(match.start(), match.end(), _embedded(address), port))
    return sorted([*hits, *found], key=lambda hit: hit.start) if found else hits


def _embedded(address: IPv6Address) -> int | str:
    """Return the IPv4 address inside a mapped or NAT64 address, else the text of the address."""
    if address.ipv4_mapped is not None:
        return int(address.ipv4_mapped)
    if int(address) >> 32 == 0x64FF9B << 64:
        return int(address) & 0xFFFF_FFFF
    return str(address)


def is_client_text(key: str) -> bool:
    """Whether a field holds what a client chose, so that no time is read from it."""
    name = normal(key)
    return any(
        word in name
        for word in ("agent", "refer", "uri", "url", "cookie", "query", "request", "path", "user", "browser")
    )
