"""A file that is written whole or not at all, mode 0600."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.domain.errors import Code, error

__all__ = ["is_same", "written_whole"]


@contextmanager
def written_whole(path: Path, *, force: bool = False, apart_from: Sequence[Path] = ()) -> Iterator[Path]:
    """Make a file beside `path`, mode 0600; it replaces `path` when the block ends, and is removed when it raises.

    Raises:
        EipdeckError: `conflict` when `path` exists, unless it is a file and `force`, and when it is any name of one
            of `apart_from`; `store_unavailable` when it cannot be written. An existing file is unchanged then.

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
            _put(part, path, force=force)
            _flushed(path.parent)
        finally:
            for left in part.parent.glob(f"{part.name}*"):
                left.unlink()
    except OSError as problem:
        why = (problem.strerror or "cannot be written").lower()
        raise error(Code.STORE_UNAVAILABLE, f"Nothing was written, {why}: {path}") from problem


def _put(part: Path, path: Path, *, force: bool) -> None:
    """Give the part its name. Without `force` a file that came meanwhile stays: a link is made, or refused."""
    if force:
        part.replace(path)
        return
    try:
        os.link(part, path)
    except FileExistsError:
        _check_place(path, force=False)
        raise
    except OSError as problem:
        if problem.errno not in _NO_LINKS:
            raise
        _check_place(path, force=False)
        part.replace(path)


_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""File systems without hard links."""


def _check_place(path: Path, *, force: bool) -> None:
    """Refuse an existing file unless `force`; always refuse a link, a device or a folder."""
    try:
        there = path.lstat()
    except ValueError as problem:
        raise error(Code.STORE_UNAVAILABLE, f"{path}: {problem}, so no file can have this name.") from problem
    except OSError:
        return  # it does not exist, or writing it will raise
    if not stat.S_ISREG(there.st_mode):
        raise error(
            Code.CONFLICT, f"{path} exists and is not a plain file; nothing was written.", hint="Name another file."
        )
    if not force:
        raise error(
            Code.CONFLICT,
            f"{path} exists; nothing was written.",
            hint="Name another file, or ask for it to be replaced.",
        )


def is_same(path: Path, other: Path) -> bool:
    """Return whether two paths name the same file, existing or not."""
    try:
        if path.exists() and other.exists():
            return path.samefile(other)
        return path.name == other.name and path.parent.samefile(other.parent)
    except OSError:
        return False


def _flushed(folder: Path) -> None:
    """Write the new name to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
