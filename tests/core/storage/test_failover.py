"""A failover: what was lost is told, and nobody meets somebody else under an id or an address that was promised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core import AllocationRequest, EipdeckError, Inventory, Memory, PoolOrder, open_inventory
from core.domain.values import iso
from tests.cluster import Cluster, new_cluster
from tests.core.kit import addresses, customer_cidr, many, nic, one, release, services
from tests.server import Server, server

_JUMP = 1 << 20


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with new_cluster() as made:
        yield made


@pytest.fixture
def inventory(cluster: Cluster) -> Iterator[Inventory]:
    with closing(open_inventory(cluster.url(), operator="alice")) as opened:
        customer_cidr(opened, "203.0.113.0/24", order=PoolOrder.LOWEST)
        services(opened)
        yield opened


def test_lost_allocations_are_told_and_nothing_of_theirs_is_given_again(cluster: Cluster, inventory: Inventory) -> None:
    bound = one(inventory)
    (binding,) = inventory.execute(nic(bound.address))
    cluster.part()
    lost = many(inventory, 10)
    (lost_binding,) = inventory.execute(nic(lost[0].address, 2))
    seen = inventory.data_version()
    newest = inventory.history(limit=1)[0]
    cluster.fail_over()

    assert inventory.data_version() != seen
    since = inventory.lost(seen)
    assert since is not None
    assert since == bound_at(inventory)
    assert since < newest.at
    given = many(inventory, 10)
    assert not {eip.id for eip in given} & {eip.id for eip in lost}
    assert not set(addresses(given)) & set(addresses(lost))
    (again,) = inventory.execute(nic(given[0].address, 2))
    assert again.id not in (binding.id, lost_binding.id)
    for eip in lost:
        with pytest.raises(EipdeckError) as caught:
            release(inventory, str(eip.id))
        assert caught.value.code == "eip_not_found"
    told = next(event for event in inventory.history() if event.action == "failover")
    assert told.before == {"timeline": 1, "as_of": iso(since)}
    assert told.after == {"timeline": 2, "cause": "promotion"}
    assert int(told.id.removeprefix("ev-")) > _JUMP
    assert inventory.news(seen)[0].action == "failover"
    assert inventory.lost(inventory.data_version()) is None
    assert inventory.verify().ok


def bound_at(inventory: Inventory) -> object:
    return next(event.at for event in reversed(inventory.history()) if event.action == "bind")


def test_the_first_second_after_a_promotion_is_of_the_new_timeline(cluster: Cluster, inventory: Inventory) -> None:
    """`pg_control_checkpoint` still has the old one: the next checkpoint is half an hour away."""
    one(inventory)
    cluster.standby.catch_up(cluster.primary)
    cluster.fail_over()
    one(inventory)
    assert [event.action for event in inventory.history()].count("failover") == 1
    one(inventory)
    assert [event.action for event in inventory.history()].count("failover") == 1
    assert cluster.name
    with cluster.standby.connect(cluster.name) as looking:
        rows = looking.execute("SELECT timeline FROM epoch ORDER BY since_seq").fetchall()
    assert rows == [(1,), (2,)]


def test_doctor_says_what_the_server_is_and_whether_a_change_survives_it(cluster: Cluster) -> None:
    with closing(open_inventory(cluster.primary.url(cluster.name), operator="alice")) as inventory:
        found = inventory.integrity()
        assert (found["server"], found["timeline"]) == ("primary", "1")
        assert found["survives_loss"] == "no: no synchronous standby is configured"
        assert re.fullmatch(r"walreceiver \(async, \d+ bytes behind\)", found["standbys"])
        cluster.primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        cluster.primary.execute("SELECT pg_reload_conf()")
        while (found := inventory.integrity())["survives_loss"] != "yes":
            assert found["survives_loss"] in (
                "no: no synchronous standby is configured",
                "yes, but no synchronous standby is connected: a change waits for one",
            )
        assert "(sync, " in found["standbys"]
        customer_cidr(inventory)
    cluster.standby.catch_up(cluster.primary)
    with closing(open_inventory(cluster.standby.url(cluster.name), read_only=True)) as looking:
        found = looking.integrity()
        assert (found["server"], found["standby"]) == ("standby", "up to date")
        assert found["replayed"].startswith("20")
        assert "survives_loss" not in found
    cluster.fail_over()
    with closing(open_inventory(cluster.standby.url(cluster.name), read_only=True)) as looking:
        found = looking.integrity()
        assert (found["server"], found["timeline"], found["standbys"]) == ("primary", "2", "none")


def test_an_older_primary_that_comes_back_is_not_written_to(cluster: Cluster, inventory: Inventory) -> None:
    one(inventory)
    cluster.standby.catch_up(cluster.primary)
    cluster.fail_over()
    one(inventory)
    cluster.primary.start()
    store = inventory._store
    store.close()  # as a network does that cuts every connection
    given = one(inventory)
    with open_store_on(cluster.standby, cluster.name) as new:
        assert given.id in {eip.id for eip in new.eips()}
    with cluster.primary.connect(cluster.name) as old:
        assert old.execute("SELECT count(*) FROM eip").fetchone() == (1,)
    cluster.standby.kill()
    with pytest.raises(EipdeckError) as caught:
        one(inventory)
    assert (caught.value.code, caught.value.exit_code) == ("store_unavailable", 6)
    assert "is an older primary (timeline 1; 2 was seen)" in caught.value.message


def test_what_another_process_of_this_client_saw_counts_as_well(cluster: Cluster) -> None:
    memory = Memory()
    with closing(open_inventory(cluster.url(), operator="alice", memory=lambda _: memory)) as desk:
        customer_cidr(desk)
        cluster.standby.catch_up(cluster.primary)
        cluster.fail_over()
        one(desk)
    cluster.standby.kill()
    cluster.primary.start()
    for url in (cluster.url(), cluster.primary.url(cluster.name)):
        for read_only in (False, True):
            with pytest.raises(EipdeckError) as caught:
                open_inventory(url, read_only=read_only, memory=lambda _: memory)
            assert (caught.value.code, caught.value.exit_code) == ("store_unavailable", 6)
            assert "is an older primary (timeline 1; 2 was seen)" in caught.value.message
            assert "taken back on purpose" in caught.value.message
    open_inventory(cluster.primary.url(cluster.name), read_only=True, memory=lambda _: Memory()).close()


def open_store_on(server: Server, name: str) -> closing[Inventory]:
    return closing(open_inventory(server.url(name), operator="bob"))


# the rows alone, as another server or a later promotion would leave them


def written_elsewhere(inventory: Inventory, change: str) -> None:
    """Change the newest epoch, so that this server is another one than it says."""
    with server().connect(database_of(inventory)) as owner:
        owner.execute(f"UPDATE epoch SET {change} WHERE since_seq = (SELECT max(since_seq) FROM epoch)".encode())


def database_of(inventory: Inventory) -> str:
    return inventory.url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def alone() -> Iterator[Inventory]:
    """An inventory on a server without a standby."""
    name = server().create()
    with closing(open_inventory(server().url(name), operator="alice")) as opened:
        customer_cidr(opened, "203.0.113.0/24", order=PoolOrder.LOWEST)
        yield opened
    server().drop(name)


def test_several_failovers_in_a_row_keep_away_from_all_of_them(alone: Inventory) -> None:
    firsts = [one(alone).address]
    for _ in range(3):
        written_elsewhere(alone, "timeline = 0")
        firsts.append(one(alone).address)
    assert firsts == ["203.0.113.0", "203.0.113.128", "203.0.113.192", "203.0.113.224"]
    assert len(set(addresses(many(alone, 252)))) == 252
    assert alone.verify().ok


def test_a_large_pool_keeps_away_from_1024_addresses(alone: Inventory) -> None:
    customer_cidr(alone, "44.0.0.0/16", pool="large", order=PoolOrder.LRU)
    written_elsewhere(alone, "timeline = 0")
    assert one(alone, "large").address == "44.0.4.0"


def test_released_addresses_that_may_be_promised_are_given_last(alone: Inventory) -> None:
    """A pool without an unused address gives the one that was released first."""
    customer_cidr(alone, "198.51.100.0/29", pool="used", order=PoolOrder.LRU)
    for eip in many(alone, 8, "used"):
        release(alone, eip.address)
    written_elsewhere(alone, "timeline = 0")
    assert addresses(many(alone, 8, "used")) == [f"198.51.100.{last}" for last in (4, 5, 6, 7, 0, 1, 2, 3)]
    assert alone.verify().ok


def test_a_preview_records_nothing_and_gives_what_the_change_gives(alone: Inventory) -> None:
    one(alone)
    written_elsewhere(alone, "timeline = 0")
    events = len(alone.history())
    shown = alone.preview(AllocationRequest(pool_id="edge")).eips
    assert len(alone.history()) == events
    assert addresses(shown) == [one(alone).address]


def test_a_database_restored_on_another_server_tells_so(alone: Inventory) -> None:
    one(alone)
    written_elsewhere(alone, "system = 1")
    one(alone)
    told = next(event for event in alone.history() if event.action == "failover")
    assert told.before is not None
    assert told.after is not None
    assert (told.after["cause"], told.before["system"]) == ("another_server", "1")
    assert told.request_id
    assert not alone.was_made(told.request_id)


def test_an_export_and_a_backup_are_of_no_server(alone: Inventory, tmp_path: Path) -> None:
    written_elsewhere(alone, "timeline = 0")
    one(alone)
    assert '"epoch"' not in "".join(alone.export_text())
    alone.backup(tmp_path / "backup.db")
    with closing(open_inventory(str(tmp_path / "backup.db"), operator="bob")) as copy:
        assert "".join(copy.export_text()) == "".join(alone.export_text())
        assert copy.verify() == alone.verify()
        assert one(copy).address == "203.0.113.129"


def test_a_history_that_is_there_is_not_lost(alone: Inventory) -> None:
    seen = alone.data_version()
    one(alone)
    assert alone.lost(seen) is None
    assert alone.lost(0) is None
