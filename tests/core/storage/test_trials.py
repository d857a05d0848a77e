"""The faults of clusters and networks that the table in tests/README.md lists and no other test shows."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest

from core import AllocationRequest, EipdeckError, Inventory, open_inventory
from core.storage.opening import open_store
from tests.cluster import Cluster, new_cluster
from tests.core.kit import addresses, customer_cidr, one
from tests.proxy import proxied
from tests.server import server


@pytest.fixture(scope="module")
def template() -> str:
    name = server().create()
    with closing(open_inventory(server().url(name), operator="owner")) as inventory:
        customer_cidr(inventory)
    return name


@pytest.fixture
def database(template: str) -> Iterator[str]:
    name = server().create(template)
    yield name
    server().drop(name)


@pytest.fixture
def inventory(database: str) -> Iterator[Inventory]:
    with closing(open_inventory(server().url(database), operator="alice")) as opened:
        yield opened


@contextmanager
def refused(code: str, exit_code: int = 6) -> Iterator[None]:
    with pytest.raises(EipdeckError) as caught:
        yield
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)


@pytest.fixture
def synchronous() -> Iterator[Cluster]:
    """A primary that waits for its standby."""
    with new_cluster() as made:
        with closing(open_inventory(made.url(), operator="owner")) as inventory:
            customer_cidr(inventory)
        made.primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        made.primary.execute("SELECT pg_reload_conf()")
        with made.primary.connect() as watching:
            while not watching.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone():
                pass
        yield made


def waits(watching: psycopg.Connection[Any]) -> None:
    """Wait until a commit waits for the standby."""
    stuck = b"SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    while watching.execute(stuck).fetchone() is None:
        pass


def receiver(cluster: Cluster) -> int:
    """The process that receives the log on the standby."""
    with cluster.standby.connect() as asking:
        (found,) = asking.execute("SELECT pid FROM pg_stat_wal_receiver").fetchone() or (0,)
    return int(found)


def test_a_standby_that_stands_still_is_waited_for_and_lookups_go_on(synchronous: Cluster) -> None:
    url, process = synchronous.primary.url(synchronous.name), receiver(synchronous)
    with (
        closing(open_inventory(url, operator="alice")) as alice,
        closing(open_store(url, wait=0.2)) as other,
        synchronous.primary.connect() as watching,
        ThreadPoolExecutor(1) as another,
    ):
        os.kill(process, signal.SIGSTOP)
        try:
            answer = another.submit(one, alice)
            waits(watching)
            with refused("store_busy"), other.write() as connection:
                connection.execute("DELETE FROM presence")
            with closing(open_inventory(url, read_only=True)) as looking:
                assert looking.lookup("203.0.113.0").verdict == "customer-unallocated"
            assert not answer.done()
        finally:
            os.kill(process, signal.SIGCONT)
        assert answer.result().address == "203.0.113.0"
        assert addresses(alice.eips()) == ["203.0.113.0"]


def test_a_change_that_no_standby_has_is_unknown_and_after_the_failover_not_made(
    synchronous: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.storage.postgres._PATIENCE", 2)
    with closing(open_inventory(synchronous.url(), operator="alice")) as alice:
        synchronous.part()
        alice._store._wait = 0.3  # type: ignore[attr-defined]
        alice._store.close()
        with refused("outcome_unknown", 7):
            alice.execute(AllocationRequest(pool_id="edge", request_id="k-1"))
        with refused("outcome_unknown", 7):
            alice.settle("k-1")
        synchronous.fail_over()
        synchronous.standby.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
        synchronous.standby.execute("SELECT pg_reload_conf()")
        assert alice.settle("k-1") is None
        made = alice.execute(AllocationRequest(pool_id="edge", request_id="k-1"))
        assert addresses(alice.eips()) == addresses(made.eips)
        assert alice.verify().ok


def test_who_loses_the_network_while_it_writes_holds_nobody_up_for_long(
    database: str, inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the limit of an idle write, which is five seconds and here one."""
    monkeypatch.setattr("core.storage.postgres._IDLE_SECONDS", 1)
    with proxied(str(server().folder / ".s.PGSQL.5432")) as proxy:
        store = open_store(f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}")

        def lose_the_network() -> None:
            with store.write() as connection:
                connection.execute("INSERT INTO service VALUES ('a', 'nic', NULL, 'x', '[]', '[]')")
                proxy.stall(on=True)
                begun = time.monotonic()
                one(inventory)
                assert time.monotonic() - begun < 5
                proxy.stall(on=False)

        with closing(store), refused("outcome_unknown", 7):
            lose_the_network()
    assert inventory.services() == []


def test_a_server_without_room_for_a_connection_says_so_at_once(database: str) -> None:
    server().make_roles(database)
    with server().connect(database) as owner:
        owner.execute("DROP ROLE IF EXISTS crowded_r")
        owner.execute("CREATE ROLE crowded_r LOGIN IN ROLE eipdeck_operator CONNECTION LIMIT 1")
    with closing(open_inventory(server().url(database, "crowded_r"))) as first:
        with refused("store_unavailable"):
            open_inventory(server().url(database, "crowded_r"))
        one(first)


def test_connections_that_the_server_ends_are_made_again(database: str, inventory: Inventory) -> None:
    for act in (inventory.pools, inventory.pulse, lambda: one(inventory)):
        server().execute(
            f"SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '{database}'"
        )
        act()


def test_locks_of_another_program_are_waited_for_and_then_named_busy(database: str, inventory: Inventory) -> None:
    with closing(open_store(server().url(database), wait=0.2)) as hasty, server().connect(database) as other:
        for lock in ("alembic_version IN SHARE UPDATE EXCLUSIVE MODE", "eip IN ACCESS EXCLUSIVE MODE"):
            with other.transaction():
                other.execute(f"LOCK TABLE {lock}".encode())
                with refused("store_busy"), hasty.write() as connection:
                    connection.execute("UPDATE eip SET name = name")
                if "ACCESS" in lock:
                    with refused("store_busy"), hasty.read() as connection:
                        connection.value(int, "SELECT count(*) FROM eip")
            with hasty.read() as connection:
                assert connection.value(int, "SELECT count(*) FROM eip") == 0
    one(inventory)
