"""What each released version wrote, opened by this one.

A release adds a folder `tests/data/VERSION` with a database, a backup of it and an export, made by that version. Each
holds two EIPs named "kept", allocated from hk-spare by the request "kept-1"; the first was released and recovered.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import AllocationRequest, BindingKind, EipStatus, Inventory, open_inventory
from tests.core.audit import audit
from tests.core.kit import ROOT, Clock, addresses, of_a_file, one

RELEASES = sorted(path.name for path in (ROOT / "tests/data").iterdir())
KEPT = AllocationRequest(pool_id="hk-spare", count=2, name="kept", reason="J-7", request_id="kept-1")
LATER = datetime(2026, 11, 24, tzinfo=UTC)
pytestmark = pytest.mark.parametrize("release", RELEASES)


def unpacked(release: str, name: str, folder: Path) -> Path:
    """Return a copy of one file of a release."""
    path = folder / name
    packed = ROOT / "tests/data" / release / f"{name}.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    path.chmod(0o600)
    return path


@pytest.fixture
def clock() -> Clock:
    """The time after the release's last event."""
    return Clock(LATER)


@pytest.fixture
def old(release: str, tmp_path: Path, clock: Clock) -> Iterator[Inventory]:
    """The database of the release."""
    with closing(open_inventory(str(unpacked(release, "inventory.db", tmp_path)), operator="alice", clock=clock)) as it:
        yield it


def holds_what_was_kept(inventory: Inventory) -> None:
    """The inventory is sound, and tells of the kept EIPs what they were."""
    assert inventory.verify().ok
    audit(inventory)
    assert len(list(inventory.eips())) == 349
    assert addresses(inventory.eips("kept")) == ["192.0.2.88", "192.0.2.89"]
    recovered = inventory.eip("192.0.2.88")
    assert (recovered.id, recovered.previous_eip_id) == ("eip-372", "eip-370")
    (landed,) = inventory.eips("198.18.0.5")
    assert [binding.kind for binding in landed.bindings] == [BindingKind.LOAD_BALANCER]
    assert [event.action for event in inventory.history("eip-370")] == ["allocate", "release"]
    assert inventory.history("eip-370")[0].reason == "J-7"


def answers_again(inventory: Inventory) -> None:
    """A repeated request id gives the EIPs it gave then, and changes nothing."""
    events = len(inventory.history())
    again = inventory.execute(KEPT).eips
    assert [(eip.id, eip.address) for eip in again] == [("eip-370", "192.0.2.88"), ("eip-371", "192.0.2.89")]
    assert [eip.status for eip in again] == [EipStatus.RELEASED, EipStatus.UNBOUND]
    assert len(inventory.history()) == events


@of_a_file
def test_a_database_opens_and_goes_on(old: Inventory) -> None:
    holds_what_was_kept(old)
    answers_again(old)
    assert one(old, "hk-spare").id == "eip-373"
    audit(old)


@of_a_file
def test_a_backup_is_restored(release: str, inventory: Inventory, tmp_path: Path) -> None:
    restored = inventory.restore(unpacked(release, "backup.db", tmp_path), reason="back to the release")
    assert restored.eips == 349
    holds_what_was_kept(inventory)
    answers_again(inventory)


def test_an_export_is_imported(release: str, inventory: Inventory, tmp_path: Path) -> None:
    export = unpacked(release, "export.json", tmp_path)
    assert inventory.import_files([export]).created > 349
    holds_what_was_kept(inventory)
    answers_again(inventory)
    assert inventory.import_files([export]).created == 0


@of_a_file
def test_all_three_hold_the_same(release: str, old: Inventory, inventory: Inventory, tmp_path: Path) -> None:
    old.export(tmp_path / "database.json")
    inventory.import_files([unpacked(release, "export.json", tmp_path)])
    inventory.export(tmp_path / "import.json")
    assert (tmp_path / "import.json").read_text() == (tmp_path / "database.json").read_text()
