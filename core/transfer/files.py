"""A file that is written whole or not at all, mode 0600."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import error

__all__ = ["written_whole"]


@contextmanager
def written_whole(path: Path, *, force: bool = False) -> Iterator[Path]:
    """A file beside `path`, mode 0600, that takes its place when the block ends well, and is gone when not.

    Raises:
        EipdeckError: `conflict` when something is there, unless it is a file and `force`; `store_unavailable` when
            it cannot be written. What was there is still there then.

    """
    _check_place(path, force=force)
    try:
        handle, name = tempfile.mkstemp(prefix=".eipdeck-", dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(path)
            _flushed(path.parent)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
            raise
    except OSError as problem:
        why = (problem.strerror or "cannot be written").lower()
        raise error("store_unavailable", f"Nothing was written, {why}: {path}") from problem


def _check_place(path: Path, *, force: bool) -> None:
    """Refuse what is there already; a link, a device or a folder always: it is not ours to replace."""
    try:
        there = path.lstat()
    except ValueError as problem:
        raise error("store_unavailable", f"{path}: {problem}, so no file can have this name.") from problem
    except OSError:
        return  # nothing is there, or the writing will say what is wrong
    if not stat.S_ISREG(there.st_mode):
        raise error("conflict", f"{path} is there, and no plain file; nothing was written.", hint="Name another file.")
    if not force:
        raise error("conflict", f"{path} exists; nothing was written.", hint="Name another file, or add --force.")


def _flushed(folder: Path) -> None:
    """The new name is on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
