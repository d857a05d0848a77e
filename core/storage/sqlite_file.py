"""The file of the embedded database: its place, its mode, and the log beside it."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.domain.errors import Code, Fix, error

__all__ = ["BESIDE", "NOTHING", "cannot_change", "check_log", "close_to_others", "identity", "prepare"]

BESIDE: Final = ("-wal", "-shm", "-journal", ".lock")
"""Endings of the names of the files beside the database."""

_MOUNTS: Final = Path("/proc/self/mountinfo")
_LOCAL_FILE_SYSTEMS: Final = (
    *("apfs", "aufs", "bcachefs", "btrfs", "ecryptfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs"),
    *("fuseblk", "hfs", "hfsplus", "iso9660", "jfs", "minix", "msdos", "nilfs2", "ntfs", "ntfs3", "overlay"),
    *("ramfs", "reiserfs", "rootfs", "squashfs", "tmpfs", "ubifs", "udf", "ufs", "vfat", "xfs", "zfs"),
)
"""Kinds of file systems of one host, whose locks and shared memory SQLite can rely on."""

NOTHING: Final = (0, 0)
"""The identity of a missing file."""
_AHEAD: Final = b"\x02\x02"
"""The 19th and 20th byte of a file in WAL mode (SQLite's file format, 1.3)."""


def check_log(path: Path) -> None:
    """Refuse a file beside the log of another file: SQLite would replay that log onto it, and damage it.

    A file that is not in WAL mode, such as a backup, has no log. The lock file has the inode of the database that began
    the log. The log is looked for first, because the lock file has that inode for as long as the log exists.
    """
    log, index, lock = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", ".lock"))
    if not _size(log) and not _size(index):
        return
    rests = not path.exists() or _head(path)[18:20] != _AHEAD
    begun_by = lock.read_text(encoding="ascii", errors="replace") if lock.exists() else ""
    if not rests and (not _size(log) or begun_by in ("", str(identity(path)[1]))):
        return
    together = "" if rests else f" If the two were brought here together, remove {lock}."
    raise error(
        Code.STORE_UNAVAILABLE,
        f"{log} belongs to another database than {path}; together they would be damaged, and nothing was touched.",
        hint=f"To go on with what is at {path}, move {log.name} and {index.name} away.{together} Or restore a backup.",
        fix=Fix("restore", ("FILE",)),
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(20)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def identity(path: Path) -> tuple[int, int]:
    """Return device and inode of the file at a path."""
    try:
        found = path.stat()
    except OSError:
        return NOTHING
    return found.st_dev, found.st_ino


def prepare(path: Path, *, read_only: bool) -> None:
    """Make the folder, mode 0700, and the file, mode 0600, where missing. Refuse what is not on a local disk."""
    if path.exists() and not path.is_file():
        raise error(Code.STORE_UNAVAILABLE, f"{path} is not a regular file.", hint="Name another file.")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise error(Code.STORE_UNAVAILABLE, f"{path}: {folder} is not a folder.", hint="Name another file.")
    if read_only and not path.exists():
        raise error(Code.STORE_UNAVAILABLE, f"{path} does not exist, and a read-only session creates no file.")
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True)
    kind = _file_system(path.parent)
    if kind not in (None, *_LOCAL_FILE_SYSTEMS):
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{path.parent} is on {kind}, which is not known as a file system of a local disk: where the locks or the"
            " shared memory of SQLite do not hold, two programs damage the database.",
            hint="Keep the file on a local disk, and share it by working on that host.",
        )
    check_log(path)
    if not read_only:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def close_to_others(path: Path) -> None:
    """Give mode 0600 to a database that is known to be ours, and to the files beside it."""
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            each = path.with_name(f"{path.name}{end}")
            found = each.stat()
            if stat.S_IMODE(found.st_mode) & 0o077 and found.st_uid == os.getuid():
                each.chmod(0o600)


def _file_system(folder: Path) -> str | None:
    """Return the kind of file system that a folder is on; None when the system does not tell."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    resolved, best, kind = str(folder.resolve()), "", ""
    for line in mounts:
        left, _, right = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), left.split()[4])
        inside = resolved == point or resolved.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind or None


def cannot_change(path: Path) -> bool:
    """Return whether the file is on a read-only file system, where SQLite cannot make its side files."""
    return bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY) and not path.with_name(f"{path.name}-wal").exists()
