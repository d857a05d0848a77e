"""The age of the data on a standby."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core import open_inventory
from tests.cluster import Cluster, stocked_cluster
from tests.core.kit import customer_cidr, one
from tests.server import Server, new_server
from tests.tui.deck_kit import WIDE, on_deck
from tui.wording.phrases import second


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


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with stocked_cluster() as made:
        yield made


async def test_a_failover_that_loses_what_is_shown_is_told_with_the_time(cluster: Cluster) -> None:
    """An asleep dashboard, in whose sleep the address was given to somebody else."""
    async with on_deck(open_inventory(cluster.url(), operator="alice"), WIDE) as operator:
        await operator.until("READ-ONLY", "live", "[e EIPs 0]")
        cluster.part()
        with closing(open_inventory(cluster.primary.url(cluster.name), operator="anna")) as anna:
            at = second(anna.history(limit=1)[0].at)
            one(anna, name="vpn-of-anna")
        await operator.until("[e EIPs 1]", "203.0.113.0  ")
        await operator.press("W")
        await operator.until("y")
        await operator.press("y")
        await operator.until("WRITE")
        await operator.press(".")
        await operator.until("paused: ")
        cluster.fail_over()
        with closing(open_inventory(cluster.standby.url(cluster.name), operator="bert")) as bert:
            one(bert, name="dns-of-bert")
        await operator.press(".")
        await operator.until(
            f"Lost: changes since {at}.  t shows the history that is left", "READ-ONLY", "203.0.113.8  "
        )
        assert "203.0.113.0  " not in operator.text()


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
