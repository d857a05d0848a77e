"""What is printed: every command in each format, text that is not ours, and nothing that a terminal would obey."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core import Eip, to_json
from tests.corpus import TEXTS, obeyed
from tui.wording.columns import Entry, Layout, Listing
from tui.wording.table_writer import write_table
from tui.wording.writers import csv_cell, json_text

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

FIELDS = {
    "eips": "id address name customer_owned pool_id cidr region status bindings bandwidth_mbps allocated_at"
    " allocated_by released_at landed_in_default previous_eip_id",
    "services": "id kind name region private_ips subnets",
    "pools": "id name kind region cidrs order cooldown_seconds total allocated cooling reserved held available"
    " used_percent runway_days",
    "cidrs": "cidr pool_id isp asn region state customer_owned rpki total allocated available",
    "findings": "id code severity subject message remedy since accepted_reason accepted_until",
    "history": "id at operator action eip_id address pool_id cidr reason request_id before after cursor claimed",
}
LISTS = [*FIELDS, "lookup 203.0.113.0 198.18.0.0"]


@pytest.fixture
def busy(deck: Deck) -> Deck:
    """One EIP of each owner, one of them bound."""
    deck.done("allocate", "--pool", "hk", "--name", "web")
    deck.done("allocate", code=3)
    deck.done("bind", "203.0.113.0", "--load-balancer", "lb-1")
    return deck


@pytest.mark.parametrize("words", LISTS)
def test_the_csv_of_a_list_has_the_fields_of_its_json(busy: Deck, words: str) -> None:
    header, *rows = csv.reader(io.StringIO(busy(*words.split(), "--format", "csv").out))
    objects = busy(*words.split(), "--json").document
    assert rows
    assert [list(each) for each in objects] == [header] * len(rows)
    assert words not in FIELDS or header == FIELDS[words].split()


def test_filters_are_words_or_one_argument(busy: Deck) -> None:
    assert [eip["address"] for eip in busy.done("eips", "own:yes", "state:bound")] == ["203.0.113.0"]
    assert [eip["address"] for eip in busy.done("eips", "own:no state:unbound")] == ["198.18.0.0"]
    assert busy.done("eips", "!web", "own:yes") == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_name_is_kept_as_it_came_and_shown_harmlessly(deck: Deck, name: str) -> None:
    eip = deck.done("allocate", f"--name={name}", f"--reason={name}", code=3)["eips"][0]
    assert eip["name"] == name
    assert deck.done("history", eip["id"])[0]["reason"] == name
    deck.done("service", "add", "nic", f"nic-{ascii(name)[:200]}", f"--name={name}")
    for words in ("eips", "history", "services", "findings", f"lookup {eip['address']}", "doctor"):
        for how in ("table", "json", "csv"):
            if words == "doctor" and how != "table":
                continue
            said = deck(*words.split(), *(() if how == "table" else ("--format", how)))
            assert obeyed(said.out) == [], (words, how)
            assert obeyed(said.err) == [], (words, how)
    assert deck.done("eips")[0]["name"] == name


def test_json_is_plain_ascii_in_one_document(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--name", "東京\x7f\x9b")
    out = deck("eips", "--json").out
    assert out.isascii()
    assert out.endswith("]\n")
    assert obeyed(out) == []


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\\x09x"),
        ("a=b", "a=b"),
        (" =1+1", " '=1+1"),
        ("a;=HYPERLINK(1)", "a;'=HYPERLINK(1)"),
        ('a;"=1"', 'a;"\'=1"'),
        ("a|+1", "a|'+1"),
        ("a, @x", "a, '@x"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\u22121", "'\u22121"),
        ("203.0.113.0/24, 198.51.100.0/24", "203.0.113.0/24, 198.51.100.0/24"),
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


@pytest.mark.parametrize("name", TEXTS)
def test_any_name_survives_json(name: str) -> None:
    assert json.loads(json_text({"name": name})) == {"name": name}
    assert to_json(name) == name


NOTES: Layout = Listing(Eip, (Entry("ID", lambda row: row[0]), Entry("NOTE", lambda row: row[1])))


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


def test_a_spreadsheet_keeps_names_in_other_scripts_and_every_digit_of_an_id(deck: Deck, tmp_path: Path) -> None:
    row = {"eipId": "1587214936502374656", "publicIpAddresses": ["203.0.113.7"], "name": "東京 é", "status": "UNBIND"}
    (tmp_path / "eips.json").write_text(json.dumps([row]))
    deck.done("import", str(tmp_path / "eips.json"))
    plain, excel = (deck("eips", "--format", how).out for how in ("csv", "excel"))
    assert excel.startswith("\ufeff")
    (cells,) = list(csv.DictReader(io.StringIO(excel[1:])))
    assert (cells["id"], cells["name"]) == ('="1587214936502374656"', "東京 é")
    (same,) = list(csv.DictReader(io.StringIO(plain)))
    assert (same["id"], same["name"]) == ("1587214936502374656", "東京 é")
