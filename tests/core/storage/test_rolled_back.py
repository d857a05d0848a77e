"""A snapshot that was rolled back: who saw more notices it, and nothing that was promised is given again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core import EipdeckError, Inventory, Loss, Memory, PoolOrder, open_inventory
from core.domain.values import iso
from tests.core.kit import ON_POSTGRESQL, Clock, addresses, customer_cidr, fresh_url, many, nic, one, release, services
from tests.server import server

_JUMP = 1 << 20

Snapshot = Callable[[], Callable[[], None]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return fresh_url(tmp_path)


@pytest.fixture
def memories() -> dict[str, Memory]:
    """What one client remembers, whatever process it is in."""
    return {}


@pytest.fixture
def opened(url: str, clock: Clock, memories: dict[str, Memory]) -> Iterator[Callable[[], Inventory]]:
    """Opens the inventory as another process of the same client."""
    made: list[Inventory] = []

    def open_again() -> Inventory:
        recall = lambda shown: memories.setdefault(shown, Memory())  # noqa: E731  # two words
        made.append(open_inventory(url, operator="alice", clock=clock, memory=recall))
        return made[-1]

    yield open_again
    for inventory in made:
        inventory.close()


@pytest.fixture
def inventory(opened: Callable[[], Inventory]) -> Inventory:
    inventory = opened()
    customer_cidr(inventory, "203.0.113.0/24", order=PoolOrder.LOWEST)
    services(inventory)
    return inventory


@pytest.fixture
def snapshot(url: str, tmp_path: Path) -> Snapshot:
    """Takes a snapshot of the database; what it returns rolls the database back to it."""

    def of_file() -> Callable[[], None]:
        kept = tmp_path / "kept"
        for end in ("", "-wal"):
            if Path(f"{url}{end}").exists():
                shutil.copy(f"{url}{end}", f"{kept}{end}")

        def back() -> None:
            Path(f"{url}-wal").unlink(missing_ok=True)
            Path(f"{url}-shm").unlink(missing_ok=True)
            for end in ("", "-wal"):
                if Path(f"{kept}{end}").exists():
                    shutil.copy(f"{kept}{end}", f"{url}.new{end}")
                    Path(f"{url}.new{end}").replace(f"{url}{end}")

        return back

    def of_server() -> Callable[[], None]:
        name = url.partition("?")[0].rpartition("/")[2]
        _end_sessions(name)
        server().drop("kept_deck")
        server().execute(f"CREATE DATABASE kept_deck TEMPLATE {name} STRATEGY file_copy")

        def back() -> None:
            server().drop(name)
            server().execute(f"CREATE DATABASE {name} TEMPLATE kept_deck STRATEGY file_copy")
            server().drop("kept_deck")

        return back

    return of_server if ON_POSTGRESQL else of_file


def _end_sessions(database: str) -> None:
    ended = f"SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '{database}'"
    server().execute(ended)


def test_the_first_write_of_who_saw_more_records_the_loss(
    inventory: Inventory, opened: Callable[[], Inventory], snapshot: Snapshot, clock: Clock
) -> None:
    kept = one(inventory)
    (binding,) = inventory.execute(nic(kept.address))
    inventory.close()
    back = snapshot()
    before = opened()
    left = before.history(limit=1)[0]
    clock.advance(60)
    lost = many(before, 10)
    (lost_binding,) = before.execute(nic(lost[0].address, 2))
    seen = before.history(limit=1)[0]
    before.close()
    back()

    after = opened()
    clock.advance(60)
    given = many(after, 10)
    assert not {eip.id for eip in given} & {eip.id for eip in lost}
    assert not set(addresses(given)) & set(addresses(lost))
    (again,) = after.execute(nic(given[0].address, 2))
    assert again.id not in (binding.id, lost_binding.id)
    for eip in lost:
        with pytest.raises(EipdeckError) as caught:
            release(after, str(eip.id))
        assert caught.value.code == "eip_not_found"
    (told,) = [event for event in after.history() if event.action == "failover"]
    assert told.before is not None
    assert told.after is not None
    assert told.before["as_of"] == iso(left.at)
    assert (told.after["cause"], told.after["seen"]) == ("history_lost", seen.id)
    assert int(told.id.removeprefix("ev-")) > _JUMP
    noticed = after.noticed()
    assert isinstance(noticed, Loss)
    assert noticed.since == left.at
    assert [(own.what, own.by) for own in noticed.own] == [
        (f"allocate {lost[0].address}", "alice"),
        (f"bind {lost[0].address}", "alice"),
    ]
    assert all(after.settle(own.request_id) is None for own in noticed.own)
    assert after.noticed() is None
    one(after)
    assert after.noticed() is None
    assert [event.action for event in after.history()].count("failover") == 1
    assert after.verify().ok


def test_who_reads_is_told_of_what_it_remembers(
    inventory: Inventory, opened: Callable[[], Inventory], snapshot: Snapshot
) -> None:
    one(inventory)
    inventory.close()
    back = snapshot()
    before = opened()
    (left,) = before.history(limit=1)
    lost = one(before)
    before.close()
    back()
    after = opened()
    loss = after.loss()
    assert loss is not None
    assert loss.since == left.at
    assert [own.what for own in loss.own] == [f"allocate {lost.address}"]
    still = after.loss()  # until a write records it
    assert still is not None
    assert not still.own
    given = one(after)
    assert (given.id, given.address) != (lost.id, lost.address)
    assert after.loss() is None


@pytest.mark.skipif(ON_POSTGRESQL, reason="a server is restored by its own tools")
def test_a_restoration_that_stands_is_not_lost(
    inventory: Inventory, opened: Callable[[], Inventory], snapshot: Snapshot, tmp_path: Path
) -> None:
    one(inventory)
    inventory.backup(tmp_path / "backup.db")
    inventory.restore(tmp_path / "backup.db")
    inventory.close()
    back = snapshot()
    before = opened()
    lost = one(before)
    before.close()
    back()
    loss = opened().loss()
    assert loss is not None
    assert [own.what for own in loss.own] == [f"allocate {lost.address}"]


def test_several_clients_record_it_once(
    url: str, inventory: Inventory, opened: Callable[[], Inventory], snapshot: Snapshot, clock: Clock
) -> None:
    one(inventory)
    inventory.close()
    back = snapshot()
    other: dict[str, Memory] = {}

    def bob() -> closing[Inventory]:
        remembered = lambda shown: other.setdefault(shown, Memory())  # noqa: E731  # two words
        return closing(open_inventory(url, operator="bob", clock=clock, memory=remembered))

    lost = []
    with closing(opened()) as alice, bob() as second:
        lost += [one(alice), one(second), one(alice)]
    back()
    with closing(opened()) as alice, bob() as second:
        given = [one(second), one(alice), one(second)]
        assert [event.action for event in alice.history()].count("failover") == 1
        told = second.noticed(), alice.noticed()
        assert [len(loss.own) for loss in told if loss is not None] == [1, 2]
        assert not set(addresses(given)) & set(addresses(lost))
        assert alice.verify().ok


def test_a_loss_after_a_loss_goes_on_above_all_numbers(
    inventory: Inventory, opened: Callable[[], Inventory], snapshot: Snapshot
) -> None:
    """The numbers that the first loss jumped to were lost as well."""
    one(inventory)
    inventory.close()
    back = snapshot()
    ids = set()
    for _ in range(3):
        with closing(opened()) as desk:
            ids |= {eip.id for eip in many(desk, 2)}
            assert desk.verify().ok
        back()
        back = snapshot()
    assert len(ids) == 6


def test_another_history_at_the_place_is_not_a_loss(
    url: str, inventory: Inventory, opened: Callable[[], Inventory]
) -> None:
    many(inventory, 20)
    inventory.close()
    if ON_POSTGRESQL:
        name = url.partition("?")[0].rpartition("/")[2]
        server().drop(name)
        server().execute(f"CREATE DATABASE {name} TEMPLATE template0")
    else:
        for end in ("", "-wal", "-shm"):
            Path(f"{url}{end}").unlink(missing_ok=True)
    with closing(opened()) as anew:
        customer_cidr(anew, "203.0.113.0/24")
        assert one(anew).id == "eip-1"
        assert anew.noticed() is None
        assert anew.loss() is None
