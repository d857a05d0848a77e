"""IPv4 addresses, prefixes, ports, ASNs and times: pure, strict, and finding them in pasted text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final, NamedTuple

__all__ = [
    "InvalidAddress",
    "InvalidCidr",
    "InvalidPort",
    "InvalidTime",
    "LineTime",
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
    "parse_range",
    "parse_time",
    "prefix_of_range",
    "public_address",
    "seems_to_tell_a_time",
]


class InvalidAddress(ValueError):
    """Not one IPv4 address in its one canonical spelling, or not a range of them."""


class InvalidCidr(ValueError):
    """Not an IPv4 prefix, or not one a customer can bring."""


class InvalidPort(ValueError):
    """Not a port or a range of ports."""


class InvalidTime(ValueError):
    """Not a moment."""


_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS: Final = re.compile(rf"({_OCTET})\.({_OCTET})\.({_OCTET})\.({_OCTET})")


def _shown(words: object) -> str:
    """What was written, quoted, with control characters spelled out and short enough for a sentence."""
    text = str(words)
    return repr(text if len(text) <= 60 else f"{text[:60]}...")


def parse_address(words: str) -> int:
    """The address as a number; leading zeros, spaces and other spellings are refused.

    Raises:
        InvalidAddress: with the reason.

    """
    match = _ADDRESS.fullmatch(str(words))  # JSON may bring a number: refused like any other text
    if match is None:
        raise InvalidAddress(f"{_shown(words)} is no IPv4 address ({_flaw(str(words))}); write one like 203.0.113.7.")
    a, b, c, d = match.groups()
    return int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d)


def _flaw(words: str) -> str:
    """Why these words are no IPv4 address."""
    if is_ipv6(words):
        return "it is IPv6, and customer CIDRs are IPv4 only"
    try:
        return f"it means {IPv4Address(words)}"
    except AddressValueError as problem:
        reason = str(problem).partition(" in ")[0]
        return f"{reason[0].lower()}{reason[1:]}"


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


_LENGTH: Final = re.compile(r"3[0-2]|[12]?[0-9]")


def parse_prefix(words: str) -> Prefix:
    """The prefix `a.b.c.d/LEN`, host bits clear.

    Raises:
        InvalidCidr: with the reason, and the canonical form when only host bits are wrong.

    """
    base, slash, length = str(words).partition("/")
    if not _ADDRESS.fullmatch(base):
        raise InvalidCidr(f"{_shown(words)} is no IPv4 prefix ({_flaw(base)}); write one like 203.0.113.0/24.")
    if not slash:
        raise InvalidCidr(f"{_shown(words)} has no length; write it with one, like 203.0.113.0/24.")
    if not _LENGTH.fullmatch(length):
        raise InvalidCidr(
            f"{_shown(words)} is no IPv4 prefix (its length is not 0 to 32); write one like 203.0.113.0/24."
        )
    address = parse_address(base)
    prefix = Prefix(address >> (32 - int(length)) << (32 - int(length)), int(length))
    if prefix.first != address:
        raise InvalidCidr(f"{_shown(words)} has host bits set; write {prefix}.")
    return prefix


def prefix_of_range(first: int, last: int) -> Prefix:
    """The prefix that goes from `first` to `last`.

    Raises:
        InvalidCidr: no single prefix does.

    """
    prefix = Prefix(first, 32 - (last - first).bit_length())
    if prefix.last != last or first % prefix.size:
        raise InvalidCidr(f"{first} to {last} is no single prefix; give the ends of one.")
    return prefix


def parse_range(first: str, last: str | None = None) -> tuple[int, int]:
    """Lowest and highest address of `FIRST` and `LAST`, of `FIRST-LAST` in one text, or of one address.

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
    """A prefix a customer can bring, with warnings for what only a lab would.

    Raises:
        InvalidCidr: not a prefix, or space that nobody can own.

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


_NEVER_SPANS: Final = tuple((block.first, block.last) for block, _ in _NEVER_ANNOUNCED)


def public_address(words: str) -> int:
    """An address that a customer can hold, as a number.

    Raises:
        InvalidAddress: no address.
        InvalidCidr: of space that nobody can own.

    """
    address = parse_address(words)
    if any(first <= address <= last for first, last in _NEVER_SPANS):
        customer_prefix(f"{words}/32")
    return address


_PRIVATE_ASNS: Final = ((64512, 65534), (4200000000, 4294967294))
_RESERVED_ASNS: Final = ((0, 0), (23456, 23456), (65535, 65535), (65552, 131071), (4294967295, 4294967295))
_LAB_ASNS: Final = ((64496, 64511), (65536, 65551))


def asn_refusal(asn: int) -> str | None:
    """Why an ASN cannot originate a prefix, or None.

    Private: RFC 6996. Reserved: RFC 7607 (0), RFC 6793 (23456), RFC 7300 (the last of each size) and IANA's
    65552 to 131071.
    """
    if any(lo <= asn <= hi for lo, hi in _PRIVATE_ASNS):
        return f"AS{asn} is private (RFC 6996) and cannot originate a public prefix."
    if not 0 <= asn <= 4294967295 or any(lo <= asn <= hi for lo, hi in _RESERVED_ASNS):
        return f"AS{asn} is reserved or out of range and cannot originate a prefix."
    return None


def asn_warning(asn: int) -> str | None:
    """What to know of a documentation ASN (RFC 5398), or None."""
    if any(lo <= asn <= hi for lo, hi in _LAB_ASNS):
        return f"AS{asn} is for documentation (RFC 5398): nothing can be announced from it."
    return None


_PORTS: Final = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


def parse_ports(words: str) -> tuple[int, int]:
    """First and last port of `P` or `P-Q`, 1 to 65535.

    Raises:
        InvalidPort: with the reason.

    """
    match = _PORTS.fullmatch(str(words))
    if match is None:
        raise InvalidPort(f"{_shown(words)} is no port; write 443, or 8000-8010 for a range.")
    first = int(match[1])
    last = int(match[2] or match[1])
    if not (1 <= first <= 65535 and 1 <= last <= 65535):
        raise InvalidPort(f"{words} is out of range: write a port from 1 to 65535.")
    if first > last:
        raise InvalidPort(f"{words} runs backwards; write {last}-{first}.")
    return first, last


_AGO: Final = re.compile(r"([0-9]{1,6})([smhdw])(?: ago)?")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?Z?")


def parse_time(words: str, now: datetime) -> datetime:
    """A moment in UTC: ISO-8601 (no zone is UTC), a date, `21:14` (the latest not after now), or `90d` ago.

    Raises:
        InvalidTime: with what can be written.

    """
    text = str(words).strip()
    try:
        if match := _AGO.fullmatch(text):
            return now.astimezone(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        if match := _CLOCK.fullmatch(text):
            hour, minute, second = (int(part or 0) for part in match.groups())
            moment = now.astimezone(UTC).replace(hour=hour, minute=minute, second=second, microsecond=0)
            return moment if moment <= now else moment - timedelta(days=1)
        return _utc(text)
    except (ValueError, OverflowError):
        raise InvalidTime(
            f"{_shown(words)} is no time; write 2026-11-23T03:12:00Z, 2026-11-23, 21:14 or 90d (ago)."
        ) from None


def _utc(iso: str) -> datetime:
    """ISO-8601 as a moment in UTC; without a zone it is in UTC already. ValueError, OverflowError: it is none."""
    moment = datetime.fromisoformat(iso)
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# Each pattern opens with one character, of which a line has few, and looks back from there: the search skips to it.
_APART: Final = "(?<![0-9A-Za-z.])"
_V4: Final = re.compile(
    rf"\.(?:(?<={_APART}([0-9]\.))|(?<={_APART}([1-9][0-9]\.))|(?<={_APART}(1[0-9][0-9]\.))"
    rf"|(?<={_APART}(2[0-4][0-9]\.))|(?<={_APART}(25[0-5]\.)))"
    rf"({_OCTET}(?:\.{_OCTET}){{2}})(?![0-9A-Za-z]|\.[0-9A-Za-z])"
)
"""The first octet, by its kind, and the rest of an address, from the dot between them."""
_V6: Final = re.compile(r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:]|\.[0-9A-Za-z])")
_DRESSED: Final = re.compile(r"[\[({](?:(\.|dot|DOT)|(:))[\])}]|\x1b\[[0-9;?]*[A-Za-z]")


def find_addresses(line: str) -> list[str]:
    """Every address in a line, in order and canonical spelling: plain, defanged (`203[.]0[.]113[.]7`), coloured, with
    port, in URLs and CIDRs.

    Of an IPv6 address that ends in an IPv4 one, that one. What has a fifth part (`1.2.3.4.5`, `1.2.3.4.example`) or a
    leading zero is no address.
    """
    if _is_dressed(line):
        line = _DRESSED.sub(lambda match: "." if match[1] else match[2] or "", line)
    if "::" in line or line.count(":") >= 7:  # fewer colons are a time or a port
        return _with_ipv6(line)
    return ["".join(parts) for parts in _V4.findall(line)]


def _is_dressed(line: str) -> bool:
    """Whether `_DRESSED` could match: a tenth of the cost of looking, and mostly not."""
    return (
        "[." in line or "(." in line or "{." in line or "[:" in line or "\x1b" in line or "dot" in line or "DOT" in line
    )


def _with_ipv6(line: str) -> list[str]:
    found = [(match.start(), "".join(match.groups(""))) for match in _V4.finditer(line)]
    for match in _V6.finditer(line):
        text = match[0]
        if text.endswith(":") and not text.endswith("::"):
            text = text[:-1]  # "2001:db8::7: connection refused"
        try:
            address = IPv6Address(text)
        except AddressValueError:
            continue
        if int(address):  # "::" names no host, but stands in much source code
            found.append((match.start(), str(address)))
    return [each for _, each in sorted(found, key=lambda at: at[0])]


_MONTHS: Final = {
    name: f"{number + 1:02}"
    for number, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
}
_MONTH: Final = f"({'|'.join(_MONTHS)})"
_HMS: Final = r"([0-9]{2}:[0-9]{2}:[0-9]{2})"
_ISO: Final = re.compile(
    r":(?<=[-/][0-9]{2}[Tt ][0-9]{2}:)"
    r"(?:(?<=(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:))"
    r"|(?<=(?<![0-9])([0-9]{4}/[0-9]{2}/[0-9]{2})[Tt ]([0-9]{2}:)))"
    r"([0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)"
    r"([Zz]| ?[+-](?:0[0-9]|1[0-4]):?[0-5][0-9](?![0-9])|[+-](?:0[0-9]|1[0-4])(?![0-9]))?"
)
_APACHE: Final = re.compile(
    rf"{_MONTH}(?:(?<=([0-9]{{2}})[/ -]...)|(?<=([0-9])[/ -]...))[/ -]([0-9]{{4}})"
    rf"[: ]{_HMS}(\.[0-9]+)?(?: ([+-][0-9]{{4}}))?"
)
_SYSLOG: Final = re.compile(
    rf"{_MONTH} {{1,2}}([0-9]{{1,2}}) (?:(20[0-9]{{2}}) )?{_HMS}(?!:?[0-9])"
    r"(?:(?: [A-Z]{3,4})? (20[0-9]{2})(?![\w.:]))?(?: ([+-][0-9]{4})(?![0-9]))?"
)
_ELSEWHERE: Final = timedelta(days=1)
"""How far ahead a clock can be that is right in its own zone."""
_EPOCH: Final = re.compile(r"1(?<![\w.]1)[0-9]{9}(?:[0-9]{3}|[0-9]{6}|\.[0-9]{1,9})?(?!\w|\.[0-9])")


_CLOCK_LIKE: Final = re.compile(r"(?<![\w.:+-])[0-2]?[0-9]:[0-5][0-9](?::|(?![0-9A-Za-z]))")


def seems_to_tell_a_time(line: str) -> bool:
    """Whether a line without a time that is understood has one all the same, in another spelling."""
    return ":" in line and _CLOCK_LIKE.search(line) is not None


class LineTime(NamedTuple):
    """The time on a line of text."""

    at: datetime
    zoned: bool
    """False: it names no zone, and UTC was taken for it."""


def find_time(line: str, now: datetime) -> LineTime | None:
    """The time on a line, None without one: `ADDRESS @ TIME`, else the first ISO, Apache, syslog or epoch time.

    A zone that is missing, or a word, is read as UTC. Syslog names no year: it is the latest not after now, where a
    day ahead still counts as now, since the host may be in another zone.
    """
    if "@" in line and (asked := _asked(line, now)) is not None:
        return asked
    for pattern, read in _TIMES:
        match = pattern.search(line)
        while match is not None:
            try:
                return read(match, now)
            except (ValueError, OverflowError):
                match = pattern.search(line, match.end())
    return None


def _asked(line: str, now: datetime) -> LineTime | None:
    subject, _, words = line.partition("@")
    if len(subject.split()) != 1 or len(words) > 60:
        return None
    try:
        return LineTime(parse_time(words, now), _ZONED.search(words.rstrip()) is not None)
    except InvalidTime:
        return None


_ZONED: Final = re.compile(r"(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?|[0-9] ?[smhdw](?: ago)?)$")


def _of_iso(match: re.Match[str], _: datetime) -> LineTime:
    day, hour, slashed, its_hour, minutes, zone = match.groups(default="")
    words = f"{day or slashed.replace('/', '-')}T{hour or its_hour}{minutes}{zone.lstrip().upper()}"
    return LineTime(_utc(words), bool(zone) or _is_utc(match))


def _day(year: str | int, month: str, day: str) -> str:
    return f"{year}-{_MONTHS[month]}-{day:>02}"


def _of_apache(match: re.Match[str], _: datetime) -> LineTime:
    month, day, digit, year, clock, fraction, zone = match.groups(default="")
    words = f"{year}-{_MONTHS[month]}-{day or '0' + digit}T{clock}{fraction}{zone}"
    return LineTime(_utc(words), bool(zone) or _is_utc(match))


def _is_utc(match: re.Match[str]) -> bool:
    """Whether the zone after a time is a word that says UTC; of others nobody knows which they mean."""
    return match.string[match.end() : match.end() + 4] in {" UTC", " GMT"}


def _of_syslog(match: re.Match[str], now: datetime) -> LineTime:
    month, day, year, clock, year_at_end, zone = match.groups(default="")
    zoned = bool(zone) or _is_utc(match) or " UTC " in match[0] or " GMT " in match[0]
    if year or year_at_end:
        return LineTime(_utc(f"{_day(year or year_at_end, month, day)}T{clock}{zone}"), zoned)
    latest = now + _ELSEWHERE
    for each in range(latest.year, max(latest.year - 9, 0), -1):  # 29 February can be 8 years back
        try:
            moment = _utc(f"{_day(each, month, day)}T{clock}{zone}")
        except ValueError:
            if day != "29":
                raise
            continue
        if moment <= latest:
            return LineTime(moment, zoned)
    raise ValueError(match[0])


def _of_epoch(match: re.Match[str], now: datetime) -> LineTime:
    digits = match[0].partition(".")[0]
    moment = datetime.fromtimestamp(float(match[0]) / 10 ** (len(digits) - 10), UTC)
    if moment > now + _ELSEWHERE:
        raise ValueError("a number of ten digits that is no time")
    return LineTime(moment, zoned=True)


_TIMES: Final = ((_ISO, _of_iso), (_APACHE, _of_apache), (_SYSLOG, _of_syslog), (_EPOCH, _of_epoch))
"""The kinds of time, the most telling first: ISO has a year and mostly a zone, an epoch may be another number."""
