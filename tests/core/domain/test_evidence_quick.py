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
clean = st.one_of(
    addresses,
    st.builds("{}:{}".format, addresses, st.sampled_from((0, 53, 443, 65535, 65536, 99999))),
    st.sampled_from(("tcp", "UDP", "17", "443", "51514", "login", "GET /index.html", "Chrome/131.0.0.0")),
    st.sampled_from((0, 6, 17, 443, 51514, 70000, 3405803783, 1.5, -1, True, None)),
)
TIMES = ("time", "@timestamp", "ts", "eventTime", "start", "date")
KEYS = (
    *("src_ip", "dst_ip", "src_port", "dst_port", "port", "proto", "protocol", "client", "server", "ip", "host"),
    *("message", "msg", "log", "user_agent", "version", "netmask", "id", "name", "status", "url", "source", "x"),
)
ODD_KEYS = ("end", "seconds", "timezone", "tz", "duration", "10.0.0.1", "7", *TIMES)


@st.composite
def documents(draw: st.DrawFn, odd: int) -> str:
    """Draw documents of one shape, one a line; one value and one key in `odd` is of any kind."""

    def one_of(common: st.SearchStrategy[object], rare: st.SearchStrategy[object]) -> object:
        return draw(common if draw(st.integers(1, odd)) < odd else rare)

    def record() -> dict[str, list[object]]:
        keys = [str(one_of(st.sampled_from(KEYS), st.sampled_from(ODD_KEYS))) for _ in range(draw(st.integers(1, 5)))]
        return {key: [one_of(clean, st.one_of(words, numbers)) for _ in range(draw(st.integers(1, 3)))] for key in keys}

    when = [one_of(times.filter(lambda each: each[:2] in {"20", "17"}), times) for _ in range(draw(st.integers(1, 3)))]
    outer = {**record(), draw(st.sampled_from(TIMES)): when, **record()}
    inner, listed = record(), draw(st.booleans())
    lines: list[str] = []
    for _ in range(draw(st.integers(4, 12))):
        document = {key: draw(st.sampled_from(pool)) for key, pool in outer.items()}
        nested = {key: draw(st.sampled_from(pool)) for key, pool in inner.items()}
        lines.append(json.dumps({**document, "in": [nested] if listed else nested}, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


LAYOUTS = (
    ("%d/%b/%Y:%H:%M:%S +0000", '{} - - [{}] "GET /{} HTTP/1.1" 200 512 "-" "{}"'),
    ("%d/%b/%Y:%H:%M:%S +0800", '{0} - {2} [{1}] "POST /x HTTP/1.1" 304 - "{3}" "curl/8.5.0"'),
    ("%Y-%m-%d %H:%M:%S", "{1} {0} GET / {2} 443 - {3} 200 0 0 15"),
    ("%Y/%m/%d %H:%M:%S", "{1} [error] 7#7: *4 failed, client: {0}, server: {2}, request: {3}"),
    ("%Y-%m-%dT%H:%M:%SZ", "{1} fw1 kernel: DROP SRC={0} DST={2} {3}"),
    ("%s", "{1}.123    212 {0} TCP_MISS/200 15 GET {2} - HIER_DIRECT/{3} x"),
)
moments = st.one_of(
    st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 3)),  # noqa: DTZ001 - a clock
    st.datetimes(datetime(2026, 11, 28), datetime(2026, 12, 2)),  # noqa: DTZ001 - a clock
)


@st.composite
def logs(draw: st.DrawFn, odd: int) -> str:
    """Draw lines of one layout; one field in `odd` is of any kind."""
    spelling, layout = draw(st.sampled_from(LAYOUTS))
    plain = st.one_of(addresses, st.sampled_from(("-", "admin", "/index.html", "Mozilla/5.0 (X11; rv:109.0)", "443")))
    lines: list[str] = []
    for _ in range(draw(st.integers(3, 12))):
        fields = [draw(plain if draw(st.integers(1, odd)) < odd else words) for _ in range(2)]
        when = f"{draw(moments):{spelling}}" if draw(st.integers(1, odd)) < odd else draw(times)
        lines.append(layout.format(draw(addresses), when, *fields))
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
@given(st.integers(2, 50).flatmap(documents))
def test_documents_of_a_known_shape_are_read_as_in_full(text: str) -> None:
    with long_way():
        expected = told(text)
    assert told(text) == expected


@settings(deadline=None)
@given(st.integers(2, 50).flatmap(logs))
def test_lines_of_a_known_format_are_read_as_in_full(text: str) -> None:
    with long_way():
        expected = told(text)
    assert told(text) == expected
