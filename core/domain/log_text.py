"""Addresses and times in a line of a log."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from ipaddress import AddressValueError, IPv6Address
from typing import Final, NamedTuple

from core.domain.addresses import OCTET
from core.domain.times import InvalidTime, parse_time, utc_of

# Each pattern begins with a character that a line has few of, and looks back from it: the search skips to it.
_APART: Final = "(?<![0-9A-Za-z.])"

_V4: Final = re.compile(
    rf"\.(?:(?<={_APART}([0-9]\.))|(?<={_APART}([1-9][0-9]\.))|(?<={_APART}(1[0-9][0-9]\.))"
    rf"|(?<={_APART}(2[0-4][0-9]\.))|(?<={_APART}(25[0-5]\.)))"
    rf"({OCTET}(?:\.{OCTET}){{2}})(?![0-9A-Za-z]|\.[0-9A-Za-z])"
)
"""The first octet, by its kind, and the rest of an address, from the dot between them."""

_V6: Final = re.compile(r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:]|\.[0-9A-Za-z])")

_DRESSED: Final = re.compile(r"[\[({](?:(\.|dot|DOT)|(:))[\])}]|\x1b\[[0-9;?]*[A-Za-z]")


def find_addresses(line: str) -> list[str]:
    """Return the addresses of a line in order and canonical spelling: plain, defanged (`203[.]0[.]113[.]7`), coloured,
    with a port, in URLs and CIDRs.

    An IPv6 address that ends in an IPv4 one gives the IPv4 one. Text with a fifth part (`1.2.3.4.5`,
    `1.2.3.4.example`) or a leading zero is not an address.
    """
    if _is_dressed(line):
        line = _DRESSED.sub(lambda match: "." if match[1] else match[2] or "", line)
    if "::" in line or line.count(":") >= 7:  # fewer colons are a time or a port
        return _with_ipv6(line)
    return ["".join(parts) for parts in _V4.findall(line)]


def _is_dressed(line: str) -> bool:
    """Return whether `_DRESSED` could match, at a tenth of the cost of the pattern; mostly it cannot."""
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
"""The most that a correct local clock is ahead of UTC."""

_EPOCH: Final = re.compile(r"1(?<![\w.]1)[0-9]{9}(?:[0-9]{3}|[0-9]{6}|\.[0-9]{1,9})?(?!\w|\.[0-9])")

_CLOCK_LIKE: Final = re.compile(r"(?<![\w.:+-])[0-2]?[0-9]:[0-5][0-9](?::|(?![0-9A-Za-z]))")


def seems_to_tell_a_time(line: str) -> bool:
    """Return whether a line without an understood time seems to have one in another spelling."""
    return ":" in line and _CLOCK_LIKE.search(line) is not None


class LineTime(NamedTuple):
    """The time of a line of text."""

    at: datetime
    zoned: bool
    """Whether it has a zone; a time without one is read as UTC."""


def find_time(line: str, now: datetime) -> LineTime | None:
    """Return the time of a line: `ADDRESS @ TIME`, else the first ISO, Apache, syslog or epoch time; None without one.

    A time without a zone, or with a word for it, is read as UTC. Syslog has no year: the time is the last one before
    now, or up to a day after it, because the host may be in another zone.
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
    return LineTime(utc_of(words), bool(zone) or _is_utc(match))


def _day(year: str | int, month: str, day: str) -> str:
    return f"{year}-{_MONTHS[month]}-{day:>02}"


def _of_apache(match: re.Match[str], _: datetime) -> LineTime:
    month, day, digit, year, clock, fraction, zone = match.groups(default="")
    words = f"{year}-{_MONTHS[month]}-{day or '0' + digit}T{clock}{fraction}{zone}"
    return LineTime(utc_of(words), bool(zone) or _is_utc(match))


def _is_utc(match: re.Match[str]) -> bool:
    """Return whether the word after a time says UTC; other zone words are ambiguous."""
    return match.string[match.end() : match.end() + 4] in {" UTC", " GMT"}


def _of_syslog(match: re.Match[str], now: datetime) -> LineTime:
    month, day, year, clock, year_at_end, zone = match.groups(default="")
    zoned = bool(zone) or _is_utc(match) or " UTC " in match[0] or " GMT " in match[0]
    if year or year_at_end:
        return LineTime(utc_of(f"{_day(year or year_at_end, month, day)}T{clock}{zone}"), zoned)
    latest = now + _ELSEWHERE
    for each in range(latest.year, max(latest.year - 9, 0), -1):  # 29 February can be 8 years back
        try:
            moment = utc_of(f"{_day(each, month, day)}T{clock}{zone}")
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
        raise ValueError("a number of ten digits that is not a time")
    return LineTime(moment, zoned=True)


_TIMES: Final = ((_ISO, _of_iso), (_APACHE, _of_apache), (_SYSLOG, _of_syslog), (_EPOCH, _of_epoch))
"""The kinds of time, the surest first: ISO has a year and mostly a zone, an epoch may be another number."""
