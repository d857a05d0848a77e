"""The place of a watch: what its program was given so far, kept across restarts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from core import Code, error, written_whole
from tui.terminal.paths import WATCH, state_folder
from tui.terminal.private_file import read_private

__all__ = ["Document", "WatchPlace", "read_place", "write_place"]

_MOST: Final = 64 << 20
"""Bytes of the file that are read at most."""

Document = dict[str, Any]
"""What the program gets, in JSON types."""


@dataclass(slots=True)
class WatchPlace:
    """The place of the watch of one database."""

    database: str
    cursor: str | None = None
    """The place behind the last event given; None: from the beginning of the history."""
    open: dict[str, Document] = field(default_factory=dict)
    """The findings that were told as opened and not as closed, by id and severity."""
    pending: list[Document] = field(default_factory=list)
    """What is to be given next. It is kept before it is given, so that it has the same ids after a restart."""


def _file(url: str) -> Path:
    return state_folder() / WATCH.replace("*", hashlib.sha256(url.encode(errors="replace")).hexdigest()[:16])


def read_place(url: str) -> WatchPlace | None:
    """Return the place of the watch of a database; None before its first start.

    Raises:
        EipdeckError: `usage` when the file is damaged.

    """
    path = _file(url)
    try:
        return WatchPlace(**json.loads(read_private(path, _MOST)))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as problem:
        raise error(
            Code.USAGE, f"{path} cannot be read: it is not the place of a watch.", hint="Remove it to begin anew."
        ) from problem


def write_place(place: WatchPlace) -> None:
    """Keep a place.

    Raises:
        EipdeckError: `store_unavailable`.

    """
    path = _file(place.database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written_whole(path, force=True) as part:
        part.write_text(json.dumps(asdict(place)), encoding="ascii")
