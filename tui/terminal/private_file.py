"""Files that only the operator may read, in the user's state folder, opened by that folder's descriptor."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["opened_private", "read_private", "replace_private"]

_SAFELY: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def opened_private(path: Path, flags: int) -> int:
    """Open a file of mode 0600, made with its folder when missing; follow no link. Return the descriptor.

    Raises:
        OSError: it cannot be opened; or a link, a pipe, a file of several names or of another user is in its place, of
            which not a byte changed.

    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _opened_folder(path) as folder:
        return _opened(path.name, flags, folder)


def replace_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 anew, so that no reader sees half of it.

    Raises:
        OSError: as `opened_private`; the file is as it was.

    """
    part = f"{path.name}.{os.getpid()}"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _opened_folder(path) as folder:
        with os.fdopen(_opened(part, os.O_WRONLY | os.O_TRUNC, folder), "wb") as file:
            file.write(content)
        os.replace(part, path.name, src_dir_fd=folder, dst_dir_fd=folder)


def read_private(path: Path, most: int = 1 << 20) -> bytes:
    """Return the first bytes of a file; follow no link, wait for no pipe.

    Raises:
        OSError: it cannot be read, or is no plain file.

    """
    with _opened_folder(path) as folder, os.fdopen(os.open(path.name, _SAFELY, dir_fd=folder), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _not_ours(path.name)
        return file.read(most)


@contextmanager
def _opened_folder(path: Path) -> Iterator[int]:
    """Open the folder of a file: what comes to its path meanwhile turns nothing."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


def _opened(name: str, flags: int, folder: int) -> int:
    handle = os.open(name, flags & ~os.O_TRUNC | os.O_CREAT | _SAFELY, 0o600, dir_fd=folder)
    try:
        _check_ours(handle, name)
        os.fchmod(handle, 0o600)
        if flags & os.O_TRUNC:
            os.ftruncate(handle, 0)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _check_ours(handle: int, name: str) -> None:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_uid != os.geteuid():
        raise _not_ours(name)


def _not_ours(name: str) -> PermissionError:
    return PermissionError(errno.EPERM, "is not a plain file of this user alone", name)
