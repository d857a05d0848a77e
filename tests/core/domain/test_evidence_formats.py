"""Every entry of the format table against its own sample, and against those of the others."""

import re
import time
from datetime import UTC, datetime

import pytest

from core.domain.evidence import Settings, scan
from core.domain.evidence.format import Format
from core.domain.evidence.formats import BUILT_IN, FORMATS

NOW = datetime(2026, 11, 29, tzinfo=UTC)

LINES = [each for each in FORMATS if each.head]


def name_of(each: Format) -> str:
    return each.name


def expected(words: str | None) -> datetime | None:
    if words is None:
        return None
    return datetime.fromisoformat(words.replace("--", "2026-") + "+00:00")


def test_the_table_is_broad_and_no_name_stands_twice() -> None:
    assert len(FORMATS) >= 60
    assert len({each.name for each in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("entry", FORMATS, ids=name_of)
def test_the_sample_of_a_format_gives_its_moment_and_its_doubts(entry: Format) -> None:
    found = list(scan([entry.sample.text.encode()], Settings(NOW)))
    first = next(each for each in found if each.address == 0xCB007107)
    assert first.at is None if entry.sample.at is None else first.at is not None
    at = None if first.at is None else first.at.replace(microsecond=0)
    assert (at, first.doubts) == (expected(entry.sample.at), entry.sample.doubts)


@pytest.mark.parametrize("entry", LINES, ids=name_of)
def test_a_sample_is_claimed_by_its_own_entry_alone(entry: Format) -> None:
    assert [each.name for each in BUILT_IN.claims(entry.sample.text.partition("\n")[0])] == [entry.name]


@pytest.mark.parametrize("entry", [each for each in FORMATS if not each.head], ids=name_of)
def test_a_sample_of_records_is_claimed_by_no_entry_of_lines(entry: Format) -> None:
    assert not [each.name for line in entry.sample.text.splitlines() for each in BUILT_IN.claims(line)]


@pytest.mark.parametrize(
    "head",
    [
        "apr 15, 2026 8:34:08 PM org.slf4j.impl.JCLLoggerAdapter warn\nWARNING: attempt from 203.0.113.7",
        "=INFO REPORT==== 2026-04-15 20:34:08 ===\nI(<0.1440.0>:ejabberd_c2s:813) : failed from IP 203.0.113.7",
        "15-04-2026 20:34:08 +0000 PROXY.3128 00004 - 203.0.113.7:28783 0.0.0.0:0 0 0 0 GET http://a.example/",
    ],
)
def test_other_spellings_of_a_head(head: str) -> None:
    found = next(iter(scan([head.encode()], Settings(NOW))))
    assert found.address == 0xCB007107
    assert found.at == datetime(2026, 4, 15, 20, 34, 8, tzinfo=UTC)


@pytest.mark.parametrize("entry", LINES, ids=name_of)
def test_the_head_of_a_format_takes_linear_time(entry: Format) -> None:
    head = re.compile(entry.head)
    line = entry.sample.text.partition("\n")[0]
    began = time.process_time()
    for text in (line * 10_000, line[: len(line) // 2] * 10_000, line[:-1] + " " * 100_000):
        head.match(text)
    assert time.process_time() - began < 1
