"""Files that only the operator may read, in the user's state folder."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

__all__ = ["opened_private"]


def opened_private(path: Path, flags: int) -> int:
    """Open a file of mode 0600, made with its folder when missing; follow no link. Return the descriptor.

    Raises:
        OSError: it cannot be opened; or a link, a pipe, a file of several names or of another user is in its place, of
            which not a byte changed.

    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    safely = os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = os.open(path, flags & ~os.O_TRUNC | safely, 0o600)
    try:
        _check_ours(handle, path)
        os.fchmod(handle, 0o600)
        if flags & os.O_TRUNC:
            os.ftruncate(handle, 0)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _check_ours(handle: int, path: Path) -> None:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "is not a plain file of this user alone", str(path))
