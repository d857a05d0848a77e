"""Confines an operator's files to one folder."""

from __future__ import annotations

from pathlib import Path

from core.domain.errors import error

__all__ = ["inside"]


def inside(folder: Path, path: Path) -> Path:
    """Return the file at `path`, relative to the folder unless absolute. It lies in the folder and is not a link.

    Raises:
        EipdeckError: `usage` for any other path; nothing was read or written.

    """
    try:
        root = folder.resolve(strict=True)
        named = root / path
        found = named.parent.resolve(strict=True) / named.name
        if (
            named.name != ".."
            and "\0" not in named.name
            and found.parent.is_relative_to(root)
            and not found.is_symlink()
        ):
            return found
    except (OSError, ValueError, RuntimeError):
        pass
    raise error(
        "usage",
        "On this connection files lie in your own folder, and that is not in it; nothing was read or written.",
        hint="Name a file without a path.",
    )
