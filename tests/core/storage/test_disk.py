"""A disk of its own that fills up, empties again and turns read-only under an open inventory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core import AllocationRequest, EipdeckError, ReleaseRequest, open_inventory
from tests.core.audit import audit
from tests.core.kit import customer_cidr, of_a_file, one, refused

pytestmark = of_a_file

SIZE = "4m"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system, where the machine lets us mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(place)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def ballast(disk: Path) -> Path:
    """A file with all the room that is left."""
    path = disk / "ballast"
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 512):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    assert os.statvfs(disk).f_bavail == 0
    return path


def test_a_full_disk_changes_nothing_and_once_there_is_room_it_goes_on(disk: Path) -> None:
    inventory = open_inventory(str(disk / "deck.db"), operator="alice")
    customer_cidr(inventory, "44.0.0.0/16")
    given = [one(inventory).address for _ in range(20)]
    full = ballast(disk)
    for count in (5000, 5000, 500):
        with refused(inventory, "store_unavailable") as caught:
            inventory.execute(AllocationRequest(pool_id="edge", count=count))
        assert "full" in caught.value.message
    refusal = None
    while refusal is None:  # single ones may still fit into the pages that are there
        try:
            given.append(one(inventory).address)
        except EipdeckError as problem:
            refusal = problem
        assert len(given) < 10_000
    assert refusal.code == "store_unavailable"
    assert [eip.address for eip in inventory.eips()] == given
    kept = disk / "kept.json"
    for write in (inventory.export, inventory.backup):
        with pytest.raises(EipdeckError) as caught:
            write(kept)
        assert caught.value.code == "store_unavailable"
        assert not kept.exists()
    full.unlink()
    given.append(one(inventory).address)
    inventory.execute(ReleaseRequest(eips=(given[0],)))
    assert [eip.address for eip in inventory.eips()] == given[1:]
    audit(inventory)
    assert not list(inventory.verify().broken)
    inventory.close()
    assert {path.name for path in disk.iterdir()} <= {"deck.db", "deck.db.lock", "deck.db-wal", "deck.db-shm"}


def test_a_restoration_that_finds_no_room_changes_nothing_and_leaves_nothing(disk: Path, tmp_path: Path) -> None:
    """With ever more room: for the copy that is proved, for what is kept, for the database itself."""
    inventory, backup = open_inventory(str(disk / "deck.db"), operator="alice"), tmp_path / "backup.db"
    customer_cidr(inventory, "44.0.0.0/16")
    inventory.backup(backup)
    given = [one(inventory).address for _ in range(20)]
    full, refusals = ballast(disk), []
    while [eip.address for eip in inventory.eips()] == given:
        names = {path.name for path in disk.iterdir()}
        try:
            inventory.restore(backup)
        except EipdeckError as problem:
            refusals.append((problem.code, {path.name for path in disk.iterdir()} == names))
            os.truncate(full, full.stat().st_size - (32 << 10))
    assert len(refusals) > 10
    assert set(refusals) == {("store_unavailable", True)}
    assert list(inventory.eips()) == []
    assert inventory.verify().ok
    audit(inventory)
    inventory.close()


def test_a_disk_that_turned_read_only_is_still_read(disk: Path) -> None:
    path = disk / "deck.db"
    inventory = open_inventory(str(path), operator="alice")
    customer_cidr(inventory)
    held = one(inventory).address
    inventory.close()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        before = path.read_bytes()
        with pytest.raises(EipdeckError, match="read-only") as caught:
            open_inventory(str(path), operator="alice")
        assert caught.value.code == "store_unavailable"
        inventory = open_inventory(str(path), operator="alice", read_only=True)
        assert [eip.address for eip in inventory.eips()] == [held]
        assert inventory.lookup(held).eip is not None
        with pytest.raises(EipdeckError) as caught:
            one(inventory)
        assert caught.value.code == "read_only"
        inventory.close()
        assert path.read_bytes() == before
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    inventory = open_inventory(str(path), operator="alice")
    assert one(inventory).address != held
    audit(inventory)
    inventory.close()


def test_a_disk_that_is_full_from_the_start_makes_no_half_inventory(disk: Path) -> None:
    full = ballast(disk)
    for _ in range(2):
        with pytest.raises(EipdeckError) as caught:
            open_inventory(str(disk / "deck.db"), operator="alice")
        assert caught.value.code == "store_unavailable"
    full.unlink()
    inventory = open_inventory(str(disk / "deck.db"), operator="alice")
    customer_cidr(inventory)
    assert one(inventory).address == "203.0.113.0"
    inventory.close()
    assert os.statvfs(disk).f_bavail > 0
