"""Lists in the shape a script wants, and lists that go on."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.wording.verb import Format
from tui.wording.verbs import VERBS
from tui.wording.verbs_lists import SHAPE

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tui"]
LISTS = [
    *("cidrs", "pools", "eips", "services", "findings", "history", "lookup 203.0.113.0 198.18.0.0"),
    "config show",
]
DONE = {"findings": 1, "lookup 203.0.113.0 198.18.0.0": 1}


@pytest.fixture
def busy(deck: Deck) -> Deck:
    """Three EIPs of the customer, the last address first, and a landing."""
    for name, address in (("b10", "203.0.113.10"), ("b9", "203.0.113.9"), ("a", "203.0.113.0")):
        deck.done("allocate", "--pool", "hk", "--name", name, "--address", address)
    deck.done("allocate", code=3)
    return deck


def stream(*words: str, **options: Any) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([*PROGRAM, *words], cwd=ROOT, text=True, **pipes)


def line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_every_list_of_the_declarations_is_tried() -> None:
    """Those that print rows have the shape of a list.

    `config check` prints none when all is well, `plan list` none without an account.
    """
    lists = [verb for verb in VERBS if verb.is_list]
    tried = {words.partition(" 2")[0] for words in LISTS}
    assert {verb.name for verb in lists} == {*tried, "config check", "plan list"}
    for verb in lists:
        assert set(SHAPE) <= set(verb.arguments), verb.name
        assert verb.formats == tuple(Format), verb.name


@pytest.mark.parametrize("words", LISTS)
def test_every_list_takes_columns_an_order_a_length_and_no_headings(busy: Deck, words: str) -> None:
    objects = busy(*words.split(), "--json").document
    name = list(objects[0])[1]
    shape = (*words.split(), "--columns", name, "--sort", f"{name}:desc", "--limit", "2", "--no-header")
    values = busy(*shape, "--format", "value").out.splitlines()
    assert len(values) == min(2, len(objects))
    for how in ("table", "csv", "md", "excel", "ndjson", "json"):
        said = busy(*shape, "--format", how)
        assert said.code == DONE.get(words, 0), (how, said.err)
        rows = json.loads(said.out) if how == "json" else said.out.splitlines()
        assert len(rows) == len(values), (how, said.out)
    assert busy(*words.split(), "--columns", "no_such").code == 2


@pytest.mark.parametrize("words", LISTS)
def test_ndjson_and_values_are_the_json_in_other_dress(busy: Deck, words: str) -> None:
    objects = busy(*words.split(), "--json").document
    said = busy(*words.split(), "--format", "ndjson")
    assert (said.code, said.err) == (DONE.get(words, 0), "")
    told = [json.loads(each) for each in said.out.splitlines()]
    assert [drop_moment(each) for each in told] == [drop_moment(each) for each in objects]
    bare = busy(*words.split(), "--format", "value").out.splitlines()
    assert {len(each.split("\t")) for each in bare} == {len(objects[0])}
    assert len(bare) == len(objects)


def drop_moment(document: dict[str, Any]) -> dict[str, Any]:
    """A verdict without the moment of the asking."""
    return {name: value for name, value in document.items() if name not in ("at", "as_of")}


def test_columns_are_chosen_in_every_format(busy: Deck) -> None:
    words = ("eips", "--columns", "name,address", "--sort", "address:desc", "--limit", "2")
    assert busy(*words).out.splitlines() == ["NAME  ADDRESS", "b10   203.0.113.10", "b9    203.0.113.9"]
    assert busy(*words, "--no-header").out.splitlines() == ["b10  203.0.113.10", "b9   203.0.113.9"]
    rows = [["b10", "203.0.113.10"], ["b9", "203.0.113.9"]]
    assert list(csv.reader(io.StringIO(busy(*words, "--format", "csv").out))) == [["name", "address"], *rows]
    assert list(csv.reader(io.StringIO(busy(*words, "--format", "csv", "--no-header").out))) == rows
    assert busy(*words, "--format", "value").out == "b10\t203.0.113.10\nb9\t203.0.113.9\n"
    objects = [dict(zip(("name", "address"), row, strict=True)) for row in rows]
    assert [list(each.items()) for each in busy(*words, "--json").document] == [list(each.items()) for each in objects]
    assert [json.loads(each) for each in busy(*words, "--format", "ndjson").out.splitlines()] == objects


def test_a_table_takes_its_headings_and_other_fields(busy: Deck) -> None:
    out = busy("eips", "own:no", "--columns", "OWNER,landed_in_default,Address").out.splitlines()
    assert [each.split() for each in out] == [
        ["OWNER", "LANDED", "IN", "DEFAULT", "ADDRESS"],
        ["DEFAULT", "true", "198.18.0.0"],
    ]
    refusal = busy("eips", "--columns", "owner", "--json").error
    assert (refusal["code"], "landed_in_default" in refusal["message"]) == ("usage", True)


def test_names_sort_as_people_count_and_what_is_absent_comes_last(busy: Deck) -> None:
    def names(*words: str) -> list[str]:
        return [each["name"] for each in busy.done("eips", *words)]

    assert names("--sort", "name") == ["a", "b9", "b10", None]
    assert names("--sort", "name:desc") == ["b10", "b9", "a", None]
    assert names("--sort", "name:desc", "--limit", "3") == ["b10", "b9", "a"]
    assert names("--limit", "0") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--columns", "no_such"), "usage"),
        (("--columns", "address,"), "usage"),
        (("--sort", "no_such"), "usage"),
        (("--sort", "name:up"), "usage"),
        (("--limit", "-1"), "invalid_count"),
        (("--limit", "x"), "invalid_count"),
    ],
)
def test_a_shape_that_no_list_has_is_refused(busy: Deck, words: tuple[str, ...], code: str) -> None:
    assert busy.refused("eips", *words) == (code, 2)
    assert busy("eips", *words, "--format", "ndjson").error["code"] == code


NAMES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=30)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
def test_a_value_never_has_a_tab_or_a_line_in_it(deck: Deck, name: str) -> None:
    eip = deck.done("allocate", f"--name={name}", code=3)["eips"][0]["id"]
    out = deck("eips", "--format", "value", "--columns", "id,name,landed_in_default").out
    cells = [each.split("\t") for each in out.split("\n")[:-1]]
    assert {len(each) for each in cells} == {3}
    assert eip in {each[0] for each in cells}


def test_the_history_goes_on_after_a_cursor(busy: Deck) -> None:
    events = busy.done("history")
    after = busy.done("history", "--after", events[-4]["cursor"])
    assert after == events[-3:]
    assert busy.done("history", "--after", events[-4]["cursor"], "--limit", "2") == events[-3:-1]
    assert busy.done("history", "--limit", "2") == events[-2:]
    assert busy.done("history", "--after", events[-1]["cursor"]) == []
    assert busy.done("history", "--action", "allocate,add_cidr", "--by", "alice") == [
        each for each in events if each["action"] in ("allocate", "add_cidr")
    ]
    assert busy.done("history", "--until", events[3]["at"]) == [each for each in events if each["at"] < events[3]["at"]]
    assert busy.refused("history", "--follow", "--until", "1d") == ("usage", 2)
    assert busy.refused("history", "--follow", "--sort", "at") == ("usage", 2)
    assert busy.refused("history", "--after", f"1:{'a' * 64}") == ("history_lost", 6)


def test_a_followed_history_is_printed_while_it_happens(busy: Deck) -> None:
    newest = busy.done("history")[-1]
    for how in (("--json",), ("--format", "ndjson")):
        process = stream("history", "--follow", "--limit", "1", *how)
        assert line(process) == newest
        busy.done("name", "203.0.113.9", f"by{how[0]}")
        newest = line(process)
        assert newest["action"] == "rename"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (130, "", "")


def test_a_followed_stream_ends_when_its_reader_has_gone() -> None:
    reader, writer = os.pipe()
    process = stream("history", "--follow", stdout=writer)
    os.close(writer)
    os.close(reader)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


def test_findings_are_followed_as_they_open_and_close(busy: Deck) -> None:
    process = stream("findings", "--follow", "--format", "ndjson", "--columns", "change,code,subject")
    landing = {"code": "landed_in_default_pool", "subject": "198.18.0.0"}
    assert line(process) == {"change": "opened", **landing}
    busy.done("release", "198.18.0.0", "--yes")
    assert line(process) == {"change": "closed", **landing}
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "")


def test_a_table_that_goes_on_keeps_its_columns(busy: Deck) -> None:
    """New rows stand under the first ones; a longer cell makes its column wider from there on."""
    with stream("history", "--follow", "--limit", "1") as process:
        assert process.stdout is not None
        head, first = process.stdout.readline(), process.stdout.readline()
        busy.done("allocate", "--pool", "hk", "--name", "x")
        second = process.stdout.readline()
        long = "a-pool-with-quite-a-long-name"
        busy.done("cidr", "add", "192.0.2.0/28", "--isp", "a", "--asn", "64500", "--pool", long)
        wide = process.stdout.readline()
        busy.done("allocate", "--pool", "hk", "--name", "y")
        last = process.stdout.readline()
        process.send_signal(signal.SIGINT)
    place = head.index("ACTION")
    assert {each[place - 1] for each in (first, second, wide, last)} == {" "}
    assert " " not in {each[place] for each in (first, second, wide, last)}
    assert second.index("alice") == first.index("alice") == head.index("OPERATOR")
    assert last.index("alice") == wide.index("alice")
