"""Addresses and times in text that somebody pasted: logs, mails, URLs, and what was made to look like them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.addresses import format_address, is_ipv6, parse_address
from core.domain.evidence import Doubt, Settings, Sighting, Source, scan

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
THEN = datetime(2026, 11, 22, 21, 14, 3, tzinfo=UTC)
MEGABYTE = 1_000_000


def sightings(text: str, now: datetime = NOW) -> list[Sighting]:
    return list(scan([text], Settings(now)))


def find_addresses(line: str) -> list[str]:
    return [each.address if isinstance(each.address, str) else format_address(each.address) for each in sightings(line)]


def time_of(line: str, now: datetime = NOW) -> datetime | None:
    """The moment of an address behind the line."""
    return sightings(f"{line} 203.0.113.7", now)[-1].at


@pytest.mark.parametrize(
    "line",
    [
        "203.0.113.7",
        "  203.0.113.7\r\n",
        "Failed password for root from 203.0.113.7 port 22 ssh2",
        "203.0.113.7:443",
        "203.0.113.7/24",
        "203.0.113.7.",
        "(203.0.113.7)",
        "<203.0.113.7>,",
        '"ip":"203.0.113.7"',
        "SRC=203.0.113.7;",
        "http://203.0.113.7/login?x=1.2.3",
        "https://user@203.0.113.7:8443/",
        "hxxp://203[.]0[.]113[.]7/a",
        "203[.]0[.]113[.]7",
        "203(.)0(.)113(.)7",
        "203{.}0{.}113{.}7",
        "203[dot]0[dot]113[DOT]7",
        "203.0.113[.]7",
        "203[.]0[.]113[.]7[:]443",
        "\x1b[1;31m203.0.113.7\x1b[0m",
        "eip_203.0.113.7_old",
        "::ffff:203.0.113.7",
        "::ffff:cb00:7107",
        "7.113.0.203.in-addr.arpa",
        "src%3D203.0.113.7",
        "IP 203.0.113.7.52144 > x",
        "\u5730\u5740203.0.113.7\u4e0d\u901a",
        "\u201c203.0.113.7\u201d",
    ],
)
def test_an_address_is_found_once_in_its_plain_spelling(line: str) -> None:
    assert find_addresses(line) == ["203.0.113.7"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1.2.3.4.5",
        ".1.2.3.4",
        "1[.]2.3.4.5",
        "1.2.3.4[.]5",
        "1.2.3.4(.)5",
        "1.2.3",
        "1.2.3.04",
        "01.2.3.4",
        "1.2.3.256",
        "300.2.3.4",
        "1234.2.3.4",
        "v1.2.3.4",
        "1.2.3.4rc1",
        "192.0.2.1.invalid",
        "1..2.3.4",
        "1,2,3,4",
        "\u0661.2.3.4",
    ],
)
def test_what_only_looks_like_an_address_is_none(line: str) -> None:
    assert find_addresses(line) == []


def test_several_come_in_order_and_as_often_as_they_stand_there() -> None:
    line = "203.0.113.9 > 2001:DB8::7: 203.0.113.7-203.0.113.9, 198.51.100.0/24"
    assert find_addresses(line) == ["203.0.113.9", "2001:db8::7", "203.0.113.7", "203.0.113.9", "198.51.100.0"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("2001:db8::7", "2001:db8::7"),
        ("2001:0DB8:0:0:0:0:0:7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("https://[2001:db8::7]/", "2001:db8::7"),
        ("from 2001:db8::7.", "2001:db8::7"),
        ("2001:db8::7: connection refused", "2001:db8::7"),
        ("1:2:3:4:5:6:7:8: connection refused", "1:2:3:4:5:6:7:8"),
        ("2001:db8::/32", "2001:db8::"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001[:]db8[:]:7", "2001:db8::7"),
        ("2026-11-22T21:14:03Z ::1 up", "::1"),
    ],
)
def test_an_ipv6_address_is_found_and_normalised(line: str, text: str) -> None:
    assert find_addresses(line) == [text]


@pytest.mark.parametrize(
    "line",
    ["21:14:03", "a :: b", "std::vector", "aa:bb:cc:dd:ee:ff", "MAC=aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:08:00", ":::1",
     "1::2::3", "12345::1", "::g"],
)  # fmt: skip
def test_other_colons_are_no_ipv6_address(line: str) -> None:
    assert find_addresses(line) == []


@given(
    st.text(st.characters(exclude_categories=["Nd", "L"], exclude_characters=".§")),
    st.integers(0, 2**32 - 1),
    st.text(st.characters(exclude_categories=["Nd", "L"], exclude_characters=".§")),
    st.sampled_from([".", "[.]", "(.)", "[dot]"]),
)
def test_an_address_between_other_characters_is_found(before: str, number: int, after: str, dot: str) -> None:
    address = format_address(number)
    assert address in find_addresses(f"{before} {address.replace('.', dot)} {after}")


@given(st.integers(0, 2**32 - 1))
def test_an_address_with_a_fifth_part_never_is(number: int) -> None:
    address = format_address(number)
    assert find_addresses(f"{address}.1") == find_addresses(f"1.{address}") == find_addresses(f"{address}1234") == []


@given(st.integers(1, 2**128 - 1).map(lambda number: str(IPv6Address(number))).filter(lambda text: "." not in text))
def test_an_ipv6_address_is_found(address: str) -> None:
    assert find_addresses(f"src [{address}]:443") == [address]


@pytest.mark.parametrize(
    ("line", "zoned"),
    [
        ("2026-11-22T21:14:03Z fw01", True),
        ("2026-11-23T05:14:03+08:00", True),
        ("2026-11-22 21:14:03 UTC", True),
        ("Date: Sun, 22 Nov 2026 21:14:03 GMT", True),
        ("[22/Nov/2026:21:14:03 +0000]", True),
        ("1795382043 conn", True),
        ("203.0.113.7 @ 90d", True),
        ("203.0.113.7 @ 2026-11-22T21:14Z", True),
        ("203.0.113.7 @ 21:14", False),
        ("2026-11-22 21:14:03 DROP", False),
        ("2026-11-22 21:14:03 CET", False),
        ("22 Nov 2026 21:14:03 x", False),
        ("Nov 22 21:14:03 host", False),
        ("Sun Nov 22 21:14:03 2026", False),
    ],
)
def test_a_time_without_a_zone_is_known_as_such(line: str, zoned: bool) -> None:  # noqa: FBT001  # one of the cases
    found = sightings(line if "203.0.113.7" in line else f"{line} 203.0.113.7")[-1]
    assert found.at is not None
    assert (Doubt.ZONE_ASSUMED not in found.doubts) is zoned


@given(st.text() | st.text("0123456789abcdf.:[]() \x1b"))
def test_any_text_gives_addresses_and_a_time_or_none(line: str) -> None:
    for found in find_addresses(line):
        assert is_ipv6(found) if ":" in found else format_address(parse_address(found)) == found
    for each in sightings(f"{line} 203.0.113.7"):
        assert each.at is not None or Doubt.TIME_UNKNOWN in each.doubts
        assert each.at is None or each.at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-22T21:14:03Z fw01 DROP",
        "2026-11-22t21:14:03z",
        "2026-11-22 21:14:03",
        "2026-11-22 21:14:03 UTC",
        "[2026-11-22T21:14:03]",
        "2026-11-23T05:14:03+08:00",
        "2026-11-23 05:14:03+08",
        "2026-11-22 16:14:03 -0500",
        "2026/11/22 21:14:03 [error] 31#31: *7",
        "2026-11-22 21:14:03 -5000 usec",
        '203.0.113.7 - - [22/Nov/2026:21:14:03 +0000] "GET / HTTP/1.1"',
        "[23/Nov/2026:05:14:03 +0800]",
        "Date: Sun, 22 Nov 2026 21:14:03 GMT",
        "Nov 22 21:14:03 host sshd[7]: from 203.0.113.7",
        "Nov 22 2026 22:14:03 +0100  198.51.100.77 port scan",
        "Sun, 22 Nov 2026 16:14:03 -0500 203.0.113.17",
        "Nov 22 22:14:03 +0100 host",
        "Nov 22 2026 21:14:03: %ASA-4-106023",
        "Sun Nov 22 21:14:03 2026",
        "Sun Nov 22 21:14:03 UTC 2026",
        "1795382043 conn",
        "[1795382043]",
        "ts=1795382043000,",
        "1795382043.000000 IP",
        "1795382043000000",
        "2026-13-45T10:00:00 Nov 22 21:14:03",
        "Nov 22 21:14:03 host app[1]: 2026-11-23T05:14:03+08:00 up",
    ],
)
def test_the_time_of_a_line_is_found(line: str) -> None:
    assert time_of(line) == THEN


@pytest.mark.parametrize(
    ("line", "microsecond"),
    [
        ("2026-11-22T21:14:03.5Z", 500_000),
        ("2026-11-22 21:14:03,123", 123_000),
        ("2026-11-23T05:14:03.123456789+08:00", 123_456),
        ("[22/Nov/2026:21:14:03.123] haproxy", 123_000),
        ("1795382043123", 123_000),
        ("1795382043.123456", 123_456),
    ],
)
def test_parts_of_a_second_do_not_lose_the_zone(line: str, microsecond: int) -> None:
    assert time_of(line) == THEN.replace(microsecond=microsecond)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("Nov  2 01:02:03 h", datetime(2026, 11, 2, 1, 2, 3, tzinfo=UTC)),
        ("Nov 2 01:02:03 h", datetime(2026, 11, 2, 1, 2, 3, tzinfo=UTC)),
        ("Dec 31 23:59:59 h", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Nov 23 20:30:00 a host eight hours ahead", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        ("Nov 25 00:00:00 h", datetime(2025, 11, 25, tzinfo=UTC)),
        ("Feb 29 10:00:00 h", datetime(2024, 2, 29, 10, tzinfo=UTC)),
    ],
)
def test_syslog_has_the_latest_year_not_after_now(line: str, moment: datetime) -> None:
    assert time_of(line) == moment


def test_syslog_around_the_turn_of_the_year() -> None:
    new_year = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)
    assert time_of("Dec 31 23:59:59 h", new_year) == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert time_of("Jan  1 00:04:59 h", new_year) == datetime(2027, 1, 1, 0, 4, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("203.0.113.17 @ 21:14", datetime(2026, 11, 22, 21, 14, tzinfo=UTC)),
        ("203.0.113.17@21:14", datetime(2026, 11, 22, 21, 14, tzinfo=UTC)),
        ("203.0.113.17 @ 90d", NOW - timedelta(days=90)),
        ("203.0.113.17 @ 2026-11-01\n", datetime(2026, 11, 1, tzinfo=UTC)),
        ("203.0.113.17 @ 2026-11-22 21:14Z", datetime(2026, 11, 22, 21, 14, tzinfo=UTC)),
    ],
)
def test_an_operator_asks_for_the_past_with_an_at_sign(line: str, moment: datetime) -> None:
    assert [(each.at, each.source) for each in sightings(line)] == [(moment, Source.ASKED)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "203.0.113.7",
        "203.0.113.17 @ then",
        "root@203.0.113.7 12h up",
        "from root@21:14 203.0.113.7",
        "12026-11-22T21:14:03",
        "2026-13-45T10:00:00",
        "session 1795382043 x",
        "99/Nov/2026:21:14:03 +0000",
        "Nov 31 21:14:03",
        "Xyz 22 21:14:03",
        "21:14:03",
        "id 17953820431",
        "req_1795382043",
        "1795382043.1.2.3",
        "1999999999 is no time yet",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_line_without_a_time_has_none(line: str) -> None:
    assert time_of(line) is None


@given(st.datetimes(min_value=datetime(2001, 9, 10), max_value=datetime(2026, 11, 23, 12)))  # noqa: DTZ001
def test_every_way_of_writing_a_moment_is_read_alike(naive: datetime) -> None:
    moment = naive.replace(microsecond=0, tzinfo=UTC)
    spellings = (
        f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        f"{moment:%Y/%m/%d %H:%M:%S}",
        f"{moment:[%d/%b/%Y:%H:%M:%S +0000]}",
        f"{moment:%a %b %e %H:%M:%S %Y}",
        f"{int(moment.timestamp())}",
    )
    assert {time_of(f"{spelling} y") for spelling in spellings} == {moment}


@pytest.mark.parametrize(
    ("start", "part"),
    [
        *(("", part) for part in ("1", "1.", "1.1.1.1", "255.255.255.", ":", "a:", "::1 ", "0:0:0:0:0:0:0:0:")),
        *(("", part) for part in ("[.]", "[", "\x1b[", "\x1b[0;", " ", "@", "x @ ", "\u4e00")),
        *(("", part) for part in ("2026-", "2026-11-22 ", "2026-13-45T10:00 ", "Nov 22 ", "Nov 31 21:14:03 ")),
        *(("", part) for part in ("99/Nov/2026:21:14:03 ", "1795382043", "1999999999 ")),
        ("\x1b[", "0"),
        ("203.0.113.7 @", " "),
        ("2026-11-22T21:14:03.", "1"),
        ("1795382043.", "1"),
    ],
)
def test_a_megabyte_of_anything_is_read_in_linear_time(start: str, part: str) -> None:
    line = start + part * (MEGABYTE // len(part))
    started = time.process_time()
    time_of(line)
    assert time.process_time() - started < 20, "a second is usual; backtracking would take hours"
