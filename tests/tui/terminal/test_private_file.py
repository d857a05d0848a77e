"""Files of the operator alone: what is in their place and is none of theirs is not touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.terminal.private_file import opened_private, read_private, replace_private


def linked(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def named_twice(path: Path, victim: Path) -> None:
    os.link(victim, path)


def piped(path: Path, _: Path) -> None:
    os.mkfifo(path)


def of_another(path: Path, victim: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    victim.rename(path)
    os.chown(path, 65_534, 65_534)


@pytest.mark.parametrize("flags", [os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND, os.O_RDWR])
@pytest.mark.parametrize("turned", [linked, named_twice, piped, of_another])
def test_no_byte_of_another_file_changes_and_nothing_hangs(
    tmp_path: Path, flags: int, turned: Callable[[Path, Path], None]
) -> None:
    victim, path = tmp_path / "victim", tmp_path / "clip"
    victim.write_text("precious-content")
    turned(path, victim)
    with pytest.raises(OSError):  # noqa: PT011  # each has its own
        opened_private(path, flags)
    left = victim if victim.exists() else path
    assert left.read_text() == "precious-content"


def test_its_own_file_is_emptied_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "clip"
    for text in ("longer", "short"):
        with os.fdopen(opened_private(path, os.O_WRONLY | os.O_TRUNC), "w") as file:
            file.write(text)
    assert path.read_text() == "short"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("turned", [linked, named_twice, piped, of_another])
def test_a_file_that_is_written_anew_leaves_another_one_as_it_is(
    tmp_path: Path, turned: Callable[[Path, Path], None]
) -> None:
    """What is in its place is replaced, what is in the place of its part refuses it."""
    victim, path = tmp_path / "victim", tmp_path / "ui.json"
    victim.write_text("precious-content")
    turned(tmp_path / f"ui.json.{os.getpid()}", victim)
    with pytest.raises(OSError):  # noqa: PT011  # each has its own
        replace_private(path, b"{}")
    left = victim if victim.exists() else tmp_path / f"ui.json.{os.getpid()}"
    assert left.read_text() == "precious-content"
    assert not path.exists()


@pytest.mark.parametrize("turned", [linked, piped])
def test_what_is_no_file_is_not_read_and_nothing_hangs(tmp_path: Path, turned: Callable[[Path, Path], None]) -> None:
    (tmp_path / "victim").write_text("precious-content")
    turned(tmp_path / "heads.json", tmp_path / "victim")
    with pytest.raises(OSError):  # noqa: PT011  # each has its own
        read_private(tmp_path / "heads.json")
