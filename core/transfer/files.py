"""A file that is written whole or not at all, mode 0600."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.domain.errors import Code, error

__all__ = ["is_same", "written_whole"]


@contextmanager
def written_whole(path: Path, *, force: bool = False, apart_from: Sequence[Path] = ()) -> Iterator[Path]:
    """A file beside `path`, mode 0600, that takes its place when the block ends well, and is gone when not.

    Raises:
        EipdeckError: `conflict` when something is there, unless it is a file and `force`, and when it is one of
            `apart_from`, by whatever name; `store_unavailable` when it cannot be written. What was there is still
            there then.

    """
    _check_place(path, force=force)
    try:
        if any(is_same(path, other) for other in apart_from):
            raise error(
                Code.CONFLICT, f"{path} belongs to the database in use; nothing was written.", hint="Name another file."
            )
        handle, name = tempfile.mkstemp(prefix=".eipdeck-", dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(path)
            _flushed(path.parent)
        finally:
            for left in part.parent.glob(f"{part.name}*"):
                left.unlink()
    except OSError as problem:
        why = (problem.strerror or "cannot be written").lower()
        raise error(Code.STORE_UNAVAILABLE, f"Nothing was written, {why}: {path}") from problem


def _check_place(path: Path, *, force: bool) -> None:
    """Refuse what is there already; a link, a device or a folder always: it is not ours to replace."""
    try:
        there = path.lstat()
    except ValueError as problem:
        raise error(Code.STORE_UNAVAILABLE, f"{path}: {problem}, so no file can have this name.") from problem
    except OSError:
        return  # nothing is there, or the writing will say what is wrong
    if not stat.S_ISREG(there.st_mode):
        raise error(
            Code.CONFLICT, f"{path} is there, and no plain file; nothing was written.", hint="Name another file."
        )
    if not force:
        raise error(
            Code.CONFLICT,
            f"{path} exists; nothing was written.",
            hint="Name another file, or ask for it to be replaced.",
        )


def is_same(path: Path, other: Path) -> bool:
    """Whether two names are of one file, or would be."""
    try:
        if path.exists() and other.exists():
            return path.samefile(other)
        return path.name == other.name and path.parent.samefile(other.parent)
    except OSError:
        return False


def _flushed(folder: Path) -> None:
    """The new name is on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
