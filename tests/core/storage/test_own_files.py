"""Files that cannot be turned to another file, and names that are not overwritten by two at once."""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from core import EipdeckError, Inventory, open_inventory, written_whole
from tests.core.kit import ON_POSTGRESQL, ROOT, customer_cidr, one

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="about files")


def linked(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def named_twice(path: Path, victim: Path) -> None:
    os.link(victim, path)


def piped(path: Path, _: Path) -> None:
    os.mkfifo(path)


def of_another(path: Path, _: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    path.write_text("")
    os.chown(path, 65_534, 65_534)


@pytest.mark.parametrize("end", [".lock", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("turned", [linked, named_twice, piped, of_another])
def test_a_file_beside_the_database_is_not_turned(
    tmp_path: Path, end: str, turned: Callable[[Path, Path], None]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious-content")
    turned(tmp_path / f"x.db{end}", victim)
    with pytest.raises(EipdeckError) as caught:
        open_inventory(str(tmp_path / "x.db"), operator="alice")
    assert (caught.value.code, caught.value.exit_code) == ("store_unavailable", 6)
    assert victim.read_text() == "precious-content"


def test_a_database_where_everybody_may_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(EipdeckError, match="Everybody may write"):
        open_inventory(str(folder / "x.db"), operator="alice")
    assert list(folder.iterdir()) == []
    folder.chmod(0o1777)
    open_inventory(str(folder / "x.db"), operator="alice").close()
    folder.chmod(0o777)
    with closing(open_inventory(str(folder / "x.db"), operator="alice", read_only=True)) as looking:
        assert looking.read_only


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_database_where_a_group_with_others_may_write_is_refused(tmp_path: Path) -> None:
    """A group of its owner alone, as many systems give each user, may write."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o770)
    os.chown(folder, -1, 65_534)
    with pytest.raises(EipdeckError, match="Others of its group may write"):
        open_inventory(str(folder / "x.db"), operator="alice")
    assert list(folder.iterdir()) == []
    os.chown(folder, -1, os.getgid())
    open_inventory(str(folder / "x.db"), operator="alice").close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_database_where_a_group_without_members_may_write_is_opened(tmp_path: Path) -> None:
    first = {user.pw_gid for user in pwd.getpwall()}
    empty = next((group.gr_gid for group in grp.getgrall() if not group.gr_mem and group.gr_gid not in first), None)
    if empty is None:
        pytest.skip("every group of this system has members")
    folder = tmp_path / "team"
    folder.mkdir()
    os.chown(folder, -1, empty)
    folder.chmod(0o2770)
    for _ in range(2):
        open_inventory(str(folder / "x.db"), operator="alice").close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system has no paths of open folders")
@pytest.mark.parametrize("force", [False, True])
def test_a_folder_put_in_its_place_meanwhile_turns_no_file(tmp_path: Path, *, force: bool) -> None:
    folder, moved, theirs = tmp_path / "mine", tmp_path / "moved", tmp_path / "theirs"
    folder.mkdir()
    theirs.mkdir()
    (theirs / "one").write_text("precious-content")
    with written_whole(folder / "one", force=force) as part:
        folder.rename(moved)
        folder.symlink_to(theirs)
        part.write_text("text")
    assert (moved / "one").read_text() == "text"
    assert [each.name for each in moved.iterdir()] == ["one"]
    assert [each.read_text() for each in theirs.iterdir()] == ["precious-content"]


def test_a_copy_before_an_upgrade_follows_no_link(tmp_path: Path) -> None:
    """The link stands where the old schema would be kept."""
    from core.storage.sqlite import EmbeddedStore  # noqa: PLC0415

    path, victim = tmp_path / "x.db", tmp_path / "victim"
    open_inventory(str(path), operator="alice").close()
    victim.write_text("precious-content")
    (tmp_path / "x.db.schema-0001").symlink_to(victim)
    store = EmbeddedStore(path)
    with pytest.raises(EipdeckError):
        store._upgrade("0001")
    store.close()
    assert victim.read_text() == "precious-content"


def test_of_two_that_write_one_name_at_once_one_is_refused(tmp_path: Path) -> None:
    """Both saw that there was no file."""
    target, both = tmp_path / "one", Barrier(2)

    def write(text: str) -> str:
        try:
            with written_whole(target) as part:
                part.write_text(text)
                both.wait()
        except EipdeckError as problem:
            return problem.code
        return text

    with ThreadPoolExecutor() as several:
        told = sorted(several.map(write, ("a", "b")))
    assert told[1] == "conflict"
    assert target.read_text() == told[0]
    assert [each.name for each in tmp_path.iterdir()] == ["one"]


def test_a_pipe_in_the_folder_of_a_login_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    os.mkfifo(tmp_path / "mine" / "pipe")
    inventory: Inventory = open_inventory(str(tmp_path / "x.db"), operator="alice", confined=tmp_path / "mine")
    customer_cidr(inventory)
    for act in (inventory.backup, inventory.export, lambda path: inventory.import_files([path])):
        with pytest.raises(EipdeckError) as caught:
            act(Path("pipe"))
        assert caught.value.code == "usage"
    one(inventory)
    inventory.close()


def test_with_i_no_variable_reaches_python(tmp_path: Path) -> None:
    """The README says to start Python so behind `AcceptEnv *`."""
    assert "-I -m tui" in (ROOT / "README.md").read_text()
    (tmp_path / "sitecustomize.py").write_text("print('obeyed')")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "tui", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(tmp_path / "sitecustomize.py")},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "obeyed" not in done.stdout
