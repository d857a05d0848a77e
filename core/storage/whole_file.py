"""A file that is written whole or not at all, mode 0600."""

from __future__ import annotations

import errno
import os
import stat
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
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield from _written(path, folder, force=force)
        finally:
            os.close(folder)
    except OSError as problem:
        why = (problem.strerror or "cannot be written").lower()
        raise error(Code.STORE_UNAVAILABLE, f"Nothing was written, {why}: {path}") from problem


def _written(path: Path, folder: int, *, force: bool) -> Iterator[Path]:
    """Make the part in the open folder and give it its name there: another folder at that path turns nothing."""
    part = f".eipdeck-{os.urandom(6).hex()}"
    written = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        here = Path(f"/proc/self/fd/{folder}")
        yield (here if here.exists() else path.parent) / part
        os.fsync(written)
        _put(part, path, folder, force=force)
        os.fsync(folder)
    finally:
        os.close(written)
        for left in os.listdir(folder):
            if left.startswith(part):
                os.unlink(left, dir_fd=folder)


def _put(part: str, path: Path, folder: int, *, force: bool) -> None:
    """Give the part its name. Without `force` a file that came meanwhile stays: a link is made, or refused."""
    if not force:
        try:
            os.link(part, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except FileExistsError:
            _check_place(path, force=False)
            raise
        except OSError as problem:
            if problem.errno not in _NO_LINKS:
                raise
            _check_place(path, force=False)
        else:
            return
    os.replace(part, path.name, src_dir_fd=folder, dst_dir_fd=folder)


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
