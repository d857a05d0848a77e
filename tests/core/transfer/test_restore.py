"""A backup that is brought back while others have the database open."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core import EipdeckError, Inventory, Restored, open_inventory
from core.storage.opening import open_store
from tests.core.audit import audit
from tests.core.kit import (
    ON_POSTGRESQL,
    RULES_0006,
    RULES_0010,
    UNDO_0004,
    Clock,
    addresses,
    customer_cidr,
    dump,
    file_of,
    many,
    of_a_file,
    one,
    refused,
    release,
)


@pytest.fixture
def backup(inventory: Inventory, tmp_path: Path, clock: Clock) -> Path:
    """Of two EIPs; since then one was released and 200 were given out."""
    customer_cidr(inventory, "44.0.0.0/20")
    many(inventory, 2)
    path = tmp_path / "backup.db"
    inventory.backup(path)
    clock.advance(60)
    release(inventory, "44.0.0.0")
    many(inventory, 200)
    return path


@of_a_file
def test_every_open_desk_sees_what_is_back(inventory: Inventory, backup: Path, clock: Clock) -> None:
    before = dump(inventory)
    with closing(open_inventory(inventory.url, operator="bob", clock=clock)) as other:
        version = other.data_version()
        with other._store.read() as reading:
            assert reading.value(int, "SELECT count(*) FROM eip") == 202
            done = inventory.restore(backup, reason="J-1: a wrong import")
            assert reading.value(int, "SELECT count(*) FROM eip") == 202
        assert (done.eips, done.lost, done.lost_since) == (2, 201, clock())
        for each in (inventory, other):
            assert addresses(each.eips()) == ["44.0.0.0", "44.0.0.1"]
            assert each.verify().ok
            assert each.integrity()["integrity"] == "ok"
        (told,) = other.news(version)
        assert (told.action, told.operator, told.reason) == ("restore", "alice", "J-1: a wrong import")
        assert told.after == {"as_of": "2026-11-23T12:00:00Z", "lost": 201, "kept": "deck.db.replaced-1"}
        assert other.data_version() > version
        assert one(other).address == "44.0.0.2"
        audit(other)
    assert done.kept is not None
    with closing(open_inventory(done.kept, operator="bob", clock=clock)) as kept:
        assert dump(kept) == before
    assert Path(done.kept).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file_of(inventory).parent.iterdir() if path.name.startswith(".eipdeck")] == []


@of_a_file
def test_no_number_is_given_out_twice_and_a_search_finds_what_is_new(inventory: Inventory, backup: Path) -> None:
    many(inventory, 3)
    lost = {eip.id for eip in inventory.eips()} - {"eip-1", "eip-2"}
    events = {event.id for event in inventory.history()}
    inventory.restore(backup)
    eip = one(inventory, name="brought-back")
    assert eip.id not in lost
    assert inventory.history()[-1].id not in events
    assert inventory.history()[-2].id not in events
    assert list(inventory.eips("brought")) == [eip]


@of_a_file
def test_what_is_restored_can_be_undone(inventory: Inventory, backup: Path) -> None:
    """By what was kept: only the restoration itself is lost then."""
    given = addresses(inventory.eips())
    done = inventory.restore(backup)
    undone = inventory.restore(Path(str(done.kept)))
    assert (undone.lost, undone.kept) == (1, f"{file_of(inventory)}.replaced-2")
    assert addresses(inventory.eips()) == given
    assert inventory.verify().ok


@of_a_file
def test_a_file_that_cannot_be_opened_is_moved_away_and_the_backup_takes_its_place(
    inventory: Inventory, backup: Path
) -> None:
    path = file_of(inventory)
    for end in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{end}").rename(path.with_name(f"{path.name}{end}.away"))
    with closing(open_inventory(str(path), operator="bob")) as anew:
        assert anew.restore(backup).eips == 2
        assert addresses(anew.eips()) == addresses(inventory.eips()) == ["44.0.0.0", "44.0.0.1"]
        assert anew.verify().ok


class No(Exception):  # what somebody says who is asked
    pass


@of_a_file
def test_who_does_not_agree_to_what_would_be_lost_loses_nothing(
    inventory: Inventory, backup: Path, clock: Clock
) -> None:
    heard: list[Restored] = []

    def say_no(what: Restored) -> None:
        heard.append(what)
        raise No

    before, files = dump(inventory), set(file_of(inventory).parent.iterdir())
    with pytest.raises(No):
        inventory.restore(backup, agreed=say_no)
    assert [(what.eips, what.lost, what.lost_since, what.kept) for what in heard] == [(2, 201, clock(), None)]
    assert dump(inventory) == before
    assert set(file_of(inventory).parent.iterdir()) == files


@of_a_file
def test_what_others_did_while_one_was_asked_is_not_overrun(inventory: Inventory, backup: Path) -> None:
    def agree_late(_what: Restored) -> None:
        one(inventory)

    with pytest.raises(EipdeckError) as caught:
        inventory.restore(backup, agreed=agree_late)
    assert caught.value.code == "conflict"
    assert len(list(inventory.eips())) == 202


def no_file(path: Path) -> None:
    path.unlink()


def no_database(path: Path) -> None:
    path.write_text("not a database, but long enough to be taken for one" * 50)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def strange(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE eip (id INTEGER)")
        theirs.commit()


def changed(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)
            connection.commit()

    return change


def torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def beside_a_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(b"of another")


@of_a_file
@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (no_file, "store_unavailable", "not there"),
        (no_database, "store_unavailable", "is not a database"),
        (empty, "store_unavailable", "empty"),
        (strange, "store_unavailable", "not one of eipdeck's"),
        (torn, "store_unavailable", ""),
        (beside_a_log, "store_unavailable", "belongs to another database"),
        (changed("UPDATE event SET operator = 'mallory'"), "store_unavailable", "is damaged"),
        (changed("UPDATE alembic_version SET version_num = '9999'"), "schema_newer", "9999"),
    ],
)
def test_what_is_no_sound_backup_is_refused(
    inventory: Inventory, backup: Path, spoil: Callable[[Path], None], code: str, says: str
) -> None:
    spoil(backup)
    files = set(file_of(inventory).parent.iterdir())
    with refused(inventory, code) as caught:
        inventory.restore(backup)
    assert says in caught.value.message
    assert str(backup) in caught.value.message
    assert set(file_of(inventory).parent.iterdir()) == files


@of_a_file
@pytest.mark.parametrize("end", ["", "-wal", ".lock"])
def test_the_database_is_not_restored_from_itself(inventory: Inventory, end: str) -> None:
    one(inventory, None)
    with refused(inventory, "conflict"):
        inventory.restore(file_of(inventory).with_name(f"{file_of(inventory).name}{end}"))


@of_a_file
def test_a_backup_of_an_older_schema_is_brought_up_to_date_in_a_copy(inventory: Inventory, backup: Path) -> None:
    """The steps from the one that made the presence on are undone by hand."""
    for statement in (*UNDO_0004, "DROP TABLE presence"):
        changed(statement)(backup)
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
        connection.commit()
        made = open_store(inventory.url)
        with made.read() as live:
            triggers = live.column(str, "SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        made.close()
        for statement in triggers:
            if not any(name in statement for name in ("presence", "mirror", *RULES_0010, *RULES_0006)):
                connection.execute(statement)
        connection.commit()
    content = backup.read_bytes()
    inventory.restore(backup)
    inventory.announce(None)
    assert len(list(inventory.eips())) == 2
    assert backup.read_bytes() == content
    audit(inventory)


@of_a_file
def test_who_writes_while_it_is_restored_waits(inventory: Inventory, backup: Path) -> None:
    """Each of the writers ends with an address of its own, on one side or the other."""
    stop, promised = threading.Event(), [0]

    def write() -> None:
        with closing(open_inventory(inventory.url, operator="bob", clock=inventory.now)) as other:
            while not stop.is_set():
                one(other)
                promised[0] += 1

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for _ in range(3):
        seen = promised[0]
        while promised[0] < seen + 10:
            pass
        inventory.restore(backup)
    stop.set()
    for writer in writers:
        writer.join()
    assert inventory.verify().ok
    assert inventory.integrity()["integrity"] == "ok"
    audit(inventory)


@of_a_file
def test_a_program_that_does_not_queue_is_not_waited_for_without_end(inventory: Inventory, backup: Path) -> None:
    with closing(open_inventory(inventory.url, operator="bob", clock=inventory.now)) as impatient:
        impatient._store._wait = 0.1  # type: ignore[attr-defined]
        with closing(sqlite3.connect(file_of(inventory))) as theirs:
            theirs.execute("BEGIN IMMEDIATE")
            with pytest.raises(EipdeckError) as caught:
                impatient.restore(backup)
            assert caught.value.code == "store_busy"
        assert len(list(inventory.eips())) == 201


@of_a_file
def test_who_may_only_look_or_is_confined_restores_nothing(inventory: Inventory, backup: Path, tmp_path: Path) -> None:
    with (
        closing(open_inventory(inventory.url, operator="bob", read_only=True)) as looking,
        refused(inventory, "read_only"),
    ):
        looking.restore(backup)
    with (
        closing(open_inventory(inventory.url, operator="bob", confined=tmp_path)) as confined,
        refused(inventory, "usage"),
    ):
        confined.restore(Path("backup.db"))


@pytest.mark.skipif(not ON_POSTGRESQL, reason="about a server")
def test_a_server_keeps_its_own_backups(inventory: Inventory, tmp_path: Path) -> None:
    path = tmp_path / "backup.db"
    inventory.backup(path)
    with refused(inventory, "usage") as caught:
        inventory.restore(path)
    assert "import" in caught.value.message
