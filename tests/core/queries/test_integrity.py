"""The proof of a whole database, its backup, and what an upgrade leaves of the file as it was."""

from __future__ import annotations

import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from alembic import op
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core import (
    AcceptClockRequest,
    DrainRequest,
    EipdeckError,
    Inventory,
    RecoverRequest,
    ReserveRequest,
    RetireRequest,
    open_inventory,
)
from core.storage.store import HEAD
from tests.core.audit import audit
from tests.core.kit import (
    ON_POSTGRESQL,
    UNDO_0004,
    Clock,
    balancer,
    connect,
    customer_cidr,
    dump,
    file_of,
    fresh_desk,
    fresh_url,
    many,
    of_a_file,
    one,
    refused,
    release,
    services,
    snat,
)

DAY = 86_400


@pytest.fixture
def lived(inventory: Inventory, clock: Clock) -> Inventory:
    """A little of everything: bound, cooling, withheld, draining, landed."""
    customer_cidr(inventory, cooldown=3600)
    customer_cidr(inventory, "198.51.100.0/28", pool="old")
    services(inventory)
    many(inventory, 5)
    many(inventory, 2, "old")
    one(inventory, None)
    inventory.execute(balancer("203.0.113.0"))
    inventory.execute(snat("203.0.113.1"))
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.8", last="203.0.113.9"))
    clock.advance(60)
    release(inventory, "203.0.113.3", "198.51.100.0")
    inventory.execute(DrainRequest(cidr="198.51.100.0/28"))
    customer_cidr(inventory, "192.0.2.0/28", pool="gone")
    inventory.execute(DrainRequest(cidr="192.0.2.0/28"))
    inventory.execute(RetireRequest(cidr="192.0.2.0/28"))
    return inventory


def test_what_lived_by_the_rules_is_sound(lived: Inventory) -> None:
    proof = lived.verify()
    assert (proof.ok, proof.broken, proof.eips) == (True, (), 8)
    assert proof.events == len(lived.history())
    assert proof.chains == 5


_EDGE = "cidr_id = (SELECT id FROM cidr WHERE cidr = '203.0.113.0/28')"


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE eip SET allocated_at = allocated_at - 99000000 WHERE id = 'eip-9'", "one tenancy at a time"),
        ("UPDATE eip SET pool_id = 'old' WHERE id = 'eip-1'", "its CIDR in its pool"),
        ("UPDATE eip SET customer_owned = FALSE WHERE id = 'eip-2'", "flag follows the pool"),
        ("UPDATE eip SET status = 'bound', unbound_since = NULL WHERE id = 'eip-3'", "only then"),
        ("UPDATE binding SET unbound_at = bound_at WHERE eip_id = 'eip-1'", "only then"),
        ("UPDATE binding SET service_id = 'lb-404' WHERE eip_id = 'eip-1'", "that are there"),
        ("UPDATE binding SET eip_id = 'eip-1' WHERE eip_id = 'eip-2'", "one holder"),
        ("UPDATE cidr SET last = last - 8 WHERE cidr = '203.0.113.0/28'", "lies in its CIDR"),
        ("UPDATE cidr SET state = 'retired', allocated = 0 WHERE cidr = '198.51.100.0/28'", "no live EIP"),
        ("UPDATE cidr SET allocated = allocated - 1 WHERE cidr = '203.0.113.0/28'", "counts its live EIPs"),
        ("UPDATE cidr SET reserved = reserved + 1 WHERE cidr = '203.0.113.0/28'", "withheld addresses without an EIP"),
        (f"DELETE FROM free_range WHERE {_EDGE}", "those without an EIP or a reservation"),
        ("DELETE FROM cooling", "those without an EIP or a reservation"),
        (f"UPDATE free_range SET lo = lo - 2 WHERE {_EDGE}", "those without an EIP or a reservation"),
        (f"UPDATE free_range SET lo = lo - 8 WHERE {_EDGE}", "free or cooling"),
        (f"UPDATE free_range SET pool_id = 'old' WHERE {_EDGE}", "its own and in its pool"),
        ("UPDATE cooling SET cidr_id = (SELECT max(id) FROM cidr WHERE state = 'draining')", "its own and in its pool"),
        ("UPDATE cooling_minute SET count = count + 1", "the addresses that come free"),
        ("UPDATE cooling SET ready_at = ready_at + 600000000", "the addresses that come free"),
        ("DELETE FROM event WHERE eip_id = 'eip-5'", "who holds an address"),
        ("DELETE FROM event WHERE action = 'release'", "who released an address"),
        ("UPDATE event SET reason = 'nothing' WHERE seq = 7", "as it was written"),
        ("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "as it was written"),
        ("UPDATE chain SET length = length + 1 WHERE pool_id = 'edge'", "as it was written"),
        ("DELETE FROM chain WHERE pool_id = 'old'", "as it was written"),
        ("UPDATE eip SET allocated_by = 'bob' WHERE id = 'eip-2'", "who holds an address"),
        ("UPDATE eip SET allocated_at = allocated_at - 1 WHERE id = 'eip-2'", "who holds an address"),
        ("UPDATE eip SET address = address + 8 WHERE id = 'eip-2'", "who holds an address"),
        ("UPDATE eip SET released_by = 'bob' WHERE released_at IS NOT NULL", "who released an address"),
        ("UPDATE eip SET name = 'another' WHERE id = 'eip-2'", "settings of an EIP"),
        ("UPDATE eip SET bandwidth_mbps = 7 WHERE id = 'eip-2'", "settings of an EIP"),
        ("UPDATE binding SET bound_at = bound_at - 1 WHERE eip_id = 'eip-1'", "since when"),
        ("UPDATE binding SET private_ip = 7 WHERE eip_id = 'eip-1'", "what an EIP serves"),
        ("INSERT INTO acceptance VALUES ('f', 'g', 'r', 'bob', 1, NULL)", "accepted a finding"),
        ("UPDATE pool SET warn_percent = 99 WHERE id = 'edge'", "settings of a pool"),
        ("UPDATE pool SET name = 'another' WHERE id = 'edge'", "settings of a pool"),
        ("UPDATE cidr SET asn = 64999 WHERE cidr = '203.0.113.0/28'", "states of a CIDR"),
        ("UPDATE service SET name = 'another'", "a service is as"),
        ("UPDATE service SET private_ips = '[]', name = NULL WHERE id = 'nic-1'", "a service is as"),
        ("UPDATE cidr SET retired_at = retired_at - 1 WHERE state = 'retired'", "and its end"),
        ("UPDATE eip SET unbound_since = unbound_since - 1 WHERE id = 'eip-3'", "idle since"),
        ("UPDATE eip SET unbound_since = 1 WHERE id = 'eip-1'", "idle since"),
        ("UPDATE cooling SET ready_at = ready_at - 1", "comes free when"),
        ("UPDATE event SET at = at - 99000000 WHERE seq = (SELECT max(seq) FROM event)", "do not go back"),
    ],
)
def test_whatever_is_changed_behind_the_databases_back_is_named(lived: Inventory, statement: str, law: str) -> None:
    release(lived, "203.0.113.4")
    lived.execute(RecoverRequest(address="203.0.113.4"))
    assert lived.verify().ok
    with closing(connect(lived)) as connection:
        connection.unguarded()
        connection.execute(statement)
    proof = lived.verify()
    assert not proof.ok
    assert [broken for broken in proof.broken if law in broken.law], proof.broken


def test_of_a_broken_chain_the_first_link_is_named(lived: Inventory) -> None:
    with closing(connect(lived)) as connection:
        connection.unguarded()
        connection.execute("UPDATE event SET operator = 'mallory' WHERE eip_id IN ('eip-2', 'eip-4')")
    broken = next(each for each in lived.verify().broken if each.law == "the history is as it was written")
    first = next(event for event in lived.history() if event.eip_id == "eip-2")
    assert broken.subject == "edge"
    assert f"breaks at {first.id} (allocate of 203.0.113.1," in broken.message


def test_a_backup_is_a_database_of_its_own_that_says_the_same(lived: Inventory, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    lived.backup(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".eipdeck")] == []
    with closing(open_inventory(str(target), operator="bob", clock=lived.now)) as copy:
        assert "".join(copy.export_text()) == "".join(lived.export_text())
        assert copy.verify() == lived.verify()
        one(copy)
        assert copy.verify().ok


def test_a_backup_does_not_overwrite_unless_told_to(lived: Inventory, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("precious")
    with pytest.raises(EipdeckError) as caught:
        lived.backup(target)
    assert caught.value.code == "conflict"
    assert target.read_text() == "precious"
    lived.backup(target, force=True)
    with closing(open_inventory(str(target), operator="bob", read_only=True)) as copy:
        assert copy.verify().ok


def test_a_backup_that_cannot_be_written_leaves_what_was_there(lived: Inventory, tmp_path: Path) -> None:
    with pytest.raises(EipdeckError) as caught:
        lived.backup(tmp_path / "no" / "such" / "folder.db")
    assert caught.value.code == "store_unavailable"


@pytest.fixture
def busy(inventory: Inventory) -> Iterator[Inventory]:
    """Somebody allocates and releases without end."""
    customer_cidr(inventory, "44.0.0.0/22")
    stop = Event()

    def write() -> None:
        while not stop.is_set():
            release(inventory, one(inventory).address)

    writer = Thread(target=write)
    writer.start()
    yield inventory
    stop.set()
    writer.join()


def test_a_backup_under_writers_is_one_moment_and_sound(busy: Inventory, tmp_path: Path) -> None:
    seen = []
    for turn in range(5):
        busy.backup(tmp_path / f"{turn}.db")
        with closing(open_inventory(str(tmp_path / f"{turn}.db"), operator="bob", read_only=True)) as copy:
            proof = copy.verify()
            assert proof.ok, proof.broken
            seen.append(proof.events)
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


def test_export_and_import_round_trip_to_equality(lived: Inventory, tmp_path: Path) -> None:
    lived.export(tmp_path / "export.json")
    with closing(open_inventory(fresh_url(tmp_path / "other"), operator="bob", clock=lived.now)) as other:
        other.import_files([tmp_path / "export.json"])
        ours, theirs = dump(lived), dump(other)
        assert {name: ours[name] for name in ours if name != "sqlite_sequence"} == {
            name: theirs[name] for name in theirs if name != "sqlite_sequence"
        }
        audit(other)
        assert other.verify() == lived.verify()


def of_the_first_schema(inventory: Inventory) -> Path:
    """The desk's file as schema 0001 has it."""
    path = file_of(inventory)
    inventory.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
        for (name,) in indexes:
            if name.startswith(("eip_by_", "service_name", "binding_kind")):
                connection.execute(f"DROP INDEX {name}")
        for statement in UNDO_0004:
            connection.execute(statement)
        connection.execute("DROP TABLE eip_words")
        connection.execute("DROP TABLE search_mark")
        connection.execute("DROP TABLE presence")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    return path


def without_freed(inventory: Inventory) -> str:
    """The export without what older schemas did not count: the addresses that reservations and CIDRs freed."""
    return re.sub(r', "freed": -?\d+', "", "".join(inventory.export_text()))


@of_a_file
def test_an_upgrade_keeps_the_file_as_it_was(lived: Inventory, clock: Clock) -> None:
    whole = without_freed(lived)
    path = of_the_first_schema(lived)
    with closing(open_inventory(str(path), operator="bob", clock=clock)) as upgraded:
        assert without_freed(upgraded) == whole
        assert upgraded.verify().ok
    kept = path.with_name(f"{path.name}.schema-0001")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert connection.execute("SELECT count(*) FROM eip").fetchone() == (8,)


@of_a_file
def test_a_step_that_fails_leaves_the_old_file_working(lived: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    path = of_the_first_schema(lived)
    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", failing_at("service_name", op.create_index))
        with pytest.raises(EipdeckError) as caught:
            open_inventory(str(path), operator="bob")
    assert caught.value.code == "store_unavailable"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert connection.execute("SELECT count(*) FROM eip").fetchone() == (8,)
    with closing(open_inventory(str(path), operator="bob")) as upgraded:
        assert upgraded.integrity()["schema"] == HEAD
        assert upgraded.verify().ok


def failing_at(name: str, create: object) -> object:
    def step(index: str, *words: object, **options: object) -> None:
        if index == name:
            raise sqlite3.OperationalError("injected")
        create(index, *words, **options)  # type: ignore[operator]

    return step


@settings(max_examples=5 if ON_POSTGRESQL else 20)
@given(jumps=st.lists(st.integers(-400 * DAY, 400 * DAY), min_size=1, max_size=8))
@example(jumps=[0, 0, 0, 60, -1])
@example(jumps=[0, 400 * DAY, 0, 0, -400 * DAY, 60, 0])
def test_a_clock_set_back_and_forward_breaks_no_law(tmp_path_factory: pytest.TempPathFactory, jumps: list[int]) -> None:
    clock = Clock()
    inventory = fresh_desk(tmp_path_factory.mktemp("clock"), clock=clock)
    customer_cidr(inventory, cooldown=60)
    held: list[str] = []
    told: list[datetime] = []
    for jump in jumps:
        clock.advance(jump)
        if inventory.clock_doubt() is not None:
            with refused(inventory, "clock_doubtful"):
                one(inventory)
            inventory.execute(AcceptClockRequest(reason="it is right now"))
            told.clear()
        held.append(one(inventory).address)
        verdict = inventory.lookup(held[-1])
        assert verdict.eip is not None
        assert verdict.at is not None
        assert verdict.at >= verdict.eip.allocated_at
        if len(held) > 2:
            release(inventory, held.pop(0))
        told.append(inventory.history()[-1].at)
    assert told == sorted(told)
    assert {eip.address for eip in inventory.eips()} == set(held)
    audit(inventory)
    assert not inventory.verify().broken
    inventory.close()
