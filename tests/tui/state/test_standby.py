"""The age of the data on a standby."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import open_inventory
from tests.core.kit import customer_cidr
from tests.server import Server, new_server
from tests.tui.deck_kit import on_deck


@pytest.fixture
def standby() -> Iterator[tuple[Server, str]]:
    """A standby, and the name of a database on it."""
    primary = new_server()
    made = primary.standby()
    name = primary.create()
    writing = open_inventory(primary.url(name), operator="alice")
    customer_cidr(writing)
    writing.close()
    made.catch_up(primary)
    yield made, name
    made.remove()
    primary.remove()


async def test_the_data_of_a_standby_that_is_behind_is_not_live(standby: tuple[Server, str]) -> None:
    server, name = standby
    async with on_deck(open_inventory(server.url(name), operator="alice")) as operator:
        await operator.until("READ-ONLY", "live")
        server.execute("SELECT pg_wal_replay_pause()")
        await operator.press("r")
        await operator.until("min old")
        await operator.press("W")
        assert "WRITE" not in operator.text().splitlines()[0]
        server.execute("SELECT pg_wal_replay_resume()")
        await operator.press("r")
        await operator.until("live")
