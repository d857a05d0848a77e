"""The progress that is told to a listener: it grows, it ends with the whole, and it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import groupby
from pathlib import Path

import pytest

from core import AllocationRequest, Inventory, ReleaseRequest, open_inventory, progress_to
from tests.core.kit import customer_cidr, fresh_desk, many, of_a_file

Told = list[tuple[int, int, str]]


@pytest.fixture
def full(inventory: Inventory) -> Inventory:
    customer_cidr(inventory, "203.0.112.0/22")
    many(inventory, 600)
    return inventory


def told(work: Callable[[], object]) -> Told:
    found: Told = []
    with progress_to(lambda done, total, unit: found.append((done, total, unit))):
        work()
    return found


def check(found: Told) -> set[str]:
    """Each part grows to its total; returns the units."""
    assert found
    for (total, _), reports in groupby(found, key=lambda each: each[1:]):
        done = [each for each, _, _ in reports]
        assert done == sorted(done)
        assert done[0] >= 0
        assert done[-1] == total
    return {unit for _, _, unit in found}


def test_an_export_and_its_import(full: Inventory, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    assert check(told(lambda: full.export(path))) == {"rows"}
    other = fresh_desk(tmp_path / "other")
    assert "rows" in check(told(lambda: other.import_files([path])))
    assert list(other.eips()) == list(full.eips())
    other.close()


def test_a_backup_and_its_restoration(full: Inventory, tmp_path: Path) -> None:
    units = check(told(lambda: full.backup(tmp_path / "backup.db")))
    assert units <= {"KiB", "rows"}
    if full.embedded:
        assert "KiB" in check(told(lambda: full.restore(tmp_path / "backup.db")))


@of_a_file
def test_a_backup_that_is_listened_to_is_of_one_moment_under_a_writer(full: Inventory, tmp_path: Path) -> None:
    before = len(list(full.eips()))

    def write(_done: int, _total: int, _unit: str) -> None:
        with progress_to(None):
            full.execute(AllocationRequest(pool_id="edge"))

    with progress_to(write):
        full.backup(tmp_path / "moment.db")
    assert len(list(full.eips())) > before
    with closing(open_inventory(str(tmp_path / "moment.db"), read_only=True)) as copy:
        assert len(list(copy.eips())) == before
        assert copy.verify().ok


def test_a_proof(full: Inventory) -> None:
    found = told(full.verify)
    assert check(found) == {"events"}
    assert found[-1][0] == len(full.history())


def test_a_batch(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.112.0/22")
    found = told(lambda: inventory.execute(AllocationRequest(pool_id="edge", count=1_000)))
    assert check(found) == {"rows"}
    assert found[-1][1] == 2_000
    keys = tuple(eip.address for eip in inventory.eips())
    assert check(told(lambda: inventory.execute(ReleaseRequest(eips=keys)))) == {"EIPs"}
    assert inventory.verify().ok


def test_a_listener_that_raises_ends_the_work_and_nothing_is_changed(full: Inventory, tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop(_done: int, _total: int, _unit: str) -> None:
        raise Enough

    before = full.history()
    for work in (
        lambda: full.export(tmp_path / "export.json"),
        lambda: full.execute(AllocationRequest(pool_id="edge", count=100)),
    ):
        with pytest.raises(Enough), progress_to(stop):
            work()
    assert full.history() == before
    assert list(tmp_path.glob("*.json")) == []


def test_nothing_is_told_outside_of_the_block(full: Inventory, tmp_path: Path) -> None:
    found = told(lambda: None)
    full.export(tmp_path / "export.json")
    assert found == []
