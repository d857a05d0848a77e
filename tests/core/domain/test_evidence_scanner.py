"""Laws of the scanner: what a client writes, how a text is laid out and where it is cut change no moment."""

import gzip
import json
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.evidence import Doubt, Settings, Sighting, Source, scan
from core.domain.evidence.formats import FORMATS
from core.domain.evidence.reader import Unreadable

NOW = datetime(2026, 11, 29, tzinfo=UTC)
SEVEN = 0xCB007107
OURS = "203.0.113.7"

SPELLINGS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S +0000",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%m/%d/%Y %H:%M:%S",
    "%b %d %H:%M:%S",
    "%s",
)

LINES = (
    f'{OURS} - - [12/Nov/2026:11:12:44 +0800] "GET /HERE HTTP/1.1" 200 5120 "HERE" "HERE"',
    f'shop.example:443 {OURS} - m [12/Nov/2026:11:12:44 +0800] "GET /?x=HERE HTTP/1.1" 304 - "-" "HERE"',
    f'2026-11-12T03:12:44Z app: login from {OURS} agent="HERE" url=https://x.example/HERE',
    f'Nov 12 03:12:44 web nginx: {OURS} "GET /HERE" cookie="HERE"',
    f'ip={OURS} ua="HERE" time=2026-11-12T03:12:44Z ref="HERE"',
    f'2026/11/12 03:12:44 [error] 7#7: *4 failed, client: {OURS}, request: "GET /HERE HTTP/1.1", host: "HERE"',
    f"1794453164.123    212 {OURS} TCP_MISS/200 15 GET http://m.example/HERE - HIER_DIRECT/198.51.100.23 x",
    f'[2026-11-12T03:12:44Z] "GET /HERE HTTP/2" 200 - 0 5 12 11 "{OURS}" "HERE"',
)

NUMBERED = (
    f"2026-11-12T03:12:44Z fw1 DROP src={OURS} then HERE bytes and HERE more",
    f"Nov 12 03:12:44 gw sshd[1]: Failed password for HERE from {OURS} port 5 id HERE",
    f'{OURS} - HERE [12/Nov/2026:11:12:44 +0800] "GET /HERE HTTP/1.1" HERE HERE "-" "-"',
    f"bytes=HERE src={OURS} time=2026-11-12T03:12:44Z sess=HERE",
    f"the session HERE of {OURS} began at 2026-11-12T03:12:44Z and ticket HERE was opened",
)

RECORDS = (
    {
        "alert": {"id": 1460892904, "rule": {"updated": "2024-02-02T02:02:02Z"}},
        "src": OURS,
        "timestamp": "2026-10-14T07:45:30Z",
    },
    {"Records": [{"eventTime": "2026-11-21T03:12:00Z", "ip": OURS}, {"eventTime": "2026-11-21T03:45:00Z", "ip": OURS}]},
    {
        "id": {"time": "2026-11-21T03:12:00Z", "n": "1460892904"},
        "ip": OURS,
        "events": [{"created": "2020-01-01T00:00:00Z"}],
    },
    {"t": {"$date": "2026-11-21T11:12:00.442+08:00"}, "attr": {"remote": f"{OURS}:51514", "n": 1500000000}},
    [{"t": 1791963930, "ip": OURS}, {"t": 1791967530, "ip": OURS}, {"ip": OURS}],
    {
        "start_time": "2026-07-22T14:03:50Z",
        "end_time": "2026-07-22T18:03:59Z",
        "connection": {"src_ip": OURS, "src_port": 5},
    },
    {"date": "2026-07-22", "time": "14:03:50", "tz": "+0800", "ip": OURS, "log": f"\t{OURS} said\nno"},
)

BLOCKS = (
    '{"time": "2026-11-21T03:12:00Z", "ip": "203.0.113.7"}',
    '{\n  "ip": "203.0.113.7",\n  "time": "2026-11-21T03:12:00Z"\n}',
    "time,ip\n2026-11-21T03:12:00Z,203.0.113.7\n2026-11-21T03:13:00Z,203.0.113.8",
    "<e time='2026-11-21T03:12:00Z'>\n<ip>203.0.113.7</ip>\n</e>",
    "- time: 2026-11-21T03:12:00Z\n  src: 203.0.113.7",
    "2026-05-02 01:02:00,000 ERROR upstream failed\n\tat pool.take(Pool.java:9)\n\tremote 203.0.113.50:443",
    "Nov 21 03:12:00 h sshd[1]: Failed password from 203.0.113.7 port 5 ssh2",
    "01:04:00.000001 IP 203.0.113.52.51510 > 198.51.100.80.443: Flags [S], seq 1460892900",
    '203.0.113.7 - - [12/Nov/2026:11:12:44 +0800] "GET / HTTP/1.1" 200 5120 "-" "-"',
    "1777683900.000 1 203.0.113.53 TCP_MISS/200 1500000000 GET http://198.51.100.90/2020-01-01T00:00:00Z -",
    "customer says 203.0.113.7 is down since this morning",
)

moments = st.datetimes(datetime(2000, 1, 2), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


def scanned(text: str | bytes, settings: Settings = Settings(NOW)) -> list[Sighting]:  # noqa: B008 - a value
    return list(scan([text.encode() if isinstance(text, str) else text], settings))


def told(text: str, settings: Settings = Settings(NOW)) -> Counter[tuple[object, ...]]:  # noqa: B008 - a value
    found: Counter[tuple[object, ...]] = Counter()
    for each in scanned(text, settings):
        found[each.address, each.at, each.others, each.doubts, each.port] += each.mentions
    return found


@given(st.sampled_from(LINES), moments, st.sampled_from(SPELLINGS))
def test_what_a_client_sends_chooses_no_moment(line: str, other: datetime, spelling: str) -> None:
    written = f"?d={other.strftime(spelling)}"
    assert told(line.replace("HERE", written)) == told(line.replace("HERE", "x"))


@given(st.sampled_from(NUMBERED), st.integers(1_000_000_000, 1_999_999_999))
def test_a_number_of_ten_digits_is_no_moment_outside_a_times_place(line: str, number: int) -> None:
    assert told(line.replace("HERE", str(number))) == told(line.replace("HERE", "x"))


@given(st.sampled_from(RECORDS), st.sampled_from([None, 0, 1, 2, "\t"]), st.sampled_from(["sorted", "given"]))
def test_layout_and_order_of_keys_of_json_change_nothing(record: object, indent: int | str | None, order: str) -> None:
    one_line = told(json.dumps(record))
    assert one_line
    assert told(json.dumps(record, indent=indent, sort_keys=order == "sorted")) == one_line


@given(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6))
def test_a_text_of_several_blocks_gives_the_sum_of_them(blocks: list[str]) -> None:
    together = told("\n\n".join(blocks))
    assert together == sum((told(each) for each in blocks), Counter())


@given(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6), st.integers(1, 40))
def test_where_a_stream_is_cut_changes_nothing(blocks: list[str], size: int) -> None:
    data = "\n".join(blocks).encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert list(scan(pieces, Settings(NOW))) == list(scan([data], Settings(NOW)))


@given(
    moments.filter(lambda at: at < NOW),
    st.integers(-12, 14),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%b %d %Y %H:%M:%S"]),
)
def test_another_zone_shifts_a_clock_without_one(at: datetime, hours: int, spelling: str) -> None:
    text = f"[{at.strftime(spelling)}] {OURS}"
    (plain,) = scanned(text)
    (zoned,) = scanned(text, Settings(NOW, zone=timezone(timedelta(hours=hours))))
    assert plain.at == at.replace(microsecond=0)
    assert plain.doubts is Doubt.ZONE_ASSUMED
    assert zoned.at == plain.at - timedelta(hours=hours)
    assert not zoned.doubts & ~Doubt.FUTURE


@given(moments, st.sampled_from(SPELLINGS))
def test_no_moment_lies_ahead_without_a_word(at: datetime, spelling: str) -> None:
    for each in scanned(f"{at.strftime(spelling)} {OURS}"):
        assert each.at is None or each.at <= NOW + timedelta(days=1) or Doubt.FUTURE in each.doubts
        assert (each.at is None) == (Doubt.TIME_UNKNOWN in each.doubts)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    scanned(text.encode("utf-8", "replace"))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        scanned(data)


@given(
    st.lists(
        st.sampled_from(
            [
                '{"a":',
                "[",
                "]",
                "}",
                "<a>",
                "</a>",
                "\n",
                " ",
                OURS,
                '"',
                "time: ",
                "- ",
                "k: ",
                ",",
                "2026-09-06 05:20:10",
                "#Fields: time ip",
                "time,ip",
                "=",
                "{",
                "<!--",
                "-->",
                "Log Name: ",
                "--abcdef01-A--",
                "From: a",
                "To: b",
            ]
        ),
        max_size=40,
    )
)
def test_broken_structures_lose_no_address(parts: list[str]) -> None:
    text = " ".join(parts)
    assert sum(each.mentions for each in scanned(text)) == parts.count(OURS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    (found,) = scanned(f"2026-09-06T05:20:10Z drop {OURS}\r\n".encode(encoding))
    assert (found.address, found.at) == (SEVEN, datetime(2026, 9, 6, 5, 20, 10, tzinfo=UTC))


def test_gzip_is_read() -> None:
    (found,) = scanned(gzip.compress(f"2026-09-06T05:20:10Z drop {OURS}\n".encode()))
    assert found.at == datetime(2026, 9, 6, 5, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_numbers_of_lines(end: str) -> None:
    found = scanned(end.join([f"2026-09-06T05:20:10Z {OURS}", "", f"2026-09-06T05:20:11Z {OURS}", ""]))
    assert [each.line for each in found] == [1, 3]


def test_the_order_of_a_column_is_settled_by_a_day_further_down() -> None:
    early, late = scanned(f"03/04/2026 07:45:30 UTC {OURS}\n14/04/2026 07:45:30 UTC {OURS}")[::-1]
    assert early.at == datetime(2026, 4, 3, 7, 45, 30, tzinfo=UTC)
    assert early.doubts is late.doubts is Doubt.NONE


def test_both_readings_of_a_date_are_told() -> None:
    (found,) = scanned(f"03/04/2026 07:45:30 UTC {OURS}")
    assert found.doubts is Doubt.AMBIGUOUS
    assert {found.at, *found.others} == {
        datetime(2026, 3, 4, 7, 45, 30, tzinfo=UTC),
        datetime(2026, 4, 3, 7, 45, 30, tzinfo=UTC),
    }
    (settled,) = scanned(f"03/04/2026 07:45:30 UTC {OURS}", Settings(NOW, day_first=True))
    assert (settled.at, settled.doubts) == (datetime(2026, 4, 3, 7, 45, 30, tzinfo=UTC), Doubt.NONE)


def test_the_operator_settles_zone_and_year() -> None:
    settings = Settings(NOW, zone=timezone(timedelta(hours=8)), year=2025)
    (found,) = scanned(f"Nov 12 11:12:44 h x: {OURS}", settings)
    assert (found.at, found.doubts) == (datetime(2025, 11, 12, 3, 12, 44, tzinfo=UTC), Doubt.NONE)


def test_a_zone_that_is_declared_below_counts_above() -> None:
    found = scanned(f"2026-09-06 07:20:10 {OURS}\n\nAll times are UTC+2.\n")
    assert [(each.at, each.doubts) for each in found] == [(datetime(2026, 9, 6, 5, 20, 10, tzinfo=UTC), Doubt.NONE)]


def test_the_asked_moment_and_the_one_for_all_without_a_time() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    asked, loose = scanned(f"{OURS} @ 2026-11-27T22:04Z\n{OURS}", Settings(NOW, at=at))
    assert (asked.at, asked.source) == (datetime(2026, 11, 27, 22, 4, tzinfo=UTC), Source.ASKED)
    assert (loose.at, loose.doubts) == (at, Doubt.NONE)


def test_the_format_that_the_operator_names_is_read_without_its_hint() -> None:
    line = f"11/06/2026-03:12:00.4  [**] {{TCP}} {OURS}:9 -> 198.51.100.80:22"
    assert "suricata-fast" in {each.name for each in FORMATS}
    assert scanned(line, Settings(NOW, log_format="suricata-fast"))[0].source is Source.FORMAT


HOSTILE = {
    "digits": "1" * 1_000_000,
    "brackets": "[" * 1_000_000,
    "dots": "1.1.1." * 170_000,
    "quotes": '"' * 1_000_000,
    "escapes": '\\"' * 500_000,
    "deep objects": '{"a":' * 200_000,
    "deep lists": '[{"ip":"203.0.113.7","b":' * 40_000,
    "deep elements": "<a>" * 300_000,
    "brackets on lines": "[\n" * 300_000,
    "fields": "k: v\n" * 200_000,
    "dashes": "- " * 500_000,
    "words": "at " * 300_000 + OURS,
    "pairs": 'x="' * 300_000 + OURS,
    "dates": "2026-01-01 " * 90_000 + OURS,
    "soft ends": "From: a\nTo: b\nContent-Transfer-Encoding: quoted-printable\n\n" + "a=\n" * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time(name: str) -> None:
    text = HOSTILE[name]
    quarter, whole = least_time(text[: len(text) // 4]), least_time(text)
    assert whole < max(1, 10 * quarter), "four times the text takes sixteen times as long where time is quadratic"


def least_time(text: str) -> float:
    """Return the CPU seconds that a text takes; the least of three, since neighbours on the machine add to them."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        scanned(text)
        taken.append(time.process_time() - began)
        if taken[-1] < 0.1:
            break
    return min(taken)


def test_memory_grows_with_distinct_moments_alone() -> None:
    text = f"03/04/2026 07:45:30 {OURS}\n" * 5_000
    (found,) = scanned(text)
    assert found.mentions == 5_000


@pytest.mark.parametrize(
    "text",
    [
        '{"log": "203.0.113.7 - - [06/Sep/2026:05:20:10 +0000] \\"GET /\\" 200", "time": "2026-09-06T05:25:11Z"}',
        "Real Address,Bytes Received,Connected Since\n203.0.113.7:5,1500000000,2026-09-06 05:20:10Z",
        "name,bytes_sent,at,ip\nx,1500000000,2026-09-06 05:20:10Z,203.0.113.7",
        "Timestamp (CEST),IP\n2026-09-06 07:20:10,203.0.113.7",
        "Time (Europe/Berlin),IP\n2026-09-06 07:20:10,203.0.113.7",
        "2026-09-06 07:20:10 (CEST) 203.0.113.7",
        "2026-09-06 13:20:10 (\u5317\u4eac\u65f6\u95f4) 203.0.113.7",
        "2026-09-06 13:20:10\uff08\u5317\u4eac\u65f6\u95f4\uff09 203.0.113.7",
        "2026-09-06 13:20:10 Beijing Time 203.0.113.7",
        '{"timestamp_us": 1788672010123456, "client_ip": "203.0.113.7"}',
        '{"first": "2026-09-06T05:20:10", "last": "2026-09-06T05:20:11", "src4_addr": "203.0.113.7"}',
        '{"date_create": 1788672010, "context": {"ip_address": "203.0.113.7"}}',
        (
            '{"requestReceivedTimestamp": "2026-09-06T05:20:10Z", "stageTimestamp": "2026-09-06T07:20:10Z",'
            ' "sourceIPs": ["203.0.113.7"]}'
        ),
        "RP/0/RSP0/CPU0:Sep  6 05:20:10.123 UTC: bgp[1]: neighbor 203.0.113.7 Down",
        (
            "TimeCreated : 9/16/2026 5:20:10 AM\nId          : 1149\nMessage     : Remote Desktop\n              \n"
            "              Source Network Address: 203.0.113.7"
        ),
    ],
)
def test_that_the_time_of_an_event_is_found_where_its_product_writes_it(text: str) -> None:
    (found,) = scan([text], Settings(now=NOW))
    assert found.address == SEVEN
    assert found.at is not None
    assert f"{found.at:%Y %H:%M:%S}" == "2026 05:20:10"
