"""Statements on a driver's connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import pytest

from core.storage.connection import Connection, Values
from core.storage.sqlite_connection import SqliteConnection


class NameRow(NamedTuple):
    seq: int
    name: str | None


@pytest.fixture
def connection() -> Iterator[Connection]:
    with closing(sqlite3.connect(":memory:")) as driver:
        made = SqliteConnection(driver)
        made.execute("CREATE TABLE eip (seq INTEGER PRIMARY KEY, name TEXT)")
        made.insert("INSERT INTO eip (name) VALUES (:name)", [{"name": name} for name in ("a", "b", None)], {})
        yield made


def test_rows_are_of_the_declared_type_however_they_are_read(connection: Connection) -> None:
    found = [NameRow(1, "a"), NameRow(2, "b"), NameRow(3, None)]
    every = "SELECT seq, name FROM eip ORDER BY seq"
    assert connection.rows(NameRow, every) == list(connection.stream(NameRow, every)) == found
    assert connection.row(NameRow, every) == found[0]
    assert type(connection.row(NameRow, every)) is NameRow
    assert list(connection.stream_dicts(every)) == [row._asdict() for row in found]


def test_a_row_with_another_number_of_columns_is_a_defect(connection: Connection) -> None:
    with pytest.raises(TypeError):
        list(connection.stream(NameRow, "SELECT seq FROM eip"))


def test_what_is_not_there_is_none(connection: Connection) -> None:
    nothing = "SELECT seq, name FROM eip WHERE seq = :seq"
    assert connection.row(NameRow, nothing, {"seq": 9}) is None
    assert connection.value(int, nothing, {"seq": 9}) is None
    assert connection.rows(NameRow, nothing, {"seq": 9}) == []
    assert connection.column(int, nothing, {"seq": 9}) == []


def test_a_list_stands_for_its_items_whatever_its_name_begins_with(connection: Connection) -> None:
    values: Values = {"id": [1], "ids": [2, 3], "id_0": 7}
    both = "SELECT seq FROM eip WHERE seq IN :id OR (seq IN :ids AND :id_0 = 7) ORDER BY seq"
    assert connection.column(int, both, values) == [1, 2, 3]


def test_nothing_is_in_an_empty_list_and_everything_is_not_in_it(connection: Connection) -> None:
    assert connection.column(int, "SELECT seq FROM eip WHERE seq IN :ids", {"ids": []}) == []
    assert connection.column(int, "SELECT seq FROM eip WHERE NOT (seq IN :ids)", {"ids": []}) == [1, 2, 3]


def test_it_says_how_many_rows_were_changed(connection: Connection) -> None:
    assert connection.execute("UPDATE eip SET name = 'x' WHERE seq > :seq", {"seq": 1}) == 2


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 511, 512, 1_100])
def test_rows_go_in_with_what_they_share_in_their_order(connection: Connection, count: int) -> None:
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER, name TEXT, too INTEGER)")
    insert = "INSERT INTO event (at, name, too) VALUES (:at, :name, :at)"
    connection.insert(insert, [{"name": f"{number}"} for number in range(count)], {"at": 7})
    rows = [tuple(row.values()) for row in connection.stream_dicts("SELECT * FROM event ORDER BY seq")]
    assert rows == [(number + 1, 7, f"{number}", 7) for number in range(count)]
