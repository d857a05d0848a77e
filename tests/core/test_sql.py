"""Statements on a driver's connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from core.storage.connection import Connection


@pytest.fixture
def connection() -> Iterator[Connection]:
    with closing(sqlite3.connect(":memory:")) as driver:
        made = Connection(driver)
        made.execute("CREATE TABLE eip (seq INTEGER PRIMARY KEY, name TEXT)")
        made.insert("INSERT INTO eip (name) VALUES (:name)", [{"name": name} for name in ("a", "b", None)], {})
        yield made


def test_a_row_has_its_columns_by_name(connection: Connection) -> None:
    row = connection.execute('SELECT seq, name AS "order", count(*) AS count FROM eip').first()
    assert (row.seq, row.order, row.count) == tuple(row)
    assert [each.name for each in connection.execute("SELECT * FROM eip ORDER BY seq")] == ["a", "b", None]


def test_what_is_not_there_is_none(connection: Connection) -> None:
    nothing = "SELECT seq FROM eip WHERE seq = :seq"
    assert connection.execute(nothing, {"seq": 9}).first() is None
    assert connection.execute(nothing, {"seq": 9}).scalar() is None
    assert connection.execute(nothing, {"seq": 9}).all() == connection.execute(nothing, {"seq": 9}).scalars() == []


def test_a_list_stands_for_its_items_whatever_its_name_begins_with(connection: Connection) -> None:
    values = {"id": [1], "ids": [2, 3], "id_0": 7}
    both = "SELECT seq FROM eip WHERE seq IN :id OR (seq IN :ids AND :id_0 = 7) ORDER BY seq"
    assert connection.execute(both, values).scalars() == [1, 2, 3]


def test_nothing_is_in_an_empty_list_and_everything_is_not_in_it(connection: Connection) -> None:
    assert connection.execute("SELECT seq FROM eip WHERE seq IN :ids", {"ids": []}).scalars() == []
    assert connection.execute("SELECT seq FROM eip WHERE NOT (seq IN :ids)", {"ids": []}).scalars() == [1, 2, 3]


def test_it_says_how_many_rows_were_changed(connection: Connection) -> None:
    assert connection.execute("UPDATE eip SET name = 'x' WHERE seq > :seq", {"seq": 1}).changed == 2


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 511, 512, 1_100])
def test_rows_go_in_with_what_they_share_in_their_order(connection: Connection, count: int) -> None:
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER, name TEXT, too INTEGER)")
    insert = "INSERT INTO event (at, name, too) VALUES (:at, :name, :at)"
    connection.insert(insert, [{"name": f"{number}"} for number in range(count)], {"at": 7})
    rows = [tuple(row) for row in connection.execute("SELECT * FROM event ORDER BY seq")]
    assert rows == [(number + 1, 7, f"{number}", 7) for number in range(count)]
