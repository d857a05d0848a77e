"""The heads of the histories that this operator found sound: the next proof tells when one of them stands no more.

One file of mode 0600 in the state folder has them, by database.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from core import Head
from tui.terminal.paths import HEADS, state_folder
from tui.terminal.private_file import read_private, replace_private

__all__ = ["keep_head", "kept_heads"]

_MOST: Final = 64 << 20
"""Bytes of the file that are read at most."""


def kept_heads(url: str) -> list[str]:
    """Return the head that was kept of a database, chain by chain, as `verify` takes it; nothing when none was."""
    chains = _read(state_folder() / HEADS).get(url)
    if not isinstance(chains, list):
        return []
    return [f"{end[0]}:{end[1]}:{end[2]}" for end in chains if isinstance(end, list) and len(end) == 3]


def keep_head(url: str, head: Head) -> None:
    """Keep the head of a sound history in place of an earlier one. A head that cannot be written is not kept."""
    path = state_folder() / HEADS
    with suppress(OSError):
        kept = {**_read(path), url: [[end.chain, end.length, end.hash] for end in head.chains]}
        replace_private(path, json.dumps(kept).encode())


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(read_private(path, _MOST))
        return found if isinstance(found, dict) else {}
    return {}
