from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import Inventory
from core.storage.connection import Connection, Cursor, R, Values
from tests.core.kit import Clock, forget_databases, fresh_desk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inventory(tmp_path: Path, clock: Clock) -> Iterator[Inventory]:
    """A desk on a real database with nothing in it but the default pool of asia-east-1."""
    opened = fresh_desk(tmp_path, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def no_database_left() -> Iterator[None]:
    """What a test made on the server is gone after it."""
    yield
    forget_databases()


@pytest.fixture(autouse=True)
def columns_are_named_as_their_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row that any test of the core reads has the names of its fields, in their order."""

    def checked(row: type[R], cursor: Cursor) -> None:
        if cursor.description is not None:  # a question that is asked ahead has no answer yet
            assert tuple(column[0] for column in cursor.description) == row._fields

    def rows(self: Connection, row: type[R], statement: str, values: Values = {}) -> list[R]:  # noqa: B006  # read only
        cursor = self.cursor(statement, values)
        checked(row, cursor)
        return list(map(row._make, cursor))

    def first(self: Connection, row: type[R], statement: str, values: Values = {}) -> R | None:  # noqa: B006  # read only
        cursor = self.cursor(statement, values)
        checked(row, cursor)
        found = cursor.fetchone()
        return None if found is None else row._make(found)

    monkeypatch.setattr(Connection, "rows", rows)
    monkeypatch.setattr(Connection, "row", first)
