"""A pooler between: a server's connection goes to somebody else after each transaction, or to few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from core import EipdeckError, open_inventory
from core.storage.opening import open_store
from tests.core.kit import customer_cidr, one, release
from tests.pooler import PROGRAM, Pooler
from tests.server import server

SETTINGS = (
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "default_transaction_read_only",
    "synchronous_commit",
    "tcp_user_timeout",
    "client_connection_check_interval",
)


@pytest.fixture
def database() -> Iterator[str]:
    name = server().create()
    with closing(open_inventory(server().url(name), operator="alice")) as inventory:
        customer_cidr(inventory, "203.0.113.0/24")
    yield name
    server().drop(name)


@pytest.fixture(params=["session", "transaction"])
def pooled(request: pytest.FixtureRequest, database: str) -> Iterator[str]:
    """The database through a pgbouncer with two connections to the server."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed")
    pooler = Pooler(server().folder, request.param, 2)
    yield pooler.url(database)
    pooler.remove()


def test_everything_works_through_a_pooler(pooled: str) -> None:
    """More often than a statement is sent before the driver would prepare it on the server."""
    with closing(open_inventory(pooled, operator="alice")) as alice, closing(open_inventory(pooled)) as bob:
        for _ in range(8):
            eip = one(alice)
            assert [each.id for each in bob.eips()] == [eip.id]
            release(bob, eip.address)
        assert alice.verify().ok


def test_who_only_looks_changes_nothing_for_others(pooled: str) -> None:
    with closing(open_inventory(pooled, read_only=True)) as looking:
        assert looking.lookup("203.0.113.0").verdict == "customer-unallocated"
        with pytest.raises(EipdeckError):
            one(looking)
    with psycopg.connect(pooled.replace("+psycopg", ""), autocommit=True) as other:
        for _ in range(4):
            other.execute("CREATE TABLE mine (a int)")
            other.execute("DROP TABLE mine")
    with closing(open_inventory(pooled, operator="alice")) as alice:
        one(alice)


def test_twice_as_many_work_as_the_pool_has_connections(pooled: str) -> None:
    """Each has one connection, so that nobody waits for a second one while holding the first."""

    def work(_: int) -> str:
        with closing(open_inventory(pooled, operator="alice")) as inventory:
            inventory.pools()
            return one(inventory).address

    with ThreadPoolExecutor(4) as several:
        assert len(set(several.map(work, range(4)))) == 4


@pytest.mark.parametrize("read_only", [False, True])
def test_a_session_leaves_the_settings_of_its_connection_as_they_were(database: str, *, read_only: bool) -> None:
    with closing(open_store(server().url(database), read_only=read_only)) as store:
        asked = f"SELECT concat_ws(' ', {', '.join(f'current_setting({name!r})' for name in SETTINGS)})"
        with server().connect(database) as plain:
            found = plain.execute(asked.encode()).fetchone()
        with store.read() as connection:
            assert connection.value(str, asked) != found
        if not read_only:
            with store.write() as connection:
                connection.execute("INSERT INTO service VALUES ('a', 'nic', NULL, 'x', '[]', '[]')")
        (idle,) = store._idle  # type: ignore[attr-defined]
        assert found is not None
        assert idle.value(str, asked) == found[0]
        idle.end()


def test_the_server_refuses_a_write_of_who_only_looks(database: str) -> None:
    with (
        closing(open_store(server().url(database), read_only=True)) as store,
        pytest.raises(EipdeckError) as caught,
        store.write() as connection,
    ):
        connection.execute("INSERT INTO service VALUES ('a', 'nic', NULL, 'x', '[]', '[]')")
    assert caught.value.code == "read_only"
