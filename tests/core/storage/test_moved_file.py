"""A database file that is taken away, put back, or replaced under an open desk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core import AllocationRequest, EipdeckError, EipQuery, Inventory, open_inventory
from tests.core.kit import customer_cidr, file_of, of_a_file, one

pytestmark = of_a_file


def take_away(inventory: Inventory) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file_of(inventory)}{suffix}").unlink(missing_ok=True)


def test_a_file_that_is_gone_is_not_made_anew_by_a_write(inventory: Inventory) -> None:
    customer_cidr(inventory)
    one(inventory)
    take_away(inventory)
    for act in (inventory.pools, inventory.data_version, lambda: one(inventory)):
        with pytest.raises(EipdeckError) as caught:
            act()
        assert caught.value.code == "store_unavailable"
        assert "is gone" in caught.value.message
    assert not file_of(inventory).exists()


def test_another_file_in_its_place_is_what_is_read_and_written(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    backup = tmp_path / "backup.db"
    inventory.execute(AllocationRequest(pool_id="edge", name="before"))
    inventory._store._let_go()  # type: ignore[attr-defined]
    with inventory._store.read() as connection:
        connection.execute("SELECT 1")
    shutil.copy(file_of(inventory), backup)
    wal = Path(f"{file_of(inventory)}-wal")
    if wal.exists():
        shutil.copy(wal, f"{backup}-wal")
    open_inventory(str(backup), operator="bob").close()
    version = inventory.data_version()
    one(inventory)
    assert inventory.page(EipQuery()).total == 2
    take_away(inventory)
    os.replace(backup, file_of(inventory))  # noqa: PTH105  # as mv does
    assert inventory.page(EipQuery()).total == 1
    assert inventory.data_version() != version
    assert one(inventory).address == "203.0.113.8", "203.0.113.1 was promised, and is lost"
    with open_inventory(inventory.url, operator="bob")._store.read() as connection:
        assert connection.value(int, "SELECT count(*) FROM eip") == 2


def test_a_stranger_in_its_place_is_refused_and_left_alone(inventory: Inventory) -> None:
    customer_cidr(inventory)
    take_away(inventory)
    file_of(inventory).write_text("not a database, but long enough to be taken for one" * 50)
    before = file_of(inventory).read_bytes()
    for act in (inventory.pools, lambda: one(inventory)):
        with pytest.raises(EipdeckError) as caught:
            act()
        assert caught.value.code == "store_unavailable"
    assert file_of(inventory).read_bytes() == before


@pytest.mark.parametrize("name", ["/dev/null", "/dev/full"])
def test_what_is_no_regular_file_is_refused_before_anything_is_made(name: str) -> None:
    with pytest.raises(EipdeckError) as caught:
        open_inventory(name, operator="alice")
    assert caught.value.code == "store_unavailable"
    assert "not a regular file" in caught.value.message
    assert not Path(f"{name}.lock").exists()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_path_below_a_file_says_so(tmp_path: Path, *, read_only: bool) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EipdeckError) as caught:
        open_inventory(str(tmp_path / "file" / "deck.db"), operator="alice", read_only=read_only)
    assert caught.value.code == "store_unavailable"
    assert "is not a folder" in caught.value.message


def test_a_reader_who_finds_another_file_leaves_the_writer_at_work_alone(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    other, old = tmp_path / "other.db", tmp_path / "old.db"
    inventory.backup(other)
    with inventory._store.write() as connection:
        connection.execute("UPDATE pool SET cooldown_seconds = 77 WHERE id = 'edge'")
        old.hardlink_to(file_of(inventory))
        take_away(inventory)
        other.rename(file_of(inventory))
        assert inventory.pool("edge").cooldown_seconds == 0
        assert connection.value(int, "SELECT cooldown_seconds FROM pool WHERE id = 'edge'") == 77
    assert one(inventory).address == "203.0.113.0"
    assert len(list(inventory.eips())) == 1


# another file in the place of one whose log is still there


def side(path: Path, end: str) -> Path:
    return path.with_name(f"{path.name}{end}")


def move_log_away(inventory: Inventory) -> None:
    """As the refusal says."""
    for end in ("-wal", "-shm"):
        side(file_of(inventory), end).rename(side(file_of(inventory), f"{end}.away"))


def backed_up(inventory: Inventory, path: Path) -> None:
    inventory.backup(path)


def copied(inventory: Inventory, path: Path) -> None:
    """As somebody would who knows of no backup: the file alone, when everything is in it."""
    with inventory._store.write() as connection:
        connection.execute("ROLLBACK")
        assert connection.value(int, "PRAGMA wal_checkpoint(TRUNCATE)") == 0
        shutil.copyfile(file_of(inventory), path)
        connection.execute("BEGIN")


def refused_as_foreign(act: Callable[[], object]) -> str:
    with pytest.raises(EipdeckError) as caught:
        act()
    assert caught.value.code == "store_unavailable"
    assert "belongs to another database" in caught.value.message
    return caught.value.message


def opened_anew(inventory: Inventory, *, read_only: bool = False) -> int:
    with closing(open_inventory(inventory.url, operator="bob", read_only=read_only)) as anew:
        assert anew.integrity()["integrity"] == "ok"
        assert anew.verify().ok
        return len(list(anew.eips()))


@pytest.mark.parametrize("save", [backed_up, copied])
@pytest.mark.parametrize("before", [5, 200])
def test_a_file_put_in_its_place_is_never_mixed_with_the_log_that_was_there(
    inventory: Inventory, tmp_path: Path, save: Callable[[Inventory, Path], None], before: int
) -> None:
    """With 200 the log is begun anew over an old one, and the two together are malformed."""
    customer_cidr(inventory, "44.0.0.0/16")
    saved = tmp_path / "saved.db"
    save(inventory, saved)
    for _ in range(before):
        one(inventory)
    with inventory._store.write() as connection:
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("BEGIN")
    one(inventory)
    assert side(file_of(inventory), "-wal").stat().st_size
    saved.replace(file_of(inventory))
    files = {path: path.read_bytes() for path in file_of(inventory).parent.glob("deck.db*")}
    acts = [inventory.pools, inventory.data_version, lambda: one(inventory), lambda: opened_anew(inventory)]
    for act in (*acts, lambda: opened_anew(inventory, read_only=True)):
        refused_as_foreign(act)
    assert {path: path.read_bytes() for path in file_of(inventory).parent.glob("deck.db*")} == files
    move_log_away(inventory)
    assert inventory.page(EipQuery()).total == opened_anew(inventory) == 0
    assert one(inventory).address == "44.0.4.0", "what was promised and is lost is given last"
    assert opened_anew(inventory) == 1


def crashed(inventory: Inventory, folder: Path, *ends: str) -> Path:
    """The files as a crash would leave them, elsewhere."""
    folder.mkdir()
    for end in ("", *ends):
        shutil.copyfile(side(file_of(inventory), end), folder / f"deck.db{end}")
    return folder / "deck.db"


def test_a_backup_copied_over_a_file_that_a_crash_left_is_not_mixed_with_its_log(
    inventory: Inventory, tmp_path: Path
) -> None:
    """Onto the same inode, as cp does."""
    customer_cidr(inventory)
    saved = tmp_path / "saved.db"
    inventory.backup(saved)
    one(inventory)
    left = crashed(inventory, tmp_path / "crashed", "-wal", ".lock")
    shutil.copyfile(saved, left)
    refused_as_foreign(lambda: open_inventory(str(left), operator="bob"))
    side(left, "-wal").unlink()
    with closing(open_inventory(str(left), operator="bob")) as anew:
        assert list(anew.eips()) == []


def test_a_file_that_was_moved_away_without_its_log_is_not_begun_anew(inventory: Inventory, tmp_path: Path) -> None:
    one(inventory, None)
    left = crashed(inventory, tmp_path / "crashed", "-wal")
    left.rename(tmp_path / "moved.db")
    log = side(left, "-wal").read_bytes()
    refused_as_foreign(lambda: open_inventory(str(left), operator="bob"))
    assert not left.exists()
    assert side(left, "-wal").read_bytes() == log


def test_a_file_that_is_moved_with_its_log_has_all_that_was_written(inventory: Inventory, tmp_path: Path) -> None:
    one(inventory, None)
    left = crashed(inventory, tmp_path / "crashed", "-wal")
    with closing(open_inventory(str(left), operator="bob")) as anew:
        assert len(list(anew.eips())) == 1


def test_of_a_file_that_is_moved_with_all_its_files_one_has_to_say_that_they_belong_together(
    inventory: Inventory, tmp_path: Path
) -> None:
    one(inventory, None)
    left = crashed(inventory, tmp_path / "crashed", "-wal", ".lock")
    assert f"remove {side(left, '.lock')}" in refused_as_foreign(lambda: open_inventory(str(left), operator="bob"))
    side(left, ".lock").unlink()
    with closing(open_inventory(str(left), operator="bob")) as anew:
        assert len(list(anew.eips())) == 1
