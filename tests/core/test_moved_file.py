"""A database file that is taken away, put back, or replaced under an open desk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from core import AllocationRequest, Desk, EipdeckError, EipQuery, open_desk
from tests.core.kit import customer_cidr, file_of, of_a_file, one

pytestmark = of_a_file


def take_away(desk: Desk) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file_of(desk)}{suffix}").unlink(missing_ok=True)


def test_a_file_that_is_gone_is_not_made_anew_by_a_write(desk: Desk) -> None:
    customer_cidr(desk)
    one(desk)
    take_away(desk)
    for act in (desk.pools, desk.data_version, lambda: one(desk)):
        with pytest.raises(EipdeckError) as caught:
            act()
        assert caught.value.code == "store_unavailable"
        assert "is gone" in caught.value.message
    assert not file_of(desk).exists()


def test_another_file_in_its_place_is_what_is_read_and_written(desk: Desk, tmp_path: Path) -> None:
    customer_cidr(desk)
    backup = tmp_path / "backup.db"
    desk.platform.allocate(AllocationRequest(pool_id="edge", name="before"))
    desk._store._let_go()  # type: ignore[attr-defined]
    with desk._store.read() as connection:
        connection.execute("SELECT 1")
    shutil.copy(file_of(desk), backup)
    wal = Path(f"{file_of(desk)}-wal")
    if wal.exists():
        shutil.copy(wal, f"{backup}-wal")
    open_desk(str(backup), operator="bob").close()
    version = desk.data_version()
    one(desk)
    assert desk.page(EipQuery()).total == 2
    take_away(desk)
    os.replace(backup, file_of(desk))  # noqa: PTH105  # as mv does
    assert desk.page(EipQuery()).total == 1
    assert desk.data_version() != version
    assert one(desk).address == "203.0.113.1"
    with open_desk(desk.url, operator="bob")._store.read() as connection:
        assert connection.execute("SELECT count(*) FROM eip").scalar() == 2


def test_a_stranger_in_its_place_is_refused_and_left_alone(desk: Desk) -> None:
    customer_cidr(desk)
    take_away(desk)
    file_of(desk).write_text("not a database, but long enough to be taken for one" * 50)
    before = file_of(desk).read_bytes()
    for act in (desk.pools, lambda: one(desk)):
        with pytest.raises(EipdeckError) as caught:
            act()
        assert caught.value.code == "store_unavailable"
    assert file_of(desk).read_bytes() == before


@pytest.mark.parametrize("name", ["/dev/null", "/dev/full"])
def test_what_is_no_regular_file_is_refused_before_anything_is_made(name: str) -> None:
    with pytest.raises(EipdeckError) as caught:
        open_desk(name, operator="alice")
    assert caught.value.code == "store_unavailable"
    assert "no regular file" in caught.value.message
    assert not Path(f"{name}.lock").exists()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_path_below_a_file_says_so(tmp_path: Path, *, read_only: bool) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EipdeckError) as caught:
        open_desk(str(tmp_path / "file" / "deck.db"), operator="alice", read_only=read_only)
    assert caught.value.code == "store_unavailable"
    assert "is no folder" in caught.value.message
