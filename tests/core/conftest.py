from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import Inventory
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
