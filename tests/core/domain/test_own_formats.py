"""Log formats of `[[evidence.format]]`: read like built-in ones, and refused unless their own sample proves them."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from core import EipdeckError, Inventory, TextFacts, load_config
from tests.core.kit import fresh_desk

GATE = r"""
[[evidence.format]]
name = "gate"
hint = "GATE|"
head = 'GATE\|\d+\|(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\|'
zone = "Asia/Shanghai"
[evidence.format.sample]
text = "GATE|17|2026-11-20 11:12:00|seen 2020-01-01 00:00:00|203.0.113.7|DENY"
at = "2026-11-20T03:12:00Z"
"""
RECORDS = r"""
[[evidence.format]]
name = "door"
within = ["visit"]
keys = ["came"]
never = ["timestamp"]
[evidence.format.sample]
text = '{"visit": {"timestamp": "2026-01-01T00:00:00Z", "came": "2026-11-20T03:12:00Z", "from": "203.0.113.7"}}'
at = "2026-11-20T03:12:00Z"
"""
BLOCK = r"""
[[evidence.format]]
name = "ticket"
opens = '~~ TICKET'
closes = '~~ END'
head = '~~ TICKET (?P<t>\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d)'
order = "dmy"
zone = "UTC"
[evidence.format.sample]
text = "~~ TICKET 02.03.2026 04:05:06\nwho: 203.0.113.7\n~~ END"
at = "2026-03-02T04:05:06Z"
"""


def opened(folder: Path, words: str) -> Inventory:
    folder.mkdir(exist_ok=True)
    file = folder / "config.toml"
    file.write_text(words)
    return fresh_desk(folder / "db", config=load_config(file))


def moments(inventory: Inventory, text: str, facts: TextFacts | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    found = inventory.evidence([text], facts=facts).verdicts
    return [(each.address, f"{each.at:%Y-%m-%dT%H:%M:%S}" if each.at else "", each.doubts) for each in found]


def test_a_format_of_lines_is_read_by_its_head_and_zone(tmp_path: Path) -> None:
    text = "GATE|9|2026-11-21 08:00:00|2019-05-05 05:05:05|198.51.100.9|DENY\n"
    assert moments(opened(tmp_path / "own", GATE), text) == [("198.51.100.9", "2026-11-21T00:00:00", ())]
    assert moments(opened(tmp_path / "plain", ""), text) != [("198.51.100.9", "2026-11-21T00:00:00", ())]


def test_formats_of_records_and_of_blocks_are_read(tmp_path: Path) -> None:
    inventory = opened(tmp_path, GATE + RECORDS + BLOCK)
    record = '{"visit": {"timestamp": "2025-01-01T00:00:00Z", "came": "2026-10-01T01:02:03Z", "ip": "198.51.100.9"}}'
    assert moments(inventory, record) == [("198.51.100.9", "2026-10-01T01:02:03", ())]
    block = "~~ TICKET 05.04.2026 01:02:03\nby: x\naddress: 198.51.100.9\n~~ END\n"
    assert moments(inventory, block) == [("198.51.100.9", "2026-04-05T01:02:03", ())]


def test_its_name_can_be_asked_for(tmp_path: Path) -> None:
    inventory = opened(tmp_path, GATE)
    line = "GATE|9|2026-11-21 08:00:00|198.51.100.9\n"
    assert moments(inventory, line, TextFacts(log_format="gate"))[0][1] == "2026-11-21T00:00:00"
    with pytest.raises(EipdeckError, match="no log format"):
        inventory.evidence([line], facts=TextFacts(log_format="barrier"))


@pytest.mark.parametrize(
    ("old", "new", "key", "why"),
    [
        ('name = "gate"', 'name = "apache-access"', "name", "another format"),
        ('name = "gate"', "", "name", "every format has one"),
        ('hint = "GATE|"', "hint = 3", "hint", "must be text"),
        ('hint = "GATE|"', 'colour = "red"', "colour", "not known"),
        ('zone = "Asia/Shanghai"', 'zone = "UTC"', "sample", "read as of 2026-11-20T11:12:00Z"),
        ("(?P<t>", "(", "head", "the place of the time"),
        ("GATE\\|\\d", "GATE\\|(\\d", "head", "not a regular expression"),
        ("GATE\\|\\d+", "GATE\\|(.+)+", "head", "more than linear time"),
        ('at = "2026-11-20T03:12:00Z"', 'at = "lately"', "sample", "not a moment"),
        (
            'at = "2026-11-20T03:12:00Z"',
            'at = "2026-11-20T03:12:00Z"\ndoubts = ["period"]',
            "sample",
            "the doubts (none)",
        ),
        ('at = "2026-11-20T03:12:00Z"', 'at = "2026-11-20T03:12:00Z"\ndoubts = ["gloom"]', "sample", "is not a doubt"),
        ("|203.0.113.7|", "|", "sample", "no address"),
        ("head = 'GATE\\|\\d+\\|", "head = '(?:GATE\\|\\d+\\||\\[)", "head", "claims the sample of"),
    ],
)
def test_a_wrong_one_is_refused_with_the_file_and_the_key(
    tmp_path: Path, old: str, new: str, key: str, why: str
) -> None:
    assert old in GATE
    words = GATE.replace(old, new)
    if why.startswith("claims"):
        words = words.replace('hint = "GATE|"\n', "").replace(r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\|", r"(?P<t>.+)")
    inventory = opened(tmp_path, words)
    began = process_time()
    with pytest.raises(EipdeckError) as refusal:
        inventory.evidence(["203.0.113.7"])
    assert process_time() - began < 20
    assert refusal.value.code == "usage"
    assert f"{tmp_path / 'config.toml'}: evidence.format 1" in refusal.value.message
    assert f": {key}: " in refusal.value.message
    assert why in refusal.value.message


def test_two_that_claim_one_sample_are_refused(tmp_path: Path) -> None:
    inventory = opened(tmp_path, GATE + GATE.replace('"gate"', '"gate2"'))
    with pytest.raises(EipdeckError, match=r"the format gate2? claims it too"):
        inventory.evidence(["203.0.113.7"])


@pytest.mark.parametrize(
    "words", ["evidence = 3", "[evidence]\nformat = 3", "[evidence]\nformat = [3]", "[evidence.log]"]
)
def test_the_table_itself_is_checked_when_the_file_is_read(tmp_path: Path, words: str) -> None:
    with pytest.raises(EipdeckError, match="evidence"):
        opened(tmp_path, words)


def test_records_that_repeat_are_dated_by_the_key_of_the_format(tmp_path: Path) -> None:
    inventory = opened(tmp_path, RECORDS)
    record = '{{"visit": {{"timestamp": {0}, "came": 179445316{1}, "ip": "198.51.100.9"}}}}\n'
    told = moments(inventory, "".join(record.format(1700000000 + second, second) for second in range(6)))
    assert told == [("198.51.100.9", f"2026-11-12T03:12:4{second}", ()) for second in range(6)]


def test_a_block_begins_at_a_line_that_looks_like_those_before(tmp_path: Path) -> None:
    words = BLOCK.replace("opens = '~~ TICKET'", r"opens = '(?:~~ |\d\S+ - - .*)TICKET'")
    old, new = r"'~~ TICKET (?P<t>\d\d\.\d\d\.\d{4} ", r"'(?:~~ TICKET |\d\S+ - - .)(?P<t>\d\d\W\w+\W\d{4}\W"
    assert old in words
    inventory = opened(tmp_path, words.replace(old, new))
    line = '203.0.113.9 - - [01/Nov/2026:01:02:03 +0000] "GET /{} HTTP/1.1" 200 5\n'
    told = moments(inventory, line.format("a") * 3 + line.format("TICKET") + "by: 198.51.100.9\n~~ END\n")
    assert told[-1][:2] == ("198.51.100.9", "2026-11-01T01:02:03")


def test_a_line_with_an_end_an_hour_behind_its_time_is_a_period(tmp_path: Path) -> None:
    words = (
        GATE.replace(r"GATE\|\d+\|", r"\d+ GATE\|")
        .replace('"GATE|17|', '"17 GATE|')
        .replace(r"\d\d:\d\d)\|", r"\d\d:\d\d)")
    )
    line = "17 GATE|2026-11-2{0} 11:12:00 - 2026-11-2{0} {1}:00:00|198.51.100.9\n"
    told = moments(opened(tmp_path, words), "".join(line.format(day, 12 + day % 2) for day in range(6)))
    assert [doubts for _, _, doubts in told] == [(), ("period",)] * 3
