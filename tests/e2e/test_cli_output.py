"""What is printed: every command in each format, text that is not ours, and nothing that a terminal would obey."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from core import Eip, to_json
from tui.output import Column, Layout, csv_cell, json_text, write_table

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

HOSTILE = [
    "[/]",
    "[@click=app.quit]web[/]",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b[31mred",
    "a\nb\tc\rd",
    "\u202egnp.exe",
    "\x7f\x9b31m",
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\tcell",
    "ünïcode 東京",
    "x" * 255,
]

FIELDS = {
    "eips": "id address name customer_owned pool_id cidr region status bindings bandwidth_mbps allocated_at"
    " allocated_by released_at landed_in_default previous_eip_id",
    "services": "id kind name region private_ips subnets",
    "pools": "id name kind region cidrs order cooldown_seconds total allocated cooling reserved held available"
    " used_percent runway_days",
    "cidrs": "cidr pool_id isp asn region state customer_owned rpki total allocated available",
    "findings": "id code severity subject message remedy since accepted_reason accepted_until",
    "history": "id at operator action eip_id address pool_id cidr reason request_id before after",
}
LISTS = [*FIELDS, "lookup 203.0.113.0 198.18.0.0"]


@pytest.fixture
def busy(deck: Deck) -> Deck:
    """One EIP of each owner, one of them bound."""
    deck.done("allocate", "--pool", "hk", "--name", "web")
    deck.done("allocate", code=3)
    deck.done("bind", "203.0.113.0", "--load-balancer", "lb-1")
    return deck


def shown_safely(text: str) -> bool:
    """Whether no character is one that a terminal would act on; line ends are ours."""
    return not any(unicodedata.category(char) in ("Cc", "Cf") for char in text.replace("\n", ""))


@pytest.mark.parametrize("words", LISTS)
def test_a_list_is_the_same_in_every_format(busy: Deck, words: str) -> None:
    table, rows = busy(*words.split()), busy(*words.split(), "--format", "json")
    assert rows.document
    assert len(table.out.splitlines()) == len(rows.document) + 1
    said = busy(*words.split(), "--format", "csv")
    records = list(csv.DictReader(io.StringIO(said.out)))
    assert [list(record) for record in records] == [list(row) for row in rows.document]
    assert table.code == rows.code == said.code
    if words in FIELDS:
        assert busy(*words.split(), "--json").out == rows.out


@pytest.mark.parametrize(("words", "fields"), FIELDS.items())
def test_objects_have_the_fields_of_the_interface(busy: Deck, words: str, fields: str) -> None:
    assert list(json.loads(busy(words, "--json").out)[0]) == fields.split()


def test_verdicts_and_bindings_have_the_fields_of_the_interface(busy: Deck) -> None:
    verdict = busy.done("lookup", "203.0.113.0")[0]
    assert list(verdict) == (
        [
            "address",
            "at",
            "verdict",
            "customer_owned",
            "cidr",
            "pool_id",
            "asn",
            "eip",
            "fix_in",
            "summary",
            "as_of",
            "count",
        ]
    )
    assert list(verdict["eip"]["bindings"][0]) == (
        ["id", "kind", "service_id", "private_ip", "sources", "protocol", "port", "to_port", "bound_at", "unbound_at"]
    )
    assert verdict["at"].endswith("Z")


def test_verbs_answer_with_what_the_interface_says(deck: Deck) -> None:
    allocation = deck.done("allocate", "--pool", "hk")
    assert list(allocation) == ["eips", "warnings"]
    for words in ("bind eip-1 --load-balancer lb-1", "bandwidth eip-1 5", "unbind eip-1", "release eip-1 --yes"):
        assert [each["id"] for each in deck.done(*words.split())] == ["eip-1"]
    assert deck.done("cidr", "drain", "203.0.113.0/28")["cidr"] == "203.0.113.0/28"
    assert deck.done("pool", "set", "hk", "--cooldown", "5")["cooldown_seconds"] == 5
    assert deck.done("service", "add", "nic", "nic-5", "--private-ip", "10.0.0.5")["private_ips"] == ["10.0.0.5"]


@pytest.mark.parametrize(
    "words",
    [
        "allocate --pool hk",
        "bind 203.0.113.0 --load-balancer lb-1",
        "bandwidth 203.0.113.0 5",
        "unbind 203.0.113.0",
        "release 203.0.113.0 --yes",
        "rehome 198.18.0.0 --pool hk --yes",
        "recover 198.18.0.0",
        "accept 198.18.0.0 --reason x",
        "cidr add 192.0.2.0/24 --isp x --asn 64500",
        "cidr activate 203.0.113.0/28 --reason x",
        "cidr set-asn 203.0.113.0/28 64501",
        "cidr drain 203.0.113.0/28",
        "pool set hk --cooldown 5",
        "reserve 203.0.113.0/28 203.0.113.3",
        "unreserve 203.0.113.0/28 203.0.113.3",
        "service add nic nic-7 --private-ip 10.0.0.7 --private-ip 10.0.0.8",
    ],
)
def test_a_verb_prints_a_table_and_says_on_stderr_what_was_done(busy: Deck, words: str) -> None:
    if words.startswith("recover"):
        busy.done("release", "198.18.0.0", "--yes")
    if "lb-1" in words:
        busy.done("unbind", "203.0.113.0")
    if words.startswith("release"):
        words += " --unbind"
    said = busy(*words.split())
    assert said.code in (0, 3)
    assert len(said.out.splitlines()) == 2
    assert said.err.startswith("eipdeck: ")


def test_an_empty_list_is_empty(empty: Deck) -> None:
    assert empty("eips", "--json").out == "[]\n"
    assert empty("eips", "--format", "csv").out.startswith("id,address,")
    said = empty("eips")
    assert (said.code, said.out, said.err) == (0, "", "eipdeck: nothing to list\n")
    assert empty("findings", "--json").document == []


def test_filters_are_words_or_one_argument(busy: Deck) -> None:
    assert [eip["address"] for eip in busy.done("eips", "own:yes", "state:bound")] == ["203.0.113.0"]
    assert [eip["address"] for eip in busy.done("eips", "own:no state:unbound")] == ["198.18.0.0"]
    assert busy.done("eips", "!web", "own:yes") == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_kept_as_it_came_and_shown_harmlessly(deck: Deck, name: str) -> None:
    eip = deck.done("allocate", f"--name={name}", f"--reason={name}", code=3)["eips"][0]
    assert eip["name"] == name
    assert deck.done("history", eip["id"])[0]["reason"] == name
    deck.done("service", "add", "nic", name if not name.startswith("-") else f" {name}", f"--name={name}")
    for words in ("eips", "history", "services", "findings", f"lookup {eip['address']}", "doctor"):
        for how in ("table", "json", "csv"):
            if words == "doctor" and how != "table":
                continue
            said = deck(*words.split(), *(() if how == "table" else ("--format", how)))
            assert shown_safely(said.out), (words, how)
            assert shown_safely(said.err), (words, how)
    assert deck.done("eips")[0]["name"] == name


@pytest.mark.parametrize("words", ["allocate --pool", "bind", "lookup", "history", "eips", "cidr drain"])
def test_a_hostile_argument_is_refused_harmlessly(deck: Deck, words: str) -> None:
    for how in ((), ("--json",)):
        said = deck(*words.split(), "\x1b]0;x\x07:\u202e", *how)
        assert said.code in (2, 5)
        assert shown_safely(said.err)


def test_json_is_plain_ascii_in_one_document(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--name", "東京\x7f\x9b")
    out = deck("eips", "--json").out
    assert out.isascii()
    assert out.endswith("]\n")
    assert shown_safely(out)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\\x09x"),
        ("a=b", "a=b"),
        (-1, "-1"),
        (None, ""),
        (True, "true"),
        (["10.0.0.1", "10.0.0.2"], "10.0.0.1 10.0.0.2"),
        (["=1", "2"], "'=1 2"),
        ([], ""),
        ({"a": "\x1b"}, '{"a": "\\u001b"}'),
    ],
)
def test_a_csv_cell_is_no_formula(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_survives_json(name: str) -> None:
    assert json.loads(json_text({"name": name})) == {"name": name}
    assert to_json(name) == name


NOTES = Layout(Eip, (Column("ID", lambda row: row[0]), Column("NOTE", lambda row: row[1])))


def table(rows: list[tuple[Any, ...]], width: int | None = None) -> list[str]:
    out = io.StringIO()
    write_table(rows, NOTES, out, width=width)
    return out.getvalue().splitlines()


def test_a_table_is_aligned_by_cells_not_by_characters() -> None:
    assert table([("東京", "a"), ("x", "b")]) == ["ID    NOTE", "東京  a", "x     b"]


def test_the_last_column_is_folded_on_a_narrow_terminal_and_nothing_is_cut() -> None:
    note = "one two three four five six seven eight nine ten eleven"
    lines = table([("a", note)], width=40)
    assert all(len(line) <= 40 for line in lines)
    assert " ".join(line.strip() for line in lines[1:]).removeprefix("a   ") == note
    assert lines[2].startswith("    ")
    assert table([("a", note)])[1] == f"a   {note}"


def test_a_table_is_written_while_it_is_read() -> None:
    out = io.StringIO()
    seen: list[int] = []

    def rows() -> Any:
        for number in range(2000):
            if number == 1500:
                seen.append(len(out.getvalue().splitlines()))
            yield (number, "x")

    assert write_table(rows(), NOTES, out) == 2000
    assert seen[0] > 1000
