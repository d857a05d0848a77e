"""The folder that confines the files of an operator."""

from __future__ import annotations

from pathlib import Path

from core.domain.errors import Code, error

__all__ = ["inside"]


def inside(folder: Path, path: Path) -> Path:
    """Return the file at `path`, relative to the folder unless absolute. It is in the folder, and no link or pipe.

    Raises:
        EipdeckError: `usage` when it is not, whether the file exists or not; nothing was read or written.

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
            and (found.is_file() or not found.exists())
        ):
            return found
    except (OSError, ValueError, RuntimeError):
        pass
    raise error(
        Code.USAGE,
        "This connection allows files in your own folder only; nothing was read or written.",
        hint="Name a file without a path.",
    )
