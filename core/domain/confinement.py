"""The folder that an operator's files lie in, where operators are confined to one."""

from __future__ import annotations

from pathlib import Path

from core.domain.errors import Code, error

__all__ = ["inside"]


def inside(folder: Path, path: Path) -> Path:
    """The file at `path`, relative to the folder unless absolute; it lies in the folder, and is no link.

    Raises:
        EipdeckError: `usage` when it does not, whatever is there; nothing was read or written.

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
        Code.USAGE,
        "On this connection files lie in your own folder, and that is not in it; nothing was read or written.",
        hint="Name a file without a path.",
    )
