"""Files beside the database, opened so that nobody can turn them to another file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

from core.domain.errors import Code, EipdeckError, error

__all__ = ["check_beside", "check_folder", "opened_own"]

_ROOT: Final = 0


def opened_own(path: Path, flags: int, database: Path) -> int:
    """Open a file beside the database, mode 0600 when it is made, and return its descriptor.

    Raises:
        EipdeckError: `store_unavailable` when a link, a pipe, a file of several names or of somebody else is there;
            not a byte of it changed.
        OSError: it cannot be opened.

    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        handle = os.open(path.name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600, dir_fd=folder)
    except OSError as problem:
        if problem.errno in (errno.ELOOP, errno.ENXIO):
            raise _not_ours(path) from problem
        raise
    finally:
        os.close(folder)
    if _is_ours(os.fstat(handle), database):
        return handle
    os.close(handle)
    raise _not_ours(path)


def check_beside(path: Path, database: Path) -> None:
    """Refuse a file beside the database, which SQLite itself opens, that is not ours. A missing one may be made."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not _is_ours(found, database):
        raise _not_ours(path)


def check_folder(folder: Path) -> None:
    """Refuse a folder in which others may replace the files of its owner: everybody, or the members of a group."""
    found = folder.stat()
    if found.st_mode & stat.S_ISVTX:
        return
    everybody = bool(found.st_mode & stat.S_IWOTH)
    if everybody or (found.st_mode & stat.S_IWGRP and _has_others(found)):
        who, right = ("Everybody", "o-w") if everybody else ("Others of its group", "g-w")
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{who} may write in {folder}, and so replace the database; nothing was opened.",
            hint=f"Take that right away: chmod {right} {folder}",
        )


def _has_others(folder: os.stat_result) -> bool:
    """Return whether others than its owner are in the group of a folder; of the owner's first group, those it lists."""
    import grp  # noqa: PLC0415  # for a folder of a group alone
    import pwd  # noqa: PLC0415  # for a folder of a group alone

    try:
        owner, members = pwd.getpwuid(folder.st_uid), grp.getgrgid(folder.st_gid).gr_mem
    except KeyError:  # a container that knows no users
        return False
    if owner.pw_gid != folder.st_gid:
        members = [*members, *(user.pw_name for user in pwd.getpwall() if user.pw_gid == folder.st_gid)]
    return any(member != owner.pw_name for member in members)


def _is_ours(found: os.stat_result, database: Path) -> bool:
    try:
        owner = database.stat().st_uid
    except OSError:
        owner = os.geteuid()
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid in (os.geteuid(), owner, _ROOT)


def _not_ours(path: Path) -> EipdeckError:
    return error(
        Code.STORE_UNAVAILABLE,
        f"{path} is a link, has other names, or is not a plain file of this user; nothing was changed.",
        hint="Move it away.",
    )
