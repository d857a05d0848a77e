"""The database file: how it is opened, what else it may turn out to be, and who waits for whom."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection as Inspected
from sqlalchemy import create_engine, inspect, text

from core import AllocationRequest, EipdeckError, Inventory, default_path, open_inventory
from core.storage.connection import Connection
from core.storage.opening import open_store
from core.storage.store import HEAD
from core.storage.tables import SQLModel
from tests.core.kit import (
    ON_POSTGRESQL,
    ROOT,
    Clock,
    addresses,
    customer_cidr,
    file_of,
    fresh_desk,
    many,
    of_a_file,
    one,
    refused,
    release,
    rows,
)


def pragma(connection: Connection, name: str) -> object:
    return connection.value(int, f"PRAGMA {name}")


@of_a_file
def test_doctor_names_the_process_that_writes(inventory: Inventory) -> None:
    assert inventory.integrity()["writing"] == "nobody"
    with inventory._store.write():
        assert inventory.integrity()["writing"].startswith(f"process {os.getpid()}")
    assert inventory.integrity()["writing"] == "nobody"


@of_a_file
def test_pragmas_are_in_force_for_readers_and_writers(inventory: Inventory) -> None:
    with inventory._store.read() as reader:
        assert pragma(reader, "journal_mode") == "wal"
        assert pragma(reader, "foreign_keys") == 1
        assert pragma(reader, "application_id") == 0x45495044
    with inventory._store.write() as writer:
        assert pragma(writer, "journal_mode") == "wal"
        assert pragma(writer, "synchronous") == 2
        assert pragma(writer, "foreign_keys") == 1
        assert pragma(writer, "recursive_triggers") == 1


def test_a_reader_sees_one_picture_while_others_write(inventory: Inventory) -> None:
    customer_cidr(inventory)
    count = "SELECT count(*) FROM eip"
    with inventory._store.read() as reader:
        assert reader.value(int, count) == 0
        one(inventory)
        assert reader.value(int, count) == 0
    with inventory._store.read() as reader:
        assert reader.value(int, count) == 1


def test_a_block_that_raises_is_undone(inventory: Inventory) -> None:
    def fail() -> None:
        with inventory._store.write() as connection:
            connection.execute("UPDATE pool SET cooldown_seconds = 77")
            raise KeyError

    before = rows(inventory, "SELECT * FROM pool")
    with pytest.raises(KeyError):
        fail()
    assert rows(inventory, "SELECT * FROM pool") == before
    with inventory._store.write() as connection:
        connection.execute("UPDATE pool SET cooldown_seconds = 77")
    assert rows(inventory, "SELECT cooldown_seconds FROM pool") == [(77,)]


def test_data_version_tells_of_every_commit_of_anybody(inventory: Inventory) -> None:
    customer_cidr(inventory)
    seen = [inventory.data_version()]
    other = open_inventory(inventory.url, operator="bob", clock=inventory.now)
    one(other)
    seen.append(inventory.data_version())
    release(inventory, "203.0.113.0")
    seen.append(other.data_version())
    other.close()
    assert len(set(seen)) == 3


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}


def test_nobody_else_can_read_the_files_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deck"
    with umask(0):
        inventory = open_inventory(str(folder / "deck.db"), operator="alice")
        one(inventory, None)
        found = modes(folder)
        inventory.close()
    files = ("deck.db", "deck.db-wal", "deck.db-shm", "deck.db.lock")
    assert found == {"deck": 0o700, **dict.fromkeys(files, 0o600)}


@of_a_file
def test_an_inventory_left_open_to_others_is_closed_to_them(inventory: Inventory) -> None:
    inventory.close()
    file_of(inventory).chmod(0o644)
    reopened = open_inventory(inventory.url, operator="alice")
    one(reopened, None)
    assert {mode for name, mode in modes(file_of(inventory).parent).items() if name.startswith("deck.db")} == {0o600}
    reopened.close()


@of_a_file
def test_without_a_url_the_embedded_database_is_meant(a_house_of_its_own: Path) -> None:
    inventory = open_inventory(operator="alice")
    assert file_of(inventory) == default_path()
    assert file_of(inventory).is_relative_to(a_house_of_its_own)
    assert file_of(inventory).name == "eipdeck.db"
    inventory.close()


@contextmanager
def unavailable(code: str = "store_unavailable") -> Iterator[pytest.ExceptionInfo[EipdeckError]]:
    with pytest.raises(EipdeckError) as caught:
        yield caught
    assert (caught.value.code, caught.value.exit_code) == (code, 2 if code == "usage" else 6), caught.value.message
    assert caught.value.message


def as_it_is(path: Path) -> tuple[bytes, int, set[str]]:
    return path.read_bytes(), path.stat().st_mode, {each.name for each in path.parent.iterdir()}


def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    path.chmod(0o644)
    before = as_it_is(path)
    with unavailable() as caught:
        open_inventory(str(path), operator="alice")
    assert "not a database" in caught.value.message
    assert as_it_is(path) == before


def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE eip (id INTEGER)")
        connection.commit()
    path.chmod(0o644)
    before = as_it_is(path)
    with unavailable() as caught:
        open_inventory(str(path), operator="alice")
    assert "not one of eipdeck's" in caught.value.message
    assert as_it_is(path) == before


@of_a_file
def test_a_newer_schema_is_refused_and_not_touched(inventory: Inventory) -> None:
    inventory.close()
    with closing(sqlite3.connect(file_of(inventory))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = as_it_is(file_of(inventory))
    with unavailable("schema_newer") as caught:
        open_inventory(inventory.url, operator="alice")
    assert caught.value.details == {"found": "9999", "known": HEAD}
    assert as_it_is(file_of(inventory)) == before


@of_a_file
def test_a_truncated_database_is_refused(inventory: Inventory) -> None:
    inventory.close()
    with file_of(inventory).open("r+b") as file:
        file.truncate(file_of(inventory).stat().st_size // 3)
    with unavailable():
        open_inventory(inventory.url, operator="alice").pools()


@pytest.mark.parametrize("place", ["file/deck.db", "file/deeper/deck.db", "folder"])
def test_a_place_that_cannot_hold_a_database_is_unavailable(tmp_path: Path, place: str) -> None:
    """Below a file nobody can make one, not even root; and a folder is no file."""
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    with unavailable():
        open_inventory(str(tmp_path / place), operator="alice")


def test_a_folder_that_cannot_be_written_is_unavailable() -> None:
    """The kernel refuses new files in /proc to root too."""
    with unavailable():
        open_inventory("/proc/eipdeck.db", operator="alice")


@of_a_file
def test_a_file_that_turns_out_read_only_refuses_writes_and_still_reads(inventory: Inventory) -> None:
    """The connection itself is made unable to write, as root cannot be by modes."""
    customer_cidr(inventory)
    with inventory._store.write() as connection:
        connection.execute("PRAGMA query_only = ON")
    with unavailable() as caught:
        one(inventory)
    assert "cannot be written" in caught.value.message
    assert inventory.pool("edge").available == 16
    assert one(inventory).address == "203.0.113.0"


@of_a_file
def test_a_full_disk_is_unavailable_with_nothing_changed(inventory: Inventory) -> None:
    customer_cidr(inventory, "44.0.0.0/16")
    with inventory._store.write() as connection:
        pages = connection.value(int, "PRAGMA page_count") or 0
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with refused(inventory, "store_unavailable") as caught:
        inventory.execute(AllocationRequest(pool_id="edge", count=5000))
    assert "full" in caught.value.message
    assert len(inventory.execute(AllocationRequest(pool_id="edge", count=5000)).eips) == 5000


class Dying:
    """A connection to a disk that takes what is committed and fails before it says so."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def commit(self) -> None:
        self._driver.commit()
        problem = sqlite3.OperationalError("disk I/O error")
        problem.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
        raise problem


@of_a_file
def test_a_disk_that_fails_at_commit_leaves_the_outcome_unknown_and_its_key_tells(inventory: Inventory) -> None:
    customer_cidr(inventory)
    writer = inventory._store._writer  # type: ignore[attr-defined]
    writer.driver = Dying(writer.driver)
    request = AllocationRequest(pool_id="edge", request_id="key")
    with pytest.raises(EipdeckError) as caught:
        inventory.execute(request)
    assert (caught.value.code, caught.value.exit_code) == ("outcome_unknown", 7)
    assert addresses(inventory.execute(request).eips) == ["203.0.113.0"]
    assert len(list(inventory.eips())) == 1


def test_read_only_reads_and_refuses_every_write(inventory: Inventory) -> None:
    customer_cidr(inventory)
    looking = open_inventory(inventory.url, operator="bob", read_only=True)
    assert looking.pool("edge").available == 16
    with refused(looking, "read_only"):
        one(looking)
    with pytest.raises(EipdeckError) as caught, looking._store.write() as connection:
        connection.execute("DELETE FROM pool")
    assert caught.value.code == ("read_only" if ON_POSTGRESQL else "store_unavailable")
    looking.close()


def test_read_only_creates_nothing(tmp_path: Path) -> None:
    with unavailable():
        open_inventory(str(tmp_path / "none.db"), operator="bob", read_only=True)
    (tmp_path / "empty.db").touch()
    with unavailable():
        open_inventory(str(tmp_path / "empty.db"), operator="bob", read_only=True)
    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]
    assert (tmp_path / "empty.db").stat().st_size == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [("sqlite://", "usage"), ("sqlite:///:memory:", "usage"), ("nonsense://", "usage"), ("mysql://host/db", "usage")],
)
def test_a_url_that_names_no_file_is_refused(url: str, code: str) -> None:
    with pytest.raises(EipdeckError) as caught:
        open_inventory(url, operator="alice")
    assert caught.value.code in (code, "store_unavailable")


def test_several_processes_creating_one_database_at_once_all_get_it(tmp_path: Path) -> None:
    program = (
        "import sys; from core import AllocationRequest, open_inventory\n"
        "inventory = open_inventory(sys.argv[1]); sys.stdin.readline()\n"
        "print(inventory.execute(AllocationRequest()).eips[0].address)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "deck.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    got = [process.communicate("go\n", timeout=60)[0].strip() for process in processes]
    assert sorted(got) == ["198.18.0.0", "198.18.0.1", "198.18.0.2"]


def test_several_threads_creating_one_database_at_once_all_get_it(tmp_path: Path) -> None:
    start, got = threading.Barrier(6), []

    def create() -> None:
        start.wait()
        inventory = open_inventory(str(tmp_path / "deck.db"), operator="alice")
        got.append(one(inventory, None).address)
        inventory.close()

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [f"198.18.0.{last}" for last in range(6)]


def _is_inventory(name: str | None, kind: str, _parents: object) -> bool:
    """Not what only follows the inventory: the index of words, and Alembic's mark."""
    return kind != "table" or not str(name).startswith(("eip_words", "search_mark", "alembic_version"))


def test_the_models_are_what_the_migrations_make(inventory: Inventory) -> None:
    with create_engine(inventory.url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_inventory})
        assert compare_metadata(context, SQLModel.metadata) == []
        assert context.get_current_revision() == HEAD


@of_a_file
def test_the_checks_and_keys_of_the_models_are_those_of_the_migrations(inventory: Inventory, tmp_path: Path) -> None:
    """What Alembic does not compare: CHECK constraints, partial indexes, AUTOINCREMENT, WITHOUT ROWID."""
    engine = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    SQLModel.metadata.create_all(engine)
    made = {table: shape(engine.connect(), table) for table in inspect(engine).get_table_names()}
    engine.dispose()
    with create_engine(inventory.url).connect() as connection:
        migrated = {table: shape(connection, table) for table in inspect(connection).get_table_names()}
    assert {table: found for table, found in migrated.items() if _is_inventory(table, "table", {})} == made


def shape(connection: Inspected, table: str) -> tuple[object, ...]:
    seen = inspect(connection)
    checks = {
        (check["name"], re.sub(r"\s+", " ", str(check["sqltext"]))) for check in seen.get_check_constraints(table)
    }
    statements = connection.execute(
        text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :table AND type IN ('index', 'table')"),
        {"table": table},
    )
    indexes, options = set(), set()
    for row in statements:
        if row.type == "index" and row.sql:
            indexes.add(re.sub(r"\s+", " ", row.sql))
        elif row.type == "table":
            options = {word for word in ("AUTOINCREMENT", "WITHOUT ROWID") if word in row.sql}
    keys = {(tuple(key["constrained_columns"]), key["referred_table"]) for key in seen.get_foreign_keys(table)}
    unique = {tuple(each["column_names"]) for each in seen.get_unique_constraints(table)}
    return checks, indexes, options, keys, unique


@pytest.fixture
def on_disk(clock: Clock) -> Iterator[Inventory]:
    """An inventory on a disk, where a commit takes longer than a turn of Python's threads."""
    with (
        TemporaryDirectory(dir="/var/tmp") as folder,  # the one that is never in memory
        closing(fresh_desk(Path(folder), clock=clock)) as opened,
    ):
        yield opened


def test_writers_take_turns(on_disk: Inventory) -> None:
    """Four writers with connections of their own: the kernel's queue starves none of them."""
    inventory = on_disk
    customer_cidr(inventory, "44.0.0.0/20")
    stores, done = [open_store(inventory.url) for _ in range(4)], [0] * 4
    start, enough = threading.Barrier(4), 320

    def write(place: int) -> None:
        start.wait()
        while sum(done) < enough:
            with stores[place].write() as connection:
                connection.execute("UPDATE pool SET cooldown_seconds = cooldown_seconds + 1 WHERE id = 'edge'")
            done[place] += 1

    threads = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert rows(inventory, "SELECT cooldown_seconds FROM pool WHERE id = 'edge'") == [(sum(done),)]
    assert min(done) >= enough / 32


def test_one_desk_serves_many_threads(inventory: Inventory) -> None:
    customer_cidr(inventory, "44.0.0.0/24")
    got: list[str] = []

    def work() -> None:
        for _ in range(4):
            eip = one(inventory)
            assert inventory.eip(eip.address) == eip
            got.append(eip.address)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(addresses(inventory.eips()))
    assert len(set(got)) == 48


@pytest.mark.parametrize("words", ["\udcff", "a\0b", "x" * 10_000], ids=["no UTF-8", "NUL", "long"])
def test_text_that_no_database_can_hold_is_refused_or_kept_readable(inventory: Inventory, words: str) -> None:
    """As a shell passes on bytes that are no UTF-8: as an operator, a reason, and every key that is looked up."""
    customer_cidr(inventory)
    odd = open_inventory(inventory.url, operator=words)
    odd.execute(AllocationRequest(pool_id="edge", reason=words))
    assert odd.history(limit=1)[0].operator
    for lookup in (odd.eip, odd.pool, odd.service, odd.cidr, odd.lookup, odd.history):
        with pytest.raises(EipdeckError):
            lookup(words)
    with pytest.raises(EipdeckError):
        odd.execute(AllocationRequest(pool_id=words))
    with suppress(EipdeckError):
        list(odd.eips(words))
    odd.close()


def test_a_desk_that_closes_waits_for_nobody_who_writes(inventory: Inventory) -> None:
    """It would say that it goes, and waits a second for its turn, not ten."""
    inventory.announce(None)
    leaving = open_inventory(inventory.url, operator="bob")
    leaving.announce(None)
    writing = open_store(inventory.url)
    with writing.write() as connection:
        connection.value(int, "SELECT 1")  # a server gives the turn with the first question
        begun = time.monotonic()
        leaving.close()
        assert time.monotonic() - begun < 5
        for thread in threading.enumerate():
            if thread.name == "eipdeck-leave":
                thread.join(10)
    writing.close()
    assert [present.operator for present in inventory.other_sessions()] == ["bob"]


@of_a_file
def test_a_share_whose_name_has_a_space_is_a_network_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel writes it in /proc/self/mountinfo."""
    share = tmp_path / "the share"
    share.mkdir()
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:40 / {tmp_path}/the\\040share rw - nfs4 server:/x rw\n"
    )
    monkeypatch.setattr("core.storage.sqlite_file._MOUNTS", mounts)
    with unavailable() as caught:
        open_inventory(str(share / "deck.db"), operator="alice")
    assert "nfs4" in caught.value.message
    assert list(share.iterdir()) == []


OTHER_KINDS = (
    *("9p", "afs", "beegfs", "ceph", "cifs", "drvfs", "fuse.ceph", "fuse.davfs2", "fuse.gcsfuse"),
    *("fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse", "gfs2", "glusterfs", "gpfs"),
    *("lustre", "nfs4", "ocfs2", "smb3", "vboxsf", "virtiofs"),
)


@of_a_file
@pytest.mark.parametrize(
    ("kind", "taken"), [*((kind, False) for kind in OTHER_KINDS), ("btrfs", True), ("zfs", True), ("overlay", True)]
)
def test_only_file_systems_of_a_local_disk_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, taken: bool
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:40 / {tmp_path} rw - {kind} what rw\n")
    monkeypatch.setattr("core.storage.sqlite_file._MOUNTS", mounts)
    if taken:
        open_inventory(str(tmp_path / "deck.db"), operator="alice").close()
        return
    for read_only in (False, True):
        with unavailable() as caught:
            open_inventory(str(tmp_path / "deck.db"), operator="alice", read_only=read_only)
        assert f"is on {kind}" in caught.value.message or read_only
    assert not (tmp_path / "deck.db").exists()


@of_a_file
def test_a_log_that_a_long_reader_let_grow_shrinks_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 1 << 20
    monkeypatch.setattr("core.storage.sqlite_connection.LOG_BYTES", limit)
    with closing(fresh_desk(tmp_path)) as inventory:
        customer_cidr(inventory, "44.0.0.0/18", pool="many")
        log = file_of(inventory).with_name(f"{file_of(inventory).name}-wal")
        with inventory._store.read() as reading:
            reading.value(int, "SELECT count(*) FROM eip")
            while log.stat().st_size < 6 * limit:  # a log of less than 1,000 pages is not begun again
                many(inventory, 128, "many")
        for _ in range(3):
            many(inventory, 1, "many")
        assert log.stat().st_size <= limit
        assert inventory.verify().ok


@of_a_file
@pytest.mark.parametrize("write", ["export", "backup"])
def test_nothing_is_written_onto_the_database_in_use(inventory: Inventory, tmp_path: Path, write: str) -> None:
    """By no name: its own, that of a file beside it, another spelling, through a folder's link, a second name."""
    customer_cidr(inventory)
    path = file_of(inventory)
    (tmp_path / "link").symlink_to(path.parent)
    second = tmp_path / "second.db"
    second.hardlink_to(path)
    spellings = (path, tmp_path / "link" / path.name, path.parent / ".." / path.parent.name / path.name, second)
    beside = [path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", "-journal", ".lock")]
    for target in (*spellings, *beside):
        for force in (True, False):
            with refused(inventory, "conflict") as caught:
                getattr(inventory, write)(target, force=force)
        assert "in use" in caught.value.message or "exists" in caught.value.message
    assert one(inventory).address == "203.0.113.0"
    getattr(inventory, write)(tmp_path / "elsewhere", force=True)
