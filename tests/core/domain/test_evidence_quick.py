"""The short ways of the scanner, for lines of a known format and documents of a known shape, change no answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.evidence import Settings, Sighting, scan
from core.domain.evidence.quick import QuickLines
from core.domain.evidence.quick_json import QuickJson

NOW = datetime(2026, 11, 29, tzinfo=UTC)

addresses = st.sampled_from(("203.0.113.7", "203.0.113.9", "198.51.100.23", "10.0.0.1", "255.255.255.0", "1.2.3.4"))
times = st.sampled_from(
    (
        "2026-11-12T03:12:44Z",
        "2026-11-12T03:12:45.125Z",
        "2026-11-12T11:12:44+08:00",
        "2026-11-12 03:12:44",
        "2026-11-28T23:59:59Z",
        "2031-01-01T00:00:00Z",
        "2026-02-30T03:12:44Z",
        "12/Nov/2026:03:12:44 +0000",
        "03:12:44",
        "2026-11-12",
        "1794453164",
        "1794453164123",
        "1794453164.5",
        "04/03/2026 10:00:00",
        "-",
        "",
    )
)
words = st.one_of(
    addresses,
    times,
    st.builds("{}:{}".format, addresses, st.sampled_from((0, 53, 443, 51514, 65535, 65536, 99999))),
    st.builds("{}/{}".format, addresses, st.sampled_from((24, 32))),
    st.builds("{0}, {1}".format, addresses, addresses),
    st.builds("http://{}:8080/x?at={}".format, addresses, times),
    st.builds("{} deny src={} dst={} proto=tcp".format, times, addresses, addresses),
    st.builds("::ffff:{}".format, addresses),
    st.builds("Chrome/{}.0".format, addresses),
    st.sampled_from(
        (
            "203[.]0[.]113[.]7",
            "203.0.113.7.in-addr.arpa",
            "7.113.0.203.in-addr.arpa",
            "203 dot 0 dot 113 dot 7",
            "2001:db8::7",
            "203.000.113.007",
            "1.203.0.113.7",
            "203.0.113.7.1",
            "tcp",
            "UDP",
            "6",
            "17",
            "UTC",
            "+0800",
            "Asia/Shanghai",
            "443",
            "51514",
            'a "b"',
            "a\\b",
            "ä",
            "a\nb",
            "Mozilla/5.0 (X11; Linux x86_64; rv:109.0)",
            '{"ip":"203.0.113.7"}',
            "203.0.113.7,2026-11-12T03:12:44Z,443",
        )
    ),
)
numbers = st.sampled_from((0, 6, 17, 443, 51514, 70000, 1794453164, 1794453164123, 3405803783, 1.5, -1, True, None))
values = st.one_of(words, numbers)
KEYS = (
    *("time", "@timestamp", "ts", "eventTime", "start", "end", "seconds", "date", "timezone", "tz", "duration"),
    *("src_ip", "dst_ip", "src_port", "dst_port", "port", "proto", "protocol", "client", "server", "ip", "host"),
    *("message", "msg", "log", "user_agent", "version", "netmask", "id", "name", "status", "url", "source", "x"),
)
shapes = st.lists(st.sampled_from(KEYS), min_size=1, max_size=7)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Draw lines of one shape and a few others; values of a place are drawn from a few, so that the places repeat."""
    lines: list[str] = []
    outer, inner = draw(shapes), draw(shapes)
    listed = draw(st.booleans())
    pools = {key: draw(st.lists(values, min_size=1, max_size=3)) for key in (*outer, *inner, "in")}
    for _ in range(draw(st.integers(3, 8))):
        document: dict[str, object] = {key: draw(st.sampled_from(pools[key])) for key in outer}
        nested = {key: draw(st.sampled_from(pools[key])) for key in inner}
        if listed:
            document["in"] = [draw(st.sampled_from(pools["in"])), draw(st.sampled_from(pools["in"]))]
        document["source" if draw(st.integers(0, 9)) else "other"] = nested
        lines.append(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
    return "".join(f"{line}\n" for line in lines)


LAYOUTS = (
    '{} - - [{}] "GET /{} HTTP/1.1" 200 512 "-" "{}"',
    "{1} fw1 kernel: DROP SRC={0} DST={2} {3}",
    "{1} {0} {2} {3}",
    "{1},{0},{2},{3}",
    "{1} [error] 7#7: *4 failed, client: {0}, server: {2}, request: {3}",
    "1794453164.123    212 {0} TCP_MISS/200 15 GET {2} - HIER_DIRECT/{3} x",
)


@st.composite
def logs(draw: st.DrawFn) -> str:
    """Draw lines of one layout, with hostile words in their fields."""
    layout = draw(st.sampled_from(LAYOUTS))
    some = st.sampled_from(draw(st.lists(times, min_size=1, max_size=3)))
    rest = [st.sampled_from(draw(st.lists(words, min_size=1, max_size=3))) for _ in range(2)]
    count = draw(st.integers(3, 8))
    lines = [layout.format(draw(addresses), draw(some), *(draw(each) for each in rest)) for _ in range(count)]
    return "".join(f"{line}\n" for line in lines)


@contextmanager
def long_way() -> Iterator[None]:
    """Have each line read in full."""
    with pytest.MonkeyPatch.context() as patch:
        for short in (QuickLines, QuickJson):
            patch.setattr(short, "take", lambda *_: None)
        yield


def told(text: str) -> list[Sighting]:
    return list(scan([text], Settings(NOW)))


@settings(deadline=None)
@given(documents())
def test_documents_of_a_known_shape_are_read_as_in_full(text: str) -> None:
    with long_way():
        expected = told(text)
    assert told(text) == expected


@settings(deadline=None)
@given(logs())
def test_lines_of_a_known_format_are_read_as_in_full(text: str) -> None:
    with long_way():
        expected = told(text)
    assert told(text) == expected
