"""Files that only the operator may read, in the user's state folder."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["opened_private"]


def opened_private(path: Path, flags: int) -> int:
    """Open a file of mode 0600, made with its folder when missing; follow no link. Return the descriptor.

    Raises:
        OSError: it cannot be opened, or a link or another user's file is in its place.

    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(handle, 0o600)
    except BaseException:
        os.close(handle)
        raise
    return handle
