"""The restoration of an export: every value is checked against its column, and all of them against the laws."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core import Inventory, open_inventory, seed_demo
from core.storage.tables import SQLModel
from core.transfer.export_columns import flaws
from tests.core.kit import START, Clock, dump, fresh_desk, fresh_url, refused
from tests.core.transfer.test_corpus import an_export, chained_anew, everything_works

Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def tables() -> Tables:
    """What the export of an inventory holds, to be tampered with."""
    found: Tables = json.loads(an_export())["tables"]
    return found


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Inventory]:
    """An empty database to restore into."""
    with closing(fresh_desk(tmp_path / "other", clock=Clock())) as inventory:
        yield inventory


def written(folder: Path, tables: Tables) -> Path:
    path = folder / "export.json"
    path.write_text(json.dumps({"eipdeck_export": 1, "tables": tables}))
    return path


def find(tables: Tables, table: str, wanted: Callable[[dict[str, Any]], object]) -> int:
    return next(place for place, row in enumerate(tables[table]) if wanted(row))


VALUES = {
    "a moment of text": ("event", "at", "soon"),
    "a moment no datetime can show": ("event", "at", 1 << 62),
    "a moment of more than 64 bits": ("pool", "created_at", 1 << 70),
    "a moment of a release no datetime can show": ("cooling", "ready_at", 1 << 58),
    "private addresses that are no JSON": ("service", "private_ips", "nope"),
    "private addresses that are none": ("service", "private_ips", '["nope"]'),
    "subnets of another type": ("service", "subnets", "{}"),
    "sources that are no JSON": ("binding", "sources", "nope"),
    "half an object": ("event", "before", "{"),
    "an object without end": ("event", "after", '{"a": ' * 100_000),
    "an object too deep to show": ("event", "after", '{"a": ' * 900 + "1" + "}" * 900),
    "no number of JSON": ("event", "after", '{"a": Infinity}'),
    "a name that is an object": ("eip", "name", {"a": 1}),
    "a name that is a list": ("eip", "name", [1]),
    "a name of 2,000 characters": ("eip", "name", "x" * 1_999 + "\0"),
    "an id with NUL": ("service", "id", "a\0b"),
    "a broken character": ("event", "reason", "\ud800"),
    "a prefix that is none": ("cidr", "cidr", "junk"),
    "a prefix that is another": ("cidr", "cidr", "203.0.113.0/29"),
    "no end of a percentage": ("pool", "warn_percent", 1e300),
    "a flag of a number": ("eip", "customer_owned", 1),
    "a number of text": ("eip", "bandwidth_mbps", "100"),
    "a hash that is none": ("event", "hash", "00"),
    "an answer that is none": ("request", "answer", "{}"),
    "an answer of a finding that is none": ("request", "answer", '{"finding": {"id": "x"}}'),
    "an id that would be made again": ("eip", "id", "eip-99"),
    "a default pool of another region": ("pool", "region", "elsewhere"),
}


@pytest.mark.parametrize("wrong", VALUES)
def test_a_value_that_is_none_of_its_column_is_refused_by_table_row_and_column(
    other: Inventory, tables: Tables, tmp_path: Path, wrong: str
) -> None:
    table, column, value = VALUES[wrong]
    place = find(
        tables, table, lambda row: (row[column] is not None or table == "event") and row.get("kind") != "customer"
    )
    tables[table][place][column] = value
    path = written(tmp_path, tables)
    with refused(other, "invalid_import") as caught:
        other.import_files([path])
    assert caught.value.details == {"file": str(path), "row": f"{table}[{place}]"}
    assert caught.value.exit_code == 2
    assert f"export.json, {table}[{place}]: " in caught.value.message


def test_infinity_is_refused_as_no_json(other: Inventory, tables: Tables, tmp_path: Path) -> None:
    tables["pool"][0]["warn_percent"] = float("inf")
    with refused(other, "invalid_import"):
        other.import_files([written(tmp_path, tables)])


def test_a_free_range_over_a_live_eip_is_refused_by_its_law(other: Inventory, tables: Tables, tmp_path: Path) -> None:
    place = find(tables, "free_range", lambda row: row["pool_id"] == "edge")
    tables["free_range"][place]["lo"] -= 8
    with refused(other, "invalid_import") as caught:
        other.import_files([written(tmp_path, tables)])
    assert "it does not hold that the free and cooling addresses of an active CIDR are" in caught.value.message


def test_a_history_that_was_rewritten_is_refused(other: Inventory, tables: Tables, tmp_path: Path) -> None:
    tables["event"][3]["operator"] = "mallory"
    with refused(other, "invalid_import") as caught:
        other.import_files([written(tmp_path, tables)])
    assert "breaks at ev-" in caught.value.message


def test_among_many_rows_the_one_that_breaks_a_rule_is_named(other: Inventory, tables: Tables, tmp_path: Path) -> None:
    place = find(tables, "eip", lambda row: row["status"] == "released")
    tables["eip"][place]["released_at"] = None
    with refused(other, "invalid_import") as caught:
        other.import_files([written(tmp_path, tables)])
    assert f"eip[{place}]: the database refuses it: " in caught.value.message


def test_what_was_imported_with_names_as_long_as_may_be_is_restored(other: Inventory, tmp_path: Path) -> None:
    """A default pool is called by its region, and a region may have 255 characters."""
    row = {"eipId": "9" * 255, "publicIpAddresses": ["128.14.9.1"], "regionId": "r" * 255}
    row |= {"createTime": "0001-01-01T00:00:00Z", "status": "BINDED", "associatedType": "NIC", "associatedId": "n"}
    (tmp_path / "answer.json").write_text(json.dumps([row]))
    other.import_files([tmp_path / "answer.json"])
    other.export(tmp_path / "export.json")
    with closing(fresh_desk(tmp_path / "third", clock=Clock())) as third:
        third.import_files([tmp_path / "export.json"])
        assert dump(third)["eip"] == dump(other)["eip"]
        everything_works(third)


def test_a_time_before_all_times_is_refused(other: Inventory, tmp_path: Path) -> None:
    row = {"eipId": "e", "publicIpAddresses": ["128.14.9.1"], "createTime": "0001-01-01T00:00:00+14:00"}
    (tmp_path / "answer.json").write_text(json.dumps([row]))
    with refused(other, "invalid_import"):
        other.import_files([tmp_path / "answer.json"])


def test_the_demo_is_restored_as_it_was(tmp_path: Path, other: Inventory) -> None:
    url = fresh_url(tmp_path / "demo")
    seed_demo(url, START)
    with closing(open_inventory(url, operator="alice", clock=Clock())) as demo:
        demo.export(tmp_path / "export.json")
        other.import_files([tmp_path / "export.json"])
        ours, theirs = dump(demo), dump(other)
        assert {name: rows for name, rows in ours.items() if name in SQLModel.metadata.tables} == {
            name: rows for name, rows in theirs.items() if name in SQLModel.metadata.tables
        }
        assert other.verify() == demo.verify()


@pytest.mark.parametrize("table", [name for name in SQLModel.metadata.tables if name not in ("presence", "epoch")])
def test_every_column_says_what_it_may_hold(table: str) -> None:
    found = SQLModel.metadata.tables[table]
    names = [column.name for column in found.columns]
    assert [why.split()[0] for why in flaws(found, {name: ["nothing"] for name in names})] == names


def test_whoever_writes_the_hashes_anew_can_restore_what_they_say(
    other: Inventory, tables: Tables, tmp_path: Path
) -> None:
    """What is checked of an event is no more than its hash and that it can be read."""
    tables["event"][3]["reason"] = "another"
    chained_anew(tables)
    other.import_files([written(tmp_path, tables)])
    everything_works(other)
